// Package feed keeps what happened lately in the channels that somebody
// follows, so that a follower whose connection was cut goes on behind the last
// event that it saw. A [Hub] records a channel from its first follower until
// some minutes after the last one has left; nothing is recorded, and nothing
// costs anything, where nobody listens.
//
// A [Position] names an event. It holds for as long as the record does; what
// is left of it otherwise, the number of the newest message and the moment,
// tells what of the database its holder has not seen.
package feed

import (
	"container/list"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// What Next returns when there will be no more events.
var (
	ErrLagged = errors.New("the follower is so slow that events were dropped before it read them")
	ErrClosed = errors.New("the server stops")
)

// Event is an event of a channel as its followers are told of it.
type Event struct {
	Position
	Name string
	Data []byte    // JSON
	News bus.Event // what it tells of
}

// overhead is about what an event takes besides its data and its news, which
// hold the same texts.
const overhead = 256

func (e *Event) size() int { return 2*len(e.Data) + overhead }

// Render names an event as clients know it and words it as JSON. An event
// without a name is not recorded. It must not wait for anything.
type Render func(bus.Event) (name string, data []byte)

// Limits bound what a hub keeps. A zero field means the default in brackets.
type Limits struct {
	Events    int           // of one channel (8192)
	Bytes     int           // of one channel (4 MB)
	Total     int           // bytes of all channels (64 MB)
	Age       time.Duration // of an event, and of a record that nobody follows (5 min)
	Channels  int           // that are recorded (10,000)
	Followers int           // of all channels (20,000)
	Now       func() time.Time
}

func (l *Limits) fill() {
	for _, f := range []struct {
		of      *int
		instead int
	}{{&l.Events, 8192}, {&l.Bytes, 4 << 20}, {&l.Total, 64 << 20}, {&l.Channels, 10_000}, {&l.Followers, 20_000}} {
		if *f.of == 0 {
			*f.of = f.instead
		}
	}
	if l.Age == 0 {
		l.Age = 5 * time.Minute
	}
	if l.Now == nil {
		l.Now = time.Now
	}
}

// Hub is the records of all channels. It is safe for concurrent use.
type Hub struct {
	bus    *bus.Bus
	render Render
	limits Limits

	mu        sync.Mutex
	closed    bool
	records   map[eliza.ID]*record
	used      list.List // of *record, the one that was idle longest in front
	bytes     int
	followers int
}

// New makes a hub over a bus.
func New(b *bus.Bus, render Render, limits Limits) *Hub {
	limits.fill()
	return &Hub{bus: b, render: render, limits: limits, records: map[eliza.ID]*record{}}
}

// Follow hears a channel from now on. newest is the number of the channel's
// newest message, 0 when it is not known. Error code: UNAVAILABLE when too
// many follow, or the hub is closed.
func (h *Hub) Follow(channel eliza.ID, newest int64) (*Follower, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.records[channel]
	if err := h.admits(r); err != nil {
		return nil, err
	}
	if r == nil {
		r = &record{hub: h, channel: channel, epoch: rand.Text()[:12], first: 1, changed: make(chan struct{})}
		r.place = h.used.PushBack(r)
		h.records[channel] = r
		r.cancel = h.bus.Subscribe(channel, r.hear)
	}
	r.seq = max(r.seq, newest)
	return r.follow(r.next()), nil
}

// Resume hears a channel from behind a position on. It reports false when the
// record does not reach back so far.
func (h *Hub) Resume(channel eliza.ID, after Position) (*Follower, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.records[channel]
	if r == nil || h.admits(r) != nil || r.epoch != after.Epoch || after.Offset+1 < r.first || after.Offset >= r.next() {
		return nil, false
	}
	return r.follow(after.Offset + 1), true
}

// admits tells whether one more may follow; r is nil where a record must be
// made for it.
func (h *Hub) admits(r *record) error {
	switch {
	case h.closed:
		return &eliza.Error{Code: eliza.CodeUnavailable, Message: "The server stops", Err: ErrClosed}
	case h.followers >= h.limits.Followers:
		return eliza.Errorf(eliza.CodeUnavailable, "Too many clients follow channels")
	case r == nil && len(h.records) >= h.limits.Channels:
		for e := h.used.Front(); e != nil; e = e.Next() {
			if idle := e.Value.(*record); idle.followers == 0 {
				h.forget(idle)
				return nil
			}
		}
		return eliza.Errorf(eliza.CodeUnavailable, "Too many channels are followed")
	}
	return nil
}

// Sweep drops what is older than it may be. It is due several times a minute.
func (h *Hub) Sweep(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.limits.Now().Add(-h.limits.Age)
	for _, r := range h.records {
		r.trim(old)
		if r.followers == 0 && r.left.Before(old) {
			h.forget(r)
		}
	}
	return nil
}

// Close ends every follower once it has read what is recorded.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, r := range h.records {
		r.cancel()
		r.tell()
	}
}

// Size tells how many channels, events and bytes are recorded.
func (h *Hub) Size() (channels, events, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records {
		events += len(r.events)
	}
	return len(h.records), events, h.bytes
}

func (h *Hub) forget(r *record) {
	r.cancel()
	r.drop(len(r.events))
	h.used.Remove(r.place)
	delete(h.records, r.channel)
}

// Follower reads the events of one channel. It is for one goroutine.
type Follower struct {
	record *record
	start  Position
	next   uint64
	left   bool
}

// Start is where the follower began: the position before its first event.
func (f *Follower) Start() Position { return f.start }

// atOnce is how many events Next returns at most.
const atOnce = 256

// Next returns the events that are new, and waits for one if there is none.
// Its error is ErrLagged, ErrClosed, or the context's.
func (f *Follower) Next(ctx context.Context) ([]Event, error) {
	r := f.record
	for {
		r.hub.mu.Lock()
		news, lagged, closed, changed := r.after(f.next), f.next < r.first, r.hub.closed, r.changed
		r.hub.mu.Unlock()
		switch {
		case lagged:
			return nil, ErrLagged
		case len(news) > 0:
			f.next += uint64(len(news))
			return news, nil
		case closed:
			return nil, ErrClosed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for an event: %w", context.Cause(ctx))
		}
	}
}

// Rewind has the follower begin with the oldest event that is recorded.
func (f *Follower) Rewind() {
	f.record.hub.mu.Lock()
	defer f.record.hub.mu.Unlock()
	f.next = f.record.first
}

// Close ends the following. The record stays for a while.
func (f *Follower) Close() {
	h := f.record.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.left {
		return
	}
	f.left = true
	h.followers--
	f.record.followers--
	f.record.left = h.limits.Now()
	h.used.MoveToBack(f.record.place)
}
