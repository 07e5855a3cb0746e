package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// World returns one world of an agent. Error code: NOT_FOUND.
func (s *Store) World(ctx context.Context, agent, id eliza.ID) (eliza.World, error) {
	var world eliza.World
	err := s.read.NewSelect().Model(&world).Where("id = ? AND agent_id = ?", id, agent).Scan(ctx)
	return world, found("World", err)
}

// Worlds returns the worlds of an agent, the oldest first.
func (s *Store) Worlds(ctx context.Context, agent eliza.ID) ([]eliza.World, error) {
	var list []eliza.World
	err := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent).Order("created_at", "id").Scan(ctx)
	return list, failed("read worlds", err)
}

// AllWorlds returns the worlds of all agents, the oldest first.
func (s *Store) AllWorlds(ctx context.Context) ([]eliza.World, error) {
	var list []eliza.World
	err := s.read.NewSelect().Model(&list).Order("created_at", "id").Scan(ctx)
	return list, failed("read worlds", err)
}

// CreateWorld stores a new world. Error codes: CONFLICT when the id is taken,
// NOT_FOUND when there is no such agent.
func (s *Store) CreateWorld(ctx context.Context, world eliza.World) error {
	return s.write(ctx, "create world", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Agent", "agents", world.AgentID); err != nil {
			return err
		}
		return create(ctx, t, "World", &world)
	})
}

// UpdateWorld changes a world as UpdateAgent does an agent. Error code:
// NOT_FOUND.
func (s *Store) UpdateWorld(ctx context.Context, agent, id eliza.ID, by func(*eliza.World) error) (eliza.World, error) {
	return change(ctx, s, "World", eliza.World{ID: id}, func(w *eliza.World) error {
		if w.AgentID != agent {
			return eliza.NotFound("World")
		}
		err := by(w)
		w.ID, w.AgentID = id, agent
		return err
	})
}

// DeleteWorld deletes a world with its rooms and what the agent remembers of
// them. Error code: NOT_FOUND.
func (s *Store) DeleteWorld(ctx context.Context, agent, id eliza.ID) error {
	return s.write(ctx, "delete world", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM worlds WHERE id = ? AND agent_id = ?`, id.String(), agent.String())
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.NotFound("World")
		}
		_, err = t.exec(ctx, `DELETE FROM memories WHERE agent_id = ? AND room_id IN (SELECT id FROM rooms WHERE agent_id = ? AND world_id = ?)`,
			agent.String(), agent.String(), id.String())
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `DELETE FROM rooms WHERE agent_id = ? AND world_id = ?`, agent.String(), id.String())
		return err
	})
}
