package session_test

import (
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/session"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/check"
)

var defaults = eliza.SessionLimits{TimeoutMinutes: 30, AutoRenew: true, MaxDurationMinutes: 720, WarningMinutes: 5}

// rig is the room over a real database, with a clock that the test moves.
type rig struct {
	*session.Service
	t     *testing.T
	dir   string
	store *store.Store
	bus   *bus.Bus
	agent eliza.Agent
	user  eliza.ID

	mu     sync.Mutex
	now    time.Time
	events []bus.Event
}

func newRig(t *testing.T, settings ...any) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), user: eliza.NewID(), now: time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)}
	r.open()
	t.Cleanup(r.close)
	r.agent = r.newAgent("Eliza", settings...)
	return r
}

func (r *rig) open() {
	r.t.Helper()
	var err error
	if r.store, err = store.Open(r.t.Context(), store.Config{DataDir: r.dir, Node: "rig"}); err != nil {
		r.t.Fatal(err)
	}
	r.bus = bus.New()
	r.bus.Subscribe(eliza.NoID, func(e bus.Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
	})
	r.Service = session.New(r.store, r.bus, messaging.New(r.store, r.bus, messaging.LoopLimits{}), session.Options{Defaults: defaults, MinTimeout: 5, MaxTimeout: 1440, Keep: 5 * time.Minute, Now: r.clock})
}

func (r *rig) close() {
	r.bus.Close()
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) newAgent(name string, settings ...any) eliza.Agent {
	r.t.Helper()
	c := eliza.Character{Name: name, Bio: eliza.TextList{"A test."}, Settings: map[string]any{}}
	for i := 0; i < len(settings); i += 2 {
		c.Settings[settings[i].(string)] = settings[i+1]
	}
	a := eliza.NewAgent(c)
	a.Status = eliza.Active
	if err := r.store.CreateAgent(r.t.Context(), a); err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// pass lets time go by and the room look around.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.later(d)
	check.OK(r.t, r.Tick(r.t.Context()))
}

func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func (r *rig) create(wish session.Wish) session.Session {
	r.t.Helper()
	s, err := r.Create(r.t.Context(), session.Request{AgentID: r.agent.ID, UserID: r.user, Limits: wish})
	check.OK(r.t, err)
	return s
}

// news empties the bus and tells what was on it.
func (r *rig) news() (names []string) {
	r.t.Helper()
	r.bus.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		switch e.(type) {
		case bus.SessionExpiring:
			names = append(names, "expiring")
		case bus.SessionExpired:
			names = append(names, "expired")
		case bus.SessionRenewed:
			names = append(names, "renewed")
		}
	}
	return names
}

func minutes(n float64) *float64 { return &n }

func bools(b bool) *bool { return &b }
