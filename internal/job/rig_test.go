package job_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/job"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

const patience = 20 * time.Second

// rig is the room over a real database and real agents, with a stand-in for
// the model and a clock that the test moves ahead.
type rig struct {
	*job.Service
	t       *testing.T
	dir     string
	stub    *stubmodel.Server
	stubURL string
	maxJobs int
	user    eliza.ID

	store     *store.Store
	bus       *bus.Bus
	messaging *messaging.Service
	agents    *agent.Service

	mu    sync.Mutex
	ahead time.Duration
}

func newRig(t *testing.T, change ...func(*rig)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), stub: stubmodel.New(), user: eliza.NewID()}
	for _, c := range change {
		c(r)
	}
	stub := httptest.NewServer(r.stub)
	t.Cleanup(stub.Close)
	r.stubURL = stub.URL + "/v1"
	r.open()
	t.Cleanup(func() { r.close(0) })
	return r
}

func (r *rig) open() {
	r.t.Helper()
	ctx := r.t.Context()
	var err error
	r.store, err = store.Open(ctx, store.Config{DataDir: r.dir, Node: "rig"})
	r.ok(err)
	r.bus = bus.New()
	r.messaging = messaging.New(r.store, r.bus, messaging.LoopLimits{Hops: 4, PerMinute: 100})
	log := slog.New(slog.DiscardHandler)
	router := providers.New(ctx, model.Config{OpenAIBaseURL: r.stubURL, Attempts: 1, CallTimeout: patience, StallTimeout: patience}, model.Embedded{})
	r.agents = agent.New(r.store, r.bus, r.messaging, memory.New(r.store, nil, log), router,
		agent.Options{TurnTimeout: patience, MaxSteps: 4, Policy: agent.Each}, log)
	r.Service = job.New(r.store, r.messaging, job.Options{Now: r.clock, MaxJobs: r.maxJobs})
	r.ok(r.agents.Work(ctx))
	r.ok(r.Work(ctx))
}

// close stops as a server does whose grace is so long.
func (r *rig) close(grace time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	r.ok(r.agents.Close(ctx))
	r.bus.Close()
	r.ok(r.store.Close())
}

func (r *rig) newAgent(name string) eliza.Agent {
	r.t.Helper()
	a, err := r.agents.Create(r.t.Context(), eliza.Character{Name: name, Bio: eliza.TextList{"A test."}})
	r.ok(err)
	a, err = r.agents.Start(r.t.Context(), a.ID)
	r.ok(err)
	return a
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.ahead)
}

func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead += d
}

func (r *rig) create(prompt string) job.Job {
	r.t.Helper()
	j, err := r.Create(r.t.Context(), job.Request{UserID: r.user, Prompt: prompt})
	r.ok(err)
	return j
}

// ended waits until a job has ended.
func (r *rig) ended(id eliza.ID) job.Job {
	r.t.Helper()
	var j job.Job
	r.until("the job ends", func() bool {
		var err error
		j, err = r.Job(r.t.Context(), id)
		r.ok(err)
		return j.Status != eliza.JobProcessing
	})
	return j
}

// until waits for a condition.
func (r *rig) until(what string, holds func() bool) {
	r.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !holds(); {
		select {
		case <-tick.C:
		case <-deadline:
			r.t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) fails(err error, code eliza.Code) {
	r.t.Helper()
	if eliza.ErrorCode(err) != code {
		r.t.Fatalf("got %v, want %s", err, code)
	}
}
