package agent

import (
	"context"
	"errors"
	"sync"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// interruption is why a turn ends whose person spoke on.
type interruption struct{ heard string }

func (*interruption) Error() string { return "the person spoke on" }

// errDeleted is why a turn ends when what it is about was deleted.
var errDeleted = errors.New("what the turn is about was deleted")

// turnKey names a turn: what an agent makes of a message.
type turnKey struct{ agent, message eliza.ID }

// runningTurns are the turns under way, by each message that they are about,
// so that they can be ended from outside.
type runningTurns struct {
	mu    sync.Mutex
	turns map[turnKey]*Turn
}

// add registers a turn until remove is called.
func (r *runningTurns) add(t *Turn, batch []waiting) (remove func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turns == nil {
		r.turns = map[turnKey]*Turn{}
	}
	for i := range batch {
		r.turns[turnKey{t.delivery.AgentID, batch[i].delivery.MessageID}] = t
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for i := range batch {
			delete(r.turns, turnKey{t.delivery.AgentID, batch[i].delivery.MessageID})
		}
	}
}

// find returns the turn that is about a message; nil when none runs.
func (r *runningTurns) find(agent, message eliza.ID) *Turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.turns[turnKey{agent, message}]
}

// Interrupt ends the turn that answers a spoken message (eliza.SourceVoice)
// with what was heard of the answer: that becomes the answer. A turn that has
// ended or does not run on this node is left alone.
func (s *Service) Interrupt(agent, message eliza.ID, heard string) {
	if t := s.running.find(agent, message); t != nil && t.spoken.Load() {
		t.cancel(&interruption{heard})
	}
}

// deleted ends the turn about a message that was deleted, and has it say
// nothing more. It is called before the deletion is told.
func (s *Service) deleted(agent, channel, message eliza.ID) {
	s.scheduler.remove(lane{agent, channel}, message)
	if t := s.running.find(agent, message); t != nil {
		t.stream.silence(s.bus)
		t.cancel(errDeleted)
	}
}

// deletedLate is deleted for a message whose posting was heard of only after
// it was deleted.
func (s *Service) deletedLate(d *eliza.Delivery) {
	s.scheduler.remove(lane{d.AgentID, d.ChannelID}, d.MessageID)
	if t := s.running.find(d.AgentID, d.MessageID); t != nil {
		t.cancel(errDeleted)
	}
}

// cutShort ends an interrupted turn.
func (t *Turn) cutShort(parent context.Context, i *interruption) result {
	t.text.Reset()
	t.text.WriteString(i.heard)
	if i.heard == "" {
		return t.end(parent, eliza.Ignored, eliza.ReasonSilenced, "The person spoke on before a word of the answer was heard.")
	}
	return t.end(parent, eliza.Replied, "", "")
}

// stream is what a turn tells while it writes. It can be silenced from
// outside: nothing of the turn is told after that.
type stream struct {
	mu     sync.Mutex
	silent bool
	last   *bus.StreamChunk // nil before the first one
}

func (s *stream) chunk(b *bus.Bus, c bus.StreamChunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.silent {
		s.last = &c
		b.Publish(c)
	}
}

func (s *stream) fail(b *bus.Bus, e bus.StreamFailed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.silent {
		b.Publish(e)
	}
}

// silence ends the stream, for its readers too when it has begun.
func (s *stream) silence(b *bus.Bus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.last; c != nil && !s.silent {
		b.Publish(bus.StreamFailed{ChannelID: c.ChannelID, MessageID: c.MessageID, ReplyID: c.ReplyID, AgentID: c.AgentID, Error: "The message was deleted."})
	}
	s.silent = true
}
