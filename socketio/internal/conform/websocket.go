// Package conform holds what any server of the two protocols must do, as tests
// that speak to it byte by byte, with a client of their own: so that server and
// client cannot agree on the same mistake. The tests expect the set-up of
// examples/echo.
package conform

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// patience is how long anything may take that should happen at once.
const patience = 10 * time.Second

// A WebSocket is a client's side of a WebSocket.
type WebSocket struct {
	Conn net.Conn
	in   *bufio.Reader
}

// Dial opens a WebSocket. The early messages are written together with the
// request, before the server's answer is read.
func Dial(base, target string, early ...string) (*WebSocket, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialTimeout("tcp", u.Host, patience)
	if err != nil {
		return nil, err
	}
	request := new(bytes.Buffer)
	fmt.Fprintf(request, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", target, u.Host)
	request.WriteString("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	for _, text := range early {
		ws.WriteFrame(request, ws.MaskFrame(ws.NewTextFrame([]byte(text))))
	}
	c := &WebSocket{Conn: conn, in: bufio.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(request.Bytes()); err != nil {
		conn.Close()
		return nil, err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		conn.Close()
		return nil, err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(response.Body)
		conn.Close()
		return nil, fmt.Errorf("status %d: %s", response.StatusCode, body)
	}
	return c, nil
}

// MustDial is Dial for a test, which ends the connection.
func MustDial(t testing.TB, base, target string, early ...string) *WebSocket {
	t.Helper()
	c, err := Dial(base, target, early...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn.Close() })
	return c
}

// Send writes texts, in one write.
func (c *WebSocket) Send(texts ...string) error {
	out := new(bytes.Buffer)
	for _, text := range texts {
		ws.WriteFrame(out, ws.MaskFrame(ws.NewTextFrame([]byte(text))))
	}
	_, err := c.Conn.Write(out.Bytes())
	return err
}

// SendBinary writes a binary message.
func (c *WebSocket) SendBinary(data []byte) error { return c.SendFrame(ws.NewBinaryFrame(data)) }

// SendFrame writes a frame, masked.
func (c *WebSocket) SendFrame(f ws.Frame) error {
	f.Payload = bytes.Clone(f.Payload)
	return ws.WriteFrame(c.Conn, ws.MaskFrameInPlace(f))
}

// ErrHungUp is the server's goodbye.
var ErrHungUp = errors.New("the server said goodbye")

// Next reads the next message, of which binary ones begin with "b:".
func (c *WebSocket) Next() (string, error) {
	c.Conn.SetReadDeadline(time.Now().Add(patience))
	for {
		h, err := ws.ReadHeader(c.in)
		if err != nil {
			return "", err
		}
		payload := make([]byte, h.Length)
		if _, err := io.ReadFull(c.in, payload); err != nil {
			return "", err
		}
		switch h.OpCode {
		case ws.OpClose:
			c.SendFrame(ws.NewCloseFrame(payload))
			return "", ErrHungUp
		case ws.OpBinary:
			return "b:" + string(payload), nil
		case ws.OpText:
			return string(payload), nil
		case ws.OpPong:
			return "pong:" + string(payload), nil
		}
	}
}

// Expect reads messages and compares them; pings of the server are answered and
// passed over.
func (c *WebSocket) Expect(t testing.TB, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := c.read(t); got != w {
			t.Fatalf("got %q, want %q", got, w)
		}
	}
}

// ExpectPrefix reads one message, which must begin so, and returns the rest.
func (c *WebSocket) ExpectPrefix(t testing.TB, prefix string) string {
	t.Helper()
	got := c.read(t)
	rest, ok := strings.CutPrefix(got, prefix)
	if !ok {
		t.Fatalf("got %q, want %q...", got, prefix)
	}
	return rest
}

func (c *WebSocket) read(t testing.TB) string {
	t.Helper()
	for {
		got, err := c.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got != "2" {
			return got
		}
		c.Send("3")
	}
}

// ExpectEnd reads until the server ends the connection, and fails if it does not.
func (c *WebSocket) ExpectEnd(t testing.TB) {
	t.Helper()
	for {
		_, err := c.Next()
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatal("the connection is still open")
		}
		if err != nil {
			return
		}
	}
}
