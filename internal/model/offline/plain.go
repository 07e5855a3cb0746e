package offline

const (
	noModel      = "No language model is configured for me: setting OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_BASE_URL on the server adds one."
	noModelAgain = `I cannot say anything of my own about that: I have no language model. "help" tells what I can do.`
	kept         = "I keep what you say and can find it again. "
	keptAgain    = "I have kept that. To say more I would need a language model."
)

// plainSentence is the answer where no rule fits, short once it was given. What
// people say of themselves is stored as every message is, and they may know.
func (t *talk) plainSentence() string {
	statement := !t.question && t.english && len(t.words) > 1 && isFirstPerson(t.words[0])
	switch again := t.said(noModel); {
	case statement && again:
		return keptAgain
	case statement:
		return kept + noModel
	case again:
		return noModelAgain
	}
	return "I am " + t.name + ", and without a language model I can only remember, recall and calculate. " + noModel
}

// wordless answers a message that has no words, such as a picture alone.
func wordless(t *talk) (answer, bool) {
	if t.text != "" {
		return answer{}, false
	}
	return say("I read words only, and your message has none.")
}
