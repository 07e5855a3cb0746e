package agent_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

const patience = 20 * time.Second

// rig is the rooms over a real database, with a stand-in for the model.
type rig struct {
	t         *testing.T
	dir       string
	stub      *stubmodel.Server
	stubURL   string
	text      model.Text // in place of the stub, when it is set
	options   agent.Options
	store     *store.Store
	bus       *bus.Bus
	messaging *messaging.Service
	agents    *agent.Service
	person    eliza.ID

	mu     sync.Mutex
	events []bus.Event
	heard  *sync.Cond
}

func newRig(t *testing.T, change ...func(*rig)) *rig {
	r := &rig{
		t: t, dir: t.TempDir(), stub: stubmodel.New(), person: eliza.NewID(),
		options: agent.Options{TurnTimeout: patience, MaxSteps: 4, Policy: agent.Each},
	}
	r.heard = sync.NewCond(&r.mu)
	for _, c := range change {
		c(r)
	}
	stub := httptest.NewServer(r.stub)
	t.Cleanup(stub.Close)
	r.stubURL = stub.URL + "/v1"
	r.start()
	t.Cleanup(r.stop)
	return r
}

// start opens everything, as a server does when it starts.
func (r *rig) start() {
	r.t.Helper()
	ctx := r.t.Context()
	var err error
	if r.store, err = store.Open(ctx, store.Config{DataDir: r.dir, Node: "rig"}); err != nil {
		r.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	r.bus = bus.New()
	r.bus.Subscribe(eliza.NoID, func(e bus.Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
		r.heard.Broadcast()
	})
	r.messaging = messaging.New(r.store, r.bus, messaging.LoopLimits{Hops: 4, PerMinute: 100})
	mem := memory.New(r.store, nil, log)
	router := providers.New(ctx, model.Config{OpenAIBaseURL: r.stubURL, Attempts: 1, CallTimeout: patience, StallTimeout: patience}, model.Embedded{})
	if r.text != nil {
		own := model.Provider{Name: "scripted", Offer: func(model.Config) model.Offer { return model.Offer{Text: r.text, TextModel: "script"} }}
		router = model.New(ctx, model.Config{Attempts: 1, CallTimeout: patience, StallTimeout: patience}, model.Embedded{}, own)
	}
	r.agents = agent.New(r.store, r.bus, r.messaging, mem, router, r.options, log)
	mem.Run(r.agents.Busy)
	if err := r.agents.Work(ctx); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.agents.Close(ctx); err != nil {
		r.t.Error(err)
	}
	r.bus.Close()
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
}

// agent makes a running agent.
func (r *rig) agent(name string, settings ...string) eliza.Agent {
	r.t.Helper()
	c := eliza.Character{Name: name, Bio: eliza.TextList{"A test's agent"}, Settings: map[string]any{}}
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		c.Settings[key] = value
	}
	a, err := r.agents.Create(r.t.Context(), c)
	if err == nil {
		a, err = r.agents.Start(r.t.Context(), a.ID)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) channel(kind eliza.ChannelType, participants ...eliza.ID) eliza.Channel {
	r.t.Helper()
	c, err := r.messaging.CreateChannel(r.t.Context(), eliza.Channel{Name: "room", Type: kind}, participants)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func (r *rig) say(c eliza.Channel, text string, change ...func(*messaging.Post)) messaging.Posted {
	r.t.Helper()
	p := messaging.Post{ChannelID: c.ID, AuthorID: r.person, AuthorName: "Ada", Content: text, SourceType: "test"}
	for _, f := range change {
		f(&p)
	}
	posted, err := r.messaging.Post(r.t.Context(), p)
	if err != nil {
		r.t.Fatal(err)
	}
	return posted
}

// ended waits for the end of an agent's delivery of a message.
func (r *rig) ended(message, agent eliza.ID) bus.DeliveryEnded {
	r.t.Helper()
	var found bus.DeliveryEnded
	r.await("the end of a delivery", func(e bus.Event) bool {
		d, is := e.(bus.DeliveryEnded)
		if is && d.Delivery.MessageID == message && d.Delivery.AgentID == agent {
			found = d
			return true
		}
		return false
	})
	return found
}

func (r *rig) await(what string, is func(bus.Event) bool) {
	r.t.Helper()
	timeout := time.AfterFunc(patience, r.heard.Broadcast)
	defer timeout.Stop()
	deadline := time.Now().Add(patience)
	r.mu.Lock()
	defer r.mu.Unlock()
	for seen := 0; ; {
		for ; seen < len(r.events); seen++ {
			if is(r.events[seen]) {
				return
			}
		}
		if !time.Now().Before(deadline) {
			r.t.Fatalf("%s did not come", what)
		}
		r.heard.Wait()
	}
}

func (r *rig) want(e bus.DeliveryEnded, state eliza.DeliveryState, reason eliza.Reason) {
	r.t.Helper()
	if e.Delivery.State != state || e.Delivery.Reason != reason {
		r.t.Fatalf("the delivery is %s (%s: %s), want %s (%s)", e.Delivery.State, e.Delivery.Reason, e.Delivery.Detail, state, reason)
	}
	stored, err := r.store.Deliveries(r.t.Context(), e.Delivery.MessageID)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range stored {
		if d.AgentID == e.Delivery.AgentID && (d.State != state || d.Reason != reason) {
			r.t.Fatalf("stored as %s (%s), told as %s (%s)", d.State, d.Reason, state, reason)
		}
	}
	if state != eliza.Replied && reason != "" && e.Delivery.Detail == "" {
		r.t.Errorf("%s has no words for a person", reason)
	}
}

// soFar is everything that has happened.
func (r *rig) soFar() []bus.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// stopNow stops as a server does whose grace is over.
func (r *rig) stopNow() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.agents.Close(ctx); err != nil {
		r.t.Fatal(err)
	}
	r.bus.Close()
	if err := r.store.Close(); err != nil {
		r.t.Fatal(err)
	}
}
