package mcp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/outbound"
)

// maxMessage bounds what a server sends at once.
const maxMessage = 8 << 20

// grace is how long a program may take to end once nothing more is asked of it.
const grace = 3 * time.Second

// transport returns the way to the server, and what ends it when it is not
// taken.
func (c *connection) transport() (t mcp.Transport, drop func(), err error) {
	s := &c.server
	if s.problem != nil {
		return nil, nothing, s.problem
	}
	if s.Type == "stdio" {
		if !c.service.mayStart(c.agent, s) {
			return nil, nothing, eliza.Errorf(eliza.CodeForbidden, "its command may not be started; ELIZA_MCP_COMMANDS may allow it")
		}
		return start(s)
	}
	if c.service.options.Client == nil {
		return nil, nothing, eliza.Errorf(eliza.CodeForbidden, "addresses are not called here")
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, nothing, eliza.Errorf(eliza.CodeInvalidRequest, "url: it is no address")
	}
	client := *c.service.options.Client
	client.Transport = &dressed{client.Transport, u.Host, s.Headers}
	if s.Type == "sse" {
		return &mcp.SSEClientTransport{Endpoint: s.URL, HTTPClient: &client, MaxEventSize: maxMessage}, nothing, nil
	}
	return &mcp.StreamableClientTransport{Endpoint: s.URL, HTTPClient: &client, MaxRetries: -1, DisableStandaloneSSE: true, MaxEventSize: maxMessage}, nothing, nil
}

// dressed sends a server's own headers along, to no other host.
type dressed struct {
	http.RoundTripper
	host    string
	headers map[string]string
}

// RoundTrip implements http.RoundTripper.
func (d *dressed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == d.host {
		r = r.Clone(r.Context())
		for name, value := range d.headers {
			r.Header.Set(name, value)
		}
	}
	return d.RoundTripper.RoundTrip(r)
}

var nothing = func() {}

// start runs a server's program. It has nothing of this server's environment
// but the path of programs, and what the character names.
func start(s *Server) (t mcp.Transport, drop func(), err error) {
	// It lives as long as its connection, which outlives the call that makes it.
	cmd := exec.CommandContext(context.Background(), s.Command, s.Args...)
	cmd.Dir = s.Cwd
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.WaitDelay = grace
	apart(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nothing, unstarted(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nothing, unstarted(err)
	}
	if err := cmd.Start(); err != nil {
		return nil, nothing, unstarted(err)
	}
	p := &program{WriteCloser: in, cmd: cmd}
	return &mcp.IOTransport{Reader: out, Writer: p, MaxLineLength: maxMessage}, func() { p.Close() }, nil
}

func unstarted(err error) error {
	return &eliza.Error{Code: eliza.CodeUnavailable, Message: "its command cannot be started", Err: err}
}

// program is what is said to a server's program; closing it ends the program.
type program struct {
	io.WriteCloser
	cmd  *exec.Cmd
	once sync.Once
}

// Close lets the program end, and ends it when it does not.
func (p *program) Close() error {
	p.once.Do(func() {
		_ = p.WriteCloser.Close() // it may have ended already
		timer := time.AfterFunc(grace, func() { kill(p.cmd) })
		defer timer.Stop()
		_ = p.cmd.Wait() // how it ends is its own affair
		kill(p.cmd)      // and what it has started with it
	})
	return nil
}

// explain words a failure without telling what is inside.
func explain(err error) error {
	var coded *eliza.Error
	switch {
	case err == nil:
		return eliza.Errorf(eliza.CodeUnavailable, "the server has ended")
	case errors.As(err, &coded):
		return coded
	case outbound.Refused(err):
		return outbound.Explain(err)
	case errors.Is(err, context.DeadlineExceeded):
		return &eliza.Error{Code: eliza.CodeTimeout, Message: "the server did not answer in time", Err: err}
	}
	return &eliza.Error{Code: eliza.CodeUnavailable, Message: "the server does not answer as an MCP server does", Err: err}
}
