package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Entity returns someone whom an agent knows. Error code: NOT_FOUND.
func (s *Store) Entity(ctx context.Context, agent, id eliza.ID) (eliza.Entity, error) {
	entity := eliza.Entity{ID: id, AgentID: agent}
	err := get(ctx, s, "Entity", &entity)
	return entity, err
}

// Entities returns those of ids whom an agent knows; no ids at all: everyone.
func (s *Store) Entities(ctx context.Context, agent eliza.ID, ids []eliza.ID) ([]eliza.Entity, error) {
	var list []eliza.Entity
	q := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent).Order("created_at", "id")
	if len(ids) > 0 {
		q = q.Where("id IN (?)", bun.List(ids))
	}
	return list, failed("read entities", q.Scan(ctx))
}

// UpdateEntity changes an entity as UpdateAgent does an agent. Error code:
// NOT_FOUND.
func (s *Store) UpdateEntity(ctx context.Context, agent, id eliza.ID, by func(*eliza.Entity) error) (eliza.Entity, error) {
	return change(ctx, s, "Entity", eliza.Entity{ID: id, AgentID: agent}, func(e *eliza.Entity) error {
		err := by(e)
		e.ID, e.AgentID = id, agent
		return err
	})
}

// EntityPage returns a part of those whom an agent knows, who came first first.
func (s *Store) EntityPage(ctx context.Context, agent eliza.ID, limit, offset int) ([]eliza.Entity, error) {
	list := []eliza.Entity{}
	err := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent).Order("created_at", "id").Limit(int64(limit)).Offset(int64(offset)).Scan(ctx)
	return list, failed("read entities", err)
}
