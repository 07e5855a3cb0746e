package socketio_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// Clients write their connection and events before they have read anything, in
// the very segment of the handshake or right behind it. Nothing may be lost, and
// all must be answered in order.
func TestEarlyEventsAreNeverLost(t *testing.T) {
	const rounds, clients, events = 30, 300, 5
	for round := range rounds {
		server := socketio.NewServer(socketio.Options{})
		n := server.Of("/")
		n.OnConnect(func(_ context.Context, s *socketio.Socket) { s.Emit("hello") })
		n.On("event", func(_ context.Context, e *socketio.Event) { e.Ack(e.Args...) })
		listener := httptest.NewServer(server)

		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				if err := early(listener.URL, i%2 == 0, events); err != nil {
					t.Errorf("round %d, client %d: %v", round, i, err)
				}
			})
		}
		all.Wait()
		closeServer(t, server)
		listener.Close()
		if t.Failed() {
			return
		}
	}
}

// early is one client, which sends all with the request or right behind it.
func early(base string, withRequest bool, events int) error {
	packets := []string{"40"}
	for i := range events {
		packets = append(packets, fmt.Sprintf(`42%d["event",%d]`, i, i))
	}
	first, then := packets, []string(nil)
	if !withRequest {
		first, then = nil, packets
	}
	c, err := conform.Dial(base, target, first...)
	if err != nil {
		return err
	}
	defer c.Conn.Close()
	for _, p := range then {
		c.Send(p)
	}
	want := []string{"0{", "40{", `42["hello"]`}
	for i := range events {
		want = append(want, fmt.Sprintf(`43%d[%d]`, i, i))
	}
	for _, w := range want {
		got, err := c.Next()
		if err != nil {
			return fmt.Errorf("waiting for %q: %w", w, err)
		}
		if !strings.HasPrefix(got, w) {
			return fmt.Errorf("got %q, want %q", got, w)
		}
	}
	return nil
}
