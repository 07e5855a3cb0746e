package store

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/kljensen/snowball/english"
)

// stems remembers the stems of words: people use the same few over and over,
// and finding one takes about a microsecond. A word has one place in it, which
// the next with the same place takes over.
var (
	stems    [4096]atomic.Pointer[stemmed]
	stemSeed = maphash.MakeSeed()
)

type stemmed struct{ word, stem string }

// stem removes the English endings of a word in lower case.
func stem(word string) string {
	place := &stems[maphash.String(stemSeed, word)%uint64(len(stems))]
	if known := place.Load(); known != nil && known.word == word {
		return known.stem
	}
	s := &stemmed{strings.Clone(word), english.Stem(word, false)}
	place.Store(s)
	return s.stem
}
