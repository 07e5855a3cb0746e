package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// order lets the posts of a channel through one after another on PostgreSQL,
// from before their transaction until its news is out. Without it the news of
// a later message could come first, because a commit is visible before its
// answer arrives; and the posts to a busy channel would hold every connection
// while they wait for its row. SQLite's writer keeps the order by itself.
type order [256]chan struct{}

func newOrder() *order {
	o := new(order)
	for i := range o {
		o[i] = make(chan struct{}, 1)
	}
	return o
}

// enter waits for the channel's posts that came before; leave lets the next
// one in.
func (s *Store) enter(ctx context.Context, channel eliza.ID) (leave func(), err error) {
	w, ok := s.writes.(transactions)
	if !ok {
		return func() {}, nil
	}
	gate := w.posts[channel[15]]
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, failed("wait for the channel", ctx.Err())
	}
}
