package engine

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
)

// An Acceptor is called for each new session, before the client's first message
// is read. It may send; it should not wait. The Handler that it returns gets the
// session's messages.
type Acceptor func(c *Conn) Handler

// A Handler is told what happens on one session.
type Handler interface {
	// Message is called for each message, one at a time and in order. The
	// handler owns data. While it runs nothing more is read from the client.
	Message(c *Conn, data []byte, binary bool)
	// Close is called once, when the session has ended, perhaps while Message
	// runs in another goroutine.
	Close(c *Conn, reason Reason)
}

// A Server speaks Engine.IO with any number of clients. It serves every path
// that it is asked; mount it at "/engine.io/".
type Server struct {
	options Options
	accept  Acceptor

	mu     sync.RWMutex
	conns  map[string]*Conn
	of     map[netip.Addr]int // how many sessions an address has, or begins; nil when it may have any number
	closed bool

	work  sync.WaitGroup // sessions, their goroutines, and requests being served
	count atomic.Int64
}

// NewServer makes a server that hands its sessions to accept.
func NewServer(options Options, accept Acceptor) *Server {
	s := &Server{options: options.withDefaults(), accept: accept, conns: make(map[string]*Conn)}
	if s.options.PerAddress > 0 {
		s.of = make(map[netip.Addr]int)
	}
	return s
}

// Clients is the number of open sessions.
func (s *Server) Clients() int { return int(s.count.Load()) }

// ServeHTTP answers one request of the protocol: a handshake, a poll, a post or
// the opening of a WebSocket. Requests that are refused are answered
// {"code":N,"message":"..."} with the codes of the reference server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.allowOrigin(w, r) {
		forbidden.write(w)
		return
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}

	query := r.URL.Query()
	transport, sid := query.Get("transport"), query.Get("sid")
	upgrade := isUpgrade(r)
	var conn *Conn
	switch {
	case transport != "polling" && transport != "websocket":
		unknownTransport.write(w)
		return
	case sid != "":
		conn = s.find(sid)
		if conn == nil {
			unknownSession.write(w)
			return
		}
		if upgrade != (transport == "websocket") || query.Get("EIO") != "4" {
			badRequest.write(w)
			return
		}
	case r.Method != http.MethodGet:
		badMethod.write(w)
		return
	case upgrade != (transport == "websocket"):
		badRequest.write(w)
		return
	case query.Get("EIO") != "4":
		badVersion.write(w)
		return
	default:
		if err := s.options.AllowRequest(r); err != nil {
			refusal{forbidden.Code, err.Error(), forbidden.status}.write(w)
			return
		}
	}

	if !s.begin() {
		shuttingDown.write(w)
		return
	}
	defer s.work.Done()
	var from netip.Addr
	if conn == nil {
		if from = s.options.Address(r); !s.admit(from) {
			tooMany.write(w)
			return
		}
	}
	switch {
	case upgrade:
		s.serveWebSocket(w, r, conn, from)
	case conn == nil:
		s.handshakePolling(w, r, from)
	case r.Method == http.MethodGet:
		conn.servePoll(w, r)
	case r.Method == http.MethodPost:
		conn.servePost(w, r)
	default:
		badMethod.write(w)
	}
}

// begin counts a request, unless the server is closed.
func (s *Server) begin() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// find is the open session of that id, or nil. One whose heartbeat is overdue is
// closed on the spot, however late its timer is.
func (s *Server) find(sid string) *Conn {
	s.mu.RLock()
	c := s.conns[sid]
	s.mu.RUnlock()
	if c == nil {
		return nil
	}
	ended, overdue := c.health()
	if overdue {
		c.fail(ReasonPingTimeout)
	}
	if ended || overdue {
		return nil
	}
	return c
}

func (s *Server) add(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[c.id] = c
	s.count.Add(1)
	s.work.Add(1)
	return true
}

func (s *Server) remove(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.conns[c.id]; ok {
		delete(s.conns, c.id)
		s.discount(c.from)
		s.count.Add(-1)
		s.work.Done()
	}
}

// admit counts a session that an address begins, unless it has too many.
func (s *Server) admit(from netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		return true
	}
	if s.of[from] >= s.options.PerAddress {
		return false
	}
	s.of[from]++
	return true
}

// dismiss takes back what admit counted, of a session that did not begin.
func (s *Server) dismiss(from netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.discount(from)
}

// discount is dismiss for a caller who holds mu.
func (s *Server) discount(from netip.Addr) {
	if s.of == nil {
		return
	}
	if s.of[from]--; s.of[from] == 0 {
		delete(s.of, from)
	}
}

// Close ends all sessions with ReasonShutdown, sends what still waits for
// clients that take it, and returns when no goroutine of the server is left.
// When ctx ends first, the connections are cut and its error is returned.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	conns := make([]*Conn, 0, len(s.conns))
	for _, c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.close(ReasonShutdown)
	}

	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, c := range conns {
		c.cut()
	}
	return ctx.Err()
}
