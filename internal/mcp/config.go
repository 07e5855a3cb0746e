package mcp

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/outbound"
)

// Limits of what a character may name.
const (
	maxServers  = 20
	maxTools    = 100 // of one server
	callTime    = 30 * time.Second
	connectTime = time.Minute // npx may have to download the program first
	maxTime     = 10 * time.Minute
)

// Approval says which calls of a server wait for a person's yes.
type Approval string

// Calls of a server are asked for always; or unless an owner or admin asks and
// nobody else's words were read (the default); or never: its tools are declared
// to be harmless, whoever asks.
const (
	Always    Approval = "always"
	Untrusted Approval = "untrusted"
	Never     Approval = "never"
)

// Server is one server that a character names, in the words of ElizaOS's MCP
// plugin (settings.mcp.servers) and a few of ours.
type Server struct {
	Name string `json:"-"`
	Type string `json:"type"` // stdio, http, streamable-http or sse

	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env"`
	Cwd     string            `json:"cwd"`

	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`

	Allow     []string `json:"allow"` // the only tools that are used; none: all
	Deny      []string `json:"deny"`  // tools that are not
	TimeoutMs int64    `json:"timeoutMs"`
	Timeout   int64    `json:"timeout"` // seconds, as ElizaOS has it
	// ConnectTimeoutMs is how long it may take until the server is there and
	// has named its tools.
	ConnectTimeoutMs int64    `json:"connectTimeoutMs"`
	Approval         Approval `json:"approval"`

	problem error // why it cannot be used
}

// Servers reads what a character names, by name. What is wrong with one is
// told in its status and makes it unusable.
func Servers(c *eliza.Character) []Server {
	settings, _ := c.Settings["mcp"].(map[string]any)
	named, _ := settings["servers"].(map[string]any)
	var all []Server
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if len(all) == maxServers {
			break
		}
		var s Server
		b, err := json.Marshal(named[name])
		if err == nil {
			err = json.Unmarshal(b, &s)
		}
		s.Name = name
		if s.problem = s.check(); err != nil {
			s.problem = eliza.Errorf(eliza.CodeInvalidRequest, "its settings cannot be read")
		}
		all = append(all, s)
	}
	return all
}

func (s *Server) check() error {
	s.Type = cmp.Or(s.Type, "stdio")
	if s.URL != "" && s.Command == "" && s.Type == "stdio" {
		s.Type = "http"
	}
	s.Approval = cmp.Or(s.Approval, Untrusted)
	switch s.Type {
	case "stdio":
		if strings.TrimSpace(s.Command) == "" {
			return eliza.Errorf(eliza.CodeInvalidRequest, "command: a server of type stdio needs one")
		}
	case "http", "streamable-http", "sse":
		u, err := url.Parse(s.URL)
		if err != nil {
			return eliza.Errorf(eliza.CodeInvalidRequest, "url: it is no address")
		}
		if err := outbound.Check(u); err != nil {
			return err
		}
	default:
		return eliza.Errorf(eliza.CodeInvalidRequest, "type: it is one of stdio, http, streamable-http and sse")
	}
	if !slices.Contains([]Approval{Always, Untrusted, Never}, s.Approval) {
		return eliza.Errorf(eliza.CodeInvalidRequest, "approval: it is one of always, untrusted and never")
	}
	return nil
}

// time bounds one call.
func (s *Server) time() time.Duration {
	switch {
	case s.TimeoutMs > 0:
		return time.Duration(min(s.TimeoutMs, maxTime.Milliseconds())) * time.Millisecond
	case s.Timeout > 0:
		return time.Duration(min(s.Timeout, int64(maxTime/time.Second))) * time.Second
	}
	return callTime
}

// connectTime bounds the connecting: what the character says, and else a minute
// or as long as a call may take.
func (s *Server) connectTime() time.Duration {
	if s.ConnectTimeoutMs > 0 {
		return time.Duration(min(s.ConnectTimeoutMs, maxTime.Milliseconds())) * time.Millisecond
	}
	return max(connectTime, s.time())
}

// uses reports whether a tool of the server may be used.
func (s *Server) uses(tool string) bool {
	return (len(s.Allow) == 0 || slices.Contains(s.Allow, tool)) && !slices.Contains(s.Deny, tool)
}

// print tells two settings apart.
func (s *Server) print() string {
	b, _ := json.Marshal(s)
	return s.Name + " " + string(b)
}
