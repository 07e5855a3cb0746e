package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// SSE is the transport of 2024-11-05: a stream of events, whose first one
// names the place to which messages are posted.
type SSE struct {
	Options
	Endpoint string
}

// Connect implements mcp.Transport. It waits for the place to post to; the
// connection does not end with ctx.
func (t *SSE) Connect(ctx context.Context) (mcp.Connection, error) {
	c := &sse{inbox: newInbox(t.Options)}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	detach := context.AfterFunc(ctx, c.cancel)
	stream, resp, err := c.open(t.Endpoint)
	if !detach() && err == nil {
		resp.Body.Close()
		err = context.Cause(ctx)
	}
	if err != nil {
		c.cancel()
		return nil, err
	}
	go c.listen(stream, resp)
	return c, nil
}

type sse struct {
	*inbox
	place  *url.URL
	ctx    context.Context // of the stream
	cancel context.CancelFunc
}

func (c *sse) open(endpoint string) (*events, *http.Response, error) {
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnsent, err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := c.options.Client.Do(req)
	switch {
	case err != nil:
		return nil, nil, sendingFailed(err)
	case resp.StatusCode != http.StatusOK:
		return nil, nil, refused(resp)
	case mediaType(resp) != "text/event-stream":
		resp.Body.Close()
		return nil, nil, &TypeError{mediaType(resp)}
	}
	stream := newEvents(resp.Body)
	for {
		e, err := stream.next()
		if err != nil {
			resp.Body.Close()
			return nil, nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if e.name != "endpoint" {
			continue
		}
		base := resp.Request.URL
		if c.place, err = base.Parse(e.data); err != nil || c.place.Scheme != base.Scheme || c.place.Host != base.Host {
			resp.Body.Close()
			return nil, nil, ErrForeign
		}
		return stream, resp, nil
	}
}

func (c *sse) listen(stream *events, resp *http.Response) {
	defer resp.Body.Close()
	for {
		e, err := stream.next()
		if err != nil {
			c.end(ErrBroken)
			c.cancel()
			return
		}
		if e.data == "" || e.name != "" && e.name != "message" {
			continue
		}
		if !c.receive([]byte(e.data), nil) {
			c.options.noise(e.data)
		}
	}
}

// Write implements mcp.Connection.
func (c *sse) Write(ctx context.Context, m jsonrpc.Message) error {
	data, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	call, _ := m.(*jsonrpc.Request)
	if call != nil && call.IsCall() {
		if !c.expect(ctx, call) {
			return io.EOF
		}
		go func() {
			// The answer may come by the stream before the POST has ended, which
			// must then not be cut off.
			ctx, cancel := lingering(c.ctx, ctx)
			defer cancel()
			if err := c.post(ctx, data, call); err != nil {
				c.fail(call.ID, err)
			}
		}()
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	if err := c.post(ctx, data, nil); err != nil {
		c.options.noise("a notice was not taken: " + err.Error())
	}
	return nil
}

// post sends a message. Its answer comes by the stream; from some servers it
// comes at once.
func (c *sse) post(ctx context.Context, data []byte, call *jsonrpc.Request) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.place.String(), bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsent, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.options.Client.Do(req)
	if err != nil {
		return sendingFailed(err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e := refused(resp)
		begun := call == nil || call.Method != initialize
		if begun && e.RPC == nil && (e.Status == http.StatusNotFound || e.Status == http.StatusBadRequest) {
			return ErrSessionLost // its place for messages is gone
		}
		return e
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage))
	if err == nil && call != nil {
		c.receive(body, call)
	}
	return nil
}

// Close implements mcp.Connection.
func (c *sse) Close() error {
	c.cancel()
	c.end(ErrBroken)
	return nil
}

// SessionID implements mcp.Connection.
func (c *sse) SessionID() string { return "" }
