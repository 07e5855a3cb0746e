// Package transport carries JSON-RPC messages to MCP servers and back: over a
// program's standard input and output, over HTTP as of 2025-03-26, and over
// the event stream of 2024-11-05. The SDK's own client transports end the
// whole session when one answer cannot be read, hide the status of a refusal,
// take a lost session for any other error and know no line on standard output
// but JSON; these fail the one call that is concerned, with an error that says
// whether it may have been done.
package transport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// maxMessage bounds what a server sends at once, in bytes.
const maxMessage = 8 << 20

// ErrSessionLost says that the server does not know the session (any more): a
// call that fails with it was not done.
var ErrSessionLost = errors.New("the server does not know the session any more")

// ErrUnsent says that the server could not be reached: a call that fails with
// it was not done.
var ErrUnsent = errors.New("the server cannot be reached")

// ErrBroken says that an answer broke off: a call that fails with it may have
// been done.
var ErrBroken = errors.New("the answer broke off; it is not known whether it was done")

// ErrForeign says that a server wants messages at another host, where nothing
// is sent.
var ErrForeign = errors.New("it names another host as the place for messages")

// ErrTooLong says that a server sends more at once than is read.
var ErrTooLong = errors.New("it sends more than 8 MB at once")

// StatusError is a refusal over HTTP.
type StatusError struct {
	Status int
	// RPC is what the server says in the words of JSON-RPC; nil when it says
	// nothing.
	RPC *jsonrpc.Error
}

// Error implements error.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("HTTP status %d", e.Status)
	if e.RPC != nil {
		s += ": " + e.RPC.Message
	}
	return s
}

// TypeError is an answer that is none of MCP, such as a page in HTML.
type TypeError struct {
	ContentType string // without parameters
}

// Error implements error.
func (e *TypeError) Error() string { return "an answer of type " + e.ContentType }

// Options are what all transports need.
type Options struct {
	// Client makes the calls of HTTP. It has no time limit of its own.
	Client *http.Client
	// Adapt, if set, corrects the result of a request before it is decoded.
	Adapt func(method string, result json.RawMessage) json.RawMessage
	// Noise, if set, is told of what came and is no message.
	Noise func(text string)
}

func (o *Options) noise(text string) {
	if o.Noise != nil && strings.TrimSpace(text) != "" {
		o.Noise(text)
	}
}
