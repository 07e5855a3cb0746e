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
		if room == s.id || s.index(room) >= 0 {
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
	s.gone = make(chan struct{})
	away := &session{id: s.id, data: s.data, first: s.first, last: s.last, left: h.head, at: h.now(), gone: s.gone}
	h.sessions[s.id] = away
	away.place = h.queue.PushBack(away)
	h.grow(away, sessionCost)
	for _, m := range s.rooms {
		h.enter(away, m)
	}
	h.bound()
	n.wind()
}

func (h *history) grow(s *session, size int) {
	s.size += size
	h.sessionBytes += size
}

// enter puts a session into a room.
func (h *history) enter(s *session, m membership) {
	s.rooms = append(s.rooms, m)
	h.absent[m.room]++
	h.grow(s, roomCost+len(m.room))
}

// exit takes a session out of a room, which its list may still have.
func (h *history) exit(s *session, room string) {
	if h.absent[room]--; h.absent[room] == 0 {
		delete(h.absent, room)
	}
	h.grow(s, -roomCost-len(room))
}

// bound forgets sessions until the others are few and small enough.
func (h *history) bound() {
	for len(h.sessions) > h.options.MaxSessions || h.sessionBytes > h.options.MaxBytes {
		h.drop(h.oldest())
	}
}

// later changes the session of a socket that has ended, or finds the socket that
// it is by now; nil when there is neither.
func (n *Namespace) later(s *Socket, change func(*session)) *Socket {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.history == nil {
		return nil
	}
	if away := n.history.sessions[s.id]; away != nil {
		change(away)
		n.history.bound()
		return nil
	}
	if now := n.sockets[s.id]; now != s {
		return now
	}
	return nil
}

// join and leave are those of Socket, for one that is away.
func (h *history) join(s *session, rooms []string) {
	for _, room := range rooms {
		if s.index(room) < 0 {
			h.enter(s, membership{room, h.head})
		}
	}
}

func (h *history) leave(s *session, rooms []string) {
	for _, room := range rooms {
		if i := s.index(room); i >= 0 {
			h.exit(s, room)
			s.rooms = slices.Delete(s.rooms, i, i+1)
		}
	}
}

func (s *session) index(room string) int {
	return slices.IndexFunc(s.rooms, func(m membership) bool { return m.room == room })
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
	for _, m := range s.rooms {
		h.exit(s, m.room)
	}
	h.sessionBytes -= s.size
}
