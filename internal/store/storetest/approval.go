package storetest

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// parked is a turn of Eliza's that waits for approval.
func (p place) parked(t *testing.T, text string) store.Parked {
	t.Helper()
	d := of(t, p.accept(t, p.says(text)).Deliveries, p.eliza)
	run := *p.turn(d, "Eliza").Run
	run.Status = eliza.RunStarted
	now := eliza.Now()
	return store.Parked{Delivery: d, Run: run, Most: 2, Approval: eliza.Approval{
		ID: eliza.NewID(), AgentID: p.eliza.ID, MessageID: d.MessageID, ChannelID: d.ChannelID, RoomID: eliza.NewID(), EntityID: p.alice, RunID: run.ID,
		Action: "OPEN", Arguments: `{"a":"\u0000 it's"}`, Why: "it is asked", State: eliza.ApprovalPending, CreatedAt: now, ExpiresAt: now + 1000, Turn: `{"x":1}`,
	}}
}

var approvalTests = map[string]func(*testing.T, place){
	"a parked turn stays pending until it is decided": func(t *testing.T, p place) {
		turn := p.parked(t, "open it")
		committed := 0
		turn.Committed = func() { committed++ }
		ok(t, p.ParkTurn(p.ctx, turn))
		equal(t, "told", committed, 1)
		got, err := p.Approval(p.ctx, turn.Approval.ID)
		ok(t, err)
		equal(t, "approval", got, turn.Approval)
		last, err := p.LastApproval(p.ctx, turn.Delivery.MessageID, p.eliza.ID)
		ok(t, err)
		equal(t, "last approval", last, turn.Approval)
		list, total, err := p.Approvals(p.ctx, p.eliza.ID, eliza.ApprovalPending, 10, 0)
		ok(t, err)
		listed := turn.Approval
		listed.Turn = ""
		equal(t, "list", list, []eliza.Approval{listed})
		equal(t, "total", total, 1)
		run, err := p.Run(p.ctx, p.eliza.ID, turn.Run.ID)
		ok(t, err)
		equal(t, "run", run.Status, eliza.RunStarted)
		owned, err := p.OwnedDeliveries(p.ctx, 10)
		ok(t, err)
		for _, d := range owned {
			equal(t, "agent of what is owned", d.AgentID, p.ada.ID)
		}

		var delivery eliza.Delivery
		decided, err := p.Decide(p.ctx, store.Decision{ID: turn.Approval.ID, State: eliza.Approved, By: "Olga", At: 7, Committed: func(_ eliza.Approval, d eliza.Delivery) { delivery = d }})
		ok(t, err)
		equal(t, "state", decided.State, eliza.Approved)
		equal(t, "by", decided.DecidedBy, "Olga")
		equal(t, "delivery", delivery.State, eliza.Pending)
		equal(t, "reason", delivery.Reason, eliza.ReasonApprovalDecided)
		equal(t, "owner", delivery.Owner, p.Owner())
		_, err = p.Decide(p.ctx, store.Decision{ID: turn.Approval.ID, State: eliza.Denied, At: 8})
		wantCode(t, err, eliza.CodeConflict)
		_, err = p.Decide(p.ctx, store.Decision{ID: eliza.NewID(), State: eliza.Denied})
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.FinishTurn(p.ctx, p.turn(delivery, "Eliza"))
		ok(t, err)
		_, total, err = p.Approvals(p.ctx, p.eliza.ID, eliza.ApprovalPending, 10, 0)
		ok(t, err)
		equal(t, "pending", total, 0)
	},
	"a turn that has ended is not parked, nor is one too many": func(t *testing.T, p place) {
		over := p.parked(t, "over")
		_, err := p.FinishTurn(p.ctx, p.turn(over.Delivery, "Eliza"))
		ok(t, err)
		wantCode(t, p.ParkTurn(p.ctx, over), eliza.CodeConflict)
		_, err = p.Approval(p.ctx, over.Approval.ID)
		wantCode(t, err, eliza.CodeNotFound)
		ok(t, p.ParkTurn(p.ctx, p.parked(t, "one")))
		ok(t, p.ParkTurn(p.ctx, p.parked(t, "two")))
		wantCode(t, p.ParkTurn(p.ctx, p.parked(t, "three")), eliza.CodeRateLimit)
	},
	"requests fall due, and go with their message and agent": func(t *testing.T, p place) {
		a, b := p.parked(t, "one"), p.parked(t, "two")
		b.Approval.ExpiresAt += 1000
		ok(t, p.ParkTurn(p.ctx, a))
		ok(t, p.ParkTurn(p.ctx, b))
		due, err := p.DueApprovals(p.ctx, a.Approval.ExpiresAt, 10)
		ok(t, err)
		equal(t, "due", due, []eliza.ID{a.Approval.ID})
		_, err = p.DeleteMessage(p.ctx, a.Delivery.MessageID)
		ok(t, err)
		_, err = p.Approval(p.ctx, a.Approval.ID)
		wantCode(t, err, eliza.CodeNotFound)
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		_, err = p.Approval(p.ctx, b.Approval.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"a call outside is begun once": func(t *testing.T, p place) {
		d := of(t, p.accept(t, p.says("call")).Deliveries, p.eliza)
		call := eliza.OutsideCall{MessageID: d.MessageID, AgentID: p.eliza.ID, Name: "A x 1", State: eliza.OutsideBegun, CreatedAt: 5}
		_, first, err := p.BeginCall(p.ctx, call)
		ok(t, err)
		equal(t, "first", first, true)
		known, first, err := p.BeginCall(p.ctx, call)
		ok(t, err)
		equal(t, "first", first, false)
		equal(t, "known", known, call)
		call.State, call.Result, call.EndedAt = eliza.OutsideDone, "it's \U0001F600", 6
		ok(t, p.EndCall(p.ctx, call))
		known, _, err = p.BeginCall(p.ctx, eliza.OutsideCall{MessageID: d.MessageID, AgentID: p.eliza.ID, Name: "A x 1", State: eliza.OutsideBegun, CreatedAt: 9})
		ok(t, err)
		equal(t, "known", known, call)
		other := call
		other.Name = "A x 2"
		_, first, err = p.BeginCall(p.ctx, other)
		ok(t, err)
		equal(t, "first of another", first, true)
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
	},
}
