package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/tidwall/gjson"
	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// Bounds of one look at the index on disk, so that its cost does not grow with
// what an agent keeps.
const (
	maxTerms   = 12  // words of the question that are looked up, twice as many pairs of characters
	maxPerTerm = 128 // newest memories that one word finds
	maxSpread  = 16  // of the best, those whose neighbours are looked for
)

// pool is how many of the best by text, and by vector, are considered.
func (q *RecallQuery) pool() int { return max(considered, q.Limit) }

// Pool finds the memories that may fit a text: the best by their words, ranked
// by BM25, the nearest by their vectors if the question has one, and what was
// said beside them. Choosing among them is the caller's, by whatever mix of
// the scores; Numbered reads the chosen. A vector that another model made does
// not count.
//
// Of a room or an entity that was asked about lately everything is ranked.
// Otherwise each word is looked up by itself and finds the newest memories
// that have it: a rare word finds all of them, and one that everybody uses
// tells little anyway.
func (s *Store) Pool(ctx context.Context, q RecallQuery) ([]Candidate, error) {
	near, err := s.nearest(ctx, q)
	if err != nil {
		return nil, failed("recall by vector", err)
	}
	terms := analysis.Terms(q.Text, maxTerms)
	if s.active != nil {
		pool, known, err := s.active.pool(ctx, s.often, q, terms, near)
		if err == nil && known {
			err = s.addCosines(ctx, q, pool)
		}
		if known || err != nil {
			return pool, failed("recall", err)
		}
	}
	pool, err := s.poolOnDisk(ctx, q, terms, near)
	return pool, failed("recall", err)
}

// Recall reads the memories of the pool that fit by themselves, ordered by the
// text score and then by the cosine, at most Limit of each kind.
func (s *Store) Recall(ctx context.Context, q RecallQuery) ([]Hit, error) {
	if q.Limit <= 0 {
		q.Limit = 10
	}
	pool, err := s.Pool(ctx, q)
	if err != nil {
		return nil, err
	}
	byText, byVector := best{size: q.Limit}, best{size: q.Limit}
	for i, c := range pool {
		if c.Text > 0 {
			byText.add(scored{int64(i), c.Text})
		}
		if c.HasVector {
			byVector.add(scored{int64(i), c.Cosine})
		}
	}
	var places []int
	for _, s := range slices.Concat(byText.list, byVector.list) {
		if !slices.Contains(places, int(s.n)) {
			places = append(places, int(s.n))
		}
	}
	slices.SortFunc(places, func(a, b int) int {
		a1, b1 := pool[a], pool[b]
		return cmp.Or(cmp.Compare(b1.Text, a1.Text), cmp.Compare(b1.Cosine, a1.Cosine), cmp.Compare(b1.N, a1.N))
	})
	numbers := make([]int64, len(places))
	for i, place := range places {
		numbers[i] = pool[place].N
	}
	memories, err := s.Numbered(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for i, m := range memories {
		if c := pool[places[i]]; m.ID != eliza.NoID {
			hits = append(hits, Hit{Memory: m, TextScore: c.Text, Cosine: c.Cosine, HasVector: c.HasVector})
		}
	}
	return hits, nil
}

// Numbered reads memories of a question's pool. In the place of one that is
// gone, or that the question does not allow, there is one without an id.
func (s *Store) Numbered(ctx context.Context, q RecallQuery, numbers []int64) ([]eliza.Memory, error) {
	return s.numbered(ctx, q, numbers, (*candidate).complete)
}

// Said is Numbered for who needs only the texts: the other fields of Content
// stay empty, and Metadata has nothing but the trust, if it was told.
func (s *Store) Said(ctx context.Context, q RecallQuery, numbers []int64) ([]eliza.Memory, error) {
	return s.numbered(ctx, q, numbers, func(c *candidate) (eliza.Memory, error) {
		c.Content.Text = c.text
		if c.metadata != nil {
			if trust := gjson.Get(*c.metadata, "trust").String(); trust != "" {
				c.Metadata = map[string]any{"trust": trust}
			}
		}
		return c.Memory, nil
	})
}

func (s *Store) numbered(ctx context.Context, q RecallQuery, numbers []int64, read func(*candidate) (eliza.Memory, error)) ([]eliza.Memory, error) {
	found, err := s.candidates(ctx, q, numbers)
	if err != nil {
		return nil, failed("read memories", err)
	}
	list := make([]eliza.Memory, len(numbers))
	for i := range found {
		if list[slices.Index(numbers, found[i].n)], err = read(&found[i]); err != nil {
			return nil, failed("read memories", err)
		}
	}
	return list, nil
}

// poolOnDisk makes the pool from the text index and the memories themselves.
func (s *Store) poolOnDisk(ctx context.Context, q RecallQuery, terms []string, near map[int64]float64) ([]Candidate, error) {
	weigh, byText, err := s.findText(ctx, q, terms)
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, 0, len(near)+len(byText))
	for n := range near {
		numbers = append(numbers, n)
	}
	for _, c := range byText {
		if _, both := near[c.n]; !both {
			numbers = append(numbers, c.n)
		}
	}
	slices.Sort(numbers)
	found, err := s.candidates(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	top := best{size: maxSpread}
	for i, score := range weigh.scores(texts(found)) {
		if found[i].Type == eliza.MemoryMessages {
			top.add(scored{int64(i), score + near[found[i].n]})
		}
	}
	besides := map[int64][]int64{}
	var more []int64
	for _, c := range top.list {
		beside, err := s.beside(ctx, &found[c.n])
		if err != nil {
			return nil, err
		}
		besides[found[c.n].n] = beside
		more = append(more, beside...)
	}
	slices.Sort(more)
	more = slices.DeleteFunc(slices.Compact(more), func(n int64) bool { _, had := slices.BinarySearch(numbers, n); return n == 0 || had })
	neighbours, err := s.candidates(ctx, q, more)
	if err != nil {
		return nil, err
	}
	found = append(found, neighbours...)
	pool := make([]Candidate, len(found))
	places := map[int64]int{}
	for i, score := range weigh.scores(texts(found)) {
		c := &found[i]
		cosine, has := near[c.n]
		pool[i] = Candidate{N: c.n, EntityID: c.EntityID, RoomID: c.RoomID, At: c.CreatedAt, Author: c.author(), Text: score, Cosine: cosine, HasVector: has, Beside: alone}
		places[c.n] = i
	}
	link(pool, places, besides)
	return pool, s.addCosines(ctx, q, pool)
}

// link notes who stands beside whom, on both sides.
func link(pool []Candidate, places map[int64]int, besides map[int64][]int64) {
	for n, beside := range besides {
		for k, other := range beside {
			i, j, there := places[n], 0, other != 0
			if there {
				j, there = places[other]
			}
			if there {
				pool[i].Beside[k], pool[j].Beside[(k+reach)%(2*reach)] = j, i
			}
		}
	}
}

// beside reads the numbers of the messages before and after one in its room, 0
// where there is none.
func (s *Store) beside(ctx context.Context, c *candidate) ([]int64, error) {
	list := make([]int64, 2*reach)
	for side, look := range []struct {
		query    string
		from, to eliza.Millis
	}{{selectBefore, c.CreatedAt - sceneGap, c.CreatedAt}, {selectAfter, c.CreatedAt, c.CreatedAt + sceneGap}} {
		rows, err := s.often.query(ctx, look.query, c.AgentID.String(), c.RoomID.String(), int64(look.from), int64(look.to), c.n, reach)
		if err != nil {
			return nil, err
		}
		for i := side * reach; rows.Next(); i++ {
			if err := rows.Scan(&list[i]); err != nil {
				rows.Close()
				return nil, err
			}
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

const (
	selectBeside = `SELECT n FROM memories WHERE agent_id = ? AND room_id = ? AND created_at BETWEEN ? AND ? AND type = 'messages' AND n `
	selectBefore = selectBeside + `< ? ORDER BY created_at DESC, n DESC LIMIT ?`
	selectAfter  = selectBeside + `> ? ORDER BY created_at, n LIMIT ?`
)

func texts(found []candidate) []string {
	list := make([]string, len(found))
	for i, c := range found {
		list[i] = c.text
	}
	return list
}

// author is the display name of who said it.
func (c *candidate) author() string {
	if c.metadata == nil {
		return ""
	}
	return gjson.Get(*c.metadata, "senderName").String()
}

// choose keeps the memories that the question allows.
func (q RecallQuery) choose(b bun.QueryBuilder) bun.QueryBuilder {
	b = b.Where("m.agent_id = ?", q.AgentID).Where("m.valid_until IS NULL")
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
	if q.After != 0 {
		b = b.Where("m.created_at > ?", q.After)
	}
	if q.By != eliza.NoID {
		b = b.Where("m.entity_id = ?", q.By)
	}
	if q.Witness != eliza.NoID {
		b = b.Where("(m.entity_id = ? OR m.created_at >= ?)", q.Witness, q.Since)
	}
	if len(q.ExcludeMessageIDs) > 0 {
		b = b.Where("(m.message_id IS NULL OR m.message_id NOT IN (?))", bun.List(q.ExcludeMessageIDs))
	}
	return b
}
