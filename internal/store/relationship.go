package store

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// maxTags bounds the tags that a relationship learns.
const maxTags = 20

// RelationshipQuery chooses relationships of an agent, those of the most
// interactions first. A zero field asks for nothing.
type RelationshipQuery struct {
	EntityID eliza.ID // on either side
	SourceID eliza.ID
	Limit    int // 0: 50
	Offset   int
}

// Relationships lists what an agent knows of who is what to whom.
func (s *Store) Relationships(ctx context.Context, agent eliza.ID, q RelationshipQuery) ([]eliza.Relationship, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	list := []eliza.Relationship{}
	find := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent)
	if q.EntityID != eliza.NoID {
		find = find.WhereGroup(" AND ", func(g *bun.SelectQuery) *bun.SelectQuery {
			return g.Where("source_entity_id = ?", q.EntityID).WhereOr("target_entity_id = ?", q.EntityID)
		})
	}
	if q.SourceID != eliza.NoID {
		find = find.Where("source_entity_id = ?", q.SourceID)
	}
	err := find.Order("interactions DESC", "created_at", "id").Limit(int64(q.Limit)).Offset(int64(q.Offset)).Scan(ctx)
	return list, failed("read relationships", err)
}

// UpdateRelationship changes a relationship as UpdateAgent does an agent. Error
// code: NOT_FOUND.
func (s *Store) UpdateRelationship(ctx context.Context, agent, id eliza.ID, by func(*eliza.Relationship) error) (eliza.Relationship, error) {
	var r eliza.Relationship
	err := s.write(ctx, "update relationship", func(ctx context.Context, t *tx) error {
		r = eliza.Relationship{}
		if err := s.lockRow(t.NewSelect().Model(&r).Where("id = ? AND agent_id = ?", id, agent)).Scan(ctx); err != nil {
			return found("Relationship", err)
		}
		if err := by(&r); err != nil {
			return callersError{err}
		}
		_, err := t.NewUpdate().Model(&r).Column("tags", "metadata").WherePK().Exec(ctx)
		return err
	})
	return r, err
}

// DeleteRelationship deletes one relationship. Error code: NOT_FOUND.
func (s *Store) DeleteRelationship(ctx context.Context, agent, id eliza.ID) error {
	return remove(ctx, s, "Relationship", `DELETE FROM relationships WHERE id = ? AND agent_id = ?`, id.String(), agent.String())
}

// relate adds interactions and tags to a relationship, which may be new.
func relate(ctx context.Context, t *tx, r eliza.Relationship) error {
	var known eliza.Relationship
	err := t.NewSelect().Model(&known).Where("agent_id = ?", r.AgentID).Where("source_entity_id = ?", r.SourceID).Where("target_entity_id = ?", r.TargetID).Scan(ctx)
	if err = found("Relationship", err); eliza.ErrorCode(err) == eliza.CodeNotFound {
		r.ID = eliza.NameID(r.AgentID.String() + ":" + r.SourceID.String() + ":" + r.TargetID.String())
		_, err = t.NewInsert().Model(&r).Exec(ctx)
		return err
	}
	if err != nil {
		return err
	}
	for _, tag := range r.Tags {
		if !slices.Contains(known.Tags, tag) && len(known.Tags) < maxTags {
			known.Tags = append(known.Tags, tag)
		}
	}
	known.Interactions += r.Interactions
	known.LastAt = max(known.LastAt, r.LastAt)
	_, err = t.NewUpdate().Model(&known).Column("tags", "interactions", "last_at").WherePK().Exec(ctx)
	return err
}
