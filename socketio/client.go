package socketio

import (
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/packet"
)

// A client is one connection, with its sockets in the namespaces.
type client struct {
	server *Server
	conn   *engine.Conn

	// partial is a packet of which attachments are still to come. It is used by
	// Message alone, which is never called twice at a time.
	partial     *packet.Packet
	attachments [][]byte
	budget      budget

	mu      sync.Mutex
	closed  bool
	sockets []*Socket
	// parted are the namespaces that the server ended for this client, whose
	// packets may therefore still be under way.
	parted   []string
	deadline *time.Timer // of being in a namespace, nil while it is
}

func (s *Server) accept(conn *engine.Conn) engine.Handler {
	c := &client{server: s, conn: conn}
	c.deadline = time.AfterFunc(s.options.ConnectTimeout, c.expire)
	return c
}

func (s *Server) logger() *slog.Logger {
	if s.options.Engine.Logger != nil {
		return s.options.Engine.Logger
	}
	return slog.Default()
}

// expire ends the connection of a client that is in no namespace.
func (c *client) expire() {
	if len(c.all()) == 0 {
		c.conn.Close()
	}
}

// settled notes that the client has connected to a namespace, unless it has left
// that already.
func (c *client) settled() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deadline != nil && len(c.sockets) > 0 {
		c.deadline.Stop()
		c.deadline = nil
	}
}

// Message reads one message of the connection.
func (c *client) Message(conn *engine.Conn, data []byte, binary bool) {
	if !c.budget.spend(time.Now(), c.server.options.PacketsPerSecond, c.server.options.PacketBurst) {
		c.flooded()
		return
	}
	if binary {
		if c.partial == nil {
			conn.Fail()
			return
		}
		c.attachments = append(c.attachments, data)
		if len(c.attachments) < c.partial.Attachments {
			return
		}
		p, attachments := *c.partial, c.attachments
		c.partial, c.attachments = nil, nil
		c.receive(p, attachments)
		return
	}
	if c.partial != nil {
		conn.Fail()
		return
	}
	p, err := packet.Decode(data, c.server.options.MaxAttachments)
	switch {
	case err != nil:
		conn.Fail()
	case p.Attachments > 0:
		c.partial = &p
	default:
		c.receive(p, nil)
	}
}

// receive acts on a whole packet.
func (c *client) receive(p packet.Packet, attachments [][]byte) {
	s, parted := c.find(p.Namespace)
	if p.Type == packet.Connect && s == nil {
		c.connect(p)
		return
	}
	if s == nil {
		if !parted {
			c.conn.Fail()
		}
		return
	}
	switch p.Type {
	case packet.Event, packet.BinaryEvent:
		e := &Event{Socket: s, id: p.ID, wanted: p.HasID}
		var err error
		if e.Name, e.Args, err = eventArgs(p, attachments); err != nil {
			c.conn.Fail()
			return
		}
		size := len(p.Data)
		for _, a := range attachments {
			size += len(a)
		}
		s.run(job{event: e, size: size})
	case packet.Ack, packet.BinaryAck:
		args, err := ackArgs(p, attachments)
		if err != nil || !p.HasID {
			c.conn.Fail()
			return
		}
		s.acknowledge(p.ID, args)
	case packet.Disconnect:
		c.part(s, false)
		s.end(ReasonClientLeft)
	default:
		c.conn.Fail()
	}
}

// connect begins the connection to a namespace.
func (c *client) connect(p packet.Packet) {
	n := c.server.find(p.Namespace)
	if n == nil {
		c.sendError(p.Namespace, json.RawMessage(`{"message":"Invalid namespace"}`))
		return
	}
	s := newSocket(n, c, p.Data)
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		s.cancel()
		return
	}
	c.sockets = append(c.sockets, s)
	c.parted = slices.DeleteFunc(c.parted, func(name string) bool { return name == n.name })
	c.mu.Unlock()
	s.run(job{})
}

func (c *client) sendError(namespace string, data json.RawMessage) {
	p := packet.Packet{Type: packet.ConnectError, Namespace: namespace, Data: data}
	c.conn.Send(engine.Text(p.Append(nil)))
}

// find is the client's socket in a namespace, or nil, and then whether the
// server has ended it.
func (c *client) find(namespace string) (s *Socket, parted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sockets {
		if s.namespace.name == namespace {
			return s, false
		}
	}
	return nil, slices.Contains(c.parted, namespace)
}

// all is a copy of the client's sockets.
func (c *client) all() []*Socket {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sockets)
}

// part takes a socket from the client, which may connect to its namespace anew.
func (c *client) part(s *Socket, byServer bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.sockets, s)
	if i < 0 {
		return
	}
	c.sockets = slices.Delete(c.sockets, i, i+1)
	if len(c.sockets) == 0 && c.deadline == nil {
		c.deadline = time.AfterFunc(c.server.options.ConnectTimeout, c.expire)
	}
	if byServer {
		c.parted = append(c.parted, s.namespace.name)
	}
}

// Close ends the client's sockets with its connection.
func (c *client) Close(_ *engine.Conn, reason engine.Reason) {
	c.mu.Lock()
	c.closed = true
	if c.deadline != nil {
		c.deadline.Stop()
	}
	sockets := c.sockets
	c.sockets = nil
	c.mu.Unlock()
	for _, s := range sockets {
		s.end(reason)
	}
}
