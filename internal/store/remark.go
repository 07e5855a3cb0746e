package store

import (
	"math"
	"unique"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// A remark is what ranking keeps of a memory, apart from its words.
type remark struct {
	message, room, entity eliza.ID
	at                    eliza.Millis
	author                unique.Handle[string] // display name of who said it
	kind                  unique.Handle[eliza.MemoryType]
	length                float64 // words in all
}

// terms are the different words of a text, and how often it has each.
type terms struct {
	words  []string
	counts []uint8
}

// termsIn returns them and how many words the text has in all.
func termsIn(text string) (t terms, length float64) {
	all := analysis.Words(text)
	place := make(map[string]int, len(all))
	for _, w := range all {
		switch i, known := place[w]; {
		case known:
			if t.counts[i] < math.MaxUint8 {
				t.counts[i]++
			}
		case len(t.words) < maxIndexedWords:
			place[w] = len(t.words)
			t.words, t.counts = append(t.words, w), append(t.counts, 1)
		}
	}
	return t, float64(len(all))
}
