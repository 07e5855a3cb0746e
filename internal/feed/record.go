package feed

import (
	"container/list"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// record is what happened lately in one channel. The hub's lock guards it.
type record struct {
	hub     *Hub
	channel eliza.ID
	epoch   string
	cancel  func()
	place   *list.Element // in hub.used

	events    []Event
	first     uint64 // offset of events[0]
	bytes     int
	seq       int64 // of the newest message that was heard of
	followers int
	left      time.Time     // when the last follower did
	changed   chan struct{} // closed at the next event
}

// next is the offset of the next event.
func (r *record) next() uint64 { return r.first + uint64(len(r.events)) }

func (r *record) follow(next uint64) *Follower {
	r.followers++
	r.hub.followers++
	r.hub.used.MoveToBack(r.place)
	return &Follower{record: r, next: next, start: Position{r.epoch, next - 1, r.seq, eliza.Now()}}
}

// hear records an event; the bus calls it.
func (r *record) hear(e bus.Event) {
	name, data := r.hub.render(e)
	if name == "" {
		return
	}
	h := r.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.records[r.channel] != r {
		return
	}
	if posted, is := e.(bus.MessagePosted); is {
		r.seq = max(r.seq, posted.Message.Seq)
	}
	one := Event{Position: Position{r.epoch, r.next(), r.seq, eliza.Now()}, Name: name, Data: data, News: e}
	r.events = append(r.events, one)
	r.bytes += one.size()
	h.bytes += one.size()
	h.used.MoveToBack(r.place)
	r.trim(h.limits.Now().Add(-h.limits.Age))
	// What was idle longest makes room for the others, so that the whole is
	// bounded however many channels are followed.
	for e := h.used.Front(); e != nil && h.bytes > h.limits.Total; e = e.Next() {
		idle := e.Value.(*record)
		for h.bytes > h.limits.Total && len(idle.events) > 0 && (idle != r || len(r.events) > 1) {
			idle.drop(1)
		}
	}
	r.tell()
}

// trim drops what is too much or too old, but not the newest event.
func (r *record) trim(old time.Time) {
	oldest := eliza.Millis(old.UnixMilli())
	n, bytes := 0, r.bytes
	for left := len(r.events); left > 1 && (left > r.hub.limits.Events || bytes > r.hub.limits.Bytes || r.events[n].At < oldest); left-- {
		bytes -= r.events[n].size()
		n++
	}
	r.drop(n)
}

// drop forgets the n oldest events.
func (r *record) drop(n int) {
	for i := range n {
		r.bytes -= r.events[i].size()
		r.hub.bytes -= r.events[i].size()
	}
	clear(r.events[:n])
	r.events = r.events[n:]
	r.first += uint64(n)
}

// after returns some of the events from an offset on.
func (r *record) after(next uint64) []Event {
	if next < r.first || next >= r.next() {
		return nil
	}
	news := r.events[next-r.first:]
	return append([]Event(nil), news[:min(len(news), atOnce)]...)
}

// tell wakes the followers.
func (r *record) tell() {
	if r.followers == 0 && !r.hub.closed {
		return
	}
	close(r.changed)
	r.changed = make(chan struct{})
}
