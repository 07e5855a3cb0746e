package memory

import (
	"cmp"
	"slices"
	"strings"

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
)

// A ranked memory has its mixed score.
type ranked struct {
	store.Candidate
	score float64
}

// rank mixes the scores of a pool and returns the best first.
func rank(pool []store.Candidate, q Query) []ranked {
	best, floor := 0.0, floorOf(pool)
	for _, c := range pool {
		best = max(best, c.Text)
	}
	base := make([]float64, len(pool))
	for i, c := range pool {
		if best > 0 {
			base[i] = c.Text / best
		}
		if c.HasVector {
			base[i] += cosineCounts * max(0, c.Cosine-floor)
		}
		if c.EntityID == q.AgentID && !q.documents {
			base[i] *= ownCounts
		}
	}
	asked, beside := words(q.Text), [...]float64{nextCounts, afterNextCounts, nextCounts, afterNextCounts}
	list := make([]ranked, len(pool))
	for i, c := range pool {
		score := 0.0
		for k, j := range c.Beside {
			if j >= 0 {
				score += beside[k] * base[j]
			}
		}
		if c.EntityID == q.AgentID && !q.documents {
			score *= ownCounts
		}
		if score += base[i]; score > 0 && c.EntityID != q.AgentID && named(asked, c.Author) {
			score += namedCounts
		}
		list[i] = ranked{c, score}
	}
	list = slices.DeleteFunc(list, func(r ranked) bool { return r.score <= 0 })
	slices.SortFunc(list, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.N, a.N)) })
	return list
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

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" .,;:!?\"'’()\n\t", r) })
}

// named reports whether one of the words is a name's first.
func named(asked []string, name string) bool {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	return first != "" && slices.Contains(asked, first)
}
