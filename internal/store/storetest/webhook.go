package storetest

import (
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

func (p place) hook(t *testing.T, change func(*eliza.Webhook)) eliza.Webhook {
	t.Helper()
	now := eliza.Now()
	w := eliza.Webhook{ID: eliza.NewID(), URL: "https://example.com/hook", Secret: "whsec_x", Active: true, CreatedAt: now, UpdatedAt: now}
	if change != nil {
		change(&w)
	}
	ok(t, p.CreateWebhook(p.ctx, w, 1000))
	return w
}

// tells is a message of Alice's of which webhooks are told.
func (p place) tells(t *testing.T, text string) store.Accepted {
	t.Helper()
	a, err := p.AcceptMessage(p.ctx, store.Incoming{Message: p.says(text), Notices: notice[store.Accepted]("messageBroadcast", `{"text":"`+text+`"}`)})
	ok(t, err)
	return a
}

func notice[T any](event, payload string) store.Notices[T] {
	return func(T) []store.Notice { return []store.Notice{{Event: event, Payload: []byte(payload)}} }
}

// told is what a webhook is to be told, the oldest first.
func (p place) told(t *testing.T, w eliza.Webhook) string {
	t.Helper()
	list, err := p.WebhookDeliveries(p.ctx, w.ID, store.WebhookQuery{State: eliza.WebhookPending})
	ok(t, err)
	var events []string
	for i := range list {
		d, err := p.WebhookDelivery(p.ctx, w.ID, list[len(list)-1-i].ID)
		ok(t, err)
		events = append(events, d.Event+d.Payload)
	}
	return strings.Join(events, " ")
}

// claimHooks takes the webhooks that are due and expects so many.
func (p place) claimHooks(t *testing.T, want int) []eliza.Webhook {
	t.Helper()
	list, err := p.claimDue()
	ok(t, err)
	if len(list) != want {
		t.Fatalf("%d webhooks are due, want %d: %+v", len(list), want, list)
	}
	return list
}

// claimDue takes all webhooks that are due.
func (p place) claimDue() ([]eliza.Webhook, error) {
	due, err := p.DueWebhooks(p.ctx, eliza.Now())
	if err != nil || len(due) == 0 {
		return nil, err
	}
	var ids []eliza.ID
	for _, d := range due {
		ids = append(ids, d.ID)
	}
	return p.ClaimWebhooks(p.ctx, eliza.Now(), ids)
}

var webhookTests = map[string]func(*testing.T, place){
	"a webhook comes back as it was stored": func(t *testing.T, p place) {
		made := p.hook(t, func(w *eliza.Webhook) {
			w.ChannelID, w.AgentID, w.Events, w.Description = p.channel.ID, p.eliza.ID, []string{"a", "b"}, `a "word"`
		})
		got, err := p.Webhook(p.ctx, made.ID)
		ok(t, err)
		equal(t, "webhook", got, made)
		list, err := p.Webhooks(p.ctx)
		ok(t, err)
		if len(list) != 1 || list[0].Secret != "" || list[0].URL != made.URL {
			t.Errorf("list %+v", list)
		}
		_, err = p.UpdateWebhook(p.ctx, made.ID, func(w *eliza.Webhook) error { w.Active = false; return nil })
		ok(t, err)
		got, err = p.Webhook(p.ctx, made.ID)
		ok(t, err)
		if got.Active || got.Secret != made.Secret || p.AnyWebhooks() {
			t.Errorf("changed to %+v", got)
		}
		ok(t, p.DeleteWebhook(p.ctx, made.ID))
		wantCode(t, p.DeleteWebhook(p.ctx, made.ID), eliza.CodeNotFound)
		_, err = p.Webhook(p.ctx, made.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"a webhook needs its channel and its agent, and there are only so many": func(t *testing.T, p place) {
		wantCode(t, p.CreateWebhook(p.ctx, eliza.Webhook{ID: eliza.NewID(), ChannelID: eliza.NewID()}, 5), eliza.CodeNotFound)
		wantCode(t, p.CreateWebhook(p.ctx, eliza.Webhook{ID: eliza.NewID(), AgentID: eliza.NewID()}, 5), eliza.CodeNotFound)
		p.hook(t, nil)
		wantCode(t, p.CreateWebhook(p.ctx, eliza.Webhook{ID: eliza.NewID()}, 1), eliza.CodeConflict)
	},
	"what a webhook is to be told is stored with what it tells of": func(t *testing.T, p place) {
		elsewhere := p.newChannel(t, eliza.TypeGroup, p.alice)
		all := p.hook(t, nil)
		here := p.hook(t, func(w *eliza.Webhook) { w.ChannelID = p.channel.ID })
		there := p.hook(t, func(w *eliza.Webhook) { w.ChannelID = elsewhere.ID })
		hers := p.hook(t, func(w *eliza.Webhook) { w.AgentID = p.eliza.ID })
		deletions := p.hook(t, func(w *eliza.Webhook) { w.Events = []string{"messageDeleted"} })
		a := p.tells(t, "hello")
		want := `messageBroadcast{"text":"hello"}`
		for name, w := range map[string]eliza.Webhook{"all": all, "here": here, "hers": hers} {
			equal(t, name, p.told(t, w), want)
		}
		turn := p.turn(of(t, a.Deliveries, p.eliza), "Eliza")
		turn.Notices = notice[store.Finished]("messageComplete", `{}`)
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		_, err = p.DeleteMessage(p.ctx, a.Message.ID, store.OnDelete[eliza.Message]{Notices: notice[store.Deleted[eliza.Message]]("messageDeleted", `{"n":1}`)})
		ok(t, err)
		equal(t, "here", p.told(t, here), want+` messageComplete{} messageDeleted{"n":1}`)
		equal(t, "deletions", p.told(t, deletions), `messageDeleted{"n":1}`)
		equal(t, "elsewhere", p.told(t, there), "")
		ok(t, p.RemoveParticipant(p.ctx, p.channel.ID, p.eliza.ID))
		p.tells(t, "later")
		equal(t, "her who left", p.told(t, hers), want+` messageComplete{} messageDeleted{"n":1}`)
	},
	"what is undone is told to nobody": func(t *testing.T, p place) {
		w := p.hook(t, nil)
		a := p.tells(t, "hello")
		again, err := p.AcceptMessage(p.ctx, store.Incoming{Message: a.Message, Notices: notice[store.Accepted]("messageBroadcast", `{}`)})
		ok(t, err)
		turn := p.turn(of(t, a.Deliveries, p.eliza), "Eliza")
		turn.Notices = notice[store.Finished]("messageComplete", `{}`)
		_, err = p.FinishTurn(p.ctx, turn)
		ok(t, err)
		_, err = p.FinishTurn(p.ctx, turn)
		wantCode(t, err, eliza.CodeConflict)
		wantCode(t, p.DeleteChannel(p.ctx, eliza.NewID(), store.OnDelete[eliza.ID]{Notices: notice[store.Deleted[eliza.ID]]("channelDeleted", `{}`)}), eliza.CodeNotFound)
		equal(t, "told", p.told(t, w), `messageBroadcast{"text":"hello"} messageComplete{}`)
		if !again.Duplicate {
			t.Error("it was accepted twice")
		}
	},
	"every change of a channel is told": func(t *testing.T, p place) {
		w := p.hook(t, func(w *eliza.Webhook) { w.AgentID = p.eliza.ID })
		m := p.accept(t, p.says("one")).Message
		text := "two"
		_, err := p.EditMessage(p.ctx, m.ID, store.MessageEdit{Content: &text}, func(m eliza.Message) []store.Notice {
			return []store.Notice{{Event: "messageBroadcast", Payload: []byte(`"` + m.Content + `"`)}}
		})
		ok(t, err)
		_, err = p.DeleteMessagesOf(p.ctx, p.channel.ID, p.alice, store.OnDelete[[]eliza.ID]{Notices: notice[store.Deleted[[]eliza.ID]]("messageDeleted", `{}`)})
		ok(t, err)
		_, err = p.ClearChannel(p.ctx, p.channel.ID, store.OnDelete[eliza.ID]{Notices: notice[store.Deleted[eliza.ID]]("channelCleared", `{}`)})
		ok(t, err)
		_, err = p.UpdateChannel(p.ctx, p.channel.ID, func(c *eliza.Channel) error { c.Name = "new"; return nil }, func(c eliza.Channel) []store.Notice {
			return []store.Notice{{Event: "channelUpdated", Payload: []byte(`"` + c.Name + `"`)}}
		})
		ok(t, err)
		ok(t, p.DeleteChannel(p.ctx, p.channel.ID, store.OnDelete[eliza.ID]{Notices: notice[store.Deleted[eliza.ID]]("channelDeleted", `{}`)}))
		equal(t, "told", p.told(t, w), `messageBroadcast"two" messageDeleted{} channelCleared{} channelUpdated"new" channelDeleted{}`)
	},
	"a session's warning and its end are told, the end once": func(t *testing.T, p place) {
		warned, over := p.newSession(t, 10, 50), p.newSession(t, 10, 50)
		hers := p.hook(t, func(w *eliza.Webhook) { w.ChannelID = over.ID })
		all := p.hook(t, nil)
		to := func(told eliza.SessionNews) func(*eliza.Session) bool {
			return func(s *eliza.Session) bool {
				s.Told, s.DueAt = told, 100
				return s.ID == over.ID || told == eliza.SessionWarned
			}
		}
		say := func(s eliza.Session) []store.Notice {
			return []store.Notice{{Event: "session", Payload: []byte(`"` + string(s.Told) + `"`)}}
		}
		_, err := p.AdvanceSessions(p.ctx, 10, 10, to(eliza.SessionWarned), say)
		ok(t, err)
		_, err = p.ExpireSession(p.ctx, warned.ID, 500, say)
		ok(t, err)
		_, err = p.AdvanceSessions(p.ctx, 100, 10, to(eliza.SessionExpired), say)
		ok(t, err)
		was, err := p.ExpireSession(p.ctx, over.ID, 500, say)
		ok(t, err)
		equal(t, "was told", was.Told, eliza.SessionExpired)
		kept, err := p.Session(p.ctx, over.ID)
		ok(t, err)
		equal(t, "removal", kept.DueAt, eliza.Millis(100))
		_, err = p.ExpireSession(p.ctx, eliza.NewID(), 500, say)
		wantCode(t, err, eliza.CodeNotFound)
		equal(t, "one session", p.told(t, hers), `session"warned" session"expired"`)
		equal(t, "all", p.told(t, all), `session"warned" session"warned" session"warned" session"expired"`)
	},
	"what a turn asks for and what is decided is told": func(t *testing.T, p place) {
		w := p.hook(t, nil)
		turn := p.parked(t, "open it")
		turn.Notices = notice[eliza.Approval]("approvalRequested", `{}`)
		ok(t, p.ParkTurn(p.ctx, turn))
		again := turn
		again.Approval.ID, again.Delivery.AgentID = eliza.NewID(), eliza.NewID()
		wantCode(t, p.ParkTurn(p.ctx, again), eliza.CodeConflict)
		decision := store.Decision{ID: turn.Approval.ID, State: eliza.Denied, At: 7, Notices: notice[eliza.Approval]("approvalDecided", `{}`)}
		_, err := p.Decide(p.ctx, decision)
		ok(t, err)
		_, err = p.Decide(p.ctx, decision)
		wantCode(t, err, eliza.CodeConflict)
		equal(t, "told", p.told(t, w), `approvalRequested{} approvalDecided{}`)
	},
	"one node tells a webhook, in order, until it lets go of it": func(t *testing.T, p place) {
		w := p.hook(t, nil)
		p.claimHooks(t, 0)
		p.tells(t, "one")
		p.tells(t, "two")
		mine := p.claimHooks(t, 1)[0]
		if mine.Secret != w.Secret || mine.Owner != p.Owner() {
			t.Errorf("claimed %+v", mine)
		}
		p.claimHooks(t, 0)
		first, err := p.NextWebhookDelivery(p.ctx, w.ID)
		ok(t, err)
		equal(t, "first", first.Payload, `{"text":"one"}`)
		first.State, first.Attempts, first.LastStatus, first.AttemptedAt, first.EndedAt = eliza.WebhookDelivered, 1, 204, 5, 5
		ok(t, p.RecordAttempt(p.ctx, store.WebhookAttempt{Webhook: mine, Ended: *first}))
		got, err := p.WebhookDelivery(p.ctx, w.ID, first.ID)
		ok(t, err)
		equal(t, "delivery", got, *first)
		second, err := p.NextWebhookDelivery(p.ctx, w.ID)
		ok(t, err)
		second.Attempts, second.LastError = 1, "no"
		mine.Failures, mine.FailingSince, mine.NextAt = 1, 7, eliza.Now()+3_600_000
		ok(t, p.RecordAttempt(p.ctx, store.WebhookAttempt{Webhook: mine, Ended: *second}))
		ok(t, p.ReleaseWebhook(p.ctx, w.ID))
		p.claimHooks(t, 0) // its time has not come
		stored, err := p.Webhook(p.ctx, w.ID)
		ok(t, err)
		if stored.Failures != 1 || stored.FailingSince != 7 || stored.NextAt != mine.NextAt || stored.Owner != "" {
			t.Errorf("after a failure %+v", stored)
		}
		wantCode(t, p.RecordAttempt(p.ctx, store.WebhookAttempt{Webhook: mine, Ended: *second}), eliza.CodeConflict)
		n, err := p.PendingWebhookDeliveries(p.ctx, w.ID)
		ok(t, err)
		equal(t, "pending", n, 1)
	},
	"a webhook that is ended is told nothing": func(t *testing.T, p place) {
		w := p.hook(t, nil)
		p.tells(t, "one")
		mine := p.claimHooks(t, 1)[0]
		d, err := p.NextWebhookDelivery(p.ctx, w.ID)
		ok(t, err)
		mine.DisabledReason = "gone"
		ok(t, p.RecordAttempt(p.ctx, store.WebhookAttempt{Webhook: mine, Ended: *d}))
		ok(t, p.ReleaseWebhook(p.ctx, w.ID))
		p.tells(t, "two")
		equal(t, "told", p.told(t, w), `messageBroadcast{"text":"one"}`)
		p.claimHooks(t, 0)
		_, err = p.Announce(p.ctx, w.ID, store.Notice{Event: "ping"})
		wantCode(t, err, eliza.CodeConflict)
		again, err := p.UpdateWebhook(p.ctx, w.ID, func(w *eliza.Webhook) error { w.Active, w.DisabledReason = true, ""; return nil })
		ok(t, err)
		equal(t, "reason", again.DisabledReason, "")
		p.claimHooks(t, 1)
	},
	"a webhook of a node that died is taken over": func(t *testing.T, p place) {
		p.hook(t, nil)
		p.tells(t, "one")
		p.claimHooks(t, 1)
		if p.Sole() { // the same node starts again
			ok(t, p.Store.Close())
		}
		c := p.config
		c.Node = "node-1"
		p.Store = open(t, c)
		p.claimHooks(t, 1)
	},
	"many nodes never tell one webhook at once": func(t *testing.T, p place) {
		for range 5 {
			p.hook(t, nil)
		}
		p.tells(t, "one")
		var mutex sync.Mutex
		taken := map[eliza.ID]int{}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				list, err := p.claimDue()
				if err != nil {
					t.Error(err)
				}
				mutex.Lock()
				defer mutex.Unlock()
				for _, w := range list {
					taken[w.ID]++
				}
			})
		}
		group.Wait()
		for id, n := range taken {
			if n > 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
		}
		if len(taken) == 0 {
			t.Error("none was taken")
		}
	},
	"what has ended is told again on demand": func(t *testing.T, p place) {
		w := p.hook(t, nil)
		d, err := p.Announce(p.ctx, w.ID, store.Notice{Event: "ping", Payload: []byte(`{}`)})
		ok(t, err)
		_, err = p.Redeliver(p.ctx, w.ID, d.ID)
		wantCode(t, err, eliza.CodeConflict)
		_, err = p.Redeliver(p.ctx, w.ID, eliza.NewID())
		wantCode(t, err, eliza.CodeNotFound)
		mine := p.claimHooks(t, 1)[0]
		d.State, d.Attempts, d.EndedAt = eliza.WebhookFailed, 8, 5
		ok(t, p.RecordAttempt(p.ctx, store.WebhookAttempt{Webhook: mine, Ended: d}))
		again, err := p.Redeliver(p.ctx, w.ID, d.ID)
		ok(t, err)
		if again.State != eliza.WebhookPending || again.Attempts != 0 || again.ID != d.ID || p.told(t, w) != "ping{}" {
			t.Errorf("again %+v", again)
		}
	},
	"what is old is swept": func(t *testing.T, p place) {
		channel := p.newChannel(t, eliza.TypeGroup, p.alice)
		gone := p.hook(t, func(w *eliza.Webhook) { w.ChannelID = channel.ID })
		ok(t, p.DeleteChannel(p.ctx, channel.ID))
		w := p.hook(t, nil)
		for i, state := range []eliza.WebhookState{eliza.WebhookDelivered, eliza.WebhookFailed, eliza.WebhookPending} {
			d, err := p.Announce(p.ctx, w.ID, store.Notice{Event: "ping", Payload: []byte(`{}`)})
			ok(t, err)
			if state == eliza.WebhookPending {
				continue
			}
			mine := eliza.Webhook{ID: w.ID}
			if i == 0 {
				mine = p.claimHooks(t, 1)[0]
			}
			d.State, d.EndedAt = state, 100
			ok(t, p.RecordAttempt(p.ctx, store.WebhookAttempt{Webhook: mine, Ended: d}))
		}
		left := func() int {
			list, err := p.WebhookDeliveries(p.ctx, w.ID, store.WebhookQuery{})
			ok(t, err)
			return len(list)
		}
		ok(t, p.SweepWebhooks(p.ctx, 100, 100))
		equal(t, "left", left(), 3)
		ok(t, p.SweepWebhooks(p.ctx, 101, 100))
		equal(t, "left", left(), 2)
		ok(t, p.SweepWebhooks(p.ctx, 101, 101))
		equal(t, "left", left(), 1)
		_, err := p.UpdateWebhook(p.ctx, w.ID, func(w *eliza.Webhook) error { w.Active = false; return nil })
		ok(t, err)
		ok(t, p.SweepWebhooks(p.ctx, 101, eliza.Now()+1))
		equal(t, "left", left(), 0)
		_, err = p.Webhook(p.ctx, gone.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"a webhook goes with its agent": func(t *testing.T, p place) {
		w := p.hook(t, func(w *eliza.Webhook) { w.AgentID = p.ada.ID })
		p.tells(t, "one")
		ok(t, p.DeleteAgent(p.ctx, p.ada.ID))
		_, err := p.Webhook(p.ctx, w.ID)
		wantCode(t, err, eliza.CodeNotFound)
		p.tells(t, "two") // this node still believes in it
	},
}
