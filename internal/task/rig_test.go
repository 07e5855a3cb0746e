package task_test

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
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/offline"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	patience = 20 * time.Second
	maxTasks = 120
)

// rig is the room over a real database and real agents, with a stand-in for
// the model and a clock that the test moves ahead.
type rig struct {
	*task.Service
	t       *testing.T
	dir     string
	stub    *stubmodel.Server
	stubURL string
	workers []task.Worker
	offline bool           // the assistant of the binary answers
	zone    *time.Location // the server's

	store     *store.Store
	bus       *bus.Bus
	messaging *messaging.Service
	agents    *agent.Service
	agent     eliza.Agent
	person    eliza.ID
	channel   eliza.Channel
	room      eliza.Room

	mu    sync.Mutex
	ahead time.Duration
}

func newRig(t *testing.T, workers ...task.Worker) *rig {
	t.Helper()
	r := &rig{workers: workers}
	r.begin(t)
	return r
}

// begin opens the rig, which has an agent and a private channel with it.
func (r *rig) begin(t *testing.T) {
	t.Helper()
	r.t, r.dir, r.stub, r.person = t, t.TempDir(), stubmodel.New(), eliza.NewID()
	if !r.offline {
		stub := httptest.NewServer(r.stub)
		t.Cleanup(stub.Close)
		r.stubURL = stub.URL + "/v1"
	}
	r.open()
	t.Cleanup(r.close)
	r.agent = r.newAgent("Eliza")
	r.channel, r.room = r.enter(eliza.TypeDM)
}

// enter makes a channel of the person and the agent.
func (r *rig) enter(kind eliza.ChannelType) (eliza.Channel, eliza.Room) {
	r.t.Helper()
	now := eliza.Now()
	c := eliza.Channel{ID: eliza.NewID(), ServerID: eliza.DefaultServerID, Name: "talk", Type: kind, CreatedAt: now, UpdatedAt: now}
	_, err := r.messaging.CreateChannel(r.t.Context(), c, []eliza.ID{r.person, r.agent.ID})
	check.OK(r.t, err)
	room, err := r.agents.EnterRoom(r.t.Context(), r.agent.ID, c.ID)
	check.OK(r.t, err)
	return c, room
}

func (r *rig) open() {
	r.t.Helper()
	ctx := context.Background()
	var err error
	r.store, err = store.Open(ctx, store.Config{DataDir: r.dir, Node: "rig"})
	check.OK(r.t, err)
	r.bus = bus.New()
	r.messaging = messaging.New(r.store, r.bus, messaging.LoopLimits{Hops: 4, PerMinute: 100})
	log := slog.New(slog.DiscardHandler)
	router := providers.New(ctx, model.Config{OpenAIBaseURL: r.stubURL, Attempts: 1, CallTimeout: patience, StallTimeout: patience}, model.Embedded{Text: offline.New(), TextModel: offline.ModelName})
	r.Service = task.New(r.store, r.messaging, task.Options{Now: r.clock, MaxTasks: maxTasks, Zone: r.zone}, log, r.workers...)
	r.agents = agent.New(r.store, r.bus, r.messaging, memory.New(r.store, nil, log), router,
		agent.Options{TurnTimeout: patience, MaxSteps: 4, Policy: agent.Each, Tasks: r.Service}, log)
	check.OK(r.t, r.agents.Work(ctx))
}

func (r *rig) close() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r.Close(ctx)
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

// create makes a task of the agent's in the room.
func (r *rig) create(t eliza.Task) eliza.Task {
	r.t.Helper()
	t.AgentID, t.RoomID = r.agent.ID, r.room.ID
	made, err := r.Create(r.t.Context(), t)
	check.OK(r.t, err)
	return made
}

// tick looks for tasks and waits until none runs.
func (r *rig) tick() {
	r.t.Helper()
	check.OK(r.t, r.Tick(r.t.Context()))
	check.Until(r.t, "no task runs", r.Idle)
}

// task returns a task as it is now; ok is false when it is gone.
func (r *rig) task(id eliza.ID) (t eliza.Task, there bool) {
	r.t.Helper()
	t, err := r.Task(r.t.Context(), r.agent.ID, id)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		return t, false
	}
	check.OK(r.t, err)
	return t, true
}

// said are what the agent has said in the channel, the oldest first.
func (r *rig) said() (texts []string) {
	r.t.Helper()
	list, err := r.messaging.Messages(r.t.Context(), r.channel.ID, messaging.Page{Limit: 1000})
	check.OK(r.t, err)
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].AuthorID == r.agent.ID {
			texts = append(texts, list[i].Content)
		}
	}
	return texts
}
