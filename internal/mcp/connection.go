package mcp

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// connection is one server of an agent.
type connection struct {
	service *Service
	agent   eliza.ID
	server  Server
	log     *slog.Logger
	mask    func(string) string
	noisy   sync.Once

	mu      sync.Mutex
	ended   bool
	session *session      // nil when there is none
	making  chan struct{} // closed when the connecting has ended; nil when nobody does
	listing listing       // of the last time
	listed  bool
	untold  bool // the log has not heard of the listing
	changes int  // how often the server said that its tools have changed
	read    int  // how often when they were read
	readAt  time.Time
	reading chan struct{} // closed when the changed tools have been read; nil when nobody does
	last    error
	pause   time.Duration // before the next try
	retry   time.Time
	idle    *time.Timer
	calls   int  // that run
	slow    bool // a turn has waited for it in vain: no other one does
}

func newConnection(s *Service, agent eliza.ID, server Server) *connection {
	c := &connection{service: s, agent: agent, server: server, last: server.problem, mask: server.masker()}
	c.log = s.options.Log.With("server", c.mask(server.Name), "agentId", agent)
	return c
}

// wake connects in the background when the tools are not known, unless it
// failed a moment ago, and reads them again when they have changed.
func (c *connection) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.listed {
		c.connect()
	}
	if c.read != c.changes {
		c.reread()
	}
}

// connect begins to connect, if need be; with mu held.
func (c *connection) connect() {
	if c.ended || c.session != nil || c.making != nil || c.server.problem != nil || time.Now().Before(c.retry) {
		return
	}
	c.making = make(chan struct{})
	done := c.making
	c.read = c.changes
	c.service.group.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), c.server.connectTime())
		defer cancel()
		made, found, err := c.open(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.making = nil
		close(done)
		if err == nil && c.ended {
			c.service.group.Go(made.hangUp)
			return
		}
		if c.last = err; err != nil {
			c.pause = min(max(2*c.pause, firstPause), longPause)
			c.retry = time.Now().Add(c.pause)
			c.log.Warn("an MCP server cannot be used", "error", explain(err, c.mask))
			return
		}
		c.session, c.pause = made, 0
		c.learn(found)
		c.idle = time.AfterFunc(c.service.options.Idle, c.rest)
		c.service.group.Go(func() { c.watch(made) })
	})
}

// open connects and lists the tools.
func (c *connection) open(ctx context.Context) (*session, listing, error) {
	made, err := c.dial(ctx)
	if err != nil {
		return nil, listing{}, err
	}
	found, err := c.list(ctx, made)
	if err != nil {
		made.hangUp()
		if made.program != nil {
			err = made.program.failure(err, c.mask)
		}
		return nil, listing{}, err
	}
	return made, found, nil
}

// learn takes over what the server offers; with mu held.
func (c *connection) learn(found listing) {
	c.listing, c.listed, c.untold, c.readAt = found, true, true, time.Now()
}

// changed hears that the tools have changed. They are read again at once, or,
// when that was done a moment ago, before the next turn.
func (c *connection) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes++; time.Since(c.readAt) > readPause {
		c.reread()
	}
}

// reread begins to list the tools again; with mu held.
func (c *connection) reread() {
	if c.ended || c.session == nil || c.reading != nil {
		return
	}
	c.reading = make(chan struct{})
	done, using, seen := c.reading, c.session, c.changes
	c.service.group.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), c.server.time())
		defer cancel()
		found, err := c.list(ctx, using)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reading = nil
		close(done)
		if err != nil {
			c.log.Warn("an MCP server's tools have changed and cannot be read", "error", explain(err, c.mask))
			return
		}
		c.read = seen
		c.learn(found)
	})
}

// watch notices the end of a session that nobody here has ended. It is begun
// again when it is needed.
func (c *connection) watch(s *session) {
	err := s.Wait()
	s.hangUp()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != s {
		return
	}
	c.session = nil
	c.idle.Stop()
	if s.program != nil {
		c.last = eliza.Errorf(eliza.CodeUnavailable, "%s", s.program.words("its program has ended"))
		c.log.Warn("an MCP server has ended", "error", c.last)
	} else if err != nil {
		c.last = err
	}
}

// rest closes a connection that nobody uses. The tools stay known.
func (c *connection) rest() {
	c.mu.Lock()
	s := c.session
	if s == nil || c.calls > 0 {
		c.mu.Unlock()
		return
	}
	c.session = nil
	c.mu.Unlock()
	s.hangUp()
}

// drop gives up a session that is of no more use.
func (c *connection) drop(s *session) {
	c.mu.Lock()
	if c.session == s {
		c.session = nil
		c.idle.Stop()
	}
	c.mu.Unlock()
	s.hangUp()
}

// end closes the connection for good.
func (c *connection) end() {
	c.mu.Lock()
	c.ended = true
	s, making := c.session, c.making
	c.session = nil
	if c.idle != nil {
		c.idle.Stop()
	}
	c.mu.Unlock()
	if s != nil {
		s.hangUp()
	}
	if making != nil {
		<-making
	}
}

// known returns what the server offers, once it is known or ctx has ended.
func (c *connection) known(ctx context.Context, must bool) {
	c.mu.Lock()
	waiting := c.reading
	if c.making != nil && !c.listed && (must || !c.slow) {
		waiting = c.making
	}
	c.mu.Unlock()
	if waiting == nil {
		return
	}
	select {
	case <-waiting:
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		c.slow = true
	}
}

// noise is told of what a server says over HTTP that is no message.
func (c *connection) noise(text string) {
	c.noisy.Do(func() {
		c.log.Debug("an MCP server says what is no message", "text", c.mask(strings.ToValidUTF8(text[:min(len(text), maxLine)], "?")))
	})
}

func (c *connection) status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Status{Name: c.server.Name, Type: c.server.Type, Approval: c.server.Approval, State: Idle}
	switch {
	case c.making != nil:
		s.State = Connecting
	case c.last != nil:
		s.State = Failed
	case c.session != nil:
		s.State = Ready
	}
	if c.last != nil {
		s.Error = explain(c.last, c.mask).Message
	}
	return s
}
