package store

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Shelf is where a plugin keeps documents of an agent.
type Shelf struct {
	AgentID            eliza.ID
	Plugin, Collection string
}

// Kept is a JSON document that a plugin keeps.
type Kept struct {
	Key   string
	Value json.RawMessage
}

// KeepValues stores documents, in the place of those with the same keys, when
// the plugin's documents of the agent are not more than quota bytes then. Error
// codes: NOT_FOUND (agent), STORAGE_FULL.
func (s *Store) KeepValues(ctx context.Context, shelf Shelf, values []Kept, quota int64) error {
	return s.write(ctx, "keep documents of a plugin", func(ctx context.Context, t *tx) error {
		// The agent's row is the lock of its documents.
		var agent eliza.Agent
		if err := s.lockRow(t.NewSelect().Model(&agent).Column("id").Where("id = ?", shelf.AgentID)).Scan(ctx); err != nil {
			return found("Agent", err)
		}
		for _, v := range values {
			_, err := t.exec(ctx, `INSERT INTO plugin_values (agent_id, plugin, collection, key, value, size, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (agent_id, plugin, collection, key) DO UPDATE SET value = excluded.value, size = excluded.size, updated_at = excluded.updated_at`,
				shelf.AgentID.String(), shelf.Plugin, shelf.Collection, v.Key, cleanJSON(string(v.Value)), int64(len(v.Value)+len(v.Key)), int64(eliza.Now()))
			if err != nil {
				return err
			}
		}
		var total int64
		_, err := one(ctx, t, `SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM plugin_values WHERE agent_id = ? AND plugin = ?`, []any{shelf.AgentID.String(), shelf.Plugin}, &total)
		if err == nil && total > quota {
			err = eliza.Errorf(eliza.CodeStorageFull, "The plugin keeps %d bytes for the agent, and may keep %d", total, quota)
		}
		return err
	})
}

// KeptValue returns a document. Error code: NOT_FOUND.
func (s *Store) KeptValue(ctx context.Context, shelf Shelf, key string) (json.RawMessage, error) {
	var value string
	there, err := one(ctx, s.often, `SELECT value FROM plugin_values WHERE agent_id = ? AND plugin = ? AND collection = ? AND key = ?`,
		[]any{shelf.AgentID.String(), shelf.Plugin, shelf.Collection, key}, &value)
	if err == nil && !there {
		return nil, eliza.NotFound("Document")
	}
	return json.RawMessage(value), failed("read a document of a plugin", err)
}

// KeptValues returns at most limit documents behind a key, by key.
func (s *Store) KeptValues(ctx context.Context, shelf Shelf, after string, limit int) ([]Kept, error) {
	rows, err := s.often.query(ctx, `SELECT key, value FROM plugin_values WHERE agent_id = ? AND plugin = ? AND collection = ? AND key > ? ORDER BY key LIMIT ?`,
		shelf.AgentID.String(), shelf.Plugin, shelf.Collection, after, int64(limit))
	if err != nil {
		return nil, failed("read documents of a plugin", err)
	}
	defer rows.Close()
	var list []Kept
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, failed("read documents of a plugin", err)
		}
		list = append(list, Kept{key, json.RawMessage(value)})
	}
	return list, failed("read documents of a plugin", rows.Err())
}

// DropValues deletes documents and tells how many there were.
func (s *Store) DropValues(ctx context.Context, shelf Shelf, keys []string) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	var n int
	err := s.write(ctx, "drop documents of a plugin", func(ctx context.Context, t *tx) (err error) {
		n, err = affected(t.NewDelete().Table("plugin_values").Where("agent_id = ? AND plugin = ? AND collection = ?", shelf.AgentID, shelf.Plugin, shelf.Collection).
			Where("key IN (?)", bun.List(keys)).Exec(ctx))
		return err
	})
	return n, err
}
