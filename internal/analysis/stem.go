package analysis

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/russian"
)

// stems remembers the stems of words: people use the same few over and over,
// and finding one takes about a microsecond. A word has one place in it, which
// the next with the same place takes over.
var (
	stems    [4096]atomic.Pointer[stemmed]
	stemSeed = maphash.MakeSeed()
)

type stemmed struct{ word, stem string }

// Stem removes the endings of a folded word: by the rules of English where it
// is written in a to z, by those of Russian where it is written in Cyrillic.
func Stem(word string) string {
	rules := stemOf(word)
	if rules == nil {
		return word
	}
	place := &stems[maphash.String(stemSeed, word)%uint64(len(stems))]
	if known := place.Load(); known != nil && known.word == word {
		return known.stem
	}
	s := &stemmed{strings.Clone(word), rules(word, false)}
	place.Store(s)
	return s.stem
}

func stemOf(word string) func(word string, stopWords bool) string {
	switch {
	case word == "":
		return nil
	case isASCII(word):
		return english.Stem
	case strings.IndexFunc(word, func(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) }) < 0:
		return russian.Stem
	}
	return nil
}
