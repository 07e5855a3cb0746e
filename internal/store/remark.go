package store

import (
	"math"

	"github.com/elizad/elizad/internal/eliza"
)

// A remark is what ranking needs to know of a memory.
type remark struct {
	at           eliza.Millis
	kind         eliza.MemoryType
	room, entity eliza.ID
	message      eliza.ID
	author       string   // display name of who said it
	words        []string // the different words of its text
	counts       []uint8  // how often it has each
	length       float64  // words in all
}

func newRemark(text, author string) *remark {
	all := splitWords(text)
	r := &remark{author: author, length: float64(len(all))}
	place := make(map[string]int, len(all))
	for _, w := range all {
		switch i, known := place[w]; {
		case known:
			if r.counts[i] < math.MaxUint8 {
				r.counts[i]++
			}
		case len(r.words) < maxIndexedWords:
			place[w] = len(r.words)
			r.words, r.counts = append(r.words, w), append(r.counts, 1)
		}
	}
	return r
}

// allowed is allows for a memory that was not read.
func (q *RecallQuery) allowed(r *remark) bool {
	return q.allows(&eliza.Memory{AgentID: q.AgentID, RoomID: r.room, EntityID: r.entity, Type: r.kind, CreatedAt: r.at, MessageID: r.message})
}
