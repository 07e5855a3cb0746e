package engine

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ErrClosed is returned by Send when the session is closed or closing.
var ErrClosed = errors.New("session is closed")

// ErrSlow is returned by the Send which found that the client does not take
// what was sent before, and thereby ended the session.
var ErrSlow = errors.New("client is too slow")

// A Handshake is what is kept of the request with which a session began.
type Handshake struct {
	Header     http.Header // of Options.Headers alone, if that is set
	RawQuery   string      // of its URL
	RemoteAddr string      // host:port of the peer, which may be a proxy
	TLS        bool
	Time       time.Time
}

// Query is the query of the request's URL. What is malformed in it is left out.
func (h *Handshake) Query() url.Values {
	values, _ := url.ParseQuery(h.RawQuery)
	return values
}

// handshakeOf takes what is kept of a request. What it takes of Options.Headers
// is copied: a part of a header would keep all of them in memory.
func (s *Server) handshakeOf(r *http.Request) Handshake {
	h := Handshake{RawQuery: strings.Clone(r.URL.RawQuery), RemoteAddr: r.RemoteAddr, TLS: r.TLS != nil, Time: time.Now()}
	if s.options.Headers == nil {
		h.Header = r.Header
		return h
	}
	for _, name := range s.options.Headers {
		for _, value := range r.Header.Values(name) {
			if h.Header == nil {
				h.Header = http.Header{}
			}
			h.Header.Add(name, strings.Clone(value))
		}
	}
	return h
}

type state uint8

const (
	stateOpen    state = iota
	stateClosing       // Close was called, what waits is being sent
	stateClosed
)

// A Conn is one session with a client. Its methods may be called from any
// goroutine.
type Conn struct {
	server    *Server
	id        string
	from      netip.Addr // as PerAddress counts
	handshake Handshake
	handler   Handler

	inbound sync.Mutex  // held while the handler has a message
	reading atomic.Bool // the handler has a message: the client is not to blame for silence

	mu       sync.Mutex
	state    state
	reason   Reason     // why it closes or closed
	orphaned bool       // it ended while its handler was still sought
	queue    []*Message // what waits for the client
	waiting  int        // bytes of the queue and of the write under way
	writing  int        // packets of the write under way
	flushing bool       // a goroutine is writing to socket

	socket  net.Conn      // nil while the transport is polling
	probing net.Conn      // the WebSocket that may replace polling
	probed  bool          // the client has tested probing
	poll    chan struct{} // wakes the poll that waits, capacity 1
	polled  chan struct{} // closed when a poll arrives, nil when nobody waits for one
	posting bool          // a post is being read

	timer     *time.Timer // of the next ping, or of the answer to the last
	pinged    bool        // a ping is not yet answered
	refreshed bool        // another packet has already extended the wait for the answer
	due       time.Time   // when the timer is to fire
}

// newConn makes a session whose open packet waits to be sent.
func (s *Server) newConn(r *http.Request, from netip.Addr, upgrades []string) *Conn {
	var random [15]byte
	rand.Read(random[:])
	c := &Conn{
		server:    s,
		id:        base64.RawURLEncoding.EncodeToString(random[:]),
		from:      from,
		handshake: s.handshakeOf(r),
	}
	c.due = c.handshake.Time.Add(s.options.PingInterval)
	open, _ := json.Marshal(map[string]any{
		"sid":          c.id,
		"upgrades":     upgrades,
		"pingInterval": s.options.PingInterval.Milliseconds(),
		"pingTimeout":  s.options.PingTimeout.Milliseconds(),
		"maxPayload":   s.options.MaxPayload,
	})
	c.queue = []*Message{newMessage(opText, typeOpen, open)}
	c.waiting = c.queue[0].Size()
	return c
}

// start finds the session's handler, makes the session known and begins its
// heartbeat. It is false when the server was closed meanwhile.
func (c *Conn) start() bool {
	c.timer = time.AfterFunc(never, c.beat)
	h := c.server.accept(c)
	known := c.server.add(c)
	c.mu.Lock()
	c.handler = h
	orphaned := c.orphaned
	if c.state == stateOpen {
		c.wait(c.due)
	}
	c.mu.Unlock()
	switch {
	case orphaned:
		c.server.remove(c)
		h.Close(c, c.reason)
	case !known:
		c.server.dismiss(c.from)
		c.fail(ReasonShutdown)
	}
	return known
}

// never is a time for timers that are set later.
const never = 1 << 62

// ID is the session's id, unique and hard to guess. It is a secret between
// server and client: who knows it can join the session.
func (c *Conn) ID() string { return c.id }

// Handshake is the request that began the session.
func (c *Conn) Handshake() *Handshake { return &c.handshake }

// Transport is "polling" or "websocket".
func (c *Conn) Transport() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket == nil {
		return "polling"
	}
	return "websocket"
}

// Send puts messages behind those that wait for the client, with nothing in
// between. It does not wait for the network. It returns ErrClosed when the
// session is over, and ErrSlow when the client's buffer was full.
func (c *Conn) Send(messages ...*Message) error {
	size := 0
	for _, m := range messages {
		size += m.Size()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != stateOpen {
		return ErrClosed
	}
	if !c.fits(len(messages), size) {
		c.shut(ReasonSlow)
		c.server.work.Go(c.finish)
		return ErrSlow
	}
	c.queue = append(c.queue, messages...)
	c.waiting += size
	c.kick()
	return nil
}

// Fits tells whether Send would take these messages, or find the client too slow.
func (c *Conn) Fits(messages ...*Message) bool {
	size := 0
	for _, m := range messages {
		size += m.Size()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fits(len(messages), size)
}

// fits is Fits. The caller holds mu.
func (c *Conn) fits(packets, bytes int) bool {
	return c.writing+len(c.queue)+packets <= c.server.options.BufferedPackets && c.waiting+bytes <= c.server.options.BufferedBytes
}

// Buffered is what waits for the client, in packets and bytes.
func (c *Conn) Buffered() (packets, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writing + len(c.queue), c.waiting
}

// Close ends the session with ReasonForcedClose, after what waits for the
// client was sent. It does not wait for that.
func (c *Conn) Close() { c.close(ReasonForcedClose) }

// Fail ends the session with ReasonParseError: the client sent a message that
// its handler cannot read.
func (c *Conn) Fail() { c.fail(ReasonParseError) }

func (c *Conn) close(reason Reason) {
	c.mu.Lock()
	if c.state != stateOpen {
		c.mu.Unlock()
		return
	}
	c.state, c.reason = stateClosing, reason
	if c.socket == nil && c.poll == nil && reason == ReasonShutdown {
		c.shut(reason)
		c.mu.Unlock()
		c.finish()
		return
	}
	c.timer.Reset(closeTimeout)
	c.kick()
	c.mu.Unlock()
}

// closeTimeout bounds how long a closing session waits for its client.
const closeTimeout = 5 * time.Second

// fail ends the session at once.
func (c *Conn) fail(reason Reason) {
	c.mu.Lock()
	ended := c.state == stateClosed
	if !ended {
		c.shut(reason)
	}
	c.mu.Unlock()
	if !ended {
		c.finish()
	}
}

// shut marks the session closed. Whoever calls it, holding mu, calls finish
// after that, not holding it.
func (c *Conn) shut(reason Reason) {
	if c.state != stateClosing {
		c.reason = reason
	}
	c.state = stateClosed
	c.timer.Stop()
	c.wake()
}

// finish lets go of a session that was shut.
func (c *Conn) finish() {
	defer c.server.remove(c)
	c.mu.Lock()
	socket, probing, reason, handler, waiting := c.socket, c.probing, c.reason, c.handler, c.waiting
	c.orphaned = handler == nil
	c.mu.Unlock()
	if reason == ReasonSlow {
		c.server.options.Logger.Warn("a client was dropped: it does not take what it is sent", "address", c.handshake.RemoteAddr, "waiting", waiting)
	}
	if probing != nil {
		probing.Close()
	}
	if socket != nil {
		if reason == ReasonSlow {
			socket.Close()
		} else {
			hangUp(socket, statusOf(reason))
		}
	}
	if handler != nil {
		handler.Close(c, reason)
	}
}

// cut ends the session and its connection without a word.
func (c *Conn) cut() {
	c.fail(ReasonShutdown)
	c.mu.Lock()
	socket := c.socket
	c.mu.Unlock()
	if socket != nil {
		socket.Close()
	}
}

// kick gets what waits on its way. The caller holds mu.
func (c *Conn) kick() {
	if c.socket == nil {
		c.wake()
	} else if !c.flushing {
		c.flushing = true
		c.server.work.Add(1)
		go c.flush()
	}
}

// wake lets the waiting poll, if any, look at the session. The caller holds mu.
func (c *Conn) wake() {
	if c.poll != nil {
		select {
		case c.poll <- struct{}{}:
		default:
		}
	}
}

// receive acts on one packet of the client. It is false when the session is
// over, and nothing more should be read.
func (c *Conn) receive(p packet) bool {
	c.inbound.Lock()
	defer c.inbound.Unlock()
	c.mu.Lock()
	open := c.state == stateOpen
	if open && c.pinged {
		c.heard(p.kind == typePong)
	}
	c.mu.Unlock()
	if !open {
		return false
	}
	switch p.kind {
	case typeMessage:
		c.reading.Store(true)
		defer c.reading.Store(false)
		defer c.recoverPanic()
		c.handler.Message(c, p.data, p.binary)
		return true
	case typeClose:
		c.fail(ReasonTransportClose)
		return false
	case typePing:
		c.fail(ReasonTransportError)
		return false
	}
	return true
}

// recoverPanic ends the session whose handler panicked, and only that.
func (c *Conn) recoverPanic() {
	if p := recover(); p != nil {
		c.server.options.Logger.Error("engine handler panicked", "panic", p, "stack", string(debug.Stack()))
		c.fail(ReasonForcedClose)
	}
}
