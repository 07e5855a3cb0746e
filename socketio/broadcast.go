package socketio

import (
	"errors"
	"slices"

	"github.com/elizad/elizad/socketio/engine"
)

// A Broadcast is a choice of a namespace's sockets. It is a value: To and Except
// return another one.
type Broadcast struct {
	choice
	namespace *Namespace
	sender    *Socket // left out
}

// A choice says which sockets are meant.
type choice struct {
	single bool // only the socket of the id only
	only   string
	rooms  []string
	except []string
}

// Emit sends an event to all sockets of the namespace.
func (n *Namespace) Emit(event string, args ...any) error {
	return Broadcast{namespace: n}.Emit(event, args...)
}

// To chooses the sockets that are in any of the rooms. The id of a socket is the
// name of a room with that socket.
func (n *Namespace) To(rooms ...string) Broadcast {
	return Broadcast{namespace: n, choice: choice{rooms: rooms}}
}

// ToSocket chooses the socket of that id, whether it is connected or may come
// back (see Recovery).
func (n *Namespace) ToSocket(id string) Broadcast {
	return Broadcast{namespace: n, choice: choice{single: true, only: id}}
}

// Except chooses the sockets that are in none of the rooms.
func (n *Namespace) Except(rooms ...string) Broadcast {
	return Broadcast{namespace: n, choice: choice{except: rooms}}
}

// To adds rooms.
func (b Broadcast) To(rooms ...string) Broadcast {
	if b.single {
		b.single, b.rooms = false, []string{b.only}
	}
	b.rooms = append(slices.Clip(b.rooms), rooms...)
	return b
}

// Except leaves out the sockets that are in any of the rooms.
func (b Broadcast) Except(rooms ...string) Broadcast {
	b.except = append(slices.Clip(b.except), rooms...)
	return b
}

// Emit sends an event to the chosen sockets, once to each. The event is encoded
// once for all. Its error says that it could not be encoded; a socket that
// cannot take the event is disconnected, and no error.
func (b Broadcast) Emit(event string, args ...any) error {
	if b.namespace.history != nil {
		_, err := b.emit(event, args)
		if errors.Is(err, engine.ErrSlow) {
			return nil
		}
		return err
	}
	e, err := encodeEvent(b.namespace.name, event, args, nil)
	if err != nil {
		return err
	}
	messages := e.finish()
	b.each(func(s *Socket) { s.client.conn.Send(messages...) })
	return nil
}

// emit sends an event and keeps it for those who are away, or who have not taken
// it when they leave. That it is not heard says that there is nobody of either
// kind. Events are sent one after the other, so that every client gets them in
// the order of their numbers. Its error may also be that a socket was too slow.
func (b Broadcast) emit(event string, args []any) (heard bool, err error) {
	e, err := encodeEvent(b.namespace.name, event, args, nil)
	if err != nil {
		return false, err
	}
	n := b.namespace
	n.mu.Lock()
	defer n.mu.Unlock()
	if !b.any() {
		e.release()
		return false, nil
	}
	h := n.history
	h.head++
	e.number(&h.tickets, h.head)
	messages := e.finish()
	n.keep(b.kept(), messages)
	b.visit(func(s *Socket) {
		s.last = h.head
		if s.client.conn.Send(messages...) == engine.ErrSlow {
			err = engine.ErrSlow
		}
	})
	return true, err
}

// kept is the choice in a form that lasts.
func (b Broadcast) kept() choice {
	c := choice{single: b.single, only: b.only, rooms: slices.Clone(b.rooms), except: slices.Clone(b.except)}
	if b.sender != nil {
		c.except = append(c.except, b.sender.id)
	}
	return c
}

// Any tells whether there may be anybody to hear: who is connected, or may come
// back (see Recovery). It does not look at whom Except leaves out.
func (b Broadcast) Any() bool {
	b.namespace.mu.RLock()
	defer b.namespace.mu.RUnlock()
	return b.any()
}

func (b Broadcast) any() bool {
	n, h := b.namespace, b.namespace.history
	is := func(id string) bool { return n.sockets[id] != nil || h != nil && h.sessions[id] != nil }
	switch {
	case b.single:
		return is(b.only)
	case len(b.rooms) == 0:
		return len(n.sockets) > 0 || h != nil && len(h.sessions) > 0
	}
	return slices.ContainsFunc(b.rooms, func(room string) bool {
		return len(n.rooms[room]) > 0 || h != nil && h.absent[room] > 0 || is(room)
	})
}

// Sockets lists the chosen sockets, in no order.
func (b Broadcast) Sockets() []*Socket {
	var chosen []*Socket
	b.each(func(s *Socket) { chosen = append(chosen, s) })
	return chosen
}

// Len counts the chosen sockets.
func (b Broadcast) Len() int {
	count := 0
	b.each(func(*Socket) { count++ })
	return count
}

// Disconnect ends the chosen sockets, see Socket.Disconnect.
func (b Broadcast) Disconnect() {
	for _, s := range b.Sockets() {
		s.Disconnect()
	}
}

// each calls f for each chosen socket, which must not wait, nor ask the namespace.
func (b Broadcast) each(f func(*Socket)) {
	b.namespace.mu.RLock()
	defer b.namespace.mu.RUnlock()
	b.visit(f)
}

// visit is each, for a caller who holds the namespace's mu.
func (b Broadcast) visit(f func(*Socket)) {
	n := b.namespace
	if b.single {
		if s := n.sockets[b.only]; s != nil && !b.excludes(s) {
			f(s)
		}
		return
	}
	if len(b.rooms) == 0 {
		for _, s := range n.sockets {
			if !b.excludes(s) {
				f(s)
			}
		}
		return
	}
	var seen map[*Socket]bool
	if len(b.rooms) > 1 {
		seen = make(map[*Socket]bool)
	}
	visit := func(s *Socket) {
		if seen[s] || b.excludes(s) {
			return
		}
		if seen != nil {
			seen[s] = true
		}
		f(s)
	}
	for _, room := range b.rooms {
		for s := range n.rooms[room] {
			visit(s)
		}
		if s := n.sockets[room]; s != nil {
			if _, joined := n.rooms[room][s]; !joined {
				visit(s)
			}
		}
	}
}

// excludes tells whether s is left out. The caller holds the namespace's mu.
func (b Broadcast) excludes(s *Socket) bool {
	if s == b.sender {
		return true
	}
	for _, room := range b.except {
		if _, in := b.namespace.rooms[room][s]; in || room == s.id {
			return true
		}
	}
	return false
}
