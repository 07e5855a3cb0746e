package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	insertRun  = `INSERT INTO runs (id, agent_id, room_id, entity_id, message_id, status, started_at, ended_at, usage, events, error) VALUES `
	runColumns = 11
	// A turn that was begun again goes on with its run.
	runAgain = ` ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
		usage = excluded.usage, events = excluded.events, error = excluded.error`
)

func runRow(r eliza.Run) ([]any, error) {
	usage, err := toJSON(r.Usage)
	if err != nil {
		return nil, err
	}
	events, err := toJSON(r.Events)
	if err != nil {
		return nil, err
	}
	return []any{r.ID.String(), r.AgentID.String(), r.RoomID.String(), r.EntityID.String(), r.MessageID.String(), string(r.Status),
		int64(r.StartedAt), int64(r.EndedAt), usage, events, clean(r.Error)}, nil
}

// Runs returns runs of an agent, the latest first, and how many there are
// without Limit and Offset.
func (s *Store) Runs(ctx context.Context, agent eliza.ID, q RunQuery) ([]eliza.Run, int, error) {
	if q.Limit <= 0 {
		q.Limit = 20
	}
	var list []eliza.Run
	find := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent)
	if q.RoomID != eliza.NoID {
		find = find.Where("room_id = ?", q.RoomID)
	}
	if q.Status != "" {
		find = find.Where("status = ?", q.Status)
	}
	find = between(find, "started_at", q.From, q.To)
	total, err := find.Order("started_at DESC", "id DESC").Limit(int64(q.Limit)).Offset(int64(q.Offset)).ScanAndCount(ctx)
	return list, int(total), failed("read runs", err)
}

// Run returns one run of an agent. Error code: NOT_FOUND.
func (s *Store) Run(ctx context.Context, agent, id eliza.ID) (eliza.Run, error) {
	var run eliza.Run
	err := s.read.NewSelect().Model(&run).Where("id = ? AND agent_id = ?", id, agent).Scan(ctx)
	return run, found("Run", err)
}

// between keeps rows whose column lies within [from, to]; 0 is open.
func between(q *bun.SelectQuery, column string, from, to eliza.Millis) *bun.SelectQuery {
	if from != 0 {
		q = q.Where("? >= ?", bun.Ident(column), from)
	}
	if to != 0 {
		q = q.Where("? <= ?", bun.Ident(column), to)
	}
	return q
}

// TurnSum is what turns took together.
type TurnSum struct {
	Turns, ModelCalls, InputTokens, OutputTokens int64
	Cost, Unpriced                               int64 // see eliza.Usage
}

// KnownCost is Cost, nil when no price of any call is known.
func (s *TurnSum) KnownCost() *int64 {
	if s.Unpriced > 0 && s.Unpriced >= s.ModelCalls {
		return nil
	}
	return &s.Cost
}

// SumTurns adds up the turns of an agent that began at or after a moment.
func (s *Store) SumTurns(ctx context.Context, agent eliza.ID, from eliza.Millis) (sum TurnSum, err error) {
	query := `SELECT count(*)`
	for _, field := range []string{"modelCalls", "inputTokens", "outputTokens", "costMicros"} {
		query += `, CAST(coalesce(sum(` + s.shape.number("usage", field) + `), 0) AS BIGINT)`
	}
	// A row without a cost is one whose calls have no known price.
	calls, cost, unpriced := s.shape.number("usage", "modelCalls"), s.shape.number("usage", "costMicros"), s.shape.number("usage", "unpricedCalls")
	query += `, CAST(coalesce(sum(CASE WHEN ` + cost + ` IS NULL THEN ` + calls + ` ELSE coalesce(` + unpriced + `, 0) END), 0) AS BIGINT)`
	_, err = one(ctx, s.often, query+` FROM runs WHERE agent_id = ? AND started_at >= ?`, []any{agent.String(), int64(from)},
		&sum.Turns, &sum.ModelCalls, &sum.InputTokens, &sum.OutputTokens, &sum.Cost, &sum.Unpriced)
	return sum, failed("add up turns", err)
}
