package engine

import (
	"encoding/json"
	"net/http"
)

// Reason says why a session ended. The texts are those of the reference server,
// as far as it has them.
type Reason string

const (
	// ReasonTransportClose: the client closed the connection, or it broke.
	ReasonTransportClose Reason = "transport close"
	// ReasonTransportError: the client broke the rules of the transport.
	ReasonTransportError Reason = "transport error"
	// ReasonPingTimeout: the client did not answer a ping in time.
	ReasonPingTimeout Reason = "ping timeout"
	// ReasonParseError: the client sent what is no packet.
	ReasonParseError Reason = "parse error"
	// ReasonForcedClose: Conn.Close was called.
	ReasonForcedClose Reason = "forced close"
	// ReasonSlow: the client did not take what was sent to it.
	ReasonSlow Reason = "slow client"
	// ReasonShutdown: Server.Close was called.
	ReasonShutdown Reason = "server shutting down"
)

// refusal is the answer to a request that is not served: a code of the
// protocol, its text, and the HTTP status.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	status  int
}

var (
	unknownTransport = refusal{0, "Transport unknown", http.StatusBadRequest}
	unknownSession   = refusal{1, "Session ID unknown", http.StatusBadRequest}
	badMethod        = refusal{2, "Bad handshake method", http.StatusBadRequest}
	badRequest       = refusal{3, "Bad request", http.StatusBadRequest}
	forbidden        = refusal{4, "Forbidden", http.StatusForbidden}
	badVersion       = refusal{5, "Unsupported protocol version", http.StatusBadRequest}
	tooMany          = refusal{4, "Too many connections from this address", http.StatusTooManyRequests}
	shuttingDown     = refusal{3, "Server is shutting down", http.StatusServiceUnavailable}
)

// write answers the request.
func (f refusal) write(w http.ResponseWriter) {
	body, _ := json.Marshal(f)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	w.Write(body)
}
