package messaging

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Message returns a message. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Message(ctx context.Context, id eliza.ID) (eliza.Message, error) {
	return s.store.Message(ctx, id)
}

// Messages returns messages of a channel, newest first; those before a moment
// when it is not 0. An unknown channel has none.
func (s *Service) Messages(ctx context.Context, channel eliza.ID, limit int, before, after eliza.Millis) ([]eliza.Message, error) {
	return s.store.Messages(ctx, channel, store.MessageQuery{Limit: limit, Before: before, After: after})
}

// Deliveries returns what each agent made of a message. Error codes:
// NOT_FOUND (message), DB_ERROR.
func (s *Service) Deliveries(ctx context.Context, message eliza.ID) ([]eliza.Delivery, error) {
	if _, err := s.store.Message(ctx, message); err != nil {
		return nil, err
	}
	return s.store.Deliveries(ctx, message)
}
