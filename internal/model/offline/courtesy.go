package offline

import (
	"strings"

	"github.com/elizad/elizad/internal/analysis"
)

// The kinds of small talk.
const (
	greeting  = "greeting"
	thanks    = "thanks"
	farewell  = "farewell"
	howAreYou = "how are you"
	help      = "help"
	assent    = "assent"
)

var courtesyPhrases = map[string]map[string]bool{
	greeting: phrases("hi", "hello", "hey", "hey there", "hi there", "hello there", "good morning", "good afternoon", "good evening", "morning", "evening", "greetings", "howdy", "hiya", "yo", "hello again", "hi again"),
	thanks: phrases("thanks", "thank you", "thx", "thanks a lot", "thank you very much", "thank you so much", "many thanks", "cheers", "ty", "great, thanks", "ok thanks", "okay thanks",
		"ok, thanks", "great thanks", "perfect, thanks", "thanks for your help", "thank you for your help"),
	farewell:  phrases("bye", "goodbye", "bye bye", "good bye", "see you", "see you later", "see you tomorrow", "good night", "cu", "later", "farewell", "talk to you later"),
	howAreYou: phrases("how are you", "how are you today", "how are you doing", "how do you do", "how is it going", "how are things", "are you ok", "are you okay", "are you there", "are you well", "what is up", "sup"),
	assent:    phrases("ok", "okay", "yes", "no", "yes i do", "alright", "all right", "fine", "good", "great", "nice", "cool", "sure", "right", "perfect", "i see", "got it", "lol", "haha", "wow", "never mind", "nevermind", "stop", "stop it"),
	help: phrases("help", "help me", "what can you do", "what can i ask you", "what can i do", "commands", "list commands", "how do you work", "what do you do", "how can you help me",
		"what can you help me with", "what can you do for me", "how do i use you", "what are you able to do", "what else can you do"),
}

const helpText = `I can remember what you tell me ("remember that my dog is called Rex"), find it again ("what is my dog called?"), list it ("what do you remember about me?") and forget it ("forget my dog"). ` +
	`I remind you in time ("remind me in 20 minutes to call mum"). I know the time and the date, and I calculate ("what is 12 * 3.5?"). In a group I can be muted or follow along ("mute this room", "follow this room"). For free conversation I need a language model.`

// courtesyOf returns the kind of small talk that a plain message is, "" when
// it is none.
func courtesyOf(plain string) string {
	for kind, list := range courtesyPhrases {
		if list[plain] {
			return kind
		}
	}
	return ""
}

func courtesy(t *talk) (answer, bool) {
	form := strings.TrimSuffix(t.plain, " my friend")
	for _, name := range t.names {
		if bare, ok := analysis.CutSuffix(form, name); ok && name != "" {
			form = strings.TrimRight(bare, " ,@")
		}
	}
	kind := courtesyOf(form)
	if form == "" && t.plain != "" { // only the agent's name
		kind = greeting
	}
	to := ""
	if t.scene.Speaker != "" {
		to = ", " + t.scene.Speaker
	}
	switch kind {
	case greeting:
		text := "Hello" + to + ". I am " + t.name + "."
		if !t.said(text) {
			text += ` Say "help" to hear what I can do.`
		}
		return say(text)
	case thanks:
		return say("You are welcome" + to + ".")
	case farewell:
		return say("Goodbye" + to + ".")
	case howAreYou:
		return say("I am here and working" + to + ", thank you.")
	case help:
		return say(helpText)
	case assent:
		return say("All right.")
	}
	return answer{}, false
}
