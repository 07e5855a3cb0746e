package memory

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// The mix of scores. It was chosen on long conversations between people with
// questions about them (make recall measures it); BM25 is scaled to 1 for the
// best text of the pool.
const (
	cosineCounts = 0.8
	// besideCounts is the share that a memory has of the scores of those beside
	// it, by their distance: an answer seldom repeats the words of its question.
	nextCounts, afterNextCounts = 0.5, 0.25
	// namedCounts is for what was said by somebody whom the question names.
	namedCounts = 0.2
	// ownCounts is the share left to what the agent said itself: it may only
	// repeat what it was told.
	ownCounts = 0.5
	// hereCounts is for what was said in the room that asks, mineCounts for
	// what the person said who asks, and lateCounts for what was said just now,
	// half of it after lateHalf. They decide between memories that fit alike.
	hereCounts, mineCounts, lateCounts = 0.03, 0.03, 0.05
	lateHalf                           = 7 * 24 * 60 * 60 * 1000 // milliseconds
)

// A ranked memory has its mixed score and what that is mixed of.
type ranked struct {
	store.Candidate
	score float64
	parts model.Parts
}

// rank mixes the scores of a pool and returns the best first.
func rank(pool []store.Candidate, q Query) []ranked {
	best, floor := 0.0, floorOf(pool)
	for _, c := range pool {
		best = max(best, c.Text)
	}
	own := func(c *store.Candidate) float64 {
		if c.EntityID == q.AgentID && !q.documents {
			return ownCounts
		}
		return 1
	}
	now := cmp.Or(q.Now, eliza.Now())
	list, base := make([]ranked, len(pool)), make([]float64, len(pool))
	for i, c := range pool {
		list[i].Candidate = c
		if best > 0 {
			list[i].parts.Words = own(&c) * c.Text / best
		}
		if c.HasVector {
			list[i].parts.Meaning = own(&c) * cosineCounts * max(0, c.Cosine-floor)
		}
		base[i] = list[i].parts.Words + list[i].parts.Meaning
	}
	named, beside := namedIn(q.Text), [...]float64{nextCounts, afterNextCounts, nextCounts, afterNextCounts}
	for i := range list {
		r := &list[i]
		for k, j := range r.Beside {
			if j >= 0 {
				r.parts.Beside += own(&r.Candidate) * beside[k] * base[j]
			}
		}
		if r.score = base[i] + r.parts.Beside; r.score <= 0 {
			continue
		}
		if r.EntityID != q.AgentID && named(r.Author) {
			r.parts.Named = namedCounts
		}
		r.parts.Near = nearness(&r.Candidate, &q, now)
		r.score += r.parts.Named + r.parts.Near
	}
	list = slices.DeleteFunc(list, func(r ranked) bool { return r.score <= 0 })
	slices.SortFunc(list, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.N, a.N)) })
	return list
}

// nearness is what speaks for a memory besides what it says.
func nearness(c *store.Candidate, q *Query, now eliza.Millis) (near float64) {
	if q.RoomID != eliza.NoID && c.RoomID == q.RoomID {
		near += hereCounts
	}
	if q.EntityID != eliza.NoID && c.EntityID == q.EntityID {
		near += mineCounts
	}
	return near + lateCounts*math.Exp2(-float64(max(0, now-c.At))/lateHalf)
}

// floorOf is the cosine that says nothing: the many-th highest, or 0 of few.
func floorOf(pool []store.Candidate) float64 {
	const many = 32
	var cosines []float64
	for _, c := range pool {
		if c.HasVector {
			cosines = append(cosines, c.Cosine)
		}
	}
	if len(cosines) < many {
		return 0
	}
	slices.Sort(cosines)
	return max(0, cosines[len(cosines)-many])
}

// words are those of a text, whatever their spelling.
func words(text string) []string {
	return strings.FieldsFunc(analysis.Fold(text), func(r rune) bool { return strings.ContainsRune(" .,;:!?\"'()。、「」『』؟،", r) })
}

// namedIn returns what tells whether a question has a name, or its first word.
func namedIn(question string) func(name string) bool {
	known := map[string]bool{}
	return func(name string) bool {
		named, asked := known[name]
		if !asked {
			first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
			named = analysis.Named(question, first)
			known[name] = named
		}
		return named
	}
}
