package mcp

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp/transport"
)

// session is a live connection to a server.
type session struct {
	*mcp.ClientSession
	conn    mcp.Connection
	program *program // nil for an address
}

// hangUp ends a session. Calls that run fail.
func (s *session) hangUp() {
	_ = s.conn.Close() // it is over in any case
	_ = s.ClientSession.Close()
}

// kept is a transport that keeps the connection it makes.
type kept struct {
	mcp.Transport
	conn mcp.Connection
}

// Connect implements mcp.Transport.
func (k *kept) Connect(ctx context.Context) (conn mcp.Connection, err error) {
	k.conn, err = k.Transport.Connect(ctx)
	return k.conn, err
}

// dial begins a session, in the way that the server understands. A server that
// refuses the revision is asked for one that it names, and an address that
// refuses a POST may be one that knows the event stream alone.
func (c *connection) dial(ctx context.Context) (*session, error) {
	if err := c.allowed(); err != nil {
		return nil, err
	}
	kind := c.server.Type
	s, err := c.hello(ctx, kind, revision)
	if err != nil && known(err) != "" {
		s, err = c.hello(ctx, kind, known(err))
	}
	if kind != "stdio" && kind != "sse" && old(err) {
		if older, failed := c.hello(ctx, "sse", oldest); failed == nil {
			return older, nil
		}
	}
	return s, err
}

// allowed reports why the server may not be used.
func (c *connection) allowed() error {
	switch s := &c.server; {
	case s.problem != nil:
		return s.problem
	case s.Type == "stdio" && !c.service.mayStart(c.agent, s):
		return eliza.Errorf(eliza.CodeForbidden, "its command may not be started; ELIZA_MCP_COMMANDS may allow it")
	case s.Type != "stdio" && c.service.options.Client == nil:
		return eliza.Errorf(eliza.CodeForbidden, "addresses are not called here")
	}
	return nil
}

// hello begins a session over one transport, in one revision.
func (c *connection) hello(ctx context.Context, kind, version string) (*session, error) {
	var p *program
	way := &kept{}
	options := transport.Options{Adapt: adapt, Noise: c.noise}
	if kind == "stdio" {
		var err error
		if p, err = start(&c.server, c.log, c.mask); err != nil {
			return nil, err
		}
		options.Noise = p.noise
		way.Transport = &transport.Stdio{Options: options, In: p, Out: p.out}
	} else {
		client, err := c.client()
		if err != nil {
			return nil, err
		}
		options.Client = client
		way.Transport = &transport.HTTP{Options: options, Endpoint: c.server.URL}
		if kind == "sse" {
			way.Transport = &transport.SSE{Options: options, Endpoint: c.server.URL}
		}
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "elizad", Version: "1"}, &mcp.ClientOptions{
		Capabilities:           &mcp.ClientCapabilities{},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { c.changed() },
	})
	made, err := client.Connect(ctx, way, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if way.conn != nil {
			_ = way.conn.Close() // it is of no use
		}
		if p != nil {
			_ = p.Close()
			err = p.failure(err, c.mask)
		}
		return nil, err
	}
	return &session{made, way.conn, p}, nil
}

// failure is a failure of a program with what it said itself. What the server
// said in the protocol is kept as it is.
func (p *program) failure(err error, mask func(string) string) error {
	if known(err) != "" || errors.Is(err, errHungUp) {
		return err
	}
	said := explain(err, mask)
	return &eliza.Error{Code: said.Code, Message: p.words(said.Message), Err: said.Err}
}

// client calls the server's address with the server's own headers.
func (c *connection) client() (*http.Client, error) {
	u, err := url.Parse(c.server.URL)
	if err != nil {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "url: it is no address")
	}
	client := *c.service.options.Client
	client.Transport = &dressed{client.Transport, u.Scheme, u.Host, c.server.Headers}
	return &client, nil
}

// dressed sends a server's own headers along, to no other place.
type dressed struct {
	http.RoundTripper
	scheme, host string
	headers      map[string]string
}

// RoundTrip implements http.RoundTripper.
func (d *dressed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == d.host && (r.URL.Scheme == d.scheme || r.URL.Scheme == "https") {
		r = r.Clone(r.Context())
		for name, value := range d.headers {
			r.Header.Set(name, value)
		}
	}
	return d.RoundTripper.RoundTrip(r)
}
