// Package bus carries live events from where they happen to who follows them:
// sockets, waiting requests, the agents' workers. What it carries is news, not
// state: everything that must not be lost is in the database first.
package bus

import (
	"sync"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	shards = 4
	// queued bounds the events of a shard that wait for their subscribers; a
	// publisher waits beyond it. Subscribers never block, so it drains.
	queued = 1024
)

// Bus hands each event to every subscriber of its channel, in the order in
// which the channel's events were published. The zero Bus is not usable.
type Bus struct {
	shards [shards]shard
	done   sync.WaitGroup
}

type shard struct {
	queue chan Event
	// open is held for reading while publishing, so that the queue is never
	// closed under a publisher. It is not mu: a publisher may wait for the
	// queue, and the queue is drained under mu.
	open   sync.RWMutex
	closed bool

	mu   sync.Mutex
	subs map[eliza.ID]map[*subscription]struct{} // NoID: subscribers of every channel
}

type subscription struct{ notify func(Event) }

// New starts a bus. Close ends it.
func New() *Bus {
	b := &Bus{}
	for i := range b.shards {
		s := &b.shards[i]
		s.queue = make(chan Event, queued)
		s.subs = map[eliza.ID]map[*subscription]struct{}{}
		b.done.Go(s.run)
	}
	return b
}

// Publish queues an event. After Close it does nothing.
func (b *Bus) Publish(e Event) {
	s := b.shard(e.Channel())
	s.open.RLock()
	defer s.open.RUnlock()
	if !s.closed {
		s.queue <- e
	}
}

// Subscribe calls notify with each later event of the channel, or of every
// channel when it is NoID, until cancel is called. Calls for one channel come
// one after another; notify must return at once and not call the bus.
func (b *Bus) Subscribe(channel eliza.ID, notify func(Event)) (cancel func()) {
	sub := &subscription{notify: notify}
	if channel != eliza.NoID {
		return b.shard(channel).add(channel, sub)
	}
	var cancels [shards]func()
	for i := range b.shards {
		cancels[i] = b.shards[i].add(channel, sub)
	}
	return func() {
		for _, c := range cancels {
			c()
		}
	}
}

// Close delivers what is queued and stops.
func (b *Bus) Close() {
	for i := range b.shards {
		s := &b.shards[i]
		s.open.Lock()
		if !s.closed {
			s.closed = true
			close(s.queue)
		}
		s.open.Unlock()
	}
	b.done.Wait()
}

func (b *Bus) shard(channel eliza.ID) *shard { return &b.shards[channel[15]%shards] }

func (s *shard) add(channel eliza.ID, sub *subscription) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subs[channel] == nil {
		s.subs[channel] = map[*subscription]struct{}{}
	}
	s.subs[channel][sub] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs[channel], sub)
		if len(s.subs[channel]) == 0 {
			delete(s.subs, channel)
		}
	}
}

func (s *shard) run() {
	var notify []func(Event)
	for e := range s.queue {
		notify = notify[:0]
		s.mu.Lock()
		for sub := range s.subs[e.Channel()] {
			notify = append(notify, sub.notify)
		}
		if e.Channel() != eliza.NoID {
			for sub := range s.subs[eliza.NoID] {
				notify = append(notify, sub.notify)
			}
		}
		s.mu.Unlock()
		for _, f := range notify {
			f(e)
		}
	}
}
