package socketio

import (
	"encoding/json"
	"errors"

	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/packet"
)

// errInternal is what a client is told of a fault of the program's own.
var errInternal = &ConnectError{Message: "Internal error"}

// begin asks the middleware about a client and connects it, or refuses it.
func (s *Socket) begin(h *handlers) {
	if err := s.admit(h); err != nil {
		s.refuse(err)
		return
	}
	back := s.claim()
	if !s.granted(back) {
		back = nil
	}
	s.enter(back)
	s.client.settled()
	if s.before != nil {
		<-s.before
	}
	for _, f := range h.connect {
		f(s.ctx, s)
	}
}

// enter connects the socket, as the one that it was if its client has come back.
func (s *Socket) enter(back *claim) {
	n := s.namespace
	s.mu.Lock()
	defer s.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	var messages []*engine.Message
	if back != nil {
		messages = s.resume(back)
	}
	if messages == nil {
		s.first, s.last = n.head(), n.head()
		messages = []*engine.Message{s.welcome(s.id)}
	}
	// The welcome is on its way before anybody can send to the socket.
	s.client.conn.Send(messages...)
	s.state = stateConnected
	n.add(s)
}

// welcome tells the client its id and, where it may come back, its private id.
func (s *Socket) welcome(id string) *engine.Message {
	ids := struct {
		ID      string `json:"sid"`
		Private string `json:"pid,omitempty"`
	}{ID: id}
	if h := s.namespace.history; h != nil {
		ids.Private = h.private(id)
	}
	data, _ := json.Marshal(ids)
	p := packet.Packet{Type: packet.Connect, Namespace: s.namespace.name, Data: data}
	return engine.Text(p.Append(nil))
}

// admit asks the middleware. One that panics refuses.
func (s *Socket) admit(h *handlers) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.namespace.server.logger().Error("socket middleware panicked", "namespace", s.namespace.name, "panic", p)
			err = errInternal
		}
	}()
	for _, m := range h.middleware {
		if err := m(s.ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// refuse tells the client why it was not let in.
func (s *Socket) refuse(err error) {
	s.client.part(s, true)
	s.mu.Lock()
	s.state = stateRefused
	s.mu.Unlock()
	s.cancel()
	why := map[string]any{"message": err.Error()}
	if full := new(ConnectError); errors.As(err, &full) && full.Data != nil {
		why["data"] = full.Data
	}
	data, err := json.Marshal(why)
	if err != nil {
		s.namespace.server.logger().Error("encode connect error", "namespace", s.namespace.name, "error", err)
		data, _ = json.Marshal(map[string]string{"message": errInternal.Message})
	}
	s.client.sendError(s.namespace.name, data)
}
