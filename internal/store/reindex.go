package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// IndexAgain puts the newest memories whose words an earlier version of
// [analysis.Words] split into the text index anew, at most so many, in one
// transaction. Servers of one database may do so at once. It returns how many
// memories are left at most; with 0 the whole index is of today's version.
// Until then a memory may not be found by a word that was split differently.
func (s *Store) IndexAgain(ctx context.Context, most int) (left int64, err error) {
	var version, below int64
	if _, err := one(ctx, s.often, `SELECT version, below FROM text_index`, nil, &version, &below); err != nil {
		return 0, failed("read the state of the text index", err)
	}
	if version >= analysis.Version && below <= 1 {
		return 0, nil
	}
	err = s.write(ctx, "index again", func(ctx context.Context, t *tx) (err error) {
		left, err = s.indexAgain(ctx, t, most)
		return err
	})
	return left, err
}

func (s *Store) indexAgain(ctx context.Context, t *tx, most int) (left int64, err error) {
	var version, below int64
	if _, err := one(ctx, t, `UPDATE text_index SET version = version RETURNING version, below`, nil, &version, &below); err != nil { // one server at a time
		return 0, err
	}
	switch {
	case version > analysis.Version: // a newer server does it
		return 0, nil
	case version < analysis.Version:
		if _, err := one(ctx, t, `SELECT coalesce(max(n), 0) + 1 FROM memories`, nil, &below); err != nil {
			return 0, err
		}
	}
	words, err := s.wordsBelow(ctx, t, below, most)
	if err != nil {
		return 0, err
	}
	for _, w := range words {
		if _, err := t.exec(ctx, s.shape.unindexText, w.n); err != nil {
			return 0, err
		}
		below = w.n
	}
	if len(words) < most {
		below = 1 // the first number
	}
	t.words = append(t.words, words...)
	_, err = t.exec(ctx, `UPDATE text_index SET version = ?, below = ?`, int64(analysis.Version), below)
	return below - 1, err
}

// wordsBelow splits the newest memories whose number is below another one.
func (s *Store) wordsBelow(ctx context.Context, t *tx, below int64, most int) ([]wordsOf, error) {
	rows, err := t.query(ctx, `SELECT n, agent_id, type, entity_id, room_id, message_id, created_at, `+s.shape.text+`
		FROM memories WHERE n < ? AND valid_until IS NULL ORDER BY n DESC LIMIT ?`+s.shape.unchanged, below, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []wordsOf
	for rows.Next() {
		var n int64
		var m eliza.Memory
		var message uuid.NullUUID
		var text sql.NullString
		if err := rows.Scan(&n, &m.AgentID, &m.Type, &m.EntityID, &m.RoomID, &message, &m.CreatedAt, &text); err != nil {
			return nil, err
		}
		m.MessageID, m.Content.Text = message.UUID, text.String
		words := indexedWords(m)
		words.n, words.of = n, nil // what is kept of active scopes stays true
		list = append(list, words)
	}
	return list, rows.Err()
}
