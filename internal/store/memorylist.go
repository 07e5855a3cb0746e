package store

import (
	"context"
	"encoding/json"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/elizad/elizad/internal/eliza"
)

// Memories returns what an agent keeps, the newest first, and how many there
// are without Limit and Offset.
func (s *Store) Memories(ctx context.Context, agent eliza.ID, q MemoryQuery) ([]eliza.Memory, int, error) {
	where, args := q.where(agent)
	query := `SELECT id, type, entity_id, room_id, world_id, message_id, content, is_unique, metadata, created_at, coalesce(valid_until, 0) FROM memories` + where +
		` ORDER BY created_at DESC, n DESC`
	if q.Limit > 0 {
		query, args = query+` LIMIT ?`, append(args, q.Limit)
	} else if q.Offset > 0 {
		query += s.shape.noLimit
	}
	if q.Offset > 0 {
		query, args = query+` OFFSET ?`, append(args, q.Offset)
	}
	list, err := s.scanMemories(ctx, agent, max(q.Limit, 0), query, args)
	if err != nil {
		return nil, 0, failed("read memories", err)
	}
	if q.NoTotal || q.Offset == 0 && (q.Limit <= 0 || len(list) < q.Limit) {
		return list, len(list), nil
	}
	total, err := s.countMemories(ctx, agent, q)
	return list, total, failed("count memories", err)
}

func (s *Store) scanMemories(ctx context.Context, agent eliza.ID, expected int, query string, args []any) ([]eliza.Memory, error) {
	rows, err := s.often.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]eliza.Memory, 0, min(expected, 1000))
	for rows.Next() {
		m := eliza.Memory{AgentID: agent}
		var content, metadata []byte
		if err := rows.Scan(&m.ID, &m.Type, &m.EntityID, &m.RoomID, &m.WorldID, &m.MessageID, &content, &m.Unique, &metadata, &m.CreatedAt, &m.ValidUntil); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(content, &m.Content); err != nil {
			return nil, fmt.Errorf("content of memory %s: %w", m.ID, err)
		}
		if metadata != nil {
			if err := json.Unmarshal(metadata, &m.Metadata); err != nil {
				return nil, fmt.Errorf("metadata of memory %s: %w", m.ID, err)
			}
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

// where is the condition of a query, with the values that it binds.
func (q MemoryQuery) where(agent eliza.ID) (string, []any) {
	where, args := ` WHERE agent_id = ?`, []any{agent.String()}
	and := func(asked bool, condition string, value any) {
		if asked {
			where, args = where+` AND `+condition, append(args, value)
		}
	}
	and(q.Type != "", `type = ?`, clean(string(q.Type)))
	and(q.RoomID != eliza.NoID, `room_id = ?`, q.RoomID.String())
	and(q.WorldID != eliza.NoID, `world_id = ?`, q.WorldID.String())
	and(q.EntityID != eliza.NoID, `entity_id = ?`, q.EntityID.String())
	and(q.MessageID != eliza.NoID, `message_id = ?`, q.MessageID.String())
	and(q.Before != 0, `created_at < ?`, int64(q.Before))
	and(q.After != 0, `created_at > ?`, int64(q.After))
	and(q.Unique, `is_unique = ?`, true)
	if q.Current {
		where += ` AND valid_until IS NULL`
	}
	return where, args
}

// memoryCounts remembers how many memories fit a question. On SQLite memories
// are numbered in the order in which they appear, so that a count goes on from
// the last one; it is void when anything but new memories came since.
type memoryCounts struct {
	known *lru.Cache[memoryCountKey, memoryCount]
}

type memoryCountKey struct {
	agent eliza.ID
	query MemoryQuery
}

type memoryCount struct {
	upTo    int64 // the newest memory that was looked at
	changes int64 // so many changes had been made
	n       int
}

const (
	keptCounts = 1000
	// goOn is how many new memories, of all agents, are looked at one by one
	// rather than counting anew by an index.
	goOn = 2000
)

func newMemoryCounts() memoryCounts {
	known, _ := lru.New[memoryCountKey, memoryCount](keptCounts)
	return memoryCounts{known}
}

func (s *Store) countMemories(ctx context.Context, agent eliza.ID, q MemoryQuery) (int, error) {
	where, args := q.where(agent)
	if !s.shape.sole {
		var n int
		_, err := one(ctx, s.often, `SELECT count(*) FROM memories`+where, args, &n)
		return n, err
	}
	q.Limit, q.Offset = 0, 0
	key := memoryCountKey{agent, q}
	var now memoryCount
	if _, err := one(ctx, s.often, `SELECT coalesce((SELECT max(n) FROM memories), 0), n FROM memory_changes`, nil, &now.upTo, &now.changes); err != nil {
		return 0, err
	}
	before, known := s.counts.known.Get(key)
	if known && before == (memoryCount{now.upTo, now.changes, before.n}) {
		return before.n, nil
	}
	query := `SELECT count(*) FROM memories` + where + ` AND n <= ?`
	if known = known && before.changes == now.changes && now.upTo-before.upTo <= goOn; known {
		query, args = `SELECT count(*) FROM memories NOT INDEXED`+where+` AND n > ? AND n <= ?`, append(args, before.upTo)
	}
	if _, err := one(ctx, s.often, query, append(args, now.upTo), &now.n); err != nil {
		return 0, err
	}
	if known {
		now.n += before.n
	}
	s.counts.known.Add(key, now)
	return now.n, nil
}
