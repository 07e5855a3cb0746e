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

const (
	// maxVectors bounds how many of the newest vectors, of the room and of the
	// entity each, are compared one by one where no signs are kept.
	maxVectors = 2000
	// maxVectorsMeanwhile is the same while the signs are being read.
	maxVectorsMeanwhile = 400
)

// nearest returns the memories whose vectors are nearest to the question's,
// with their cosines.
func (s *Store) nearest(ctx context.Context, q RecallQuery) (map[int64]float64, error) {
	near := map[int64]float64{}
	if len(q.Vector) == 0 {
		return near, nil
	}
	atMost := maxVectors
	// The signs do not know when anything was said.
	if s.signs != nil && q.Before == 0 && q.After == 0 {
		if numbers, known := s.signs.nearest(q); known {
			err := s.compareNumbers(ctx, q, near, numbers)
			return nearestOf(near, q.pool()), err
		}
		atMost = maxVectorsMeanwhile
	}
	scopes := []RecallQuery{q}
	if q.RoomID != eliza.NoID && q.EntityID != eliza.NoID { // each has an index
		room, entity := q, q
		room.EntityID, entity.RoomID = eliza.NoID, eliza.NoID
		scopes = []RecallQuery{room, entity}
	}
	for _, scope := range scopes {
		order := "m.created_at DESC"
		if scope.RoomID == eliza.NoID && scope.EntityID == eliza.NoID {
			order = "m.n DESC"
		}
		find := s.read.NewSelect().TableExpr("memories AS m").Join("JOIN embeddings AS e ON e.memory_n = m.n AND e.model = ?", q.Model).
			ApplyQueryBuilder(scope.choose).OrderExpr(order).Limit(int64(atMost))
		if scope.RoomID != q.RoomID {
			find = find.Where("m.room_id <> ?", q.RoomID) // was there before
		}
		if err := s.compare(ctx, q, near, find); err != nil {
			return nil, err
		}
	}
	return nearestOf(near, q.pool()), nil
}

// nearestOf leaves the nearest.
func nearestOf(near map[int64]float64, size int) map[int64]float64 {
	if len(near) <= size {
		return near
	}
	top := best{size: size}
	for n, cosine := range near {
		top.add(scored{n, cosine})
	}
	left := make(map[int64]float64, size)
	for _, s := range top.list {
		left[s.n] = s.score
	}
	return left
}

// addCosines completes those of the pool that were found by their text alone.
func (s *Store) addCosines(ctx context.Context, q RecallQuery, pool []Candidate) error {
	if len(q.Vector) == 0 {
		return nil
	}
	var numbers []int64
	for _, c := range pool {
		if !c.HasVector && c.Text > 0 {
			numbers = append(numbers, c.N)
		}
	}
	near := map[int64]float64{}
	err := s.compareNumbers(ctx, q, near, numbers)
	for i := range pool {
		if cosine, ok := near[pool[i].N]; ok {
			pool[i].Cosine, pool[i].HasVector = cosine, true
		}
	}
	return err
}

// compareNumbers compares the vectors of these memories, whether the question
// allows them or not.
func (s *Store) compareNumbers(ctx context.Context, q RecallQuery, near map[int64]float64, numbers []int64) error {
	if len(numbers) == 0 {
		return nil
	}
	slices.Sort(numbers)
	return s.compare(ctx, q, near, s.read.NewSelect().TableExpr("embeddings AS e").Where("e.model = ?", q.Model).Where("e.memory_n IN (?)", bun.List(numbers)))
}

// compare adds the cosine of each vector that rows holds.
func (s *Store) compare(ctx context.Context, q RecallQuery, near map[int64]float64, find *bun.SelectQuery) error {
	rows, err := find.Column("e.memory_n", "e.vector").Where("e.dim = ?", len(q.Vector)).Rows(ctx)
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
