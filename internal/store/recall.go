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
	widening   = 4    // times Limit: candidates whose text is read to be ranked exactly
)

// A scored memory is known by its number.
type scored struct {
	n     int64
	score float64
}

func best(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.n, a.n)) }

// A candidate is a memory with its number.
type candidate struct {
	bun.BaseModel `bun:"table:memories,alias:m"`
	N             int64 `bun:"n"`
	eliza.Memory
}

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

// readHits reads the candidates and keeps the best Limit of each kind.
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
	var rows []candidate
	err := s.read.NewSelect().Model(&rows).ApplyQueryBuilder(q.choose).
		// The limit keeps the database from looking for the conditions first.
		ModelTableExpr("(SELECT * FROM memories WHERE n IN (?) LIMIT ?) AS m", bun.List(numbers), len(numbers)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.Content.Text
	}
	scores := weights.scores(texts)
	order := make([]int, 0, len(rows))
	for i := range rows {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int {
		return best(scored{rows[a].N, scores[a]}, scored{rows[b].N, scores[b]})
	})
	var hits []Hit
	var numbered []int64
	for place, i := range order {
		cosine, near := cosines[rows[i].N]
		if near || scores[i] > 0 && place < q.Limit {
			hits = append(hits, Hit{Memory: rows[i].Memory, TextScore: scores[i], Cosine: cosine, HasVector: near})
			numbered = append(numbered, rows[i].N)
		}
	}
	if err := s.addCosines(ctx, q, hits, numbered); err != nil {
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
