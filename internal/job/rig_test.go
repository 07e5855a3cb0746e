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
	"github.com/elizad/elizad/test/check"
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
	check.OK(r.t, err)
	r.bus = bus.New()
	r.messaging = messaging.New(r.store, r.bus, messaging.LoopLimits{Hops: 4, PerMinute: 100})
	log := slog.New(slog.DiscardHandler)
	router := providers.New(ctx, model.Config{OpenAIBaseURL: r.stubURL, Attempts: 1, CallTimeout: patience, StallTimeout: patience}, model.Embedded{})
	r.agents = agent.New(r.store, r.bus, r.messaging, memory.New(r.store, nil, log), router,
		agent.Options{TurnTimeout: patience, MaxSteps: 4, Policy: agent.Each}, log)
	r.Service = job.New(r.store, r.messaging, job.Options{Now: r.clock, MaxJobs: r.maxJobs})
	check.OK(r.t, r.agents.Work(ctx))
	check.OK(r.t, r.Work(ctx))
}

// close stops as a server does whose grace is so long.
func (r *rig) close(grace time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	check.OK(r.t, r.agents.Close(ctx))
	r.bus.Close()
	check.OK(r.t, r.store.Close())
}

func (r *rig) newAgent(name string) eliza.Agent {
	r.t.Helper()
	a, err := r.agents.Create(r.t.Context(), eliza.Character{Name: name, Bio: eliza.TextList{"A test."}})
	check.OK(r.t, err)
	a, err = r.agents.Start(r.t.Context(), a.ID)
	check.OK(r.t, err)
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
	check.OK(r.t, err)
	return j
}

// ended waits until a job has ended.
func (r *rig) ended(id eliza.ID) job.Job {
	r.t.Helper()
	var j job.Job
	check.Until(r.t, "the job ends", func() bool {
		var err error
		j, err = r.Job(r.t.Context(), id)
		check.OK(r.t, err)
		return j.Status != eliza.JobProcessing
	})
	return j
}
