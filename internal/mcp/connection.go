package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/eliza"
)

// connection is one server of an agent.
type connection struct {
	service *Service
	agent   eliza.ID
	server  Server

	mu      sync.Mutex
	ended   bool
	session *mcp.ClientSession // nil when there is none
	making  chan struct{}      // closed when the connecting has ended; nil when nobody does
	tools   []Tool             // of the last time
	listed  bool
	last    error
	pause   time.Duration // before the next try
	retry   time.Time
	idle    *time.Timer
	calls   int  // that run
	slow    bool // a turn has waited for it in vain: no other one does
}

func newConnection(s *Service, agent eliza.ID, server Server) *connection {
	c := &connection{service: s, agent: agent, server: server, last: server.problem}
	return c
}

// wake connects in the background when the tools are not known, unless it
// failed a moment ago.
func (c *connection) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.listed {
		c.connect()
	}
}

// connect begins to connect, if need be; with mu held.
func (c *connection) connect() {
	if c.ended || c.session != nil || c.making != nil || c.server.problem != nil || time.Now().Before(c.retry) {
		return
	}
	c.making = make(chan struct{})
	done := c.making
	c.service.group.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), connectTime)
		defer cancel()
		session, tools, err := c.open(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.making = nil
		close(done)
		if err == nil && c.ended {
			session.Close()
			return
		}
		if c.last = err; err != nil {
			c.pause = min(max(2*c.pause, firstPause), longPause)
			c.retry = time.Now().Add(c.pause)
			c.service.options.Log.Warn("an MCP server cannot be used", "server", c.server.Name, "agentId", c.agent, "error", err)
			return
		}
		c.session, c.tools, c.listed, c.pause = session, tools, true, 0
		c.idle = time.AfterFunc(c.service.options.Idle, c.rest)
		c.service.group.Go(func() { c.watch(session) })
	})
}

// watch notices the end of a session that nobody here has ended.
func (c *connection) watch(session *mcp.ClientSession) {
	err := session.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == session {
		c.session = nil
		c.last = explain(err)
		c.idle.Stop()
	}
}

// rest closes a connection that nobody uses. The tools stay known.
func (c *connection) rest() {
	c.mu.Lock()
	session := c.session
	if session == nil || c.calls > 0 {
		c.mu.Unlock()
		return
	}
	c.session = nil
	c.mu.Unlock()
	session.Close()
}

// end closes the connection for good.
func (c *connection) end() {
	c.mu.Lock()
	c.ended = true
	session, making := c.session, c.making
	c.session = nil
	if c.idle != nil {
		c.idle.Stop()
	}
	c.mu.Unlock()
	if session != nil {
		session.Close()
	}
	if making != nil {
		<-making
	}
}

// known returns the tools, once they are known or ctx has ended.
func (c *connection) known(ctx context.Context, must bool) []Tool {
	c.mu.Lock()
	making, wait := c.making, !c.listed && (must || !c.slow)
	c.mu.Unlock()
	late := false
	if wait && making != nil {
		select {
		case <-making:
		case <-ctx.Done():
			late = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slow = c.slow || late
	return c.tools
}

// open connects and lists the tools.
func (c *connection) open(ctx context.Context) (*mcp.ClientSession, []Tool, error) {
	transport, drop, err := c.transport()
	if err != nil {
		return nil, nil, err
	}
	taken := false
	defer func() {
		if !taken {
			drop()
		}
	}()
	client := mcp.NewClient(&mcp.Implementation{Name: "elizad", Version: "1"}, nil)
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		return nil, nil, explain(err)
	}
	tools, err := c.list(ctx, session)
	if err != nil {
		session.Close()
		return nil, nil, explain(err)
	}
	taken = true
	return session, tools, nil
}

func (c *connection) list(ctx context.Context, session *mcp.ClientSession) (all []Tool, err error) {
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if len(all) == maxTools {
			break
		}
		schema, err := json.Marshal(tool.InputSchema)
		if err != nil || len(schema) > maxSchema || !c.server.uses(tool.Name) {
			continue
		}
		about := strings.ToValidUTF8(tool.Description[:min(len(tool.Description), maxAbout)], "")
		all = append(all, Tool{Server: c.server.Name, Name: tool.Name, Action: ActionName(c.server.Name, tool.Name), Description: about, Parameters: schema, Approval: c.server.Approval})
	}
	return all, nil
}

// call uses a tool. It is not tried again: nobody knows how far it came.
func (c *connection) call(ctx context.Context, tool string, arguments []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.server.time())
	defer cancel()
	session, err := c.ready(ctx)
	if err != nil {
		return "", err
	}
	defer c.left()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	if err != nil {
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return "", eliza.Errorf(eliza.CodeTimeout, "the tool did not answer within %s", c.server.time())
		}
		return "", explain(err)
	}
	said := wording(result)
	if result.IsError {
		return "", eliza.Errorf(eliza.CodeProcessing, "%s", said)
	}
	return said, nil
}

// ready returns a session, and counts a call of it until left.
func (c *connection) ready(ctx context.Context) (*mcp.ClientSession, error) {
	for {
		c.mu.Lock()
		c.connect()
		session, making, last := c.session, c.making, c.last
		if session != nil {
			c.calls++
			c.mu.Unlock()
			return session, nil
		}
		c.mu.Unlock()
		if making == nil {
			if last == nil {
				last = errors.New("it is closed")
			}
			return nil, &eliza.Error{Code: eliza.CodeUnavailable, Message: "the server cannot be used: " + eliza.ErrorMessage(explain(last)), Err: last}
		}
		select {
		case <-making:
		case <-ctx.Done():
			return nil, eliza.Errorf(eliza.CodeTimeout, "the server did not answer in time")
		}
	}
}

func (c *connection) left() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls--
	if c.idle != nil && c.session != nil {
		c.idle.Reset(c.service.options.Idle)
	}
}

func (c *connection) status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Status{Name: c.server.Name, Type: c.server.Type, Approval: c.server.Approval, State: Idle, Tools: c.tools}
	switch {
	case c.session != nil:
		s.State = Ready
	case c.making != nil:
		s.State = Connecting
	case c.last != nil:
		s.State = Failed
	}
	if c.last != nil {
		s.Error = eliza.ErrorMessage(explain(c.last))
	}
	return s
}

// wording is what a result says, in words.
func wording(r *mcp.CallToolResult) string {
	var b strings.Builder
	for _, part := range r.Content {
		switch p := part.(type) {
		case *mcp.TextContent:
			b.WriteString(p.Text + "\n")
		case *mcp.ImageContent:
			fmt.Fprintf(&b, "[a picture of type %s]\n", p.MIMEType)
		case *mcp.AudioContent:
			fmt.Fprintf(&b, "[a recording of type %s]\n", p.MIMEType)
		case *mcp.ResourceLink:
			fmt.Fprintf(&b, "[%s: %s]\n", p.Name, p.URI)
		case *mcp.EmbeddedResource:
			if p.Resource != nil {
				b.WriteString(p.Resource.Text + "\n")
			}
		}
		if b.Len() > maxResult {
			break
		}
	}
	if b.Len() == 0 && r.StructuredContent != nil {
		structured, _ := json.Marshal(r.StructuredContent)
		b.Write(structured)
	}
	said := strings.TrimSpace(b.String())
	if len(said) > maxResult {
		said = strings.ToValidUTF8(said[:maxResult], "") + "\n[the rest was left out]"
	}
	return said
}
