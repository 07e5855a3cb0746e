package agent

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

// pay has budgets count what the turn takes from here on.
func (t *Turn) pay(ctx context.Context) context.Context {
	t.payer = &budget.Payer{Agent: t.Agent.ID, Character: &t.Agent.Character, Room: t.Message.ChannelID, User: t.Message.AuthorID, Key: t.Message.KeyID}
	t.budgets = t.service.options.Budgets.Changes()
	if t.Message.KeyID != eliza.NoID {
		ctx = messaging.WithKey(ctx, t.Message.KeyID)
	}
	return budget.With(ctx, t.payer)
}

// takeTurn takes a turn between agents, when the turn is one.
func (t *Turn) takeTurn(ctx context.Context) (err error) {
	if t.Message.Hops == 0 {
		return nil
	}
	t.undo, err = t.service.options.Budgets.Take(ctx, eliza.AgentTurns, 1)
	return err
}

// takeTool takes a tool call. When no budget has one left, the turn calls no
// tool and no model any more.
func (t *Turn) takeTool(ctx context.Context, a *Action) error {
	if a.Implied {
		return nil
	}
	if t.over != nil {
		return t.over
	}
	_, err := t.service.options.Budgets.Take(ctx, eliza.ToolCalls, 1)
	if over := (*budget.Exceeded)(nil); errors.As(err, &over) {
		t.over = over
		return over
	}
	return err
}

// overspent ends a turn for which a budget has nothing left, or has it wait.
// One that has acted already is not begun again: it would act twice.
func (t *Turn) overspent(parent context.Context, over *budget.Exceeded) result {
	if over.Budget.Policy != eliza.PolicyPause || len(t.did) > 0 {
		t.retryAt = over.Resets
		return t.failStream(parent, eliza.ReasonBudgetExceeded, over.Error())
	}
	if t.undo != nil {
		t.undo()
	}
	if t.chunks > 0 {
		t.stream.fail(t.service.bus, bus.StreamFailed{
			ChannelID: t.Message.ChannelID, MessageID: t.Message.ID, ReplyID: t.replyID, AgentID: t.Agent.ID, Error: over.Error(), Partial: t.text.String(),
		})
	}
	l := lane{t.delivery.AgentID, t.delivery.ChannelID}
	t.service.holds.add(l, hold{until: over.Resets, changes: t.budgets, detail: over.Error()})
	t.service.note(parent, l, over.Error(), over.Resets)
	return turnPaused
}

// warn says on the delivery of an answer what budgets warned of.
func (t *Turn) warn(d *eliza.Delivery) {
	if t.payer == nil || d.Reason != "" {
		return
	}
	warnings := t.payer.Warnings()
	if t.over != nil {
		warnings = append(warnings, t.over.Error())
	}
	if len(warnings) > 0 {
		d.Reason, d.Detail = eliza.ReasonBudgetWarning, strings.Join(warnings, " ")
	}
}

// hold is why an agent does not work in a channel for a while.
type hold struct {
	until   eliza.Millis
	changes int64 // of budgets, when it began: another one ends it
	detail  string
}

// holds are the lanes that wait for a budget. Whoever waits is looked at again
// by Reclaim.
type holds struct {
	mu    sync.Mutex
	lanes map[lane]hold
}

func (h *holds) add(l lane, one hold) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lanes == nil {
		h.lanes = map[lane]hold{}
	}
	h.lanes[l] = one
}

// find returns the hold of a lane that still stands.
func (h *holds) find(l lane, now eliza.Millis, changes int64) (hold, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	one, there := h.lanes[l]
	if there && (now >= one.until || changes != one.changes) {
		delete(h.lanes, l)
		there = false
	}
	return one, there
}

// release ends the holds of an agent.
func (h *holds) release(agent eliza.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.lanes {
		if l.agent == agent {
			delete(h.lanes, l)
		}
	}
}

// forget drops the holds that are over.
func (h *holds) forget(now eliza.Millis) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l, one := range h.lanes {
		if now >= one.until {
			delete(h.lanes, l)
		}
	}
}

// held reports whether a budget keeps a lane from working. What came since
// says so, too.
func (s *Service) held(ctx context.Context, batch []waiting) bool {
	l := lane{batch[0].delivery.AgentID, batch[0].delivery.ChannelID}
	h, there := s.holds.find(l, eliza.Now(), s.options.Budgets.Changes())
	if !there {
		return false
	}
	if batch[len(batch)-1].delivery.Reason == "" {
		s.note(ctx, l, h.detail, h.until)
	}
	return true
}

// note has the deliveries of a lane say why they wait.
func (s *Service) note(parent context.Context, l lane, detail string, until eliza.Millis) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), finishTime)
	defer cancel()
	if err := s.messaging.Hold(ctx, l.agent, l.channel, eliza.ReasonBudgetPaused, detail, until); err != nil {
		s.log.Error("why a message waits could not be stored", "agentId", l.agent, "channel", l.channel, "error", err)
	}
}
