// Package reflection has an agent think about what it heard, after it has
// answered: it keeps facts that people say of themselves, who is what to whom,
// and a summary of what was said long ago. It is ElizaOS's evaluator of that
// name.
//
// A message can only tell of its own author: whose fact it is follows from who
// sent the message, and each author's messages are read by themselves. What an
// agent said is no source of facts about people.
package reflection

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

const (
	// window is how many messages of a channel a turn reads.
	window = 20
	// every is how many new messages a model is asked about at once: more than
	// a quarter of the window (ElizaOS 1.7.2). Rules cost nothing and wait for
	// none.
	every = window/4 + 1
	// batch is how many messages one lesson takes at most.
	batch = 30

	maxRooms     = 10_000 // that wait
	restTime     = 200 * time.Millisecond
	busyPause    = 5 * time.Second
	failurePause = time.Minute
	lessonTime   = 2 * time.Minute
)

// Models chooses the text model of a character.
type Models interface {
	Text(c *eliza.Character) (model.Text, model.Choice)
}

// Service thinks in the background. It is safe for concurrent use.
type Service struct {
	store  *store.Store
	models Models
	log    *slog.Logger
	busy   func() int
	// learned is called after a room was thought about.
	learned func(agent, room eliza.ID)

	mu    sync.Mutex
	rooms map[place]*heard
	due   []place
	wake  chan struct{}
	stop  context.CancelFunc
	group sync.WaitGroup
}

// place is a room of an agent.
type place struct{ agent, room eliza.ID }

// heard is what came into a room since it was thought about.
type heard struct {
	messages int
	due      bool
	notUntil time.Time // after a failure
}

// New makes the service; Run begins its work. learned is called after a room
// was thought about.
func New(s *store.Store, models Models, log *slog.Logger, learned func(agent, room eliza.ID)) *Service {
	return &Service{store: s, models: models, log: log, learned: learned, rooms: map[place]*heard{}, wake: make(chan struct{}, 1), stop: func() {}}
}

// Run thinks until Close. busy tells how many turns run or wait: they come
// first.
func (s *Service) Run(busy func() int) {
	ctx, stop := context.WithCancel(context.Background())
	s.busy, s.stop = busy, stop
	s.group.Go(func() { s.work(ctx) })
}

// Close ends the work; what waits is thought about when the room is heard of
// again.
func (s *Service) Close() {
	s.stop()
	s.group.Wait()
}

// Heard says that an agent has heard so many messages in a room, its own among
// them.
func (s *Service) Heard(agent *eliza.Agent, room eliza.ID, messages int) {
	_, choice := s.models.Text(&agent.Character)
	atLeast := every
	if choice.Provider == model.EmbeddedName {
		atLeast = 1
	}
	p := place{agent.ID, room}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.rooms[p]
	if h == nil {
		if len(s.rooms) >= maxRooms && !s.makeRoom() {
			return
		}
		h = &heard{}
		s.rooms[p] = h
	}
	if h.messages += messages; h.messages < atLeast || h.due || time.Now().Before(h.notUntil) {
		return
	}
	h.due = true
	s.due = append(s.due, p)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// makeRoom forgets one room that does not wait; the caller holds the lock.
func (s *Service) makeRoom() bool {
	for p, h := range s.rooms {
		if !h.due {
			delete(s.rooms, p)
			return true
		}
	}
	return false
}

func (s *Service) work(ctx context.Context) {
	for {
		p, there := s.next()
		if !there {
			select {
			case <-s.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if !s.quiet(ctx) {
			pause(ctx, busyPause)
		}
		if ctx.Err() != nil {
			return
		}
		limited, cancel := context.WithTimeout(ctx, lessonTime)
		more, err := s.think(limited, p)
		cancel()
		s.thought(p, more, err)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !passed(err):
			s.log.Warn("an agent could not reflect on a room; it will later", "agentId", p.agent, "room", p.room, "error", err)
		}
	}
}

// passed reports whether there is nothing to try again: the room is gone, or
// another server has thought about it.
func passed(err error) bool {
	code := eliza.ErrorCode(err)
	return code == eliza.CodeNotFound || code == eliza.CodeConflict
}

func (s *Service) next() (place, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.due) == 0 {
		return place{}, false
	}
	p := s.due[0]
	s.due = s.due[1:]
	s.rooms[p].due, s.rooms[p].messages = false, 0
	return p, true
}

// thought notes how it went; a room of which more is to be read comes again.
func (s *Service) thought(p place, more bool, err error) {
	s.mu.Lock()
	h := s.rooms[p]
	switch {
	case err != nil && !passed(err):
		h.notUntil, h.messages = time.Now().Add(failurePause), h.messages+every
	case more && !h.due:
		h.due = true
		s.due = append(s.due, p)
	case !h.due && h.messages == 0:
		delete(s.rooms, p)
	}
	s.mu.Unlock()
	if err == nil && s.learned != nil {
		s.learned(p.agent, p.room)
	}
}

// quiet waits a moment and reports whether no turn ran meanwhile.
func (s *Service) quiet(ctx context.Context) bool {
	for range 4 {
		if s.busy() > 0 {
			return false
		}
		pause(ctx, restTime/4)
	}
	return s.busy() == 0
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
