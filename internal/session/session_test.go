package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/session"
	"github.com/elizad/elizad/test/check"
)

func TestSessionAndItsChannel(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	s, err := r.Create(ctx, session.Request{AgentID: r.agent.ID, UserID: r.user, Metadata: map[string]any{"platform": "web", "agentId": "mine"}})
	check.OK(r.t, err)
	if s.Remaining != eliza.Minutes(30) || s.Near() || s.Limits != defaults || s.RenewalCount != 0 {
		t.Errorf("%+v", s)
	}
	c, err := r.store.Channel(ctx, s.ID)
	check.OK(r.t, err)
	if c.Name != "session-"+s.ID.String() || c.Type != eliza.TypeDM || c.Metadata["agentId"] != r.agent.ID.String() || c.Metadata["platform"] != "web" {
		t.Errorf("%+v", c)
	}
	in, err := r.store.Participants(ctx, s.ID)
	check.OK(r.t, err)
	if len(in) != 2 {
		t.Errorf("participants %v", in)
	}
	check.OK(r.t, r.Delete(ctx, s.ID))
	check.Code(r.t, r.Delete(ctx, s.ID), eliza.CodeSessionNotFound)
	_, err = r.Session(ctx, s.ID)
	check.Code(r.t, err, eliza.CodeSessionNotFound)
	if _, err := r.store.Channel(ctx, s.ID); err != nil {
		t.Errorf("what was said went with the session: %v", err)
	}
}

func TestRefusedSessions(t *testing.T) {
	r := newRig(t)
	stopped := eliza.NewAgent(eliza.Character{Name: "Stopped", Bio: eliza.TextList{"x"}})
	check.OK(r.t, r.store.CreateAgent(t.Context(), stopped))
	for name, c := range map[string]struct {
		request session.Request
		code    eliza.Code
	}{
		"unknown agent":  {session.Request{AgentID: eliza.NewID(), UserID: r.user}, eliza.CodeAgentUnavailable},
		"stopped agent":  {session.Request{AgentID: stopped.ID, UserID: r.user}, eliza.CodeAgentUnavailable},
		"with itself":    {session.Request{AgentID: r.agent.ID, UserID: r.agent.ID}, eliza.CodeSessionInvalid},
		"large metadata": {session.Request{AgentID: r.agent.ID, UserID: r.user, Metadata: map[string]any{"x": strings.Repeat("x", 10240)}}, eliza.CodeSessionInvalid},
	} {
		if _, err := r.Create(t.Context(), c.request); eliza.ErrorCode(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := r.Create(t.Context(), session.Request{AgentID: r.agent.ID, UserID: r.user, Metadata: map[string]any{"x": strings.Repeat("x", 10240-len(`{"x":""}`))}})
	check.OK(r.t, err)
}

func TestLimitsOfASession(t *testing.T) {
	r := newRig(t)
	set := r.newAgent("Set", "SESSION_TIMEOUT_MINUTES", "60", "SESSION_AUTO_RENEW", "false", "SESSION_MAX_DURATION_MINUTES", float64(90), "SESSION_WARNING_THRESHOLD_MINUTES", "NaN")
	wild := r.newAgent("Wild", "SESSION_TIMEOUT_MINUTES", "1e300", "SESSION_AUTO_RENEW", "perhaps", "SESSION_MAX_DURATION_MINUTES", "-5", "SESSION_WARNING_THRESHOLD_MINUTES", "0")
	limits := func(timeout int, renew bool, longest, warning int) eliza.SessionLimits {
		return eliza.SessionLimits{TimeoutMinutes: timeout, AutoRenew: renew, MaxDurationMinutes: longest, WarningMinutes: warning}
	}
	for name, c := range map[string]struct {
		agent eliza.Agent
		wish  session.Wish
		want  eliza.SessionLimits
	}{
		"the server's":       {r.agent, session.Wish{}, limits(30, true, 720, 5)},
		"the agent's":        {set, session.Wish{}, limits(60, false, 90, 5)},
		"the agent's clamp":  {wild, session.Wish{}, limits(1440, true, 1440, 1)},
		"the session's":      {set, session.Wish{minutes(10), bools(true), minutes(60), minutes(2)}, limits(10, true, 60, 2)},
		"one of the session": {set, session.Wish{WarningMinutes: minutes(7)}, limits(60, false, 90, 7)},
		"too small":          {r.agent, session.Wish{minutes(-1), nil, minutes(1), minutes(-9)}, limits(5, true, 5, 1)},
		"too great":          {r.agent, session.Wish{minutes(1e9), nil, minutes(1e300), minutes(1e9)}, limits(1440, true, 2880, 2880)},
		"longer than ever":   {r.agent, session.Wish{TimeoutMinutes: minutes(1440)}, limits(1440, true, 720, 5)},
	} {
		s, err := r.Create(t.Context(), session.Request{AgentID: c.agent.ID, UserID: r.user, Limits: c.wish})
		check.OK(r.t, err)
		if diff := cmp.Diff(c.want, s.Limits); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if want := eliza.Minutes(min(c.want.TimeoutMinutes, c.want.MaxDurationMinutes)); s.Remaining != want {
			t.Errorf("%s: %d ms remain, want %d", name, s.Remaining, want)
		}
	}
}

func TestActivityRenews(t *testing.T) {
	r := newRig(t)
	s := r.create(session.Wish{TimeoutMinutes: minutes(10), MaxDurationMinutes: minutes(25)})
	for i := range 2 {
		r.later(9 * time.Minute)
		got, renewed, err := r.Touch(t.Context(), s.ID)
		check.OK(r.t, err)
		if want := min(eliza.Minutes(10), eliza.Minutes(25-9*(i+1))); !renewed || got.RenewalCount != i+1 || got.Remaining != want || got.LastActivity != eliza.Millis(r.clock().UnixMilli()) {
			t.Fatalf("%d: renewed %v, %+v", i, renewed, got)
		}
	}
	got, renewed, err := r.Touch(t.Context(), s.ID)
	check.OK(r.t, err)
	if renewed || got.RenewalCount != 2 || got.Remaining != eliza.Minutes(7) {
		t.Errorf("beyond the longest duration: renewed %v, %+v", renewed, got)
	}
	_, err = r.Renew(t.Context(), s.ID)
	check.Code(r.t, err, eliza.CodeSessionRenewal)
	r.later(7 * time.Minute)
	_, _, err = r.Touch(t.Context(), s.ID)
	check.Code(r.t, err, eliza.CodeSessionExpired)
	if diff := cmp.Diff([]string{"renewed", "renewed", "expired"}, r.news()); diff != "" {
		t.Error(diff)
	}
}

func TestSessionThatDoesNotRenewItself(t *testing.T) {
	r := newRig(t)
	s := r.create(session.Wish{TimeoutMinutes: minutes(10), AutoRenew: bools(false)})
	r.later(6 * time.Minute)
	got, renewed, err := r.Touch(t.Context(), s.ID)
	check.OK(r.t, err)
	if renewed || got.Remaining != eliza.Minutes(4) || !got.Near() || got.LastActivity == s.LastActivity {
		t.Errorf("renewed %v, %+v", renewed, got)
	}
	got, err = r.Renew(t.Context(), s.ID)
	check.OK(r.t, err)
	if got.Remaining != eliza.Minutes(10) || got.RenewalCount != 1 {
		t.Errorf("%+v", got)
	}
}

func TestLimitsAreChanged(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	s := r.create(session.Wish{TimeoutMinutes: minutes(10), MaxDurationMinutes: minutes(60), WarningMinutes: minutes(2)})
	r.later(4 * time.Minute)
	got, err := r.SetLimits(ctx, s.ID, session.Wish{TimeoutMinutes: minutes(20)})
	check.OK(r.t, err)
	if want := (eliza.SessionLimits{TimeoutMinutes: 20, AutoRenew: true, MaxDurationMinutes: 60, WarningMinutes: 2}); got.Limits != want || got.Remaining != eliza.Minutes(20) || got.RenewalCount != 0 {
		t.Errorf("%+v", got)
	}
	got, err = r.SetLimits(ctx, s.ID, session.Wish{AutoRenew: bools(false), MaxDurationMinutes: minutes(0)})
	check.OK(r.t, err)
	if got.Limits.MaxDurationMinutes != 20 || got.Remaining != eliza.Minutes(16) {
		t.Errorf("%+v", got)
	}
	for _, bad := range []float64{0, 4, 1441, -1, 1e300} {
		_, err = r.SetLimits(ctx, s.ID, session.Wish{TimeoutMinutes: &bad})
		check.Code(r.t, err, eliza.CodeSessionInvalid)
	}
	_, err = r.SetLimits(ctx, eliza.NewID(), session.Wish{})
	check.Code(r.t, err, eliza.CodeSessionNotFound)
}

func TestWarningExpiryAndRemoval(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	s := r.create(session.Wish{TimeoutMinutes: minutes(10), WarningMinutes: minutes(3)})
	silent := r.create(session.Wish{TimeoutMinutes: minutes(1440)})
	r.pass(7*time.Minute - time.Millisecond)
	if counts, err := r.Counts(ctx); err != nil || counts.Expiring != 0 || counts.Active != 2 {
		t.Errorf("%+v, %v", counts, err)
	}
	r.pass(time.Millisecond)
	r.pass(time.Second)
	if counts, err := r.Counts(ctx); err != nil || counts.Expiring != 1 {
		t.Errorf("%+v, %v", counts, err)
	}
	_, _, err := r.Touch(ctx, s.ID) // out of the time of warning, so that it is warned again
	check.OK(r.t, err)
	r.pass(7 * time.Minute)
	r.pass(3 * time.Minute)
	r.pass(time.Minute)
	list, counts, err := r.List(ctx, eliza.NoID)
	check.OK(r.t, err)
	if len(list) != 1 || list[0].ID != silent.ID || counts.Total != 2 || counts.Active != 1 {
		t.Errorf("%v, %+v", list, counts)
	}
	_, err = r.Session(ctx, s.ID)
	check.Code(r.t, err, eliza.CodeSessionExpired)
	if diff := cmp.Diff([]string{"expiring", "renewed", "expiring", "expired"}, r.news()); diff != "" {
		t.Error(diff)
	}
	if e := r.events[0].(bus.SessionExpiring); e.Channel() != s.ID || e.Remaining != eliza.Minutes(3) {
		t.Errorf("%+v", e)
	}
}

func TestExpiredSessionsAreForgottenInTheEnd(t *testing.T) {
	r := newRig(t)
	s := r.create(session.Wish{TimeoutMinutes: minutes(10)})
	r.pass(10 * time.Minute)
	r.pass(5*time.Minute - time.Millisecond)
	if counts, err := r.Counts(t.Context()); err != nil || counts.Total != 1 {
		t.Errorf("%+v, %v", counts, err)
	}
	r.pass(time.Millisecond)
	_, err := r.Session(t.Context(), s.ID)
	check.Code(r.t, err, eliza.CodeSessionNotFound)
}

// An expired session is known as such for as long as is promised, whoever asks
// in whatever way and however often, also over a restart, and told of once.
func TestExpiredSessionsAreKnownAsSuch(t *testing.T) {
	for name, ticks := range map[string]bool{"with a look around": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			ctx := t.Context()
			s := r.create(session.Wish{TimeoutMinutes: minutes(10)})
			all := func(code eliza.Code) {
				t.Helper()
				for range 2 {
					_, err := r.Session(ctx, s.ID)
					check.Code(t, err, code)
					_, _, err = r.Touch(ctx, s.ID)
					check.Code(t, err, code)
					_, err = r.Renew(ctx, s.ID)
					check.Code(t, err, code)
					_, err = r.SetLimits(ctx, s.ID, session.Wish{TimeoutMinutes: minutes(20)})
					check.Code(t, err, code)
					check.Code(t, r.Delete(ctx, s.ID), code)
				}
			}
			r.later(10 * time.Minute)
			if ticks {
				r.pass(0)
			}
			all(eliza.CodeSessionExpired)
			if diff := cmp.Diff([]string{"expired"}, r.news()); diff != "" {
				t.Error(diff)
			}
			r.close()
			r.later(5*time.Minute - time.Millisecond)
			r.open()
			if ticks {
				r.pass(0)
			}
			all(eliza.CodeSessionExpired)
			r.later(time.Millisecond)
			all(eliza.CodeSessionNotFound)
			r.pass(0)
			if counts, err := r.Counts(ctx); err != nil || counts.Total != 0 {
				t.Errorf("%+v is left, %v", counts, err)
			}
		})
	}
}

func TestManySessionsExpireTogether(t *testing.T) {
	r := newRig(t)
	const many = 250
	for range many {
		r.create(session.Wish{TimeoutMinutes: minutes(10), WarningMinutes: minutes(1)})
	}
	r.pass(10 * time.Minute)
	if told := r.news(); len(told) != many || told[0] != "expired" {
		t.Errorf("%d events, the first %v", len(told), told[:1])
	}
}

func TestSessionsOutliveTheirServer(t *testing.T) {
	r := newRig(t)
	s := r.create(session.Wish{TimeoutMinutes: minutes(10)})
	near := r.create(session.Wish{TimeoutMinutes: minutes(6)})
	r.close()
	r.later(6 * time.Minute)
	r.open()
	check.OK(r.t, r.Tick(t.Context()))
	got, renewed, err := r.Touch(t.Context(), s.ID)
	check.OK(r.t, err)
	if !renewed || got.RenewalCount != 1 || got.Remaining != eliza.Minutes(10) || got.CreatedAt != s.CreatedAt {
		t.Errorf("%+v", got)
	}
	_, err = r.Session(t.Context(), near.ID)
	check.Code(r.t, err, eliza.CodeSessionExpired)
	check.OK(r.t, r.Clear(t.Context()))
	_, err = r.Session(t.Context(), s.ID)
	check.Code(r.t, err, eliza.CodeSessionNotFound)
}
