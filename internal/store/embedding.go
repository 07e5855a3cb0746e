package store

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// embeddable are the types of memories that get vectors.
var embeddable = []eliza.MemoryType{eliza.MemoryMessages, eliza.MemoryFacts, eliza.MemoryKnowledge}

// Unembedded returns at most limit messages, facts and pieces of knowledge that have a text but no
// vector of the model and of this length yet, of all agents, the oldest first.
// 0 stands for any length.
func (s *Store) Unembedded(ctx context.Context, model string, dim, limit int) ([]eliza.Memory, error) {
	of := vectorsOf{model, dim}
	from := s.embedded.of(of)
	var newest int64 // before the look
	if err := s.read.NewRaw(`SELECT coalesce(max(n), 0) FROM memories`).Scan(ctx, &newest); err != nil {
		return nil, failed("read memories without a vector", err)
	}
	var rows []numberedMemory
	err := s.read.NewSelect().Model(&rows).Where("m.n > ?", from-reordered).
		Where("m.type IN (?)", bun.List(embeddable)).Where("m.valid_until IS NULL").
		Where("NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.memory_n = m.n AND e.model = ? AND (e.dim = 0 OR ? IN (0, e.dim)))", model, dim).
		Where(s.shape.text + " <> ''").Order("n").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, failed("read memories without a vector", err)
	}
	list := make([]eliza.Memory, len(rows))
	for i, r := range rows {
		list[i] = r.Memory
	}
	if len(rows) > 0 {
		newest = rows[0].N - 1
	}
	s.embedded.reach(of, from, newest)
	return list, nil
}

// A numberedMemory is a row of the table.
type numberedMemory struct {
	bun.BaseModel `bun:"table:memories,alias:m"`
	N             int64 `bun:"n"`
	eliza.Memory
}

// embeddedTo remembers for each model up to which memory all have vectors, so
// that looking for those without does not go through all of them every time.
type embeddedTo struct {
	mutex sync.Mutex
	to    map[vectorsOf]int64
}

// vectorsOf names vectors of one kind.
type vectorsOf struct {
	model string
	dim   int
}

// reordered is by how much a number may be lower than one that was seen
// before it: on PostgreSQL, transactions do not commit in their numbers' order.
const reordered = 1000

func (e *embeddedTo) of(v vectorsOf) int64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.to[v]
}

// reach moves on to n, unless someone went back meanwhile.
func (e *embeddedTo) reach(v vectorsOf, from, n int64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.to == nil {
		e.to = map[vectorsOf]int64{}
	}
	if e.to[v] == from {
		e.to[v] = n
	}
}

// back makes the next look begin at n again, because its vectors were dropped.
func (e *embeddedTo) back(n int64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for v, to := range e.to {
		e.to[v] = min(to, n-1)
	}
}

// PutEmbeddings stores vectors of the model. A vector of a memory that is gone
// is left out; one that was there is replaced.
func (s *Store) PutEmbeddings(ctx context.Context, model string, vectors []Vector) error {
	if len(vectors) == 0 {
		return nil
	}
	var stored []newVector
	return s.write(ctx, "store vectors", func(ctx context.Context, t *tx) error {
		stored = stored[:0]
		for some := range slices.Chunk(vectors, maxRows) {
			ids := make([]eliza.ID, len(some))
			for i, v := range some {
				ids[i] = v.MemoryID
			}
			var rows []numberedMemory
			if err := t.NewSelect().Model(&rows).Column("n", "id", "agent_id", "type", "room_id", "entity_id").Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
				return err
			}
			var args []any
			for _, v := range some {
				if i := slices.IndexFunc(rows, func(r numberedMemory) bool { return r.ID == v.MemoryID }); i >= 0 {
					m := rows[i]
					args = append(args, m.N, clean(model), len(v.Vector), packVector(v.Vector))
					stored = append(stored, newVector{m.N, m.AgentID, m.RoomID, m.EntityID, m.Type, clean(model), v.Vector})
				}
			}
			if err := insert(ctx, t, `INSERT INTO embeddings (memory_n, model, dim, vector) VALUES `, 4,
				` ON CONFLICT (memory_n, model) DO UPDATE SET dim = excluded.dim, vector = excluded.vector`, args); err != nil {
				return err
			}
		}
		if s.signs != nil {
			t.after = func() { s.signs.committed(stored) }
		}
		return nil
	})
}

// Embeddings returns the vectors of the model that these memories have.
func (s *Store) Embeddings(ctx context.Context, model string, memories []eliza.ID) ([]Vector, error) {
	if len(memories) == 0 {
		return nil, nil
	}
	var rows []struct {
		ID     eliza.ID `bun:"id"`
		Vector []byte   `bun:"vector"`
	}
	err := s.read.NewSelect().TableExpr("embeddings AS e").Join("JOIN memories AS m ON m.n = e.memory_n").Column("m.id", "e.vector").
		Where("e.model = ? AND e.dim > 0", model).Where("m.id IN (?)", bun.List(memories)).Scan(ctx, &rows)
	list := make([]Vector, len(rows))
	for i, r := range rows {
		list[i] = Vector{r.ID, unpackVector(r.Vector)}
	}
	return list, failed("read vectors", err)
}

// EmbeddingCount is how many memories have vectors of a model and a length; of
// the length 0 are those that the model cannot embed.
type EmbeddingCount struct {
	Model string `bun:"model"`
	Dim   int    `bun:"dim"`
	N     int    `bun:"count"`
}

// EmbeddingCounts counts the vectors of an agent's memories, and the memories
// that should have one.
func (s *Store) EmbeddingCounts(ctx context.Context, agent eliza.ID) (list []EmbeddingCount, all int, err error) {
	err = s.read.NewSelect().TableExpr("memories AS m").Join("JOIN embeddings AS e ON e.memory_n = m.n").ColumnExpr("e.model, e.dim, count(*) AS count").
		Where("m.agent_id = ?", agent).Where("m.valid_until IS NULL").GroupExpr("e.model, e.dim").OrderExpr("e.model, e.dim").Scan(ctx, &list)
	if err != nil {
		return nil, 0, failed("count vectors", err)
	}
	n, err := s.read.NewSelect().TableExpr("memories AS m").Where("m.agent_id = ?", agent).Where("m.type IN (?)", bun.List(embeddable)).
		Where("m.valid_until IS NULL").Where(s.shape.text + " <> ''").Count(ctx)
	return list, int(n), failed("count memories", err)
}

// A vector is stored as its float32 values, little-endian.
func packVector(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func unpackVector(b []byte) []float32 {
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}
