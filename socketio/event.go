package socketio

import "sync/atomic"

// An Event is something that a client sent.
type Event struct {
	Socket *Socket
	Name   string
	Args   Args

	id     uint64
	wanted bool
	acked  atomic.Bool
}

// WantsAck tells whether the client waits for an acknowledgement.
func (e *Event) WantsAck() bool { return e.wanted }

// Ack answers the event, once; it may be called after the handler has returned.
// Later calls, and calls for events that want no acknowledgement, do nothing. It
// returns the errors of Socket.Emit.
func (e *Event) Ack(args ...any) error {
	if !e.wanted || !e.acked.CompareAndSwap(false, true) {
		return nil
	}
	packet, err := encodeAck(e.Socket.namespace.name, e.id, args)
	if err != nil {
		return err
	}
	return e.Socket.send(packet.finish())
}
