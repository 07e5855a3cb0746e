// Package messaging keeps message servers, channels, participants, messages
// and what each agent owes each message. Everything that is said goes through
// [Service.Post], everything that an agent answers through [Service.Finish];
// both are one transaction, followed by news on the bus.
package messaging

import (
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Service is the messaging room. It is safe for concurrent use.
type Service struct {
	store *store.Store
	bus   *bus.Bus
	guard *loopGuard
	words func(bus.Event) (event string, payload []byte) // for webhooks; nil when nobody words events

	stop func(agent, channel, message eliza.ID) // see StopTurns; nil when nobody works

	authors authors
}

// New makes the room over a store and a bus.
func New(s *store.Store, b *bus.Bus, limits LoopLimits) *Service {
	return &Service{store: s, bus: b, guard: newLoopGuard(limits), authors: newAuthors()}
}

// TellWebhooks has webhooks be told of what happens in these words: an event's
// name, empty for one that nobody hears of, and what it says as JSON. It is
// called before anything is posted.
func (s *Service) TellWebhooks(words func(bus.Event) (event string, payload []byte)) { s.words = words }

// Notices words for webhooks the events that follow from what the store did.
func Notices[T any](s *Service, events func(of T) []bus.Event) store.Notices[T] {
	if s.words == nil {
		return nil
	}
	return func(of T) (list []store.Notice) {
		for _, e := range events(of) {
			if name, payload := s.words(e); name != "" {
				list = append(list, store.Notice{Event: name, Payload: payload})
			}
		}
		return list
	}
}
