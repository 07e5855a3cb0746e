package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// maxFacts is how many facts an agent keeps of one entity. Of more, those go
// first that something newer took the place of, and then the oldest.
const maxFacts = 1000

func isFact(m eliza.Memory) bool { return m.Type == eliza.MemoryFacts }

// learnFact stores a fact once. A newer one on the same subject and entity
// takes the place of an older one, which is kept, and so it does of those that
// it corrects; the same words said again are one more source of the fact that
// is there.
func (s *Store) learnFact(ctx context.Context, t *tx, fact eliza.Memory, corrects []eliza.ID) error {
	var there bool
	if _, err := one(ctx, t, `SELECT EXISTS (SELECT 1 FROM memories WHERE id = ?)`, []any{fact.ID.String()}, &there); err != nil || there {
		return err
	}
	var rivals []eliza.Memory
	err := t.NewSelect().Model(&rivals).Where("agent_id = ?", fact.AgentID).Where("type = ?", eliza.MemoryFacts).Where("entity_id = ?", fact.EntityID).
		Where("valid_until IS NULL").Where("(metadata ->> 'subject' = ? OR lower("+s.shape.text+") = ?)", fact.Subject(), strings.ToLower(clean(fact.Content.Text))).
		Order("created_at", "n").Scan(ctx)
	if err != nil {
		return err
	}
	var newer *eliza.Memory
	for i, r := range rivals {
		switch {
		case strings.EqualFold(r.Content.Text, clean(fact.Content.Text)):
			if err := s.correct(ctx, t, corrects, &r); err != nil {
				return err
			}
			return sourceOf(ctx, t, r.ID, fact.MessageID)
		case fact.Subject() == "" || r.Subject() != fact.Subject():
		case r.CreatedAt > fact.CreatedAt:
			newer = &rivals[i]
		default:
			if err := s.supersede(ctx, t, r, &fact); err != nil {
				return err
			}
		}
	}
	rows, err := memoryRows([]eliza.Memory{fact})
	if err != nil {
		return err
	}
	if _, err := insertMemories(ctx, t, rows); err != nil {
		return err
	}
	if err := sourceOf(ctx, t, fact.ID, fact.MessageID); err != nil {
		return err
	}
	if err := s.correct(ctx, t, corrects, &fact); err != nil {
		return err
	}
	if newer != nil {
		if err := s.supersede(ctx, t, fact, newer); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `DELETE FROM memories WHERE id IN (SELECT id FROM memories WHERE agent_id = ? AND type = 'facts' AND entity_id = ?
		ORDER BY CASE WHEN valid_until IS NULL THEN 0 ELSE 1 END, created_at DESC, n DESC`+s.shape.noLimit+` OFFSET ?)`,
		fact.AgentID.String(), fact.EntityID.String(), maxFacts)
	return err
}

// correct has a fact take the place of others of its entity that are current.
func (s *Store) correct(ctx context.Context, t *tx, wrong []eliza.ID, by *eliza.Memory) error {
	if len(wrong) == 0 {
		return nil
	}
	var old []eliza.Memory
	err := t.NewSelect().Model(&old).Where("id IN (?)", bun.List(wrong)).Where("agent_id = ?", by.AgentID).Where("type = ?", eliza.MemoryFacts).
		Where("entity_id = ?", by.EntityID).Where("valid_until IS NULL").Where("id <> ?", by.ID).Where("created_at <= ?", by.CreatedAt).Scan(ctx)
	if err != nil {
		return err
	}
	for _, o := range old {
		if err := s.supersede(ctx, t, o, by); err != nil {
			return err
		}
	}
	return nil
}

// sourceOf notes that a message says a fact.
func sourceOf(ctx context.Context, t *tx, fact, message eliza.ID) error {
	if message == eliza.NoID {
		return nil
	}
	_, err := t.exec(ctx, `INSERT INTO fact_sources (message_id, memory_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, message.String(), fact.String())
	return err
}

// supersede ends the time of a fact with the beginning of another's.
func (s *Store) supersede(ctx context.Context, t *tx, old eliza.Memory, by *eliza.Memory) error {
	metadata := map[string]any{}
	for key, value := range old.Metadata {
		metadata[key] = value
	}
	metadata["supersededBy"] = by.ID
	old.Metadata, old.ValidUntil = metadata, by.CreatedAt
	if _, err := t.NewUpdate().Model(&old).Column("metadata", "valid_until").WherePK().Exec(ctx); err != nil {
		return err
	}
	return s.reindex(ctx, t, old, true)
}

// Sources returns the messages that say a fact.
func (s *Store) Sources(ctx context.Context, fact eliza.ID) ([]eliza.ID, error) {
	list := []eliza.ID{}
	err := s.read.NewSelect().Table("fact_sources").Column("message_id").Where("memory_id = ?", fact).Order("message_id").Scan(ctx, &list)
	return list, failed("read the sources of a fact", err)
}

// Supersedes returns the facts whose place a fact took.
func (s *Store) Supersedes(ctx context.Context, agent, entity, fact eliza.ID) ([]eliza.ID, error) {
	list := []eliza.ID{}
	err := s.read.NewSelect().Table("memories").Column("id").Where("agent_id = ?", agent).Where("type = ?", eliza.MemoryFacts).Where("entity_id = ?", entity).
		Where("valid_until IS NOT NULL").Where("metadata ->> 'supersededBy' = ?", fact.String()).Order("n").Scan(ctx, &list)
	return list, failed("read what a fact took the place of", err)
}

// RecalledIn returns those of an agent's newest runs, at most look of them and
// begun at since or later, that recalled a memory: the newest, at most limit.
// It tells how many runs it looked at.
func (s *Store) RecalledIn(ctx context.Context, agent, memory eliza.ID, since eliza.Millis, look, limit int) (list []eliza.Run, looked int, err error) {
	newest := s.read.NewSelect().Table("runs").Where("agent_id = ?", agent).Where("started_at >= ?", since).Order("started_at DESC").Limit(int64(look))
	n, err := s.read.NewSelect().TableExpr("(?) AS r", newest.Clone().Column("id")).Count(ctx)
	if err != nil {
		return nil, 0, failed("count runs", err)
	}
	err = s.read.NewSelect().TableExpr("(?) AS r", newest.Column("*")).Where("CAST(events AS text) LIKE ?", "%"+memory.String()+"%").
		Order("started_at DESC").Limit(int64(limit)).Scan(ctx, &list)
	return list, int(n), failed("read runs", err)
}
