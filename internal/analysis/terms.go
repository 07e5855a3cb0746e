package analysis

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Distinct returns each word once, in the order of the first ones, at most so
// many.
func Distinct(words []string, most int) []string {
	seen := make(map[string]bool, len(words))
	list := words[:0]
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			list = append(list, w)
			if len(list) == most {
				break
			}
		}
	}
	return list
}

// maxTerms bounds the different words of a question that are looked at.
const maxTerms = 1024

// Terms returns the different words of a question that are worth looking up,
// at most so many: of more, the longest, which are the rarest as a rule. The
// pairs of a script without spaces count half, and those of hiragana, mostly
// endings and particles, come last.
func Terms(question string, most int) []string {
	terms := Distinct(split(question, true), maxTerms)
	if len(terms) <= most {
		return terms
	}
	slices.SortStableFunc(terms, func(a, b string) int { return cmp.Compare(worth(b), worth(a)) })
	left := 2 * most
	for i, term := range terms {
		if left -= share(term); left < 0 {
			return terms[:i]
		}
	}
	return terms
}

// worth is how much a word promises to tell, in letters.
func worth(word string) int {
	r, size := utf8.DecodeRuneInString(word)
	switch k := kindOf(r); {
	case k == hiragana, k != letter && size == len(word):
		return 1
	case k != letter:
		return 7
	}
	return len(word)
}

func share(word string) int {
	if r, _ := utf8.DecodeRuneInString(word); kindOf(r) == letter {
		return 2
	}
	return 1
}
