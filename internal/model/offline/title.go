package offline

import (
	"strings"
	"unicode"

	"github.com/elizad/elizad/internal/model"
)

const (
	titleWords = 7
	titleRunes = 60
)

// title names a conversation, shown as lines of "name: text", by the first
// thing that somebody but the agent says in it and that is more than a
// greeting.
func title(req *model.Request) string {
	best, agent := "", ""
	if c := req.Scene.Character; c != nil {
		agent = c.Name
	}
	for line := range strings.Lines(req.Turns[len(req.Turns)-1].Text) {
		name, text, _ := strings.Cut(line, ": ")
		if name == agent {
			continue
		}
		text = sentence(ungreeted(strings.TrimSpace(text)))
		if len(strings.Fields(text)) >= 3 || len([]rune(text)) > 20 {
			return text
		}
		if len(text) > len(best) {
			best = text
		}
	}
	return best
}

// sentence is the beginning of a text as it may stand in a list: its first
// sentence, of a few words, with a capital letter and no full stop.
func sentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if end := strings.IndexAny(text, ".!?。！？"); end > 0 && (end+1 == len(text) || unicode.IsSpace(rune(text[end+1])) || text[end] >= 0x80) {
		text = text[:end]
	}
	words := strings.Fields(text)
	cut := len(words) > titleWords
	if cut {
		words = words[:titleWords]
	}
	runes := []rune(strings.Join(words, " "))
	if len(runes) > titleRunes {
		runes, cut = runes[:titleRunes], true
	}
	if len(runes) == 0 {
		return ""
	}
	runes[0] = unicode.ToUpper(runes[0])
	short := strings.TrimRight(string(runes), " ,;:-.")
	if cut {
		short += "..."
	}
	return short
}
