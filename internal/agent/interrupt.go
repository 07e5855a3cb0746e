package agent

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// interruption is why a turn ends whose person spoke on.
type interruption struct{ heard string }

func (*interruption) Error() string { return "the person spoke on" }

// spokenTurn names a turn: what an agent makes of a message.
type spokenTurn struct{ agent, message eliza.ID }

// interruptible lets Interrupt end a turn until done is called.
func (s *Service) interruptible(ctx context.Context, t *Turn) (spoken context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	key := spokenTurn{t.Agent.ID, t.Message.ID}
	s.spoken.Store(key, cancel)
	return ctx, func() {
		s.spoken.Delete(key)
		cancel(nil)
	}
}

// Interrupt ends the turn that answers a spoken message (eliza.SourceVoice)
// with what was heard of the answer: that becomes the answer. A turn that has
// ended or does not run on this node is left alone.
func (s *Service) Interrupt(agent, message eliza.ID, heard string) {
	if cancel, running := s.spoken.Load(spokenTurn{agent, message}); running {
		cancel.(context.CancelCauseFunc)(&interruption{heard})
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
