package engine

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// upgradeGrace is how long a poll that arrives in the middle of an upgrade is
// held. Most often the upgrade is over by then.
const upgradeGrace = 50 * time.Millisecond

// closeGrace is how long a client's close waits for the poll that the client
// made at the same time, and that may have been overtaken on the way.
const closeGrace = 50 * time.Millisecond

var (
	closePacket = []byte{typeClose}
	noopPacket  = []byte{typeNoop}
)

// handshakePolling opens a session whose transport is polling.
func (s *Server) handshakePolling(w http.ResponseWriter, r *http.Request, from netip.Addr) {
	c := s.newConn(r, from, []string{"websocket"})
	if !c.start() {
		shuttingDown.write(w)
		return
	}
	c.mu.Lock()
	messages := c.take()
	c.mu.Unlock()
	_ = writePayload(w, appendPayload(nil, messages))
}

// take is all that waits for the client. The caller holds mu.
func (c *Conn) take() []*Message {
	messages := c.queue
	c.queue, c.waiting = nil, 0
	return messages
}

// servePoll answers a GET of an open session: with what waits for the client,
// as soon as anything does.
func (c *Conn) servePoll(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	if c.poll != nil {
		c.mu.Unlock()
		c.fail(ReasonTransportError)
		badRequest.write(w)
		return
	}
	if c.socket != nil {
		c.mu.Unlock()
		badRequest.write(w)
		return
	}
	woken := make(chan struct{}, 1)
	c.poll = woken
	if c.polled != nil {
		close(c.polled)
		c.polled = nil
	}
	var grace <-chan time.Time
	if c.probed {
		grace = time.After(upgradeGrace)
	}
	ready := len(c.queue) > 0 || c.state != stateOpen
	c.mu.Unlock()

	cancelled := false
	if !ready {
		select {
		case <-woken:
		case <-grace:
		case <-r.Context().Done():
			cancelled = true
		}
	}

	c.mu.Lock()
	c.poll = nil
	if cancelled {
		c.mu.Unlock()
		c.fail(ReasonTransportClose)
		return
	}
	if c.socket != nil {
		c.mu.Unlock()
		badRequest.write(w)
		return
	}
	before := c.state
	payload := appendPayload(nil, c.take())
	leave := false
	switch {
	case before == stateClosing && len(payload) > 0 && c.reason != ReasonShutdown:
		// The next poll is told of the end: clients forget what comes with it.
	case before == stateClosing:
		if len(payload) > 0 {
			payload = append(payload, separator)
		}
		payload = append(payload, closePacket...)
		leave = true
		c.shut(c.reason)
	case before == stateClosed && c.reason == ReasonTransportClose:
		payload = noopPacket
	case before == stateClosed:
		payload = closePacket
	case len(payload) == 0:
		payload = noopPacket
	}
	c.mu.Unlock()
	if err := writePayload(w, payload); err != nil {
		c.fail(ReasonTransportClose)
	}
	if leave {
		c.finish()
	}
}

// awaitPoll returns when a poll waits for the server, or closeGrace has passed.
func (c *Conn) awaitPoll(ctx context.Context) {
	c.mu.Lock()
	if c.poll != nil || c.socket != nil || c.state != stateOpen {
		c.mu.Unlock()
		return
	}
	polled := make(chan struct{})
	c.polled = polled
	c.mu.Unlock()
	select {
	case <-polled:
	case <-time.After(closeGrace):
	case <-ctx.Done():
	}
}

// writePayload answers a poll.
func writePayload(w http.ResponseWriter, payload []byte) error {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=UTF-8")
	header.Set("Content-Length", strconv.Itoa(len(payload)))
	header.Set("Cache-Control", "no-store")
	_, err := w.Write(payload)
	return err
}

// servePost reads the packets that a client of an open session posts.
func (c *Conn) servePost(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	overlap, polling := c.posting, c.socket == nil
	if !overlap && polling {
		c.posting = true
	}
	c.mu.Unlock()
	switch {
	case !polling:
		badRequest.write(w)
		return
	case overlap, r.Header.Get("Content-Type") == "application/octet-stream":
		c.fail(ReasonTransportError)
		badRequest.write(w)
		return
	}
	defer func() {
		c.mu.Lock()
		c.posting = false
		c.mu.Unlock()
	}()

	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(c.server.options.MaxPayload)))
	if err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		} else {
			badRequest.write(w)
		}
		c.fail(ReasonTransportError)
		return
	}
	for p, err := range decodePayload(body) {
		if err != nil {
			c.fail(ReasonParseError)
			badRequest.write(w)
			return
		}
		if p.kind == typeClose {
			c.awaitPoll(r.Context())
		}
		if !c.receive(p) {
			break
		}
	}
	header := w.Header()
	// Not text/plain, which some browsers offer to save.
	header.Set("Content-Type", "text/html")
	header.Set("Content-Length", "2")
	header.Set("Cache-Control", "no-store")
	io.WriteString(w, "ok")
}
