// Package mcp is the tools of MCP servers that characters name. [Service] has
// one connection for each server of an agent: it is made when the agent first
// needs it, kept with the list of tools, closed when it is idle or the agent
// changes, and made again with growing pauses when it broke. A server that is
// dead or hangs harms only its own calls.
package mcp

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/toolschema"
)

const (
	firstWait  = 3 * time.Second // of a turn, for servers that are being connected
	idleTime   = 10 * time.Minute
	firstPause = time.Second
	longPause  = 5 * time.Minute
	readPause  = time.Second // between two readings of a list that changes
)

// Options say what servers may be and how they are reached.
type Options struct {
	// Client calls the addresses that characters name.
	Client *http.Client
	// Commands are the programs that any character may start as a server, by
	// the name that it gives; "*" is every program.
	Commands []string
	Log      *slog.Logger
	// Idle is after which time a connection that nobody uses is closed; 0: ten
	// minutes.
	Idle time.Duration
}

// Tool is a tool of a server.
type Tool struct {
	Server, Name, Action string
	Description          string
	Cut                  bool   // the server's description is longer
	Parameters           []byte // JSON Schema of an object, fit for every model
	Approval             Approval

	schema toolschema.Schema
}

// State tells how a server is.
type State string

// A server that nobody needed yet is idle; so is one whose connection was
// closed, for it is made again when it is needed.
const (
	Idle       State = "idle"
	Connecting State = "connecting"
	Ready      State = "ready"
	Failed     State = "failed"
)

// Status is how one server of an agent is.
type Status struct {
	Name, Type string
	Approval   Approval
	State      State
	Error      string // the last one; empty when there was none
	Tools      []Tool
	LeftOut    []LeftOut // tools that are not offered
}

// Service is the room of MCP servers. It is safe for concurrent use.
type Service struct {
	options Options

	mu       sync.Mutex
	closed   bool
	agents   map[eliza.ID]map[string]*connection // by the server's print
	trusted  map[eliza.ID]map[string]bool        // servers of type stdio that the operator named
	actions  int                                 // that agents are offered besides
	reserved map[string]bool                     // names of actions, folded
	group    sync.WaitGroup
}

// New makes the room.
func New(o Options) *Service {
	if o.Idle <= 0 {
		o.Idle = idleTime
	}
	if o.Client != nil {
		o.Client = patient(o.Client)
	}
	return &Service{options: o, agents: map[eliza.ID]map[string]*connection{}, trusted: map[eliza.ID]map[string]bool{}}
}

// patient is a client whose calls may take as long as the tool that is called:
// each has a limit of its own.
func patient(c *http.Client) *http.Client {
	client := *c
	if t, ok := client.Transport.(*http.Transport); ok {
		t = t.Clone()
		t.ResponseHeaderTimeout = 0
		client.Transport = t
	}
	return &client
}

// Reserve keeps names of actions, and other words for them, from the tools of
// servers. actions is how many of them an agent may be offered.
func (s *Service) Reserve(actions int, names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.actions, s.reserved = actions, make(map[string]bool, len(names))
	for _, name := range names {
		s.reserved[folded(name)] = true
	}
}

// Trust lets an agent start the programs that a character names as servers, as
// it names them now: whoever runs the server has written that character.
func (s *Service) Trust(agent eliza.ID, c *eliza.Character) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trusted[agent] = map[string]bool{}
	for _, server := range Servers(c) {
		s.trusted[agent][server.print()] = true
	}
}

// mayStart reports whether an agent may start the server's program.
func (s *Service) mayStart(agent eliza.ID, server *Server) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trusted[agent][server.print()] || slices.Contains(s.options.Commands, "*") || slices.Contains(s.options.Commands, server.Command)
}

// connections are those of an agent's servers, made when they are absent; ones
// that the character no longer names are closed.
func (s *Service) connections(a *eliza.Agent) []*connection {
	servers := Servers(&a.Character)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(servers) == 0 && s.agents[a.ID] == nil {
		return nil
	}
	old := s.agents[a.ID]
	kept := map[string]*connection{}
	var all []*connection
	for _, server := range servers {
		print := server.print()
		c := old[print]
		if c == nil {
			c = newConnection(s, a.ID, server)
		}
		kept[print] = c
		all = append(all, c)
	}
	for print, c := range old {
		if kept[print] == nil {
			s.group.Go(c.end)
		}
	}
	s.agents[a.ID] = kept
	return all
}

// Names reports whether a character names servers at all.
func Names(c *eliza.Character) bool { return c.Settings["mcp"] != nil }

// Tools are the tools of an agent's servers that are known. It connects those
// that are not, and waits a little for them, or as long as they may take when it
// must have them: what comes later is there in the next turn.
func (s *Service) Tools(ctx context.Context, a *eliza.Agent, must bool) (all []Tool) {
	connections := s.connections(a)
	wait := firstWait
	for _, c := range connections {
		c.wake()
		if must {
			wait = max(wait, c.server.connectTime())
		}
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for _, c := range connections {
		c.known(ctx, must)
	}
	for _, o := range s.offer(connections) {
		all = append(all, o.tools...)
	}
	return all
}

// Call uses a tool once. arguments are a JSON object. Error codes: NOT_FOUND,
// FORBIDDEN, TIMEOUT, PROCESSING_ERROR for what the tool says went wrong,
// UNAVAILABLE for a server that does not answer.
func (s *Service) Call(ctx context.Context, a *eliza.Agent, tool Tool, arguments []byte) (string, error) {
	for _, c := range s.connections(a) {
		if c.server.Name == tool.Server && c.server.uses(tool.Name) {
			return c.call(ctx, tool.Name, tool.schema.Restore(arguments))
		}
	}
	return "", eliza.NotFound("Tool")
}

// Status tells how an agent's servers are.
func (s *Service) Status(a *eliza.Agent) []Status {
	all := []Status{}
	connections := s.connections(a)
	offers := s.offer(connections)
	for i, c := range connections {
		status := c.status()
		status.Tools, status.LeftOut = offers[i].tools, offers[i].left
		all = append(all, status)
	}
	return all
}

// Forget closes the connections of an agent that was stopped, changed or
// deleted.
func (s *Service) Forget(agent eliza.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.agents[agent] {
		s.group.Go(c.end)
	}
	delete(s.agents, agent)
}

// Close ends all connections, and the programs that were started for them.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	for _, connections := range s.agents {
		for _, c := range connections {
			s.group.Go(c.end)
		}
	}
	s.agents = nil
	s.mu.Unlock()
	s.group.Wait()
}
