// Package task does what agents are to do at a moment: tasks lie in the
// database with the moment at which each is due, once a second an indexed read
// looks whether one has come, and a [Worker] of the task's name does it. What
// it has the agent say is stored together with the task's end, so that it is
// said exactly once, whenever a server dies.
//
// The rows are those of ElizaOS's task service (CONCEPTS, "Tasks"): a task
// with the tag queue is run, and deleted then unless it has the tag repeat; a
// task with AWAITING_CHOICE is run when one of its options was chosen. Beside
// an interval there are moments and cron expressions, which ElizaOS has not.
package task

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
)

// Worker does the tasks of its name.
type Worker struct {
	Name string
	// Validate refuses a task before it is stored; nil refuses none.
	Validate func(ctx context.Context, t *eliza.Task) error
	// Execute does it. A run that fails, or whose server dies before its end is
	// stored, is made again: it is told the same Task.DueAt then.
	Execute func(ctx context.Context, r Run) (Outcome, error)
}

// Run is one run of a task.
type Run struct {
	Task   eliza.Task
	Now    eliza.Millis
	Late   bool   // its moment passed while no server ran it
	Option string // what was chosen
}

// Outcome is what a run comes to.
type Outcome struct {
	Say string // what the agent says in the task's room; empty for nothing
}

// Options are what tests change, and what the server adds.
type Options struct {
	Now  func() time.Time // nil: time.Now
	Wake func()           // called when there is a memory to embed; nil: nobody
	// Backoff is how long after its first failure a run is made again; 0: 5 s.
	// Each further one waits four times as long.
	Backoff  time.Duration
	MaxTasks int // of one agent; 0: MaxTasks
	// Zone is the server's time zone; nil: UTC.
	Zone *time.Location
}

const (
	// MaxTasks is how many tasks an agent may have.
	MaxTasks = 1000
	// MaxAttempts is how often one moment of a task is tried.
	MaxAttempts = 6
	// atOnce is how many tasks run at the same time.
	atOnce = 16
	// runTime bounds one run, storeTime the storing of its end.
	runTime   = 2 * time.Minute
	storeTime = 15 * time.Second
	// tolerance is how long after its moment a run is not late.
	tolerance = time.Minute
)

// Service is the room of tasks. It is safe for concurrent use.
type Service struct {
	store     *store.Store
	messaging *messaging.Service
	options   Options
	log       *slog.Logger
	workers   map[string]Worker

	slots   chan struct{} // one token for each task that runs
	running sync.WaitGroup
	stop    context.CancelFunc // ends what runs
	runs    context.Context

	choosers atomic.Pointer[map[eliza.ID]bool] // agents with a choice to be made; nil: not known

	mu     sync.Mutex
	busy   map[eliza.ID]bool
	closed bool
}

// New makes the room with the workers beside that of reminders. Tick is due
// about every second.
func New(s *store.Store, m *messaging.Service, o Options, log *slog.Logger, workers ...Worker) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	if o.Backoff == 0 {
		o.Backoff = 5 * time.Second
	}
	if o.MaxTasks == 0 {
		o.MaxTasks = MaxTasks
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	svc := &Service{
		store: s, messaging: m, options: o, log: log, workers: map[string]Worker{}, slots: make(chan struct{}, atOnce), busy: map[eliza.ID]bool{},
	}
	svc.runs, svc.stop = context.WithCancel(context.Background())
	for _, w := range append([]Worker{reminder}, workers...) {
		svc.workers[w.Name] = w
	}
	return svc
}

// Close begins no more tasks and lets those that run end until ctx does; what
// is left is done again at the next start.
func (s *Service) Close(ctx context.Context) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	s.stop()
	<-ended
}

// Create checks a task, finds its first moment and stores it. A task whose
// DueAt is set is due then. Error codes: INVALID_REQUEST, NOT_FOUND (agent,
// room), RATE_LIMIT_EXCEEDED when the agent has too many, DB_ERROR.
func (s *Service) Create(ctx context.Context, t eliza.Task) (eliza.Task, error) {
	agent, err := s.store.Agent(ctx, t.AgentID)
	if err != nil {
		return t, err
	}
	if err := s.Room(ctx, t.AgentID, 1); err != nil {
		return t, err
	}
	now := s.now()
	t.ID, t.CreatedAt, t.UpdatedAt = eliza.NewID(), now, now
	if t.Name == ReminderName && t.Tagged(eliza.TagQueue) && !t.Tagged(eliza.TagReminder) {
		t.Tags = append(slices.Clone(t.Tags), eliza.TagReminder)
	}
	if err := s.setZone(ctx, &agent, &t); err != nil {
		return t, err
	}
	if err := s.check(ctx, &t); err != nil {
		return t, err
	}
	if err := begin(&t, now); err != nil {
		return t, err
	}
	if err := s.store.CreateTask(ctx, t); err != nil {
		return t, fmt.Errorf("create task: %w", err)
	}
	if t.State == eliza.TaskChoosing {
		s.choosers.Store(nil)
	}
	return t, nil
}

// Room reports whether an agent may have so many tasks more. Error codes:
// RATE_LIMIT_EXCEEDED, DB_ERROR.
func (s *Service) Room(ctx context.Context, agent eliza.ID, more int) error {
	n, err := s.store.CountTasks(ctx, agent)
	if err == nil && n+more > s.options.MaxTasks {
		err = eliza.Errorf(eliza.CodeRateLimit, "The agent has %d tasks; delete one first", n)
	}
	return err
}

// Filter chooses tasks; a zero field asks for nothing.
type Filter struct {
	Room  eliza.ID
	Tag   string
	State eliza.TaskState
}

// List returns the tasks of an agent, the oldest first. Error codes:
// NOT_FOUND (agent), DB_ERROR.
func (s *Service) List(ctx context.Context, agent eliza.ID, f Filter) ([]eliza.Task, error) {
	if _, err := s.store.Agent(ctx, agent); err != nil {
		return nil, err
	}
	list, err := s.store.Tasks(ctx, agent, f.Room)
	return slices.DeleteFunc(list, func(t eliza.Task) bool {
		return f.Tag != "" && !t.Tagged(f.Tag) || f.State != "" && t.State != f.State
	}), err
}

// Task returns one task of an agent. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Task(ctx context.Context, agent, id eliza.ID) (eliza.Task, error) {
	return s.store.Task(ctx, agent, id)
}

// Delete deletes a task; a run that goes on has no effect any more on what the
// agent says. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Delete(ctx context.Context, agent, id eliza.ID) error {
	return s.store.DeleteTask(ctx, agent, id)
}

// Update changes a task. When change gives it another moment, interval or
// cron expression it is due then. Error codes: NOT_FOUND, INVALID_REQUEST,
// DB_ERROR.
func (s *Service) Update(ctx context.Context, agent, id eliza.ID, change func(*eliza.Task) (reschedule bool, err error)) (eliza.Task, error) {
	// A worker may take its time, so it is not asked while the row is held.
	would, err := s.store.Task(ctx, agent, id)
	if err != nil {
		return would, err
	}
	if _, err := change(&would); err != nil {
		return would, err
	}
	owner, err := s.store.Agent(ctx, agent)
	if err != nil {
		return would, err
	}
	if err := s.setZone(ctx, &owner, &would); err != nil {
		return would, err
	}
	if err := s.check(ctx, &would); err != nil {
		return would, err
	}
	return s.store.UpdateTask(ctx, agent, id, func(t *eliza.Task) error {
		again, err := change(t)
		if err != nil {
			return err
		}
		if t.MetaText(MetaCron) != "" && t.MetaText(MetaZone) == "" {
			t.Metadata[MetaZone] = would.MetaText(MetaZone)
		}
		if err := s.checkRow(t); err != nil {
			return err
		}
		if t.State == eliza.TaskRunning {
			t.State = eliza.TaskWaiting // its run counts no more
		}
		if !again {
			return nil
		}
		paused := t.State == eliza.TaskPaused
		if err := begin(t, s.now()); err != nil {
			return err
		}
		if paused {
			pause(t)
		}
		s.choosers.Store(nil)
		return nil
	})
}

// Pause keeps a task from running until Resume. Error codes: NOT_FOUND,
// CONFLICT when it waits for a person anyway, DB_ERROR.
func (s *Service) Pause(ctx context.Context, agent, id eliza.ID) (eliza.Task, error) {
	return s.store.UpdateTask(ctx, agent, id, func(t *eliza.Task) error {
		switch t.State {
		case eliza.TaskWaiting, eliza.TaskRunning, eliza.TaskPaused:
			pause(t)
			return nil
		}
		return eliza.Errorf(eliza.CodeConflict, "The task does not wait for a moment: it is %s", t.State)
	})
}

func pause(t *eliza.Task) { t.State, t.RunAt = eliza.TaskPaused, 0 }

// Resume has a task that is paused or has failed wait for its moment again;
// one that has passed is now, one that repeats has its next. Error codes:
// NOT_FOUND, CONFLICT, DB_ERROR.
func (s *Service) Resume(ctx context.Context, agent, id eliza.ID) (eliza.Task, error) {
	return s.store.UpdateTask(ctx, agent, id, func(t *eliza.Task) error {
		switch {
		case t.State != eliza.TaskPaused && t.State != eliza.TaskFailed:
			return eliza.Errorf(eliza.CodeConflict, "The task is neither paused nor has it failed: it is %s", t.State)
		case t.DueAt <= s.now() && t.Tagged(eliza.TagRepeat):
			if err := follow(t, s.now()); err != nil {
				return err
			}
		}
		t.State, t.RunAt, t.Attempts, t.LastError = eliza.TaskWaiting, t.DueAt, 0, ""
		return nil
	})
}

// RunNow makes now the moment of a task; one that repeats has its next one
// after it. Error codes: NOT_FOUND, CONFLICT when it runs or awaits a choice,
// DB_ERROR.
func (s *Service) RunNow(ctx context.Context, agent, id eliza.ID) (eliza.Task, error) {
	return s.store.UpdateTask(ctx, agent, id, func(t *eliza.Task) error {
		switch t.State {
		case eliza.TaskRunning:
			return eliza.Errorf(eliza.CodeConflict, "The task is running")
		case eliza.TaskChoosing:
			return eliza.Errorf(eliza.CodeConflict, "The task awaits a choice")
		}
		now := s.now()
		t.State, t.DueAt, t.RunAt, t.Attempts, t.LastError = eliza.TaskWaiting, now, now, 0, ""
		return nil
	})
}

func (s *Service) now() eliza.Millis { return eliza.Millis(s.options.Now().UnixMilli()) }
