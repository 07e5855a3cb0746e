package store

import (
	"cmp"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	// considered is how many of the best by text, and of the nearest by vector,
	// a question considers at least.
	considered = 32
	// reach is how many memories before and after one stand beside it.
	reach = 2
	// sceneGap is the silence after which a room talks of something else.
	sceneGap = eliza.Millis(60 * 60 * 1000)
)

// A Candidate is a memory that may be recalled.
type Candidate struct {
	N         int64 // its number; see Store.Numbered
	EntityID  eliza.ID
	RoomID    eliza.ID
	At        eliza.Millis
	Author    string  // display name of who said it
	Text      float64 // BM25, 0 when no word fits
	Cosine    float64 // -1 to 1, meaningful only when HasVector
	HasVector bool
	// Beside has the places in the pool of what was said in the same room
	// before and after it, the nearest first: two before, two after; -1 where
	// there is none in the pool.
	Beside [2 * reach]int
}

var alone = [2 * reach]int{-1, -1, -1, -1}

// best keeps the places of the highest scores, at most size, the highest
// first and of equals the newest.
type best struct {
	size int
	list []scored
}

// A scored memory is known by its number or by its place in a list.
type scored struct {
	n     int64
	score float64
}

func byScore(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.n, a.n)) }

func (b *best) add(s scored) {
	if len(b.list) == b.size && (b.size == 0 || byScore(b.list[len(b.list)-1], s) < 0) {
		return
	}
	at, _ := slices.BinarySearchFunc(b.list, s, byScore)
	if len(b.list) == b.size {
		b.list = b.list[:len(b.list)-1]
	}
	b.list = slices.Insert(b.list, at, s)
}
