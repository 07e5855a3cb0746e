package offline

import (
	"regexp"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// closeLine is how alike a message and a line of an example must be for the
// example's answer to be given: the share of words that both have.
const closeLine = 0.8

// examples answers as the character does in its example conversations. A
// question of people about themselves is left to memory, also in an example:
// its answer would be an invention. Nor may a question ask for more than the
// example's does.
func examples(t *talk) (answer, bool) {
	c := t.scene.Character
	if c == nil || t.question && t.personal {
		return answer{}, false
	}
	wanted := t.subject()
	best, text := closeLine, ""
	for _, example := range c.MessageExamples {
		for i, line := range example[:max(len(example)-1, 0)] {
			next := example[i+1]
			if analysis.Same(line.Name, c.Name) || !analysis.Same(next.Name, c.Name) {
				continue
			}
			theirs := splitWords(plain(line.Text()))
			if isPersonal(theirs) && isQuestion(line.Text()) || t.question && !within(wanted, contentWords(theirs)) {
				continue
			}
			if near := likeness(t.words, theirs); near >= best {
				if filled := t.filled(next.Text()); filled != "" {
					best, text = near, filled
				}
			}
		}
	}
	return answer{text: text}, text != ""
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(w string) bool { return !slices.Contains(all, w) })
}

// likeness is Dice's coefficient of two lists of words.
func likeness(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	both := 0
	for _, w := range a {
		if slices.Contains(b, w) {
			both++
		}
	}
	return 2 * float64(min(both, len(b))) / float64(len(a)+len(b))
}

var placeholder = regexp.MustCompile(`\{\{\s*(\w+?)\d*\s*\}\}`)

// filled puts names where a character's text has placeholders; it returns ""
// when one of them is unknown.
func (t *talk) filled(text string) string {
	known := true
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		switch strings.ToLower(placeholder.FindStringSubmatch(p)[1]) {
		case "user", "name":
			if t.scene.Speaker != "" {
				return t.scene.Speaker
			}
			return "you"
		case "char", "character", "agent", "agentname":
			return t.name
		}
		known = false
		return p
	})
	if !known {
		return ""
	}
	return text
}

var (
	identityPhrases = phrases("who are you", "what are you", "what is your name", "tell me about yourself", "introduce yourself", "tell me who you are", "who is this", "what do you know about yourself",
		"what do you know about you", "who am i talking to", "tell me about you", "do you have a name", "may i know your name", "describe yourself")
	naturePhrases = phrases("are you a bot", "are you an ai", "are you a robot", "are you human", "are you a human", "are you real", "are you a language model", "are you chatgpt", "are you an llm", "are you a person",
		"which model are you", "what model are you", "what language model are you", "which language model do you use", "what model do you use", "are you a machine", "are you gpt", "what kind of model are you")
	topicPhrases = phrases("what do you like", "what do you like to talk about", "what do you talk about", "what are your interests", "what are you interested in", "what can we talk about", "what are your topics", "what topics do you know")
)

// about answers questions about the agent from its character's words.
func about(t *talk) (answer, bool) {
	c := t.scene.Character
	switch {
	case c == nil:
		return answer{}, false
	case identityPhrases[t.plain]:
		return say(strings.TrimSpace("I am " + t.name + ". " + sentences(c.Bio, 3)))
	case naturePhrases[t.plain]:
		return say("I am " + t.name + ", a memory assistant: I follow rules and quote what I was told. " + noModel)
	case topicPhrases[t.plain] && len(c.Topics) > 0:
		return say("I like to talk about " + enumeration(c.Topics) + ".")
	}
	return written(t, c)
}

// written quotes a line of the character's story or knowledge that has the
// words of the question, whether about the agent or about the world.
func written(t *talk, c *eliza.Character) (answer, bool) {
	wanted := t.subject()
	if !t.question || t.personal || !t.english && !t.foreign || len(wanted) == 0 {
		return answer{}, false
	}
	best, text := sureShare, ""
	weigh := func(line, intro string) {
		if share, strong := covered(wanted, t.content(line)); strong && share >= best && len(line) <= maxMessage {
			best, text = share, intro+quote(line)+"."
		}
	}
	if slices.ContainsFunc(t.words, isSecondPerson) {
		for _, line := range slices.Concat(c.Bio, c.Lore) {
			weigh(t.filled(line), "It is written of me: ")
		}
	}
	for _, k := range c.Knowledge {
		weigh(k.Text, "I was given this to know: ")
	}
	return answer{text: text}, text != ""
}

// sentences joins the first lines of a list, each with a full stop.
func sentences(lines []string, most int) string {
	var b strings.Builder
	for _, line := range lines[:min(most, len(lines))] {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line)
		if !strings.ContainsAny(line[len(line)-1:], ".!?") {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func enumeration(items []string) string {
	if len(items) == 1 {
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}
