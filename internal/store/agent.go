package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// CreateAgent stores a new agent. Error code: CONFLICT when the id is taken.
func (s *Store) CreateAgent(ctx context.Context, agent eliza.Agent) error {
	return s.write(ctx, "create agent", func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Agent", &agent)
	})
}

// Agent returns one agent. Error code: NOT_FOUND.
func (s *Store) Agent(ctx context.Context, id eliza.ID) (eliza.Agent, error) {
	agent := eliza.Agent{ID: id}
	err := get(ctx, s, "Agent", &agent)
	return agent, err
}

// Agents returns all agents, the oldest first.
func (s *Store) Agents(ctx context.Context) ([]eliza.Agent, error) {
	var list []eliza.Agent
	err := s.read.NewSelect().Model(&list).Order("created_at", "id").Scan(ctx)
	return list, failed("read agents", err)
}

// UpdateAgent changes an agent in one step. by may run again after a conflict
// and must not use the store; its error is returned as it is and changes
// nothing. The id and the time of birth stay. Error code: NOT_FOUND.
func (s *Store) UpdateAgent(ctx context.Context, id eliza.ID, by func(*eliza.Agent) error) (eliza.Agent, error) {
	return change(ctx, s, "Agent", eliza.Agent{ID: id}, func(a *eliza.Agent) error {
		born := a.CreatedAt
		err := by(a)
		a.ID, a.CreatedAt, a.UpdatedAt = id, born, eliza.Now()
		return err
	})
}

// DeleteAgent deletes an agent and everything it owns: memories, rooms,
// worlds, entities, deliveries, runs, logs and its seat in channels and
// servers. What it said in channels stays. Error code: NOT_FOUND.
func (s *Store) DeleteAgent(ctx context.Context, id eliza.ID) error {
	return s.write(ctx, "delete agent", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM agents WHERE id = ?`, id.String())
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.NotFound("Agent")
		}
		_, err = t.exec(ctx, `DELETE FROM channel_participants WHERE entity_id = ?`, id.String())
		return err
	})
}
