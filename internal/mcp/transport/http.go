package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/outbound"
)

const (
	noticeTime = 10 * time.Second // for what is no call
	partTime   = 3 * time.Second  // to tell a server that its session ends
	linger     = 2 * time.Second  // for what a server says behind an answer
	maxRefusal = 64 << 10         // bytes that are read of a refusal

	initialize  = "initialize"
	initialized = "notifications/initialized"
)

// HTTP is "Streamable HTTP" of the revisions since 2025-03-26: a POST for each
// message, which is answered by JSON or a stream of events, and a stream that
// stands by for what the server says by itself.
type HTTP struct {
	Options
	Endpoint string
}

// Connect implements mcp.Transport. The connection does not end with ctx.
func (t *HTTP) Connect(context.Context) (mcp.Connection, error) {
	ctx, cancel := context.WithCancel(context.Background())
	return &streamable{inbox: newInbox(t.Options), endpoint: t.Endpoint, ctx: ctx, cancel: cancel}, nil
}

type streamable struct {
	*inbox
	endpoint string
	ctx      context.Context // of the connection
	cancel   context.CancelFunc

	state   sync.Mutex
	session string
	version string // the revision; empty until it is agreed
	parted  bool   // nothing is left to end at the server
}

// Write implements mcp.Connection. A call is answered later, whatever happens.
func (c *streamable) Write(ctx context.Context, m jsonrpc.Message) error {
	request, _ := m.(*jsonrpc.Request)
	if request != nil && request.IsCall() {
		if !c.expect(ctx, request) {
			return io.EOF
		}
		go c.call(ctx, request)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	if resp, err := c.send(ctx, m); err != nil {
		c.options.noise("a notice was not taken: " + err.Error())
	} else {
		resp.Body.Close()
	}
	if request != nil && request.Method == initialized {
		go c.standBy()
	}
	return nil
}

// call sends a call and waits for its answer. ctx ends when the caller has it
// or wants it no more; what the server says shortly behind is heard too.
func (c *streamable) call(ctx context.Context, call *jsonrpc.Request) {
	exchange, cancel := lingering(c.ctx, ctx)
	defer cancel()
	if err := c.exchange(exchange, call); err != nil {
		c.fail(call.ID, err)
	}
}

// lingering is a connection's context that ends a little after that of a call.
func lingering(connection, call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(connection)
	stop := context.AfterFunc(call, func() { time.AfterFunc(linger, cancel) })
	return ctx, func() { stop(); cancel() }
}

// exchange returns why no answer came; the answer may have come all the same.
func (c *streamable) exchange(ctx context.Context, call *jsonrpc.Request) error {
	resp, err := c.send(ctx, call)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if call.Method == initialize {
		c.state.Lock()
		c.session = resp.Header.Get("Mcp-Session-Id")
		c.state.Unlock()
	}
	switch {
	case mediaType(resp) == "text/event-stream":
		return c.follow(ctx, resp, call)
	case resp.StatusCode == http.StatusAccepted:
		return nil // the answer comes by the stream that stands by
	}
	return c.take(resp, call)
}

// take reads an answer that is no stream, and says why it is none of MCP.
func (c *streamable) take(resp *http.Response, call *jsonrpc.Request) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage+1))
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrBroken, err)
	case len(body) > maxMessage:
		return ErrTooLong
	}
	c.agree(call, body)
	if c.receive(body, call) {
		return ErrBroken // unless the answer was among it
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return ErrBroken
	}
	return &TypeError{mediaType(resp)}
}

// agree notes the revision that the server names when it is asked first.
func (c *streamable) agree(call *jsonrpc.Request, data []byte) {
	if call == nil || call.Method != initialize {
		return
	}
	var said struct {
		Result struct {
			ProtocolVersion string `json:"protocolVersion"`
		} `json:"result"`
	}
	if json.Unmarshal(data, &said) == nil && said.Result.ProtocolVersion != "" {
		c.state.Lock()
		c.version = said.Result.ProtocolVersion
		c.state.Unlock()
	}
}

// send posts a message. What it returns was taken by the server.
func (c *streamable) send(ctx context.Context, m jsonrpc.Message) (*http.Response, error) {
	data, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsent, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	session := c.dress(req)
	resp, err := c.options.Client.Do(req)
	if err != nil {
		return nil, sendingFailed(err)
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	return nil, c.refusal(resp, session)
}

// dress gives a request what the session's requests carry, and returns the
// session.
func (c *streamable) dress(req *http.Request) (session string) {
	c.state.Lock()
	defer c.state.Unlock()
	if c.session != "" {
		req.Header.Set("Mcp-Session-Id", c.session)
	}
	if c.version >= "2025-06-18" { // the first revision that has it
		req.Header.Set("Mcp-Protocol-Version", c.version)
	}
	return c.session
}

// refusal reads an answer that says no, and closes it. Some servers say 400
// where 404 is meant for a session that they do not know.
func (c *streamable) refusal(resp *http.Response, session string) error {
	e := refused(resp)
	about := e.RPC != nil && strings.Contains(strings.ToLower(e.RPC.Message), "session")
	if session != "" && (e.Status == http.StatusNotFound || e.Status == http.StatusBadRequest && about) {
		return ErrSessionLost
	}
	return e
}

// refused reads an answer that says no, and closes it.
func refused(resp *http.Response) *StatusError {
	defer resp.Body.Close()
	e := &StatusError{Status: resp.StatusCode}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what cannot be read says nothing
	var said struct {
		Error *jsonrpc.Error `json:"error"`
	}
	if json.Unmarshal(body, &said) == nil && said.Error != nil && said.Error.Message != "" {
		e.RPC = said.Error
	}
	return e
}

// sendingFailed tells whether a request may have come through.
func sendingFailed(err error) error {
	var op *net.OpError
	var dns *net.DNSError
	if outbound.Refused(err) || errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w: %w", ErrUnsent, err)
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}

func mediaType(resp *http.Response) string {
	t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return "unknown"
	}
	return t
}

// Close implements mcp.Connection.
func (c *streamable) Close() error {
	c.cancel()
	c.end(ErrBroken)
	c.state.Lock()
	session, parted := c.session, c.parted
	c.parted = true
	c.state.Unlock()
	if session == "" || parted {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), partTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, c.endpoint, nil)
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	c.dress(req)
	if resp, err := c.options.Client.Do(req); err == nil {
		resp.Body.Close()
	}
	return nil // a server need not take it
}

// SessionID implements mcp.Connection.
func (c *streamable) SessionID() string {
	c.state.Lock()
	defer c.state.Unlock()
	return c.session
}
