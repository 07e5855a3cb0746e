package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	memoryInsert  = `INSERT INTO memories (id, agent_id, type, entity_id, room_id, world_id, message_id, is_unique, created_at, content, metadata) VALUES `
	memoryColumns = 11
)

// memoryRow is a memory as values to bind, and its words for the text index.
type memoryRow struct {
	id    eliza.ID
	args  []any
	words wordsOf
}

func memoryRows(memories []eliza.Memory) ([]memoryRow, error) {
	rows := make([]memoryRow, len(memories))
	for i, m := range memories {
		content, err := toJSON(m.Content)
		if err != nil {
			return nil, err
		}
		metadata, err := toJSON(m.Metadata)
		if err != nil {
			return nil, err
		}
		rows[i] = memoryRow{m.ID, []any{m.ID.String(), m.AgentID.String(), string(m.Type), m.EntityID.String(), m.RoomID.String(),
			idText(m.WorldID), idText(m.MessageID), m.Unique, int64(m.CreatedAt), content, metadata}, indexedWords(m)}
	}
	return rows, nil
}

// insertMemories stores the memories whose ids are free, puts their words into
// the text index and tells how many they were.
func insertMemories(ctx context.Context, t *tx, rows []memoryRow) (int, error) {
	stored := 0
	for len(rows) > 0 {
		some := rows[:min(len(rows), maxRows)]
		rows = rows[len(some):]
		args := make([]any, 0, len(some)*memoryColumns)
		for _, r := range some {
			args = append(args, r.args...)
		}
		numbers, err := numbersOf(ctx, t, memoryInsert+rowMarks(len(some), memoryColumns)+` ON CONFLICT DO NOTHING RETURNING id, n`, args)
		if err != nil {
			return stored, err
		}
		stored += len(numbers)
		for _, r := range some {
			if n, ok := numbers[r.id]; ok && len(r.words.words) > 0 {
				r.words.n = n
				t.words = append(t.words, r.words)
			}
		}
	}
	return stored, nil
}

// numbersOf runs a statement that returns ids and the numbers of their
// memories.
func numbersOf(ctx context.Context, t *tx, query string, args []any) (map[eliza.ID]int64, error) {
	rows, err := t.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	numbers := map[eliza.ID]int64{}
	for rows.Next() {
		var id eliza.ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		numbers[id] = n
	}
	return numbers, rows.Err()
}

// reindex gives a changed memory its new words, none when something newer took
// its place; a new text makes its vectors void.
func (s *Store) reindex(ctx context.Context, t *tx, m eliza.Memory, newText bool) error {
	numbers, err := numbersOf(ctx, t, `SELECT id, n FROM memories WHERE id = ?`, []any{m.ID.String()})
	if err != nil {
		return err
	}
	n := numbers[m.ID]
	if s.active != nil {
		t.then(func() { s.active.drop(roomScope(m.AgentID, m.RoomID), entityScope(m.AgentID, m.EntityID)) })
	}
	if _, err := t.exec(ctx, s.shape.unindexText, n); err != nil {
		return err
	}
	words := indexedWords(m)
	words.n = n
	t.words = append(t.words, words)
	if newText {
		s.embedded.back(n)
		_, err = t.exec(ctx, `DELETE FROM embeddings WHERE memory_n = ?`, n)
	}
	return err
}
