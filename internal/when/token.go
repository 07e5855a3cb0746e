package when

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind byte

const (
	wordToken   kind = 'w'
	numberToken kind = '0' // ASCII digits alone
	markToken   kind = '.'
)

// token is a word, a number or a single mark of a text.
type token struct {
	kind     kind
	text     string // in lower case, with straight apostrophes
	raw      string // as it is written
	from, to int    // bytes of the text
	glued    bool   // no space stands before it
}

// apostrophes are what keyboards and phones write for one.
const apostrophes = "'’‘ʼ`´"

// tokenize splits a text. An apostrophe belongs to the word that it ends or
// stands in: "o'clock", "Monday's", "20 minutes' time".
func tokenize(text string) []token {
	var list []token
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) || r == '\u200b' {
			at += size
			continue
		}
		t := token{kind: markToken, from: at, glued: len(list) > 0 && list[len(list)-1].to == at}
		end := at + size
		var more func(rune) bool
		switch {
		case isDigit(r):
			t.kind, more = numberToken, isDigit
		case isLetter(r):
			t.kind, more = wordToken, func(r rune) bool { return isLetter(r) || strings.ContainsRune(apostrophes, r) }
		}
		for more != nil && end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if !more(r) {
				break
			}
			end += size
		}
		t.to, t.raw = end, text[at:end]
		t.text = strings.ToLower(t.raw)
		if t.kind == wordToken {
			t.text = strings.Map(func(r rune) rune {
				if strings.ContainsRune(apostrophes, r) {
					return '\''
				}
				return r
			}, t.text)
		}
		list = append(list, t)
		at = end
	}
	return list
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// tokens is a text in tokens. Every way to write something is a method that
// begins at a token and returns the one after its end.
type tokens []token

// at returns the token of a place; beyond the end one that is nothing.
func (t tokens) at(i int) token {
	if i < 0 || i >= len(t) {
		return token{}
	}
	return t[i]
}

// is reports whether the tokens from a place on are these words.
func (t tokens) is(i int, words ...string) bool {
	for n, w := range words {
		if t.at(i+n).text != w {
			return false
		}
	}
	return true
}

// isOneOf reports whether the token at a place is one of these words.
func (t tokens) isOneOf(i int, words ...string) bool {
	for _, w := range words {
		if t.is(i, w) {
			return true
		}
	}
	return false
}

// skip returns the place after the first of these words that stand there;
// each is one or more words with a space between. Without any it is i.
func (t tokens) skip(i int, phrases ...string) int {
	for _, p := range phrases {
		words := strings.Fields(p)
		if t.is(i, words...) {
			return i + len(words)
		}
	}
	return i
}
