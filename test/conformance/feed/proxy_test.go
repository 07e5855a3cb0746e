package feed

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
)

// scissors stand between a client and the server and cut each connection after
// a random number of the server's bytes, in the middle of whatever it is.
type scissors struct {
	url string

	mu     sync.Mutex
	target string // host:port of the server
	most   int    // bytes of a connection; 0: no end
}

func newScissors(t *testing.T, target string, most int) *scissors {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scissors{url: "http://" + listener.Addr().String(), most: most}
	s.to(target)
	var connections sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		connections.Wait()
	})
	connections.Go(func() {
		for {
			client, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				connections.Go(func() { s.serve(client) })
			}
		}
	})
	return s
}

// to leads later connections to a server.
func (s *scissors) to(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = strings.TrimPrefix(address, "http://")
}

func (s *scissors) serve(client net.Conn) {
	defer client.Close()
	s.mu.Lock()
	target, most := s.target, s.most
	s.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		_, _ = io.Copy(server, client) // ends when either is closed
		server.Close()
	}()
	if most == 0 {
		_, _ = io.Copy(client, server)
	} else {
		_, _ = io.CopyN(client, server, int64(500+rand.IntN(most)))
	}
	client.Close()
	server.Close()
	<-asking
}
