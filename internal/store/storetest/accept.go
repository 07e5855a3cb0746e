package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var acceptTests = map[string]func(*testing.T, place){
	"owes every other agent a delivery": func(t *testing.T, p place) {
		stopped := p.agent(t, "Stopped")
		_, err := p.UpdateAgent(p.ctx, stopped.ID, func(a *eliza.Agent) error { a.Status = eliza.Inactive; return nil })
		ok(t, err)
		ok(t, p.AddParticipant(p.ctx, p.channel.ID, stopped.ID))
		m := p.says("hello")
		m.AuthorID = p.ada.ID
		a := p.accept(t, m)
		if len(a.Deliveries) != 2 || a.Duplicate {
			t.Fatalf("accepted %+v", a)
		}
		for _, d := range a.Deliveries {
			want := eliza.Delivery{MessageID: m.ID, AgentID: d.AgentID, ChannelID: m.ChannelID, Seq: 1, State: eliza.Pending, Owner: p.Owner(),
				CreatedAt: a.Message.CreatedAt, UpdatedAt: a.Message.CreatedAt}
			if d.AgentID == stopped.ID {
				want.State, want.Reason, want.Owner, want.Detail = eliza.Ignored, eliza.ReasonAgentStopped, "", "The agent is not running."
			}
			equal(t, "delivery", d, want)
		}
		stored, err := p.Deliveries(p.ctx, m.ID)
		ok(t, err)
		equal(t, "stored deliveries", stored, a.Deliveries)
		owned, err := p.OwnedDeliveries(p.ctx, 10)
		ok(t, err)
		if len(owned) != 1 || owned[0].AgentID != p.eliza.ID {
			t.Errorf("owned %+v", owned)
		}
	},
	"lets the caller decide": func(t *testing.T, p place) {
		a, err := p.AcceptMessage(p.ctx, store.Incoming{Message: p.says("x"), Decide: func(a store.AgentRef) (eliza.DeliveryState, eliza.Reason, string) {
			if a.Name == "Ada" {
				return eliza.Ignored, eliza.ReasonMuted, "for a reason\x00"
			}
			return store.DefaultDecision(a)
		}})
		ok(t, err)
		stored, err := p.Deliveries(p.ctx, a.Message.ID)
		ok(t, err)
		for _, d := range stored {
			if muted := d.AgentID == p.ada.ID; muted != (d.Reason == eliza.ReasonMuted) || muted != (d.State == eliza.Ignored) || muted != (d.Detail == "for a reason") {
				t.Errorf("delivery %+v", d)
			}
		}
	},
	"may be quiet": func(t *testing.T, p place) {
		a, err := p.AcceptMessage(p.ctx, store.Incoming{Message: p.says("x"), Quiet: true})
		ok(t, err)
		stored, err := p.Deliveries(p.ctx, a.Message.ID)
		ok(t, err)
		if len(a.Deliveries)+len(stored) != 0 {
			t.Errorf("deliveries %+v, stored %+v", a.Deliveries, stored)
		}
	},
	"is told once it is stored, in order": func(t *testing.T, p place) {
		var mutex sync.Mutex
		var told []int64
		var group sync.WaitGroup
		m := p.says("x")
		for i := range 20 {
			group.Go(func() {
				mine := m
				if i%2 == 0 {
					mine.ID = eliza.NewID()
				}
				_, err := p.AcceptMessage(p.ctx, store.Incoming{Message: mine, Committed: func(a store.Accepted) {
					mutex.Lock()
					defer mutex.Unlock()
					told = append(told, a.Message.Seq)
				}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		equal(t, "told", told, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	},
	"makes many deliveries": func(t *testing.T, p place) {
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"} {
			ok(t, p.AddParticipant(p.ctx, p.channel.ID, p.agent(t, name).ID))
		}
		a := p.accept(t, p.says("all of you"))
		stored, err := p.Deliveries(p.ctx, a.Message.ID)
		ok(t, err)
		if len(stored) != 19 {
			t.Errorf("%d deliveries, want 19", len(stored))
		}
	},
	"takes an identical post once": func(t *testing.T, p place) {
		m := p.says("once")
		var group sync.WaitGroup
		var mutex sync.Mutex
		var firsts int
		for i := range 32 {
			group.Go(func() {
				mine := m
				if i%2 == 1 {
					mine.ID = eliza.NewID() // the same by its key alone
				}
				a, err := p.AcceptMessage(p.ctx, store.Incoming{Message: mine, DedupeKey: "key"})
				mutex.Lock()
				defer mutex.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				if !a.Duplicate {
					firsts++
				}
				if a.Message.Seq != 1 || len(a.Deliveries) != 2 || a.Message.Content != "once" {
					t.Errorf("accepted %+v", a)
				}
			})
		}
		group.Wait()
		list, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		c, err := p.Channel(p.ctx, p.channel.ID)
		ok(t, err)
		if firsts != 1 || len(list) != 1 || c.LastSeq != 1 {
			t.Errorf("%d were first, %d messages, last number %d; want 1 of each", firsts, len(list), c.LastSeq)
		}
	},
	"refuses a known id in another channel": func(t *testing.T, p place) {
		m := p.accept(t, p.says("here")).Message
		m.ChannelID = p.newChannel(t, eliza.TypeGroup).ID
		_, err := p.AcceptMessage(p.ctx, store.Incoming{Message: m})
		wantCode(t, err, eliza.CodeConflict)
	},
	"refuses an absent channel": func(t *testing.T, p place) {
		m := p.says("x")
		m.ChannelID = eliza.NewID()
		_, err := p.AcceptMessage(p.ctx, store.Incoming{Message: m})
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.AcceptMessage(p.ctx, store.Incoming{Message: m, CreateChannel: &eliza.Channel{ServerID: eliza.NameID("none")}})
		wantCode(t, err, eliza.CodeNotFound)
		if want := "Server " + eliza.NameID("none").String() + " does not exist"; eliza.ErrorMessage(err) != want {
			t.Errorf("message %q, want %q", eliza.ErrorMessage(err), want)
		}
	},
	"makes the channel, once": func(t *testing.T, p place) {
		id := eliza.NewID()
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				m := p.says("x")
				m.ChannelID = id
				a, err := p.AcceptMessage(p.ctx, store.Incoming{Message: m, Participants: []eliza.ID{p.alice, p.eliza.ID},
					CreateChannel: &eliza.Channel{Name: "made", Type: eliza.TypeDM, ServerID: eliza.DefaultServerID}})
				if err != nil || len(a.Deliveries) != 1 {
					t.Errorf("accepted %+v, %v", a, err)
				}
			})
		}
		group.Wait()
		c, err := p.Channel(p.ctx, id)
		ok(t, err)
		if c.Name != "made" || c.LastSeq != 8 {
			t.Errorf("channel %+v", c)
		}
	},
	"numbers messages without gaps": func(t *testing.T, p place) {
		other := p.newChannel(t, eliza.TypeGroup, p.eliza.ID)
		var group sync.WaitGroup
		for i := range 60 {
			group.Go(func() {
				m := p.says("x")
				if i%3 == 0 {
					m.ChannelID = other.ID
				}
				if _, err := p.AcceptMessage(p.ctx, store.Incoming{Message: m}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for channel, n := range map[eliza.ID]int{p.channel.ID: 40, other.ID: 20} {
			list, err := p.Messages(p.ctx, channel, store.MessageQuery{Limit: 100})
			ok(t, err)
			if len(list) != n {
				t.Errorf("%d messages, want %d", len(list), n)
			}
			for i, m := range list {
				if m.Seq != int64(n-i) {
					t.Fatalf("number %d at place %d of %d", m.Seq, i, n)
				}
			}
		}
	},
	"does nothing for a caller who left": func(t *testing.T, p place) {
		ctx, cancel := context.WithCancel(p.ctx)
		cancel()
		m := p.says("x")
		_, err := p.AcceptMessage(ctx, store.Incoming{Message: m})
		wantCode(t, err, eliza.CodeTimeout)
		_, err = p.Message(p.ctx, m.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
}
