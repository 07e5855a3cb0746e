// Package analysis turns text into the form in which it is compared. It is the
// one place that decides when two spellings are the same: everything that
// indexes, searches, matches a name or reads a command asks it.
//
//   - [Words] are what the index holds of a text, and [Terms] what a question
//     looks up.
//   - [Fold] is for names and phrases: without case, accents and other
//     differences of spelling. [Same], [Named], [Called], [CutPrefix] and
//     [CutSuffix] compare by it.
//   - [Plain] only straightens what keyboards write differently, such as curly
//     apostrophes, for rules that read a text and quote it.
//
// The same text in another Unicode normalization form gives the same result.
package analysis

import (
	"strings"
	"unicode/utf8"
)

// Version counts the changes of what [Words] returns. An index that was filled
// by an earlier version must be filled again.
const Version = 2

// maxBytes is how much of a text is analysed.
const maxBytes = 1 << 20

// beginning cuts a text to maxBytes, between two characters.
func beginning(text string) string {
	if len(text) <= maxBytes {
		return text
	}
	end := maxBytes
	for end > maxBytes-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}
