package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp/transport"
)

// call uses a tool. It is tried again only when it was certainly not done, for
// the session was gone: nobody knows how far any other one came.
func (c *connection) call(ctx context.Context, tool string, arguments []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.server.time())
	defer cancel()
	result, err := c.callOnce(ctx, tool, arguments)
	if undone(err) {
		result, err = c.callOnce(ctx, tool, arguments)
	}
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "", eliza.Errorf(eliza.CodeTimeout, "the tool did not answer within %s", c.server.time())
		}
		return "", explain(err, c.mask)
	}
	said := wording(result)
	if result.IsError {
		return "", eliza.Errorf(eliza.CodeProcessing, "%s", said)
	}
	return said, nil
}

func (c *connection) callOnce(ctx context.Context, tool string, arguments []byte) (*mcp.CallToolResult, error) {
	s, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	defer c.left()
	result, err := s.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	if errors.Is(err, io.EOF) || errors.Is(err, mcp.ErrConnectionClosed) {
		err = errHungUp // what was sent before would have failed otherwise
	}
	if undone(err) {
		c.drop(s)
	}
	c.note(err)
	return result, err
}

// note keeps for the status what a call shows of the server itself: that it
// refuses or cannot be reached, or that it works.
func (c *connection) note(err error) {
	var status *transport.StatusError
	var other *transport.TypeError
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.As(err, &status), errors.As(err, &other), errors.Is(err, transport.ErrUnsent):
		c.last = err
	case err == nil && c.session != nil:
		c.last = nil
	}
}

// ready returns a session, and counts a call of it until left.
func (c *connection) ready(ctx context.Context) (*session, error) {
	for {
		c.mu.Lock()
		c.connect()
		s, making, last := c.session, c.making, c.last
		if s != nil {
			c.calls++
			c.mu.Unlock()
			return s, nil
		}
		c.mu.Unlock()
		if making == nil {
			if last == nil {
				last = errors.New("it is closed")
			}
			return nil, eliza.Errorf(eliza.CodeUnavailable, "the server cannot be used: %s", explain(last, c.mask).Message)
		}
		select {
		case <-making:
		case <-ctx.Done():
			return nil, eliza.Errorf(eliza.CodeTimeout, "the server did not answer in time")
		}
	}
}

func (c *connection) left() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls--
	if c.idle != nil && c.session != nil {
		c.idle.Reset(c.service.options.Idle)
	}
}
