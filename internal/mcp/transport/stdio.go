package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// writeTime is how long a program may take to read what it is told.
const writeTime = 30 * time.Second

// Stdio talks with a program: a message a line. Lines of its output that are
// no messages, such as greetings and logs, are noise.
type Stdio struct {
	Options
	In  io.WriteCloser // closing it ends the program
	Out io.Reader
}

// Connect implements mcp.Transport.
func (t *Stdio) Connect(context.Context) (mcp.Connection, error) {
	c := &stdio{inbox: newInbox(t.Options), in: t.In}
	go c.listen(t.Out)
	return c, nil
}

type stdio struct {
	*inbox
	in io.WriteCloser
}

func (c *stdio) listen(out io.Reader) {
	lines := bufio.NewReader(out)
	for {
		line, err := readLine(lines, maxMessage)
		switch {
		case errors.Is(err, ErrTooLong):
			c.options.noise("[a line of more than 8 MB]")
		case err != nil:
			c.end(ErrBroken)
			return
		case !c.receive([]byte(line), nil):
			c.options.noise(line)
		}
	}
}

// Write implements mcp.Connection.
func (c *stdio) Write(ctx context.Context, m jsonrpc.Message) error {
	data, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	if call, ok := m.(*jsonrpc.Request); ok && call.IsCall() && !c.expect(ctx, call) {
		return io.EOF
	}
	if pipe, ok := c.in.(interface{ SetWriteDeadline(time.Time) error }); ok {
		_ = pipe.SetWriteDeadline(time.Now().Add(writeTime)) // not every pipe knows deadlines
	}
	if _, err := c.in.Write(append(data, '\n')); err != nil {
		c.end(ErrBroken)
		return fmt.Errorf("write to the program: %w", err)
	}
	return nil
}

// Close implements mcp.Connection.
func (c *stdio) Close() error {
	c.end(ErrBroken)
	return c.in.Close()
}

// SessionID implements mcp.Connection.
func (c *stdio) SessionID() string { return "" }
