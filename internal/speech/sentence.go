package speech

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cutter cuts a text into sentences while it is being written. What its
// methods return, joined, is the text.
type Cutter struct {
	rest string
}

// Add takes the next piece of the text and returns the sentences that are
// complete now.
func (c *Cutter) Add(piece string) []string {
	c.rest += piece
	var all []string
	for {
		n := sentenceEnd(c.rest)
		if n == 0 {
			return all
		}
		all = append(all, c.rest[:n])
		c.rest = c.rest[n:]
	}
}

// Rest returns what is left when the text has ended.
func (c *Cutter) Rest() []string {
	rest := c.rest
	c.rest = ""
	if rest == "" {
		return nil
	}
	return []string{rest}
}

// Sentences cuts a whole text.
func Sentences(text string) []string {
	var c Cutter
	return append(c.Add(text), c.Rest()...)
}

// shortened are words whose full stop ends no sentence.
var shortened = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "vs": true, "etc": true, "e.g": true, "i.e": true, "no": true, "jr": true, "sr": true, "approx": true,
}

// sentenceEnd returns the length of the first sentence with the space that
// follows it, 0 when it is not complete. A sentence is complete when the next
// one, or a new line, has begun, or when it is too long for one breath.
func sentenceEnd(text string) int {
	runes := 0
	for i, r := range text {
		runes++
		if runes > maxSentence {
			return breath(text[:i])
		}
		end := i + utf8.RuneLen(max(r, 0))
		switch {
		case r == '\n':
			if strings.TrimSpace(text[:i]) != "" {
				return spaceAfter(text, end)
			}
		case strings.ContainsRune("。！？؟।॥။።", r):
			return spaceAfter(text, end)
		case strings.ContainsRune(".!?…", r):
			for end < len(text) && strings.IndexByte(".!?\"')]*_", text[end]) >= 0 {
				end++
			}
			if end == len(text) {
				return 0
			}
			if next, _ := utf8.DecodeRuneInString(text[end:]); !unicode.IsSpace(next) || r == '.' && abbreviated(text[:i]) {
				continue
			}
			return spaceAfter(text, end)
		}
	}
	return 0
}

// abbreviated reports whether a full stop after this text belongs to its last
// word: a shortened one, an initial, or the number of a list's entry.
func abbreviated(text string) bool {
	word := text[strings.LastIndexFunc(text, unicode.IsSpace)+1:]
	lower := strings.ToLower(strings.TrimLeft(word, "(\"'*_"))
	if shortened[lower] || utf8.RuneCountInString(lower) == 1 && unicode.IsUpper([]rune(word)[0]) && lower != "i" {
		return true
	}
	onlyDigits := word != "" && strings.Trim(word, "0123456789") == ""
	return onlyDigits && strings.TrimSpace(text[:len(text)-len(word)]) == ""
}

func spaceAfter(text string, from int) int {
	for i, r := range text[from:] {
		if !unicode.IsSpace(r) {
			return from + i
		}
	}
	return len(text)
}

// breath is where a sentence that is too long is cut: after its last comma or
// the like, else after its last space, else at its end.
func breath(text string) int {
	for _, marks := range []string{";:,—", " \t"} {
		if i := strings.LastIndexAny(text, marks); i > len(text)/3 {
			_, n := utf8.DecodeRuneInString(text[i:])
			return spaceAfter(text, i+n)
		}
	}
	return len(text)
}
