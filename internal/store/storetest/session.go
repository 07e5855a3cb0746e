package storetest

import (
	"errors"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// newSession stores a session of Alice's with Eliza that is due and expires
// at these moments.
func (p place) newSession(t *testing.T, due, expires eliza.Millis) eliza.Session {
	t.Helper()
	id := eliza.NewID()
	s := eliza.Session{
		ID: id, AgentID: p.eliza.ID, UserID: p.alice, Limits: eliza.SessionLimits{TimeoutMinutes: 30, AutoRenew: true, MaxDurationMinutes: 720, WarningMinutes: 5},
		CreatedAt: 1000, LastActivity: 1000, RenewedAt: 1000, ExpiresAt: expires, DueAt: due, Metadata: map[string]any{"platform": "test\x00"},
	}
	c := eliza.Channel{ID: id, Name: "session-" + id.String(), Type: eliza.TypeDM, CreatedAt: 1000, UpdatedAt: 1000}
	ok(t, p.CreateSession(p.ctx, s, c, []eliza.ID{p.alice, p.eliza.ID}))
	s.Metadata["platform"] = "test"
	return s
}

var sessionTests = map[string]func(*testing.T, place){
	"a session comes with its channel": func(t *testing.T, p place) {
		s := p.newSession(t, 1, 2)
		got, err := p.Session(p.ctx, s.ID)
		ok(t, err)
		equal(t, "session", got, s)
		c, err := p.Channel(p.ctx, s.ID)
		ok(t, err)
		equal(t, "type", c.Type, eliza.TypeDM)
		in, err := p.Participants(p.ctx, s.ID)
		ok(t, err)
		equal(t, "participants", len(in), 2)
		wantCode(t, p.CreateSession(p.ctx, s, c, nil), eliza.CodeConflict)
		_, err = p.Session(p.ctx, eliza.NewID())
		wantCode(t, err, eliza.CodeNotFound)
	},
	"nothing is left of a session that could not be made": func(t *testing.T, p place) {
		id := eliza.NewID()
		c := eliza.Channel{ID: id, Name: "x", Type: eliza.TypeDM}
		wantCode(t, p.CreateSession(p.ctx, eliza.Session{ID: id, AgentID: eliza.NewID(), UserID: p.alice}, c, nil), eliza.CodeNotFound)
		_, err := p.Channel(p.ctx, id)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"a session is changed": func(t *testing.T, p place) {
		s := p.newSession(t, 1, 2)
		s.RenewalCount, s.ExpiresAt, s.Limits.AutoRenew, s.Told = 3, 9, false, eliza.SessionWarned
		got, err := p.UpdateSession(p.ctx, s.ID, func(row *eliza.Session) error { *row = s; return nil })
		ok(t, err)
		equal(t, "answered", got, s)
		got, err = p.Session(p.ctx, s.ID)
		ok(t, err)
		equal(t, "stored", got, s)
		mine := errors.New("mine")
		if _, err := p.UpdateSession(p.ctx, s.ID, func(*eliza.Session) error { return mine }); !errors.Is(err, mine) {
			t.Errorf("got %v", err)
		}
		_, err = p.UpdateSession(p.ctx, eliza.NewID(), func(*eliza.Session) error { return nil })
		wantCode(t, err, eliza.CodeNotFound)
	},
	"sessions are listed and counted": func(t *testing.T, p place) {
		const minute = 60_000
		p.newSession(t, 1, 10*minute)
		near, far := p.newSession(t, 1, 24*minute), p.newSession(t, 1, 26*minute)
		list, err := p.Sessions(p.ctx, 20*minute, eliza.NoID)
		ok(t, err)
		equal(t, "list", list, []eliza.Session{near, far})
		for user, want := range map[eliza.ID]int{p.alice: 2, eliza.NewID(): 0} {
			list, err := p.Sessions(p.ctx, 20*minute, user)
			ok(t, err)
			counts, err := p.CountSessions(p.ctx, 20*minute, user)
			ok(t, err)
			equal(t, "of a user", []int{len(list), counts.Active}, []int{want, want})
		}
		counts, err := p.CountSessions(p.ctx, 20*minute, eliza.NoID)
		ok(t, err)
		equal(t, "counts", counts, store.SessionCounts{Total: 3, Active: 2, Expiring: 1})
	},
	"sessions that are due advance": func(t *testing.T, p place) {
		drop, warn, later := p.newSession(t, 10, 10), p.newSession(t, 20, 50), p.newSession(t, 30, 60)
		by := func(s *eliza.Session) bool {
			s.Told, s.DueAt = eliza.SessionWarned, 40
			return s.ID != drop.ID
		}
		kept, err := p.AdvanceSessions(p.ctx, 20, 10, by)
		ok(t, err)
		warn.Told, warn.DueAt = eliza.SessionWarned, 40
		equal(t, "kept", kept, []eliza.Session{warn})
		_, err = p.Session(p.ctx, drop.ID)
		wantCode(t, err, eliza.CodeNotFound)
		got, err := p.Session(p.ctx, later.ID)
		ok(t, err)
		equal(t, "later", got, later)
		kept, err = p.AdvanceSessions(p.ctx, 29, 10, by)
		ok(t, err)
		equal(t, "none", len(kept), 0)
		kept, err = p.AdvanceSessions(p.ctx, 100, 1, by)
		ok(t, err)
		equal(t, "at once", len(kept), 1)
	},
	"sessions end": func(t *testing.T, p place) {
		a, b := p.newSession(t, 1, 2), p.newSession(t, 1, 2)
		p.newSession(t, 1, 2)
		ok(t, p.DeleteSession(p.ctx, a.ID))
		wantCode(t, p.DeleteSession(p.ctx, a.ID), eliza.CodeNotFound)
		_, err := p.Channel(p.ctx, a.ID)
		ok(t, err)
		ok(t, p.DeleteChannel(p.ctx, b.ID))
		_, err = p.Session(p.ctx, b.ID)
		wantCode(t, err, eliza.CodeNotFound)
		n, err := p.DeleteSessions(p.ctx)
		ok(t, err)
		equal(t, "deleted", n, 1)
		c := p.newSession(t, 1, 2)
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		_, err = p.Session(p.ctx, c.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
}
