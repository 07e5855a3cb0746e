package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"math"
	"slices"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// findVectors compares the question's vector with the newest ones in its scope
// and returns the nearest memories, at most Limit.
func (s *Store) findVectors(ctx context.Context, q RecallQuery) ([]scored, error) {
	if len(q.Vector) == 0 {
		return nil, nil
	}
	scopes := []RecallQuery{q}
	if q.RoomID != eliza.NoID && q.EntityID != eliza.NoID { // each has an index
		room, entity := q, q
		room.EntityID, entity.RoomID = eliza.NoID, eliza.NoID
		scopes = []RecallQuery{room, entity}
	}
	near := map[int64]float64{}
	for _, scope := range scopes {
		order := "m.created_at DESC"
		if scope.RoomID == eliza.NoID && scope.EntityID == eliza.NoID {
			order = "m.n DESC"
		}
		find := s.read.NewSelect().TableExpr("memories AS m").Join("JOIN embeddings AS e ON e.memory_n = m.n AND e.model = ?", q.Model).
			ApplyQueryBuilder(scope.choose).OrderExpr(order).Limit(maxVectors)
		if scope.RoomID != q.RoomID {
			find = find.Where("m.room_id <> ?", q.RoomID) // was there before
		}
		err := s.compare(ctx, q, near, find)
		if err != nil {
			return nil, err
		}
	}
	list := make([]scored, 0, len(near))
	for n, cosine := range near {
		list = append(list, scored{n, cosine})
	}
	slices.SortFunc(list, best)
	return list[:min(len(list), q.Limit)], nil
}

// addCosines completes the hits that were found by their text alone; numbers
// are theirs.
func (s *Store) addCosines(ctx context.Context, q RecallQuery, hits []Hit, numbers []int64) error {
	if len(q.Vector) == 0 || len(hits) == 0 {
		return nil
	}
	near := map[int64]float64{}
	err := s.compare(ctx, q, near, s.read.NewSelect().TableExpr("embeddings AS e").Join("JOIN memories AS m ON m.n = e.memory_n").
		Where("e.model = ?", q.Model).Where("e.memory_n IN (?)", bun.List(numbers)))
	for i := range hits {
		if cosine, ok := near[numbers[i]]; ok {
			hits[i].Cosine, hits[i].HasVector = cosine, true
		}
	}
	return err
}

// compare adds the cosine of each vector that rows holds.
func (s *Store) compare(ctx context.Context, q RecallQuery, near map[int64]float64, find *bun.SelectQuery) error {
	rows, err := find.Column("m.n", "e.vector").Where("e.dim = ?", len(q.Vector)).Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	length := math.Sqrt(squares(q.Vector))
	for rows.Next() {
		var n int64
		var vector sql.RawBytes
		if err := rows.Scan(&n, &vector); err != nil {
			return err
		}
		near[n] = cosine(q.Vector, length, vector)
	}
	return rows.Err()
}

func squares(v []float32) (sum float64) {
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return sum
}

// cosine compares a with a packed vector of the same dimension; 0 when either
// has no length.
func cosine(a []float32, length float64, packed []byte) float64 {
	var dot, square float32
	for i, x := range a {
		y := math.Float32frombits(binary.LittleEndian.Uint32(packed[4*i:]))
		dot += x * y
		square += y * y
	}
	if length == 0 || square == 0 {
		return 0
	}
	return float64(dot) / (length * math.Sqrt(float64(square)))
}
