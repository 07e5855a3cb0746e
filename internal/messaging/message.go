package messaging

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Message returns a message. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Message(ctx context.Context, id eliza.ID) (eliza.Message, error) {
	return s.store.Message(ctx, id)
}

// Page chooses messages of a channel. A zero field asks for nothing.
type Page struct {
	Limit  int // 0: 50
	Offset int
	Before eliza.Millis // made before this moment
	After  eliza.Millis // made after this moment
}

// Messages returns messages of a channel, newest first. An unknown channel
// has none.
func (s *Service) Messages(ctx context.Context, channel eliza.ID, p Page) ([]eliza.Message, error) {
	return s.store.Messages(ctx, channel, store.MessageQuery{Limit: p.Limit, Offset: p.Offset, Before: p.Before, After: p.After})
}

// searchTime bounds a search.
const searchTime = 10 * time.Second

// Search finds messages by their text and where and when they were said, the
// newest first. Error codes: TIMEOUT, DB_ERROR.
func (s *Service) Search(ctx context.Context, q Search) (Found, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	hits, err := s.store.SearchMessages(ctx, store.MessageSearch(q))
	if err != nil {
		return Found{}, fmt.Errorf("search messages: %w", err)
	}
	return Found(hits), nil
}

// Search asks for messages that fit a text. A zero field asks for nothing.
type Search struct {
	Text      string // contained in the message in any case, or each of its words is
	ChannelID eliza.ID
	AuthorID  eliza.ID
	Member    eliza.ID     // only in channels that it takes part in
	From      eliza.Millis // made at or after
	To        eliza.Millis // made at or before
	Limit     int          // 0: 50
	Offset    int
}

// Found is what a search found.
type Found struct {
	Messages []eliza.Message
	More     bool // there are more behind the last one
	Cut      bool // so much was to be read that older messages were left out
}

// Deliveries returns what each agent made of a message. Error codes:
// NOT_FOUND (message), DB_ERROR.
func (s *Service) Deliveries(ctx context.Context, message eliza.ID) ([]eliza.Delivery, error) {
	if _, err := s.store.Message(ctx, message); err != nil {
		return nil, err
	}
	return s.store.Deliveries(ctx, message)
}

// Since is what became of a channel since somebody followed it last.
type Since struct {
	Channel    eliza.Channel
	Messages   []eliza.Message  // the oldest first
	Deliveries []eliza.Delivery // that have ended
	Complete   bool             // there were no more messages than these
}

const (
	// sinceMost bounds the messages of a Since.
	sinceMost = 1000
	// sinceBack is how many messages before the last one that was seen may
	// have been answered since: so far behind a busy agent may be.
	sinceBack = 5000
	// sinceEarly is how long a turn may need to store its end.
	sinceEarly eliza.Millis = 30_000
)

// Since tells what became of a channel after its message of that number, and
// after that moment: the newest 1,000 messages and the ends of deliveries.
// Those of the last half minute before the moment may be among them, since
// they may not have been told of then. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Since(ctx context.Context, channel eliza.ID, seq int64, at eliza.Millis) (Since, error) {
	c, err := s.store.Channel(ctx, channel)
	if err != nil {
		return Since{}, err
	}
	after := min(seq, c.LastSeq) // else it is of a database that was put back
	list, err := s.store.Messages(ctx, channel, store.MessageQuery{AfterSeq: after, Limit: sinceMost + 1})
	if err != nil {
		return Since{}, err
	}
	complete := len(list) <= sinceMost && after == seq
	list = list[:min(len(list), sinceMost)]
	slices.Reverse(list)
	deliveries, err := s.store.EndedDeliveries(ctx, channel, max(after, c.LastSeq-sinceMost)-sinceBack, at-sinceEarly, sinceMost+sinceBack)
	if err != nil {
		return Since{}, err
	}
	return Since{Channel: c, Messages: list, Deliveries: deliveries, Complete: complete}, nil
}
