package socketio

import (
	"container/list"
	"slices"
	"time"
)

// A membership is a room that a socket is in, and the number of the newest event
// when it joined.
type membership struct {
	room  string
	since uint64
}

// A session is a socket that is away and may come back.
type session struct {
	id    string
	rooms []membership
	data  any
	first uint64 // the newest event when it connected
	last  uint64 // the newest event that was sent to it, or first
	left  uint64 // the newest event when it ended
	at    time.Duration
	size  int
	place *list.Element // in the queue
	gone  chan struct{} // closed when its disconnect handlers have returned
}

// sessionCost and roomCost are what a session and a room of it cost beside their
// text, roughly.
const (
	sessionCost = 300
	roomCost    = 64
)

// from is the event after which the client needs what was sent to it. It is
// false for an event that the client cannot have.
func (s *session) from(offset uint64) (from uint64, ok bool) {
	from = max(offset, s.first)
	switch {
	case from > s.left:
		return 0, false
	case from >= s.last:
		return s.left, true // it has all that was sent to it
	}
	return from, true
}

// hears tells whether an event was for the socket.
func (s *session) hears(p *kept, number uint64) bool {
	c := p.choice
	for _, room := range c.except {
		if room == s.id || slices.ContainsFunc(s.rooms, func(m membership) bool { return m.room == room }) {
			return false
		}
	}
	if c.single {
		return c.only == s.id
	}
	if len(c.rooms) == 0 {
		return true
	}
	return slices.ContainsFunc(c.rooms, func(room string) bool {
		return room == s.id || slices.ContainsFunc(s.rooms, func(m membership) bool { return m.room == room && m.since < number })
	})
}

// leaves keeps a socket that ends, so that it can come back. The caller holds
// the mutexes of the socket and the namespace.
func (n *Namespace) leaves(s *Socket) {
	h := n.history
	if h.over {
		return
	}
	size := sessionCost
	for _, m := range s.rooms {
		size += roomCost + len(m.room)
		h.absent[m.room]++
	}
	away := &session{id: s.id, rooms: s.rooms, data: s.data, first: s.first, last: s.last, left: h.head, at: h.now(), size: size, gone: make(chan struct{})}
	s.gone = away.gone
	h.sessions[s.id] = away
	away.place = h.queue.PushBack(away)
	h.sessionBytes += size
	for len(h.sessions) > h.options.MaxSessions || h.sessionBytes > h.options.MaxBytes {
		h.drop(h.oldest())
	}
	n.wind()
}

// take gives the session of a socket to the client that has come back, or nil
// when there is none any more.
func (h *history) take(id string) *session {
	h.forget(h.now())
	s := h.sessions[id]
	if s != nil {
		h.drop(s)
	}
	return s
}

// oldest is the session that has been away for longest, or nil.
func (h *history) oldest() *session {
	if first := h.queue.Front(); first != nil {
		return first.Value.(*session)
	}
	return nil
}

// drop takes a session out of everything.
func (h *history) drop(s *session) {
	h.queue.Remove(s.place)
	delete(h.sessions, s.id)
	h.sessionBytes -= s.size
	for _, m := range s.rooms {
		if h.absent[m.room]--; h.absent[m.room] == 0 {
			delete(h.absent, m.room)
		}
	}
}
