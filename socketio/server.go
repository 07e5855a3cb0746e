package socketio

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/socketio/engine"
)

// Options say how a Server behaves. The zero value is ready for use.
type Options struct {
	// Engine are the options of the transport: heartbeat, limits, allowed
	// origins.
	Engine engine.Options
	// ConnectTimeout is how long a client may stay without being in a namespace.
	// Default 45 s.
	ConnectTimeout time.Duration
	// PacketsPerSecond is how many packets a client may send for long, PacketBurst
	// how many more at once. A client that sends more is disconnected with
	// ReasonFlood and does not reconnect by itself. Defaults 500 and 5000; no
	// limit when PacketsPerSecond is negative.
	PacketsPerSecond int
	PacketBurst      int
	// Flood is called for each socket of a client that sends too much, before
	// that is disconnected: it may tell it why.
	Flood func(s *Socket)
	// Recovery lets clients come back after a short break as the sockets that
	// they were. Default nil: a client that comes back is a new one.
	Recovery *Recovery
	// MaxAttachments is the largest number of binary attachments of one packet.
	// Default 10.
	MaxAttachments int
}

// A Server speaks Socket.IO with any number of clients. It serves every path
// that it is asked; mount it at "/socket.io/".
type Server struct {
	options Options
	engine  *engine.Server

	mu         sync.RWMutex
	namespaces map[string]*Namespace

	work sync.WaitGroup // goroutines that run handlers
}

// NewServer makes a server with the main namespace only.
func NewServer(options Options) *Server {
	options.ConnectTimeout = cmp.Or(options.ConnectTimeout, 45*time.Second)
	options.PacketsPerSecond = cmp.Or(options.PacketsPerSecond, 500)
	options.PacketBurst = cmp.Or(options.PacketBurst, 5000)
	options.MaxAttachments = cmp.Or(options.MaxAttachments, 10)
	if options.Recovery != nil {
		options.Recovery = options.Recovery.withDefaults()
	}
	s := &Server{options: options, namespaces: make(map[string]*Namespace)}
	s.engine = engine.NewServer(options.Engine, s.accept)
	s.Of("/")
	return s
}

// Of is the namespace of that name, which is made if there is none. Clients are
// refused by namespaces that were never asked for here.
func (s *Server) Of(name string) *Namespace {
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.namespaces[name]
	if n == nil {
		n = newNamespace(s, name)
		s.namespaces[name] = n
	}
	return n
}

func (s *Server) find(name string) *Namespace {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.namespaces[name]
}

// ServeHTTP serves the requests of clients.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Clients is the number of connected clients, each of which may have sockets in
// several namespaces.
func (s *Server) Clients() int { return s.engine.Clients() }

// Close disconnects everybody with ReasonShutdown, which clients answer with an
// attempt to connect again later, and returns when all handlers have returned
// and no goroutine of the server is left, or with the error of ctx when that
// ends first. The contexts of the handlers are cancelled at once.
func (s *Server) Close(ctx context.Context) error {
	defer s.forget()
	if err := s.engine.Close(ctx); err != nil {
		return err
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
		return ctx.Err()
	}
}

// forget ends what the namespaces keep for clients that may come back.
func (s *Server) forget() {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, n := range s.namespaces {
		n.forgetAll()
	}
}
