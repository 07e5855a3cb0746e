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
	ranked, err := s.rank(ctx, q, weights, numbers)
	if err != nil {
		return nil, err
	}
	numbers = numbers[:0]
	texts := map[int64]float64{}
	for place, c := range ranked {
		if _, near := cosines[c.n]; near || c.score > 0 && place < q.Limit {
			texts[c.n] = c.score
			numbers = append(numbers, c.n)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	var rows []candidate
	if err := s.read.NewSelect().Model(&rows).Where("m.n IN (?)", bun.List(numbers)).Scan(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b candidate) int { return best(scored{a.N, texts[a.N]}, scored{b.N, texts[b.N]}) })
	hits := make([]Hit, len(rows))
	numbers = numbers[:0]
	for i, r := range rows {
		cosine, near := cosines[r.N]
		hits[i] = Hit{Memory: r.Memory, TextScore: texts[r.N], Cosine: cosine, HasVector: near}
		numbers = append(numbers, r.N)
	}
	if err := s.addCosines(ctx, q, hits, numbers); err != nil {
		return nil, err
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.TextScore, a.TextScore), cmp.Compare(b.Cosine, a.Cosine))
	})
	return hits, nil
}

// rank orders those of the memories that the question allows. It reads their
// texts only: of most of them nothing else is wanted.
func (s *Store) rank(ctx context.Context, q RecallQuery, weights bm25, numbers []int64) ([]scored, error) {
	// The limit keeps the database from looking for the conditions first.
	rows, err := s.read.NewSelect().ColumnExpr("m.n, ?", bun.Safe(s.shape.text)).
		TableExpr("(SELECT * FROM memories WHERE n IN (?) LIMIT ?) AS m", bun.List(numbers), len(numbers)).ApplyQueryBuilder(q.choose).Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ranked := make([]scored, 0, len(numbers))
	texts := make([]string, 0, len(numbers))
	for rows.Next() {
		var n int64
		var text string
		if err := rows.Scan(&n, &text); err != nil {
			return nil, err
		}
		ranked, texts = append(ranked, scored{n: n}), append(texts, text)
	}
	for i, score := range weights.scores(texts) {
		ranked[i].score = score
	}
	slices.SortFunc(ranked, best)
	return ranked, rows.Err()
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
