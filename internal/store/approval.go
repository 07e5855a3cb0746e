package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/elizad/elizad/internal/eliza"
)

// Parked is a turn that waits for a person's yes.
type Parked struct {
	Delivery eliza.Delivery
	Approval eliza.Approval
	Run      eliza.Run
	// Most is how many requests of the agent may wait at once.
	Most      int
	Committed func()
	Notices   Notices[eliza.Approval]
}

// ParkTurn stores a request for approval with the turn that waits for it. The
// delivery stays pending. Error codes: CONFLICT when it has ended or is
// another node's, RATE_LIMIT_EXCEEDED when too many requests wait already.
func (s *Store) ParkTurn(ctx context.Context, p Parked) error {
	run, err := runRow(p.Run)
	if err != nil {
		return err
	}
	return s.write(ctx, "park turn", func(ctx context.Context, t *tx) error {
		t.after = p.Committed
		waiting, err := t.NewSelect().Model((*eliza.Approval)(nil)).Where("agent_id = ? AND state = ?", p.Approval.AgentID, eliza.ApprovalPending).Count(ctx)
		if err != nil {
			return err
		}
		if int(waiting) >= p.Most {
			return eliza.Errorf(eliza.CodeRateLimit, "%d requests wait for an answer already", waiting)
		}
		n, err := t.exec(ctx, `UPDATE deliveries SET reason = ?, detail = ?, run_id = ?, updated_at = ? WHERE message_id = ? AND agent_id = ? AND state = 'pending' AND owner = ?`,
			string(eliza.ReasonAwaitingApproval), clean(p.Approval.Why), p.Run.ID.String(), int64(p.Approval.CreatedAt), p.Delivery.MessageID.String(), p.Delivery.AgentID.String(), s.owner)
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.Errorf(eliza.CodeConflict, "The delivery has ended or belongs to another node")
		}
		if err := create(ctx, t, "Approval", &p.Approval); err != nil {
			return err
		}
		if err := insert(ctx, t, insertRun, runColumns, runAgain, run); err != nil {
			return err
		}
		return announce(ctx, s, t, p.Approval.ChannelID, p.Approval, p.Notices)
	})
}

// Approval returns one request for approval. Error code: NOT_FOUND.
func (s *Store) Approval(ctx context.Context, id eliza.ID) (eliza.Approval, error) {
	approval := eliza.Approval{ID: id}
	err := get(ctx, s, "Approval", &approval)
	return approval, err
}

// Approvals returns an agent's requests for approval, the newest first, those
// of a state when it is not empty, and how many there are in all.
func (s *Store) Approvals(ctx context.Context, agent eliza.ID, state eliza.ApprovalState, limit, offset int) ([]eliza.Approval, int, error) {
	var list []eliza.Approval
	find := s.read.NewSelect().Model(&list).ExcludeColumn("turn").Where("agent_id = ?", agent)
	if state != "" {
		find = find.Where("state = ?", state)
	}
	total, err := find.Order("created_at DESC", "id DESC").Limit(int64(limit)).Offset(int64(offset)).ScanAndCount(ctx)
	return list, int(total), failed("read approvals", err)
}

// LastApproval returns the newest request of a delivery. Error code:
// NOT_FOUND.
func (s *Store) LastApproval(ctx context.Context, message, agent eliza.ID) (eliza.Approval, error) {
	var approval eliza.Approval
	err := s.read.NewSelect().Model(&approval).Where("message_id = ? AND agent_id = ?", message, agent).Order("created_at DESC", "id DESC").Limit(1).Scan(ctx)
	return approval, found("Approval", err)
}

// Decision is what somebody decided about a request.
type Decision struct {
	ID        eliza.ID
	State     eliza.ApprovalState
	By        string
	At        eliza.Millis
	Committed func(eliza.Approval, eliza.Delivery)
	Notices   Notices[eliza.Approval]
}

// Decide ends a request, and lets its turn go on. Error codes: NOT_FOUND,
// CONFLICT when it was decided before.
func (s *Store) Decide(ctx context.Context, d Decision) (eliza.Approval, error) {
	approval := eliza.Approval{ID: d.ID}
	err := s.write(ctx, "decide an approval", func(ctx context.Context, t *tx) error {
		approval = eliza.Approval{ID: d.ID}
		if err := s.lockRow(t.NewSelect().Model(&approval).WherePK()).Scan(ctx); err != nil {
			return found("Approval", err)
		}
		if approval.State != eliza.ApprovalPending {
			return eliza.Errorf(eliza.CodeConflict, "It was decided before: %s", approval.State)
		}
		approval.State, approval.DecidedBy, approval.DecidedAt = d.State, clean(d.By), d.At
		if _, err := t.NewUpdate().Model(&approval).WherePK().Column("state", "decided_by", "decided_at").Exec(ctx); err != nil {
			return err
		}
		// What the waiting cost is forgotten: it was no fault of the message's.
		var delivery eliza.Delivery
		err := t.NewUpdate().Model(&delivery).Set("reason = ?", eliza.ReasonApprovalDecided).Set("detail = ''").Set("attempts = 0").Set("updated_at = ?", d.At).
			Where("message_id = ? AND agent_id = ? AND state = 'pending' AND reason = ?", approval.MessageID, approval.AgentID, eliza.ReasonAwaitingApproval).
			Returning("*").Scan(ctx)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if d.Committed != nil {
			t.after = func() { d.Committed(approval, delivery) }
		}
		return announce(ctx, s, t, approval.ChannelID, approval, d.Notices)
	})
	return approval, err
}

// DueApprovals returns the ids of requests that nobody has answered in time.
func (s *Store) DueApprovals(ctx context.Context, now eliza.Millis, limit int) ([]eliza.ID, error) {
	rows, err := s.often.query(ctx, `SELECT id FROM approvals WHERE state = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ?`, int64(now), int64(limit))
	if err != nil {
		return nil, failed("look for due approvals", err)
	}
	defer rows.Close()
	var ids []eliza.ID
	for rows.Next() {
		var id eliza.ID
		if err := rows.Scan(&id); err != nil {
			return nil, failed("look for due approvals", err)
		}
		ids = append(ids, id)
	}
	return ids, failed("look for due approvals", rows.Err())
}

// BeginCall writes down that something outside is about to be called. When it
// was written down before, that is returned, and first is false.
func (s *Store) BeginCall(ctx context.Context, call eliza.OutsideCall) (known eliza.OutsideCall, first bool, err error) {
	known = call
	err = s.write(ctx, "begin a call", func(ctx context.Context, t *tx) error {
		err := create(ctx, t, "Call", &call)
		if first = err == nil; eliza.ErrorCode(err) != eliza.CodeConflict {
			return err
		}
		return t.NewSelect().Model(&known).WherePK().Scan(ctx)
	})
	return known, first, err
}

// EndCall writes down what came of a call.
func (s *Store) EndCall(ctx context.Context, call eliza.OutsideCall) error {
	return s.write(ctx, "end a call", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE outside_calls SET state = ?, result = ?, ended_at = ? WHERE message_id = ? AND agent_id = ? AND name = ?`,
			string(call.State), clean(call.Result), int64(call.EndedAt), call.MessageID.String(), call.AgentID.String(), call.Name)
		return err
	})
}
