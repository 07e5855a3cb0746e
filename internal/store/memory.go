package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Memories returns what an agent keeps, the newest first, and how many there
// are without Limit and Offset.
func (s *Store) Memories(ctx context.Context, agent eliza.ID, q MemoryQuery) ([]eliza.Memory, int, error) {
	var list []eliza.Memory
	find := s.read.NewSelect().Model(&list).ApplyQueryBuilder(chosen(agent, q)).Order("created_at DESC", "n DESC")
	if q.Limit > 0 {
		find = find.Limit(int64(q.Limit))
	}
	if q.Offset > 0 {
		find = find.Offset(int64(q.Offset))
	}
	if err := find.Scan(ctx); err != nil {
		return nil, 0, failed("read memories", err)
	}
	if q.NoTotal || q.Offset == 0 && (q.Limit <= 0 || len(list) < q.Limit) {
		return list, len(list), nil
	}
	total, err := s.read.NewSelect().Model((*eliza.Memory)(nil)).ApplyQueryBuilder(chosen(agent, q)).Count(ctx)
	return list, int(total), failed("count memories", err)
}

func chosen(agent eliza.ID, q MemoryQuery) func(bun.QueryBuilder) bun.QueryBuilder {
	return func(b bun.QueryBuilder) bun.QueryBuilder {
		b = b.Where("agent_id = ?", agent)
		if q.Type != "" {
			b = b.Where("type = ?", q.Type)
		}
		if q.RoomID != eliza.NoID {
			b = b.Where("room_id = ?", q.RoomID)
		}
		if q.WorldID != eliza.NoID {
			b = b.Where("world_id = ?", q.WorldID)
		}
		if q.EntityID != eliza.NoID {
			b = b.Where("entity_id = ?", q.EntityID)
		}
		if q.MessageID != eliza.NoID {
			b = b.Where("message_id = ?", q.MessageID)
		}
		if q.Before != 0 {
			b = b.Where("created_at < ?", q.Before)
		}
		if q.After != 0 {
			b = b.Where("created_at > ?", q.After)
		}
		if q.Unique {
			b = b.Where("is_unique = ?", true)
		}
		return b
	}
}

// Memory returns one memory of an agent. Error code: NOT_FOUND.
func (s *Store) Memory(ctx context.Context, agent, id eliza.ID) (eliza.Memory, error) {
	var memory eliza.Memory
	err := s.read.NewSelect().Model(&memory).Where("id = ? AND agent_id = ?", id, agent).Scan(ctx)
	return memory, found("Memory", err)
}

// CreateMemory stores a memory. Error codes: CONFLICT when the id is taken,
// NOT_FOUND when there is no such agent.
func (s *Store) CreateMemory(ctx context.Context, m eliza.Memory) error {
	n, err := s.CreateMemories(ctx, []eliza.Memory{m})
	if err == nil && n == 0 {
		err = conflict(nil, "Memory")
	}
	return err
}

// CreateMemories stores those whose ids are free and tells how many they were.
// Error code: NOT_FOUND when there is no such agent.
func (s *Store) CreateMemories(ctx context.Context, memories []eliza.Memory) (int, error) {
	rows, err := memoryRows(memories)
	if err != nil {
		return 0, err
	}
	var n int
	err = s.write(ctx, "store memories", func(ctx context.Context, t *tx) (err error) {
		known := map[eliza.ID]bool{}
		for _, m := range memories {
			if known[m.AgentID] {
				continue
			}
			known[m.AgentID] = true
			if err := s.mustExist(ctx, t, "Agent", "agents", m.AgentID); err != nil {
				return err
			}
		}
		n, err = insertMemories(ctx, t, rows)
		return err
	})
	return n, err
}

// UpdateMemory changes a memory as UpdateAgent does an agent. Its vectors are
// dropped when its text changes. Error code: NOT_FOUND.
func (s *Store) UpdateMemory(ctx context.Context, agent, id eliza.ID, by func(*eliza.Memory) error) (eliza.Memory, error) {
	var m eliza.Memory
	err := s.write(ctx, "update memory", func(ctx context.Context, t *tx) error {
		m = eliza.Memory{}
		if err := s.lockRow(t.NewSelect().Model(&m).Where("id = ? AND agent_id = ?", id, agent)).Scan(ctx); err != nil {
			return found("Memory", err)
		}
		text := m.Content.Text
		if err := by(&m); err != nil {
			return callersError{err}
		}
		m.ID, m.AgentID = id, agent
		if _, err := t.NewUpdate().Model(&m).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.reindex(ctx, t, m, text != m.Content.Text)
	})
	return m, err
}

// DeleteMemory deletes one memory of an agent. Error code: NOT_FOUND.
func (s *Store) DeleteMemory(ctx context.Context, agent, id eliza.ID) error {
	return remove(ctx, s, "Memory", `DELETE FROM memories WHERE id = ? AND agent_id = ?`, id.String(), agent.String())
}

// DeleteMemories deletes those of ids that an agent has and tells how many.
func (s *Store) DeleteMemories(ctx context.Context, agent eliza.ID, ids []eliza.ID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return s.deleteMemories(ctx, func(b bun.QueryBuilder) bun.QueryBuilder {
		return b.Where("agent_id = ?", agent).Where("id IN (?)", bun.List(ids))
	})
}

// DeleteMemoriesWhere deletes what q chooses (without Limit and Offset) and
// tells how many.
func (s *Store) DeleteMemoriesWhere(ctx context.Context, agent eliza.ID, q MemoryQuery) (int, error) {
	return s.deleteMemories(ctx, chosen(agent, q))
}

func (s *Store) deleteMemories(ctx context.Context, which func(bun.QueryBuilder) bun.QueryBuilder) (int, error) {
	var n int
	err := s.write(ctx, "delete memories", func(ctx context.Context, t *tx) (err error) {
		if s.active != nil {
			t.after = s.active.forget
		}
		n, err = affected(t.NewDelete().Model((*eliza.Memory)(nil)).ApplyQueryBuilder(which).Exec(ctx))
		return err
	})
	return n, err
}
