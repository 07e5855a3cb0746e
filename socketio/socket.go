package socketio

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/packet"
)

// A Handshake is what a client showed when it connected.
type Handshake struct {
	// Handshake is the HTTP request with which the connection began.
	*engine.Handshake
	// Auth is the JSON object that the client passed as its auth option, {} when
	// it passed none.
	Auth json.RawMessage
}

type state uint8

const (
	stateConnecting state = iota // middleware has not decided
	stateConnected
	stateRefused
	stateClosed
)

// A Socket is one client in one namespace, from its connection to its end. A
// client that reconnects gets another Socket. Its methods may be called from any
// goroutine.
type Socket struct {
	id        string
	namespace *Namespace
	client    *client
	auth      json.RawMessage
	ctx       context.Context
	cancel    context.CancelFunc
	lane      lane

	mu        sync.Mutex
	state     state
	ending    bool // the end has come, and is handled in its turn
	recovered bool
	rooms     []membership
	data      any
	gone      chan struct{} // to close after its disconnect handlers, or nil
	before    chan struct{} // gone of the socket that it was, or nil
	lastID    uint64
	acks      map[uint64]chan Args

	// Guarded by the namespace's mutex, and nothing without recovery.
	first uint64 // the newest event when it connected
	last  uint64 // the newest event that was sent to it, or first
}

func newSocket(n *Namespace, c *client, auth json.RawMessage) *Socket {
	if auth == nil {
		auth = json.RawMessage("{}")
	}
	s := &Socket{
		id:        newID(),
		namespace: n,
		client:    c,
		auth:      auth,
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// ID is the socket's id, which the client knows as socket.id. It is not the id
// of the connection, and no secret. That of a client that comes back (see
// Recovery) is what it was, but not yet in middleware.
func (s *Socket) ID() string { return s.id }

// Namespace is where the socket is connected.
func (s *Socket) Namespace() *Namespace { return s.namespace }

// Conn is the connection below, which the client's sockets in other namespaces
// share.
func (s *Socket) Conn() *engine.Conn { return s.client.conn }

// Handshake is what the client showed when it connected.
func (s *Socket) Handshake() Handshake {
	return Handshake{Handshake: s.client.conn.Handshake(), Auth: s.auth}
}

// Context ends when the socket is disconnected.
func (s *Socket) Context() context.Context { return s.ctx }

// Connected tells whether events can be sent.
func (s *Socket) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateConnected
}

// Recovered tells whether the client has come back as the socket that it was,
// see Recovery. That was another Socket with the same id, whose handlers have all
// returned before those of this one begin.
func (s *Socket) Recovered() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recovered
}

// SetData keeps a value of the program's own with the socket.
func (s *Socket) SetData(value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = value
}

// Data is the last value that SetData was given, or nil.
func (s *Socket) Data() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data
}

// Emit sends an event to the client. It does not wait until the client has it.
// It returns ErrDisconnected, ErrReservedName, engine.ErrSlow when this event
// overflowed the client's buffer, or the error of an argument that is no JSON.
// What is sent while the client is away and may come back (see Recovery) is kept
// for it, and no error.
func (s *Socket) Emit(event string, args ...any) error {
	if s.namespace.history == nil {
		e, err := encodeEvent(s.namespace.name, event, args, nil)
		if err != nil {
			return err
		}
		return s.send(e.finish())
	}
	heard, err := s.namespace.ToSocket(s.id).emit(event, args)
	if err == nil && !heard {
		return ErrDisconnected
	}
	return err
}

// Call sends an event to the client and waits for its acknowledgement, the
// arguments of which it returns. It returns the error of ctx when that ends
// first, ErrDisconnected when the socket ends first, or an error of Emit.
func (s *Socket) Call(ctx context.Context, event string, args ...any) (Args, error) {
	answer := make(chan Args, 1)
	s.mu.Lock()
	s.lastID++
	id := s.lastID
	if s.acks == nil {
		s.acks = make(map[uint64]chan Args)
	}
	s.acks[id] = answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.acks, id)
		s.mu.Unlock()
	}()

	e, err := encodeEvent(s.namespace.name, event, args, &id)
	if err != nil {
		return nil, err
	}
	if err := s.send(e.finish()); err != nil {
		return nil, err
	}
	select {
	case args := <-answer:
		return args, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("acknowledgement of %q: %w", event, ctx.Err())
	case <-s.ctx.Done():
		return nil, ErrDisconnected
	}
}

// acknowledge hands the client's answer to the Call that waits for it.
func (s *Socket) acknowledge(id uint64, args Args) {
	s.mu.Lock()
	answer := s.acks[id]
	delete(s.acks, id)
	s.mu.Unlock()
	if answer != nil {
		answer <- args
	}
}

func (s *Socket) send(messages []*engine.Message) error {
	if !s.Connected() {
		return ErrDisconnected
	}
	err := s.client.conn.Send(messages...)
	if err == engine.ErrClosed {
		return ErrDisconnected
	}
	return err
}

// Join puts the socket into rooms; in middleware, for when it is connected. A
// socket that has ended joins nothing, unless its client may come back or has
// (see Recovery): it is then in the rooms.
func (s *Socket) Join(rooms ...string) {
	if !s.join(rooms) {
		if now := s.namespace.later(s, func(away *session) { s.namespace.history.join(away, rooms) }); now != nil {
			now.Join(rooms...)
		}
	}
}

// join is Join for a socket that has not ended.
func (s *Socket) join(rooms []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateConnected && s.state != stateConnecting {
		return false
	}
	s.namespace.mu.Lock()
	defer s.namespace.mu.Unlock()
	for _, room := range rooms {
		if s.in(room) {
			continue
		}
		s.rooms = append(s.rooms, membership{room, s.namespace.head()})
		if s.state == stateConnected {
			s.namespace.join(s, room)
		}
	}
	return true
}

// Leave takes the socket out of rooms, also when it has ended and its client may
// come back or has.
func (s *Socket) Leave(rooms ...string) {
	if !s.leave(rooms) {
		if now := s.namespace.later(s, func(away *session) { s.namespace.history.leave(away, rooms) }); now != nil {
			now.Leave(rooms...)
		}
	}
}

// LeaveAll takes the socket out of all rooms.
func (s *Socket) LeaveAll() { s.Leave(s.Rooms()...) }

// leave is Leave for a socket that has not ended.
func (s *Socket) leave(rooms []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == stateClosed {
		return false // rooms tells what was
	}
	s.namespace.mu.Lock()
	defer s.namespace.mu.Unlock()
	for _, room := range rooms {
		if i := s.index(room); i >= 0 {
			s.rooms = slices.Delete(s.rooms, i, i+1)
			s.namespace.leave(s, room)
		}
	}
	return true
}

// Rooms lists the rooms that the socket has joined or, when it has ended, those
// in which it then was.
func (s *Socket) Rooms() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names()
}

// index is where the socket's list has a room, or -1. The caller holds mu.
func (s *Socket) index(room string) int {
	return slices.IndexFunc(s.rooms, func(m membership) bool { return m.room == room })
}

func (s *Socket) in(room string) bool { return s.index(room) >= 0 }

func (s *Socket) names() []string {
	names := make([]string, len(s.rooms))
	for i, m := range s.rooms {
		names[i] = m.room
	}
	return names
}

// To chooses the sockets in any of the rooms, without this one.
func (s *Socket) To(rooms ...string) Broadcast {
	return Broadcast{namespace: s.namespace, choice: choice{rooms: rooms}, sender: s}
}

// Broadcast chooses all sockets of the namespace but this one.
func (s *Socket) Broadcast() Broadcast {
	return Broadcast{namespace: s.namespace, sender: s}
}

// Disconnect ends the socket. The client is told, and does not reconnect by
// itself. Its connection stays open, for other namespaces.
func (s *Socket) Disconnect() {
	s.client.part(s, true)
	s.end(ReasonServerLeft)
}

// Close disconnects the client from all its namespaces, and ends its connection
// once that is told.
func (s *Socket) Close() {
	for _, other := range s.client.all() {
		other.Disconnect()
	}
	s.client.conn.Close()
}

// end is the end of the socket, whatever the reason. Only the first counts. A
// socket that is still connecting ends when it has, and its events have been
// handled.
func (s *Socket) end(reason Reason) {
	s.mu.Lock()
	first := !s.ending
	s.ending = true
	if first && s.state == stateConnected {
		s.close(reason)
	}
	s.mu.Unlock()
	if first {
		s.cancel()
		s.run(job{ended: reason})
	}
}

// ended does what is left to do of the end, and tells whether the socket was
// ever connected.
func (s *Socket) ended(reason Reason) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == stateConnected {
		s.close(reason)
	}
	return s.state == stateClosed
}

// close takes a connected socket out of everything, and tells its client if that
// does not know. The caller holds mu.
func (s *Socket) close(reason Reason) {
	if reason == ReasonServerLeft || reason == ReasonFlood {
		p := packet.Packet{Type: packet.Disconnect, Namespace: s.namespace.name}
		s.client.conn.Send(engine.Text(p.Append(nil)))
	}
	s.state = stateClosed
	s.namespace.remove(s, reason)
}
