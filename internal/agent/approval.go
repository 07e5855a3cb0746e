package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

const (
	// maxWaiting is how many requests of one agent may wait for a yes.
	maxWaiting = 100
	// ApprovalTime is how long a request waits when the options say nothing.
	ApprovalTime = 24 * time.Hour
	// nobody decides when a request has waited too long.
	nobody = "nobody"
)

// errWaits says that the turn waits for a person; its delivery stays pending.
var errWaits = errors.New("the turn waits for approval")

// progress is what a turn has come to, as it is kept while it waits.
type progress struct {
	ReplyID  eliza.ID       `json:"replyId"`
	Run      eliza.Run      `json:"run"`
	Logs     []eliza.Log    `json:"logs"`
	Text     string         `json:"text"`
	Thought  string         `json:"thought"`
	Chunks   int            `json:"chunks"`
	Thinking thinking       `json:"thinking"`
	Acts     int            `json:"acts"`
	Done     []string       `json:"done"`
	Said     []string       `json:"said"`
	Did      []string       `json:"did"`
	Read     []source       `json:"read"`
	Calls    map[string]int `json:"calls"`
	Effects
}

// ask stores a request for approval with the turn, which ends for now.
func (t *Turn) ask(ctx context.Context, action *Action, call model.ToolCall, why string) (string, error) {
	t.event("APPROVAL_REQUESTED", map[string]any{"actionId": call.ID, "actionName": action.Name, "why": why})
	kept, err := json.Marshal(progress{
		t.replyID, t.run, t.logs, t.text.String(), t.thought, t.chunks, t.thinking, t.acts, t.done, t.said, t.did, t.read, t.calls,
		t.effects,
	})
	if err != nil {
		return "", fmt.Errorf("keep the turn: %w", err)
	}
	now := eliza.Now()
	a := eliza.Approval{
		ID: eliza.NewID(), AgentID: t.Agent.ID, MessageID: t.Message.ID, ChannelID: t.Message.ChannelID, RoomID: t.Room.ID, EntityID: t.Message.AuthorID,
		RunID: t.run.ID, Action: action.Name, Arguments: string(call.Arguments), Why: why, State: eliza.ApprovalPending, CreatedAt: now,
		ExpiresAt: now + eliza.Millis(t.service.approvalTime().Milliseconds()), Turn: string(kept),
	}
	news := func(a eliza.Approval) []bus.Event { return []bus.Event{bus.ApprovalRequested{Approval: a}} }
	err = t.service.store.ParkTurn(ctx, store.Parked{
		Delivery: t.delivery, Approval: a, Run: t.run, Most: maxWaiting,
		Committed: func() { t.service.bus.Publish(news(a)[0]) }, Notices: messaging.Notices(t.service.messaging, news),
	})
	switch eliza.ErrorCode(err) {
	case "", eliza.CodeConflict: // it waits, or it had ended
		return "", errWaits
	case eliza.CodeRateLimit:
		t.refused(call, action.Name, eliza.ErrorMessage(err))
		return "Not done: it needs a person's yes, and " + eliza.ErrorMessage(err) + ".", nil
	}
	return "", fmt.Errorf("ask for approval: %w", err)
}

// resume takes up a turn that was parked, with what was decided.
func (t *Turn) resume(ctx context.Context) error {
	a, err := t.service.store.LastApproval(ctx, t.Message.ID, t.Agent.ID)
	if err != nil {
		return fmt.Errorf("take up a turn: %w", err)
	}
	if a.State == eliza.ApprovalPending {
		return errWaits
	}
	var p progress
	if err := json.Unmarshal([]byte(a.Turn), &p); err != nil {
		return fmt.Errorf("take up a turn: %w", err)
	}
	t.replyID, t.run, t.logs, t.thought, t.chunks, t.thinking, t.acts = p.ReplyID, p.Run, p.Logs, p.Thought, p.Chunks, p.Thinking, p.Acts
	t.done, t.said, t.did, t.calls = p.Done, p.Said, p.Did, p.Calls
	t.effects = p.Effects
	t.text.WriteString(p.Text)
	for _, s := range p.Read {
		t.untrust(s.What, s.By)
	}
	t.decision = &a
	t.event("APPROVAL_DECIDED", map[string]any{"approvalId": a.ID, "actionName": a.Action, "decision": a.State, "by": a.DecidedBy})
	return nil
}

// decided does what was approved, exactly as it was asked for, or tells the
// model that it may not.
func (t *Turn) decided(ctx context.Context, action *Action, call model.ToolCall, a *eliza.Approval) (said string, ok bool) {
	if a.State == eliza.Approved {
		return t.perform(ctx, action, call)
	}
	said = fmt.Sprintf("Not done: %s said no.", a.DecidedBy)
	if a.State == eliza.ApprovalExpired {
		said = "Not done: nobody said yes in time."
	}
	t.refused(call, action.Name, said)
	t.said = append(t.said, said)
	return said, false
}

func (s *Service) approvalTime() time.Duration {
	if s.options.ApprovalTime > 0 {
		return s.options.ApprovalTime
	}
	return ApprovalTime
}

// Approvals lists an agent's requests for a person's yes, the newest first,
// those of a state when it is not empty, and how many there are. Error codes:
// NOT_FOUND (agent), DB_ERROR.
func (s *Service) Approvals(ctx context.Context, agent eliza.ID, state eliza.ApprovalState, limit, offset int) ([]eliza.Approval, int, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, 0, err
	}
	return s.store.Approvals(ctx, agent, state, limit, offset)
}

// Approval returns one request. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Approval(ctx context.Context, id eliza.ID) (eliza.Approval, error) {
	return s.store.Approval(ctx, id)
}

// Decide answers a request in somebody's name, and lets the turn go on. Whoever
// calls it sees to it that this somebody may. Error codes: NOT_FOUND, CONFLICT
// when it was answered before, DB_ERROR.
func (s *Service) Decide(ctx context.Context, id eliza.ID, yes bool, by string) (eliza.Approval, error) {
	state := eliza.Denied
	if yes {
		state = eliza.Approved
	}
	return s.decide(ctx, id, state, by)
}

func (s *Service) decide(ctx context.Context, id eliza.ID, state eliza.ApprovalState, by string) (eliza.Approval, error) {
	news := func(a eliza.Approval) []bus.Event { return []bus.Event{bus.ApprovalDecided{Approval: a}} }
	return s.store.Decide(ctx, store.Decision{ID: id, State: state, By: by, At: eliza.Now(), Notices: messaging.Notices(s.messaging, news), Committed: func(a eliza.Approval, d eliza.Delivery) {
		s.bus.Publish(news(a)[0])
		if d.State == eliza.Pending && d.Owner == s.store.Owner() {
			s.scheduler.push(waiting{delivery: d})
		}
	}})
}

// ExpireApprovals ends the requests that nobody has answered in time. It is
// due every second or so.
func (s *Service) ExpireApprovals(ctx context.Context) error {
	ids, err := s.store.DueApprovals(ctx, eliza.Now(), 100)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := s.decide(ctx, id, eliza.ApprovalExpired, nobody); err != nil && eliza.ErrorCode(err) != eliza.CodeConflict && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return fmt.Errorf("end a request for approval: %w", err)
		}
	}
	return nil
}

// unpark leaves out deliveries whose turns wait for a person.
func unpark(owed []eliza.Delivery) []eliza.Delivery {
	return slices.DeleteFunc(owed, func(d eliza.Delivery) bool { return d.Reason == eliza.ReasonAwaitingApproval })
}
