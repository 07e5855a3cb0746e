package messaging

import (
	"context"
	"fmt"
	"sync"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// Follower hears what the agents make of one message.
type Follower struct {
	cancel func()
	news   chan struct{} // holds one token while there may be something new

	mu      sync.Mutex
	message eliza.ID // NoID until the message is stored: everything is kept
	heard   []bus.Event
	pending map[eliza.ID]bool // agents whose delivery has not ended
}

// PostAndFollow is Post for a caller that waits for the answers. The follower
// must be closed. It hears of every delivery's end exactly once, also of those
// that ended before the call, when the message was a duplicate.
func (s *Service) PostAndFollow(ctx context.Context, p Post) (Posted, *Follower, error) {
	f := &Follower{news: make(chan struct{}, 1), pending: map[eliza.ID]bool{}}
	f.cancel = s.bus.Subscribe(p.ChannelID, f.hear)
	posted, err := s.Post(ctx, p)
	if err != nil {
		f.Close()
		return Posted{}, nil, err
	}
	if err := f.begin(ctx, s, posted); err != nil {
		f.Close()
		return Posted{}, nil, err
	}
	return posted, f, nil
}

// Follow is PostAndFollow for a message that was posted before. Error code:
// DB_ERROR.
func (s *Service) Follow(ctx context.Context, m eliza.Message) (*Follower, error) {
	f := &Follower{news: make(chan struct{}, 1), pending: map[eliza.ID]bool{}}
	f.cancel = s.bus.Subscribe(m.ChannelID, f.hear)
	deliveries, err := s.store.Deliveries(ctx, m.ID)
	if err == nil {
		err = f.begin(ctx, s, Posted{Message: m, Deliveries: deliveries})
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("follow message: %w", err)
	}
	return f, nil
}

// Close ends the following.
func (f *Follower) Close() { f.cancel() }

// Next waits for the next event of the message: StreamChunk, StreamFailed,
// DeliveryHeld or DeliveryEnded. It returns nil when every delivery has ended, and the
// context's error when that ends first.
func (f *Follower) Next(ctx context.Context) (bus.Event, error) {
	for {
		if e, done := f.take(); e != nil || done {
			return e, nil
		}
		select {
		case <-f.news:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for an answer: %w", context.Cause(ctx))
		}
	}
}

// Pending counts the deliveries whose end was not heard yet.
func (f *Follower) Pending() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pending)
}

func (f *Follower) hear(e bus.Event) {
	f.mu.Lock()
	if id := answered(e); id != eliza.NoID && (f.message == eliza.NoID || f.message == id) {
		f.heard = append(f.heard, e)
	}
	f.mu.Unlock()
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// answered is the message that an event of a turn is about.
func answered(e bus.Event) eliza.ID {
	switch e := e.(type) {
	case bus.StreamChunk:
		return e.MessageID
	case bus.StreamFailed:
		return e.MessageID
	case bus.DeliveryHeld:
		return e.Delivery.MessageID
	case bus.DeliveryEnded:
		return e.Delivery.MessageID
	}
	return eliza.NoID
}

// Ended tells how the deliveries of a posted message went that had ended by
// then. Error code: DB_ERROR.
func (s *Service) Ended(ctx context.Context, posted Posted) ([]bus.DeliveryEnded, error) {
	var ended []bus.DeliveryEnded
	for _, d := range posted.Deliveries {
		if d.State == eliza.Pending {
			continue
		}
		e := bus.DeliveryEnded{Delivery: d}
		if d.ReplyID != eliza.NoID {
			reply, err := s.store.Message(ctx, d.ReplyID)
			if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
				return nil, fmt.Errorf("find the answer given before: %w", err)
			}
			if err == nil {
				e.Reply, e.Content = &reply, contentOf(&reply)
			}
		}
		ended = append(ended, e)
	}
	return ended, nil
}

// begin narrows the follower to the stored message. Deliveries that had ended
// when it was stored or found are put before what was heard.
func (f *Follower) begin(ctx context.Context, s *Service, posted Posted) error {
	before, err := s.Ended(ctx, posted)
	if err != nil {
		return err
	}
	ended := make([]bus.Event, len(before))
	for i, e := range before {
		ended[i] = e
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.message, f.pending = posted.Message.ID, map[eliza.ID]bool{}
	for _, d := range posted.Deliveries {
		f.pending[d.AgentID] = true
		if d.State == eliza.Pending && d.Reason == eliza.ReasonBudgetPaused {
			ended = append(ended, bus.DeliveryHeld{Delivery: d})
		}
	}
	for _, e := range f.heard {
		if answered(e) == f.message {
			ended = append(ended, e)
		}
	}
	f.heard = ended
	return nil
}

// take returns the next event, or whether there will be none.
func (f *Follower) take() (e bus.Event, done bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.heard) > 0 {
		e, f.heard = f.heard[0], f.heard[1:]
		if d, ok := e.(bus.DeliveryEnded); ok {
			if !f.pending[d.Delivery.AgentID] {
				continue
			}
			delete(f.pending, d.Delivery.AgentID)
		}
		return e, false
	}
	return nil, len(f.pending) == 0
}
