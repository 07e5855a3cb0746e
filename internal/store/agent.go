package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Sealer encrypts secrets of characters before they are stored. path says
// where in the character a secret stands.
type Sealer interface {
	Seal(agent eliza.ID, path, plain string) (sealed string, err error)
	// Open returns current false when the secret should be sealed anew.
	Open(agent eliza.ID, path, sealed string) (plain string, current bool, err error)
}

// CreateAgent stores a new agent. Error code: CONFLICT when the id is taken.
func (s *Store) CreateAgent(ctx context.Context, agent eliza.Agent) error {
	row := agent
	if err := s.seal(&row); err != nil {
		return failed("create agent", err)
	}
	return s.write(ctx, "create agent", func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Agent", &row)
	})
}

// Agent returns one agent. Error code: NOT_FOUND.
func (s *Store) Agent(ctx context.Context, id eliza.ID) (eliza.Agent, error) {
	agent := eliza.Agent{ID: id}
	if err := get(ctx, s, "Agent", &agent); err != nil {
		return agent, err
	}
	_, err := s.unseal(&agent)
	return agent, failed("read agent", err)
}

// Agents returns all agents, the oldest first.
func (s *Store) Agents(ctx context.Context) ([]eliza.Agent, error) {
	var list []eliza.Agent
	err := s.read.NewSelect().Model(&list).Order("created_at", "id").Scan(ctx)
	for i := range list {
		if err == nil {
			_, err = s.unseal(&list[i])
		}
	}
	return list, failed("read agents", err)
}

// AgentEntries returns what a list shows of all agents, the oldest first,
// without reading their characters.
func (s *Store) AgentEntries(ctx context.Context) ([]eliza.AgentEntry, error) {
	rows, err := s.often.query(ctx, `SELECT id, name, status, coalesce(`+s.shape.bio+`, '') FROM agents ORDER BY created_at, id`)
	if err != nil {
		return nil, failed("list agents", err)
	}
	defer rows.Close()
	var list []eliza.AgentEntry
	for rows.Next() {
		var e eliza.AgentEntry
		if err := rows.Scan(&e.ID, &e.Name, &e.Status, &e.Bio); err != nil {
			return nil, failed("list agents", err)
		}
		list = append(list, e)
	}
	return list, failed("list agents", rows.Err())
}

// UpdateAgent changes an agent in one step. by may run again after a conflict
// and must not use the store; its error is returned as it is and changes
// nothing. The id and the time of birth stay. Error code: NOT_FOUND.
func (s *Store) UpdateAgent(ctx context.Context, id eliza.ID, by func(*eliza.Agent) error) (eliza.Agent, error) {
	var agent eliza.Agent
	_, err := change(ctx, s, "Agent", eliza.Agent{ID: id}, func(row *eliza.Agent) error {
		born := row.CreatedAt
		if _, err := s.unseal(row); err != nil {
			return failed("read agent", err)
		}
		err := by(row)
		row.ID, row.CreatedAt, row.UpdatedAt = id, born, eliza.Now()
		if err != nil {
			return err
		}
		agent = *row
		return failed("update agent", s.seal(row))
	})
	if err != nil {
		return eliza.Agent{}, err
	}
	// As it will be read: what cannot be opened must not look like a value.
	_, err = s.unseal(&agent)
	return agent, failed("read agent", err)
}

// DeleteAgent deletes an agent and everything it owns: memories, rooms,
// worlds, entities, deliveries, runs, logs and its seat in channels and
// servers. What it said in channels stays. on's notices are not told. Error
// code: NOT_FOUND.
func (s *Store) DeleteAgent(ctx context.Context, id eliza.ID, on ...OnDelete[eliza.ID]) error {
	return s.write(ctx, "delete agent", func(ctx context.Context, t *tx) error {
		pending, err := s.pending(ctx, t, "agent_id = ?", id)
		if err != nil {
			return err
		}
		told(t, on, Deleted[eliza.ID]{id, pending})
		n, err := t.exec(ctx, `DELETE FROM agents WHERE id = ?`, id.String())
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.NotFound("Agent")
		}
		if _, err = t.exec(ctx, `DELETE FROM channel_participants WHERE entity_id = ?`, id.String()); err != nil {
			return err
		}
		return deleteBudgetsOf(ctx, t, id)
	})
}
