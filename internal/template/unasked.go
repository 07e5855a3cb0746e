package template

import (
	"regexp"
	"strings"
	"unicode"
)

// Unasked finds the text in an answer to a prompt that asks for plain text.
// Some models answer in ElizaOS's XML all the same: an answer that is such a
// block and nothing else, in a fence or not, is read as one. Any other is
// handed on as it is.
type Unasked struct {
	all   strings.Builder
	sent  int  // bytes that were handed on
	plain bool // it is no block
}

const (
	blockOpen  = "<response>"
	blockClose = "</response>"
)

// Add takes a piece and returns what can be handed on. While the answer could
// be a block nothing is.
func (u *Unasked) Add(piece string) string {
	u.all.WriteString(piece)
	if !u.plain && mayBeBlock(u.all.String()) {
		return ""
	}
	u.plain = true
	return u.rest()
}

// End returns the answer, and what is left of its text.
func (u *Unasked) End() (Answer, string) {
	if !u.plain {
		if a, is := readBlock(u.all.String()); is {
			return a, a.Text
		}
	}
	return Answer{Text: u.all.String()}, u.rest()
}

func (u *Unasked) rest() string {
	said := u.all.String()[u.sent:]
	u.sent += len(said)
	return said
}

// mayBeBlock reports whether what was written so far is the beginning of a
// block.
func mayBeBlock(said string) bool {
	said = strings.TrimLeftFunc(said, unicode.IsSpace)
	if strings.HasPrefix("```", said) {
		return true
	}
	if rest, fenced := strings.CutPrefix(said, "```"); fenced {
		language, body, written := strings.Cut(rest, "\n")
		language = strings.TrimSpace(language)
		if !written {
			return strings.HasPrefix("xml", language)
		}
		if language != "" && language != "xml" {
			return false
		}
		said = strings.TrimLeftFunc(body, unicode.IsSpace)
	}
	return strings.HasPrefix(said, blockOpen) || strings.HasPrefix(blockOpen, said)
}

// child is an element that a block may hold.
var child = regexp.MustCompile(`(?s)<(?:thought|actions?|providers|evaluators)>.*?(?:</(?:thought|actions?|providers|evaluators)>|$)`)

// readBlock reads an answer that is a block from its beginning to its end. A
// block that holds nothing but words says them, unless it is in a fence, where
// it is code that is shown.
func readBlock(said string) (Answer, bool) {
	bare := unfenced(said)
	body, is := strings.CutPrefix(bare, blockOpen)
	if !is {
		return Answer{}, false
	}
	body, after, _ := strings.Cut(body, blockClose)
	if strings.TrimSpace(after) != "" {
		return Answer{}, false
	}
	a := Read(bare)
	words := child.ReplaceAllString(body, "")
	known := words != body || strings.Contains(body, "<text>")
	if !known && (strings.HasPrefix(strings.TrimSpace(said), "```") || strings.Contains(words, "<")) {
		return Answer{}, false
	}
	if a.Text == "" && !strings.Contains(words, "<") {
		a.Text = decoded(words)
	}
	return a, true
}
