package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

const (
	maxResumes = 5 // in a row that bring nothing new
	firstPause = time.Second
	longPause  = 2 * time.Minute
)

// position is how far a stream was read.
type position struct {
	last  string // id of the last event; empty when the server gives none
	retry time.Duration
}

// pause is how long to wait before a stream is asked for again.
func (p position) pause(attempt int) time.Duration {
	if p.retry > 0 {
		return min(p.retry, longPause)
	}
	return min(firstPause<<min(attempt, 10), longPause)
}

// follow reads the stream that answers a call, and takes it up again behind
// its last event when it breaks off. It returns why no answer came; the answer
// may have come all the same.
func (c *streamable) follow(ctx context.Context, resp *http.Response, call *jsonrpc.Request) error {
	var at position
	for attempt := 0; attempt <= maxResumes; attempt++ {
		before := at.last
		if resp != nil {
			err := c.listen(resp, call, &at)
			resp.Body.Close()
			if errors.Is(err, ErrTooLong) {
				return err
			}
		}
		switch {
		case !c.expects(call.ID):
			return nil
		case at.last == "":
			return ErrBroken
		case at.last != before:
			attempt = 0
		}
		var err error
		if resp, err = c.resume(ctx, at, attempt); final(err) {
			return fmt.Errorf("%w: %s", ErrBroken, err.Error()) // not as it is: what was begun may be done
		}
	}
	return ErrBroken
}

// final reports whether it is of no use to ask for a stream again.
func final(err error) bool {
	var refused *StatusError
	var other *TypeError
	return errors.Is(err, ErrSessionLost) || errors.Is(err, context.Canceled) || errors.As(err, &other) || errors.As(err, &refused) && refused.Status < 500
}

// listen reads a stream to its end.
func (c *streamable) listen(resp *http.Response, call *jsonrpc.Request, at *position) error {
	for stream := newEvents(resp.Body); ; {
		e, err := stream.next()
		if err != nil {
			return err
		}
		if e.hasID {
			at.last = e.id
		}
		if e.retry > 0 {
			at.retry = e.retry
		}
		if e.data == "" || e.name != "" && e.name != "message" {
			continue
		}
		c.agree(call, []byte(e.data))
		if !c.receive([]byte(e.data), nil) {
			c.options.noise(e.data)
		}
	}
}

// resume asks for a stream again, or for the one that stands by. The response
// is a stream.
func (c *streamable) resume(ctx context.Context, at position, attempt int) (*http.Response, error) {
	timer := time.NewTimer(at.pause(attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return c.open(ctx, at)
}

func (c *streamable) open(ctx context.Context, at position) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.endpoint, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsent, err)
	}
	req.Header.Set("Accept", "text/event-stream")
	if at.last != "" {
		req.Header.Set("Last-Event-ID", at.last)
	}
	session := c.dress(req)
	resp, err := c.options.Client.Do(req)
	switch {
	case err != nil:
		return nil, sendingFailed(err)
	case resp.StatusCode != http.StatusOK:
		return nil, c.refusal(resp, session)
	case mediaType(resp) != "text/event-stream":
		resp.Body.Close()
		return nil, &TypeError{mediaType(resp)}
	}
	return resp, nil
}

// standBy hears what the server says by itself. A server need not offer that;
// one that closes the stream is asked again, ever more seldom.
func (c *streamable) standBy() {
	var at position
	resp, err := c.open(c.ctx, at)
	for attempt := 0; ; attempt++ {
		if err == nil {
			began := time.Now()
			_ = c.listen(resp, nil, &at) // every stream ends
			resp.Body.Close()
			if time.Since(began) > longPause {
				attempt = 0
			}
		}
		if errors.Is(err, ErrSessionLost) && attempt > 0 { // some say 404 to every GET
			c.end(ErrSessionLost)
		}
		if c.ctx.Err() != nil || final(err) {
			return
		}
		resp, err = c.resume(c.ctx, at, attempt)
	}
}
