package mcp

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp/transport"
	"github.com/elizad/elizad/internal/outbound"
)

// maxSaid bounds what is told of a server's own words about a failure, in
// bytes.
const maxSaid = 1000

// explain words a failure in what may be told: without the server's address,
// and without its secrets, which mask takes from its own words. The cause is
// kept as text alone, for the same reason.
func explain(err error, mask func(string) string) *eliza.Error {
	var coded *eliza.Error
	var status *transport.StatusError
	var other *transport.TypeError
	var rpc *jsonrpc.Error
	unavailable := func(format string, args ...any) *eliza.Error {
		return eliza.Errorf(eliza.CodeUnavailable, format, args...)
	}
	switch {
	case err == nil:
		return unavailable("the server has ended")
	case errors.As(err, &coded):
		return eliza.Errorf(coded.Code, "%s", mask(coded.Message))
	case errors.As(err, &status):
		said := unavailable("%s (%d)", statusWords(status.Status), status.Status)
		if status.RPC != nil {
			said.Message += ": " + shorten(mask(status.RPC.Message))
		}
		return said
	case errors.As(err, &rpc):
		return eliza.Errorf(eliza.CodeProcessing, "the server answers with the error %d: %s", rpc.Code, shorten(mask(rpc.Message)))
	case errors.As(err, &other):
		return unavailable("it answers with %s, not as an MCP server does", shorten(other.ContentType))
	case outbound.Refused(err):
		return eliza.Errorf(eliza.CodeForbidden, "%s", eliza.ErrorMessage(outbound.Explain(err)))
	case errors.Is(err, context.DeadlineExceeded):
		return eliza.Errorf(eliza.CodeTimeout, "the server did not answer in time")
	case strings.Contains(err.Error(), "unsupported protocol version"):
		return unavailable("it speaks a revision of the protocol that is not known here")
	}
	for _, plain := range []error{transport.ErrForeign, transport.ErrTooLong, transport.ErrSessionLost, transport.ErrUnsent, transport.ErrBroken} {
		if errors.Is(err, plain) {
			return unavailable("%s", plain)
		}
	}
	failed := unavailable("the server does not answer as an MCP server does")
	failed.Err = errors.New(shorten(mask(err.Error())))
	return failed
}

// statusWords say what a status of HTTP means for whoever set the server up.
func statusWords(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "it refuses the credentials"
	case status == http.StatusForbidden:
		return "it forbids the access"
	case status == http.StatusNotFound, status == http.StatusGone:
		return "there is no MCP server at its address"
	case status == http.StatusMethodNotAllowed:
		return "its address does not take messages"
	case status == http.StatusTooManyRequests:
		return "it is asked too often"
	case status >= 500:
		return "it has failed by itself"
	}
	return "it refuses the request"
}

func shorten(text string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, ""))
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "..."
	}
	return text
}

// undone reports whether a call that failed was certainly not done, for its
// session was gone before.
func undone(err error) bool {
	return errors.Is(err, transport.ErrSessionLost) || errors.Is(err, errHungUp)
}

// old reports whether a server refuses as one of before 2025-03-26 does, which
// knows the event stream alone.
func old(err error) bool {
	var status *transport.StatusError
	return errors.As(err, &status) && (status.Status == http.StatusBadRequest || status.Status == http.StatusNotFound || status.Status == http.StatusMethodNotAllowed)
}

// known is the newest revision to ask a server for that refused the one it was
// asked for; empty when it refused for another reason.
func known(err error) string {
	var status *transport.StatusError
	var rpc *jsonrpc.Error
	if errors.As(err, &status) && status.RPC != nil {
		rpc = status.RPC
	} else if !errors.As(err, &rpc) {
		return ""
	}
	said := rpc.Message + string(rpc.Data)
	for _, v := range []string{"2025-06-18", "2025-03-26", oldest} {
		if strings.Contains(said, v) {
			return v
		}
	}
	if strings.Contains(strings.ToLower(said), "protocol version") || strings.Contains(said, "protocolVersion") {
		return oldest
	}
	return ""
}

var errHungUp = errors.New("the connection has ended")
