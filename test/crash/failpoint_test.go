package crash

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// points is where servers that can be stopped connect to.
type points struct {
	path     string
	listener *net.UnixListener
}

func listenForPoints(t *testing.T) *points {
	t.Helper()
	dir, err := os.MkdirTemp("", "crash") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "points")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return &points{path, listener}
}

// armoury arms the points of one server.
type armoury struct {
	conn net.Conn
	in   *bufio.Reader
}

func (p *points) accept() (*armoury, error) {
	if err := p.listener.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	conn, err := p.listener.Accept()
	if err != nil {
		return nil, fmt.Errorf("the server does not announce its failpoints: %w", err)
	}
	return &armoury{conn, bufio.NewReader(conn)}, nil
}

// arm makes the server stop where it next comes to a point.
func (a *armoury) arm(point string) error {
	_, err := fmt.Fprintln(a.conn, point)
	return err
}

// hit waits until a goroutine of the server stands at the point, and returns
// the id of the message that it is about; "" when none comes there in time.
func (a *armoury) hit(point string, within time.Duration) (message string) {
	if err := a.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return ""
	}
	line, err := a.in.ReadString('\n')
	at, found := strings.CutPrefix(line, point+" ")
	if err != nil || !found {
		return ""
	}
	return strings.TrimSpace(at)
}
