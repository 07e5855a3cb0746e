package store

import (
	"context"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	insertLogs = `INSERT INTO logs (id, agent_id, entity_id, room_id, type, level, body, created_at) VALUES `
	logColumns = 8
)

func logRows(logs []eliza.Log) ([]any, error) {
	args := make([]any, 0, len(logs)*logColumns)
	for _, l := range logs {
		body, err := toJSON(l.Body)
		if err != nil {
			return nil, err
		}
		args = append(args, l.ID.String(), l.AgentID.String(), l.EntityID.String(), l.RoomID.String(), clean(l.Type), clean(l.Level), body, int64(l.CreatedAt))
	}
	return args, nil
}

// AppendLogs stores log rows outside of a turn. Error code: NOT_FOUND when
// there is no such agent.
func (s *Store) AppendLogs(ctx context.Context, logs []eliza.Log) error {
	args, err := logRows(logs)
	if err != nil || len(logs) == 0 {
		return err
	}
	return s.write(ctx, "store logs", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Agent", "agents", logs[0].AgentID); err != nil {
			return err
		}
		return insert(ctx, t, insertLogs, logColumns, "", args)
	})
}

// Logs returns log rows of an agent, the newest first.
func (s *Store) Logs(ctx context.Context, agent eliza.ID, q LogQuery) ([]eliza.Log, error) {
	if q.Limit <= 0 {
		q.Limit = 10
	}
	var list []eliza.Log
	find := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent)
	if q.RoomID != eliza.NoID {
		find = find.Where("room_id = ?", q.RoomID)
	}
	if q.Type != "" {
		find = find.Where("type = ?", q.Type)
	}
	if q.Level != "" {
		find = find.Where("level = ?", q.Level)
	}
	for _, t := range q.ExcludeTypes {
		find = find.Where("type <> ?", t).
			Where(`coalesce(`+s.shape.modelType+`, '') NOT LIKE ? ESCAPE '!'`, contains(t))
	}
	if q.Search != "" {
		pattern := contains(strings.ToLower(q.Search))
		find = find.Where(`(lower(type) LIKE ? ESCAPE '!' OR lower(CAST(body AS TEXT)) LIKE ? ESCAPE '!')`, pattern, pattern)
	}
	err := between(find, "created_at", q.From, q.To).Order("created_at DESC", "id DESC").Limit(int64(q.Limit)).Offset(int64(q.Offset)).Scan(ctx)
	return list, failed("read logs", err)
}

// Log returns one log row of an agent. Error code: NOT_FOUND.
func (s *Store) Log(ctx context.Context, agent, id eliza.ID) (eliza.Log, error) {
	var log eliza.Log
	err := s.read.NewSelect().Model(&log).Where("id = ? AND agent_id = ?", id, agent).Scan(ctx)
	return log, found("Log", err)
}

// DeleteLog deletes one log row of an agent. Error code: NOT_FOUND.
func (s *Store) DeleteLog(ctx context.Context, agent, id eliza.ID) error {
	return remove(ctx, s, "Log", `DELETE FROM logs WHERE id = ? AND agent_id = ?`, id.String(), agent.String())
}

// contains is a LIKE pattern for text anywhere, taken literally.
func contains(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}
