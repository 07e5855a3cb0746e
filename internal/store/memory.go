package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

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
		return s.reindex(ctx, t, m, text != m.Content.Text || m.ValidUntil != 0)
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
	return s.deleteMemories(ctx, func(ctx context.Context, t *tx) (int, error) {
		return affected(t.NewDelete().Model((*eliza.Memory)(nil)).Where("agent_id = ?", agent).Where("id IN (?)", bun.List(ids)).Exec(ctx))
	})
}

// DeleteMemoriesWhere deletes what q chooses (without Limit and Offset) and
// tells how many.
func (s *Store) DeleteMemoriesWhere(ctx context.Context, agent eliza.ID, q MemoryQuery) (int, error) {
	where, args := q.where(agent)
	return s.deleteMemories(ctx, func(ctx context.Context, t *tx) (int, error) {
		n, err := t.exec(ctx, `DELETE FROM memories`+where, args...)
		return int(n), err
	})
}

func (s *Store) deleteMemories(ctx context.Context, which func(context.Context, *tx) (int, error)) (int, error) {
	var n int
	err := s.write(ctx, "delete memories", func(ctx context.Context, t *tx) (err error) {
		if s.active != nil {
			t.after = func() {
				s.active.forget()
				s.signs.forget()
			}
		}
		n, err = which(ctx, t)
		return err
	})
	return n, err
}

// HasFacts reports whether an agent keeps any fact that holds, by an entity or of a room.
func (s *Store) HasFacts(ctx context.Context, agent, room, entity eliza.ID) (bool, error) {
	var there bool
	_, err := one(ctx, s.often, `SELECT EXISTS (SELECT 1 FROM memories WHERE agent_id = ? AND type = 'facts' AND entity_id = ? AND valid_until IS NULL)
		OR EXISTS (SELECT 1 FROM memories WHERE agent_id = ? AND type = 'facts' AND room_id = ? AND valid_until IS NULL)`,
		[]any{agent.String(), entity.String(), agent.String(), room.String()}, &there)
	return there, failed("look for facts", err)
}

// HasKnowledge reports whether an agent keeps any piece of a document.
func (s *Store) HasKnowledge(ctx context.Context, agent eliza.ID) (bool, error) {
	var there bool
	_, err := one(ctx, s.often, `SELECT EXISTS (SELECT 1 FROM memories WHERE agent_id = ? AND type = 'knowledge')`, []any{agent.String()}, &there)
	return there, failed("look for knowledge", err)
}
