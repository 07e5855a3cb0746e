package socketio_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// patience is how long anything may take that should happen at once.
const patience = 20 * time.Second

// start serves what setUp makes of the main namespace, until the test ends.
func start(t testing.TB, options socketio.Options, setUp func(n *socketio.Namespace)) (*socketio.Server, string) {
	t.Helper()
	options.Engine.Logger = slog.New(slog.DiscardHandler)
	server := socketio.NewServer(options)
	setUp(server.Of("/"))
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		closeServer(t, server)
		listener.Close()
	})
	return server, listener.URL
}

func closeServer(t testing.TB, server *socketio.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := server.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

// dial is a client that is connected to the main namespace.
func dial(t testing.TB, base string) *conform.WebSocket {
	t.Helper()
	c := conform.MustDial(t, base, target, "40")
	c.ExpectPrefix(t, "0")
	c.ExpectPrefix(t, "40")
	return c
}

// take waits for what another goroutine has to say.
func take[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// await returns when the condition holds.
func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for tick := time.NewTicker(time.Millisecond); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}

// A client that stops reading is dropped with a reason, and others do not notice.
func TestSlowClientIsDroppedAlone(t *testing.T) {
	const others, messages = 50, 2000
	gone := make(chan socketio.Reason, 1)
	options := socketio.Options{Engine: engine.Options{BufferedBytes: 4 << 20, BufferedPackets: 4 * messages}}
	server, base := start(t, options, func(n *socketio.Namespace) {
		n.OnDisconnect(func(s *socketio.Socket, reason socketio.Reason) {
			if s.Data() == "slow" {
				gone <- reason
			}
		})
		n.On("slow", func(_ context.Context, e *socketio.Event) {
			e.Socket.SetData("slow")
			e.Ack()
		})
	})
	slow := dial(t, base)
	slow.Send(`420["slow"]`)
	slow.Expect(t, "430[]")

	n := server.Of("/")
	done := make(chan error, others)
	for range others {
		c := dial(t, base)
		go func() {
			for seen := 0; seen < messages; seen++ {
				if _, err := c.Next(); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	text := string(make([]byte, 1000)) // 6 KB as JSON
	var slowest time.Duration
	for i := range messages {
		before := time.Now()
		n.Emit("news", i, text)
		slowest = max(slowest, time.Since(before))
		if i%100 == 99 {
			// The others get time to read: they are not to be slow as well.
			await(t, "readers keep up", func() bool {
				behind := 0
				for _, s := range n.To().Sockets() {
					if _, bytes := s.Conn().Buffered(); bytes > 1<<20 && s.Data() != "slow" {
						behind++
					}
				}
				return behind == 0
			})
		}
	}
	for range others {
		if err := take(t, done); err != nil {
			t.Errorf("another client: %v", err)
		}
	}
	if got := take(t, gone); got != socketio.ReasonSlow {
		t.Errorf("the slow client ended with %q", got)
	}
	await(t, "the others are left", func() bool { return n.Len() == others })
	t.Logf("slowest broadcast took %v", slowest)
}

func TestHandlersOfOneSocketRunInOrder(t *testing.T) {
	steps := make(chan string, 10)
	release := make(chan struct{})
	_, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.Use(func(context.Context, *socketio.Socket) error { steps <- "middleware"; return nil })
		n.OnConnect(func(_ context.Context, s *socketio.Socket) {
			s.Join("room")
			steps <- "connect"
			<-release
		})
		n.On("a", func(context.Context, *socketio.Event) { steps <- "a" })
		n.OnAny(func(_ context.Context, e *socketio.Event) { steps <- "any " + e.Name })
		n.OnDisconnect(func(s *socketio.Socket, reason socketio.Reason) {
			steps <- string(reason) + " in " + s.Rooms()[0]
		})
	})
	conform.MustDial(t, base, target, "40", `42["a"]`, `42["b"]`, `42[7]`, "41")
	for _, want := range []string{"middleware", "connect", "a", "any b", "any 7", "client namespace disconnect in room"} {
		if got := take(t, steps); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if want == "connect" {
			close(release)
		}
	}
}

func TestSlowHandlerDelaysNobodyElse(t *testing.T) {
	release := make(chan struct{})
	options := socketio.Options{Engine: engine.Options{PingInterval: 50 * time.Millisecond, PingTimeout: 50 * time.Millisecond}}
	server, base := start(t, options, func(n *socketio.Namespace) {
		n.On("wait", func(_ context.Context, e *socketio.Event) { <-release; e.Ack("waited") })
		n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack(e.Args...) })
	})
	server.Of("/other").On("echo", func(_ context.Context, e *socketio.Event) { e.Ack(e.Args...) })
	a, b := dial(t, base), dial(t, base)
	a.Send(`421["wait"]`, "40/other", `42/other,2["echo",1]`)
	a.ExpectPrefix(t, "40/other")
	a.Expect(t, `43/other,2[1]`)
	b.Send(`421["echo",2]`)
	b.Expect(t, `431[2]`)
	// Heartbeats go on while the handler waits.
	for range 5 {
		if got, err := a.Next(); got != "2" || err != nil {
			t.Fatalf("got %q, %v, want a ping", got, err)
		}
		a.Send("3")
	}
	close(release)
	a.Expect(t, `431["waited"]`)
}

func TestClientFeelsPressure(t *testing.T) {
	release := make(chan struct{})
	handled := make(chan struct{}, 100_000)
	_, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.On("work", func(context.Context, *socketio.Event) { <-release; handled <- struct{}{} })
	})
	c := dial(t, base)
	const events = 3000
	sent := make(chan struct{})
	go func() {
		for range events {
			c.Send(`42["work"]`)
		}
		close(sent)
	}()
	close(release)
	take(t, sent)
	for range events {
		take(t, handled)
	}
}

func TestPanicsEndOneSocket(t *testing.T) {
	gone := make(chan socketio.Reason, 1)
	server, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.On("boom", func(context.Context, *socketio.Event) { panic("boom") })
		n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack(e.Args...) })
		n.OnDisconnect(func(_ *socketio.Socket, reason socketio.Reason) { gone <- reason })
	})
	server.Of("/broken").Use(func(context.Context, *socketio.Socket) error { panic("boom") })
	a, b := dial(t, base), dial(t, base)
	a.Send(`42["boom"]`)
	a.ExpectEnd(t)
	if got := take(t, gone); got != socketio.ReasonForcedClose {
		t.Errorf("ended with %q", got)
	}
	b.Send("40/broken")
	b.Expect(t, `44/broken,{"message":"Internal error"}`)
	b.Send(`420["echo"]`)
	b.Expect(t, `430[]`)
}
