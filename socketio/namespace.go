package socketio

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Middleware looks at a client that wants to connect: at what its Handshake
// holds. An error refuses the client, and the error's text is what the client's
// connect_error handler gets; see ConnectError for more than a text.
type Middleware func(ctx context.Context, s *Socket) error

// An EventHandler is called for an event. The context ends when the socket is
// disconnected.
type EventHandler func(ctx context.Context, e *Event)

// A Namespace is a part of the server that clients connect to by name. It holds
// the handlers of its sockets, and the rooms. Its methods may be called from any
// goroutine; handlers that are added while clients are connected count from the
// next event on.
type Namespace struct {
	server *Server
	name   string

	handlers atomic.Pointer[handlers]

	mu      sync.RWMutex
	sockets map[string]*Socket
	rooms   map[string]map[*Socket]struct{}
	history *history // nil: clients do not come back
}

// handlers is what the program asked a namespace to do. It is replaced, never
// changed.
type handlers struct {
	middleware []Middleware
	connect    []func(context.Context, *Socket)
	disconnect []func(*Socket, Reason)
	events     map[string]EventHandler
	other      EventHandler
}

func newNamespace(server *Server, name string) *Namespace {
	n := &Namespace{
		server:  server,
		name:    name,
		sockets: make(map[string]*Socket),
		rooms:   make(map[string]map[*Socket]struct{}),
	}
	if server.options.Recovery != nil {
		n.history = newHistory(server.options.Recovery)
	}
	n.handlers.Store(&handlers{})
	return n
}

// Name is the namespace's name, which begins with a slash.
func (n *Namespace) Name() string { return n.name }

func (n *Namespace) change(edit func(*handlers)) {
	for {
		old := n.handlers.Load()
		next := handlers{
			middleware: slices.Clone(old.middleware),
			connect:    slices.Clone(old.connect),
			disconnect: slices.Clone(old.disconnect),
			events:     maps.Clone(old.events),
			other:      old.other,
		}
		edit(&next)
		if n.handlers.CompareAndSwap(old, &next) {
			return
		}
	}
}

// Use adds middleware. All of it runs, in the order in which it was added, until
// one refuses the client.
func (n *Namespace) Use(m Middleware) {
	n.change(func(h *handlers) { h.middleware = append(h.middleware, m) })
}

// OnConnect adds a function that is called when a client has connected, before
// any of its events is handled.
func (n *Namespace) OnConnect(f func(ctx context.Context, s *Socket)) {
	n.change(func(h *handlers) { h.connect = append(h.connect, f) })
}

// OnDisconnect adds a function that is called when a client's socket has ended,
// after its last event was handled. The socket is in no room any more, but
// Socket.Rooms still tells in which it was.
func (n *Namespace) OnDisconnect(f func(s *Socket, reason Reason)) {
	n.change(func(h *handlers) { h.disconnect = append(h.disconnect, f) })
}

// On sets the handler of an event. A client may use a number as the name; On
// then wants its digits.
func (n *Namespace) On(event string, f EventHandler) {
	n.change(func(h *handlers) {
		if h.events == nil {
			h.events = make(map[string]EventHandler)
		}
		h.events[event] = f
	})
}

// OnAny sets the handler of events that have none of their own.
func (n *Namespace) OnAny(f EventHandler) {
	n.change(func(h *handlers) { h.other = f })
}

// Socket is the connected socket of that id, or nil.
func (n *Namespace) Socket(id string) *Socket {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.sockets[id]
}

// Len is the number of connected sockets.
func (n *Namespace) Len() int {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return len(n.sockets)
}

// Rooms is the number of rooms, without the rooms of one that the sockets' ids
// name.
func (n *Namespace) Rooms() int {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return len(n.rooms)
}

// Absent is the number of sockets that have ended and may come back, see
// Recovery.
func (n *Namespace) Absent() int {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.history == nil {
		return 0
	}
	return len(n.history.sessions)
}

// head is the number of the newest event. The caller holds mu.
func (n *Namespace) head() uint64 {
	if n.history == nil {
		return 0
	}
	return n.history.head
}

// add lets a socket hear what is sent. The caller holds mu.
func (n *Namespace) add(s *Socket) {
	n.sockets[s.id] = s
	for _, m := range s.rooms {
		n.join(s, m.room)
	}
}

// remove takes a socket out of everything; it may come back if it ended for a
// reason that lets it. The caller holds the socket's mutex.
func (n *Namespace) remove(s *Socket, reason Reason) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.sockets, s.id)
	for _, m := range s.rooms {
		n.leave(s, m.room)
	}
	if n.history != nil && recoverable(reason) {
		n.leaves(s)
	}
}

// join puts s into the room. The caller holds mu.
func (n *Namespace) join(s *Socket, room string) {
	members := n.rooms[room]
	if members == nil {
		members = make(map[*Socket]struct{})
		n.rooms[room] = members
	}
	members[s] = struct{}{}
}

// leave takes s out of the room. The caller holds mu.
func (n *Namespace) leave(s *Socket, room string) {
	members := n.rooms[room]
	delete(members, s)
	if len(members) == 0 {
		delete(n.rooms, room)
	}
}
