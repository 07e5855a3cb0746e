package socketio

import "slices"

// A Broadcast is a choice of a namespace's sockets. It is a value: To and Except
// return another one.
type Broadcast struct {
	namespace *Namespace
	rooms     []string
	except    []string
	sender    *Socket // left out
}

// Emit sends an event to all sockets of the namespace.
func (n *Namespace) Emit(event string, args ...any) error {
	return Broadcast{namespace: n}.Emit(event, args...)
}

// To chooses the sockets that are in any of the rooms. The id of a socket is the
// name of a room with that socket.
func (n *Namespace) To(rooms ...string) Broadcast {
	return Broadcast{namespace: n, rooms: rooms}
}

// Except chooses the sockets that are in none of the rooms.
func (n *Namespace) Except(rooms ...string) Broadcast {
	return Broadcast{namespace: n, except: rooms}
}

// To adds rooms.
func (b Broadcast) To(rooms ...string) Broadcast {
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
	messages, err := encodeEvent(b.namespace.name, event, args, nil)
	if err != nil {
		return err
	}
	b.each(func(s *Socket) { s.client.conn.Send(messages...) })
	return nil
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
	n := b.namespace
	n.mu.RLock()
	defer n.mu.RUnlock()

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
