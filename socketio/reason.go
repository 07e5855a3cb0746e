package socketio

import (
	"errors"

	"github.com/elizad/elizad/socketio/engine"
)

// Reason says why a socket was disconnected. The texts are those of the
// reference server, as far as it has them.
type Reason = engine.Reason

// The reasons of the namespaces, beside those of the transport.
const (
	// ReasonClientLeft: the client left the namespace.
	ReasonClientLeft Reason = "client namespace disconnect"
	// ReasonServerLeft: Socket.Disconnect or Socket.Close was called.
	ReasonServerLeft Reason = "server namespace disconnect"
	// ReasonFlood: the client sent more than Options.PacketsPerSecond.
	ReasonFlood Reason = "too many packets"

	ReasonTransportClose = engine.ReasonTransportClose
	ReasonTransportError = engine.ReasonTransportError
	ReasonPingTimeout    = engine.ReasonPingTimeout
	ReasonParseError     = engine.ReasonParseError
	ReasonForcedClose    = engine.ReasonForcedClose
	ReasonSlow           = engine.ReasonSlow
	ReasonShutdown       = engine.ReasonShutdown
)

var (
	// ErrDisconnected is returned by what needs a connected socket: it is not
	// connected yet, or no longer.
	ErrDisconnected = errors.New("socket is not connected")
	// ErrReservedName is returned for event names that the protocol keeps for
	// the libraries, such as "connect" and "disconnect".
	ErrReservedName = errors.New("event name is reserved")
)

// A ConnectError is returned by middleware to refuse a client with more than a
// message: in JavaScript, the connect_error handler finds Data in err.data.
type ConnectError struct {
	Message string
	Data    any
}

func (e *ConnectError) Error() string { return e.Message }
