package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Bounds of one Recall, so that its cost does not grow with what an agent
// keeps.
const (
	maxTerms   = 12   // words of the question that are looked up
	maxPerTerm = 128  // newest memories that one word finds
	maxVectors = 5000 // newest vectors that are compared, of the room and of the entity each
	widening   = 2    // times Limit: candidates whose text is read to be ranked exactly
)

// A scored memory is known by its number.
type scored struct {
	n     int64
	score float64
}

func best(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.n, a.n)) }

// Recall finds the memories that fit a text best: by their words, ranked by
// BM25, and by their vectors if the question has one. The hits of both come
// together, each with both scores, ordered by the text score and then by the
// cosine; mixing the scores is the caller's.
//
// Each word is looked up by itself and finds the newest memories that have it:
// a rare word finds all of them, and one that everybody uses tells little
// anyway. A vector that another model made does not count.
func (s *Store) Recall(ctx context.Context, q RecallQuery) ([]Hit, error) {
	if q.Limit <= 0 {
		q.Limit = 10
	}
	weights, byText, err := s.findText(ctx, q)
	if err != nil {
		return nil, failed("recall by text", err)
	}
	byVector, err := s.findVectors(ctx, q)
	if err != nil {
		return nil, failed("recall by vector", err)
	}
	hits, err := s.readHits(ctx, q, weights, byText, byVector)
	return hits, failed("recall", err)
}

// readHits ranks the candidates by their texts and reads the best Limit of
// each kind.
func (s *Store) readHits(ctx context.Context, q RecallQuery, weights bm25, byText, byVector []scored) ([]Hit, error) {
	var numbers []int64
	cosines := map[int64]float64{}
	for _, c := range byVector {
		cosines[c.n] = c.score
		numbers = append(numbers, c.n)
	}
	for _, c := range byText {
		if _, both := cosines[c.n]; !both {
			numbers = append(numbers, c.n)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	found, err := s.candidates(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(found))
	for i, c := range found {
		texts[i] = c.text
	}
	ranked := make([]scored, len(found)) // n is the place in found
	for i, score := range weights.scores(texts) {
		ranked[i] = scored{int64(i), score}
	}
	slices.SortFunc(ranked, func(a, b scored) int {
		return best(scored{found[a.n].n, a.score}, scored{found[b.n].n, b.score})
	})
	var hits []Hit
	numbers = numbers[:0]
	for place, r := range ranked {
		c := &found[r.n]
		cosine, near := cosines[c.n]
		if !near && (r.score == 0 || place >= q.Limit) {
			continue
		}
		memory, err := c.complete()
		if err != nil {
			return nil, err
		}
		hits = append(hits, Hit{Memory: memory, TextScore: r.score, Cosine: cosine, HasVector: near})
		numbers = append(numbers, c.n)
	}
	if err := s.addCosines(ctx, q, hits, numbers); err != nil {
		return nil, err
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.TextScore, a.TextScore), cmp.Compare(b.Cosine, a.Cosine))
	})
	return hits, nil
}

// choose keeps the memories that the question allows.
func (q RecallQuery) choose(b bun.QueryBuilder) bun.QueryBuilder {
	b = b.Where("m.agent_id = ?", q.AgentID)
	switch {
	case q.RoomID != eliza.NoID && q.EntityID != eliza.NoID:
		b = b.Where("(m.room_id = ? OR m.entity_id = ?)", q.RoomID, q.EntityID)
	case q.RoomID != eliza.NoID:
		b = b.Where("m.room_id = ?", q.RoomID)
	case q.EntityID != eliza.NoID:
		b = b.Where("m.entity_id = ?", q.EntityID)
	}
	if len(q.Types) > 0 {
		b = b.Where("m.type IN (?)", bun.List(q.Types))
	}
	if q.Before != 0 {
		b = b.Where("m.created_at < ?", q.Before)
	}
	if len(q.ExcludeMessageIDs) > 0 {
		b = b.Where("(m.message_id IS NULL OR m.message_id NOT IN (?))", bun.List(q.ExcludeMessageIDs))
	}
	return b
}
