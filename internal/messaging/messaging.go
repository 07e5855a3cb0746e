// Package messaging keeps message servers, channels, participants, messages
// and what each agent owes each message. Everything that is said goes through
// [Service.Post], everything that an agent answers through [Service.Finish];
// both are one transaction, followed by news on the bus.
package messaging

import (
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/store"
)

// Service is the messaging room. It is safe for concurrent use.
type Service struct {
	store *store.Store
	bus   *bus.Bus
	guard *loopGuard

	authors authors
}

// New makes the room over a store and a bus.
func New(s *store.Store, b *bus.Bus, limits LoopLimits) *Service {
	return &Service{store: s, bus: b, guard: newLoopGuard(limits), authors: newAuthors()}
}
