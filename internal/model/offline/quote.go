package offline

import (
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// maxQuote bounds a quotation, in characters.
const maxQuote = 500

// quote writes a text as a quotation on one line.
func quote(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	n := 0
	for i := range text {
		if n == maxQuote {
			return `"` + text[:i] + `…"`
		}
		n++
	}
	return `"` + text + `"`
}

// source says who said a memory and when, and quotes it.
func (t *talk) source(r model.Recollection) string {
	when := ""
	if r.At > 0 {
		when = "on " + moment(r.At)
	}
	if r.Type == eliza.MemoryDocuments || r.Type == eliza.MemoryKnowledge {
		if r.Author != "" && r.AuthorID == eliza.NoID {
			return "I read in " + r.Author + " " + quote(r.Text)
		}
		return join(when, "I was given") + " " + quote(r.Text)
	}
	who := r.Author
	if t.mine(r) {
		who = "you"
	} else if who == "" {
		who = "somebody"
	}
	return join(when, who+" told me") + " " + quote(r.Text)
}

func moment(at eliza.Millis) string { return at.Time().Format("2 January 2006 at 15:04") + " UTC" }

func join(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// mine reports whether the person who asks said it.
func (t *talk) mine(r model.Recollection) bool {
	if r.AuthorID != eliza.NoID {
		return r.AuthorID == t.scene.SpeakerID
	}
	return r.Author != "" && analysis.Same(r.Author, t.scene.Speaker)
}

// restate turns what the person said of themselves into what can be said to
// them: "my dog is called Rex" becomes "Your dog is called Rex". It returns ""
// where that would take more than exchanging words.
func restate(text string) string {
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), " .!")
	if text == "" || len(text) > 200 || strings.ContainsAny(text, `?!:;"“”`) || strings.Contains(text, ". ") {
		return ""
	}
	words := strings.Split(analysis.Plain(text), " ")
	turned := false
	for i, w := range words {
		bare := strings.Trim(w, ",.()")
		key := strings.ToLower(bare)
		if isSecondPerson(strings.TrimSuffix(key, "'s")) || strings.HasPrefix(key, "you'") {
			return ""
		}
		to, ok := turns[key]
		if !ok {
			continue
		}
		words[i] = strings.Replace(w, bare, to, 1)
		turned = true
		if key == "i" && i+1 < len(words) {
			switch strings.ToLower(words[i+1]) {
			case "am":
				words[i+1] = "are"
			case "was":
				words[i+1] = "were"
			}
		}
	}
	if !turned {
		return ""
	}
	return capital(strings.Join(words, " "))
}

var turns = map[string]string{
	"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
}

func capital(text string) string {
	for i, r := range text {
		return strings.ToUpper(string(r)) + text[i+len(string(r)):]
	}
	return text
}
