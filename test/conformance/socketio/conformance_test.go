// Package socketio_test runs the clients that people use, socket.io-client and
// engine.io-client, against the socketio library. It needs node and npm; the
// clients are installed, as package-lock.json has them, on the first run.
package socketio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
)

func TestRealClients(t *testing.T) {
	install(t)
	options := engine.Options{
		PingInterval: 300 * time.Millisecond,
		PingTimeout:  5 * time.Second,
		AllowOrigin:  func(*http.Request) bool { return true },
	}
	sockets := newServer(socketio.Options{Engine: options})
	recovering := newServer(socketio.Options{Engine: options, Recovery: &socketio.Recovery{}})
	messages := engine.NewServer(options, func(*engine.Conn) engine.Handler { return echo{} })
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", sockets)
	mux.Handle("/recovery/", recovering)
	mux.Handle("/engine.io/", messages)
	listener := httptest.NewServer(mux)
	defer listener.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec")
	node.Env = append(os.Environ(), "SERVER="+listener.URL)
	if out, err := node.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, server := range []interface{ Close(context.Context) error }{sockets, recovering, messages} {
		if err := server.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

// install gets the clients from the registry, unless they are there.
func install(t *testing.T) {
	if _, err := os.Stat("node_modules"); err == nil {
		return
	}
	if out, err := exec.Command("npm", "ci", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
}

// newServer has an event for each thing that the clients try.
func newServer(options socketio.Options) *socketio.Server {
	server := socketio.NewServer(options)
	main := server.Of("/")
	on := func(event string, f func(ctx context.Context, e *socketio.Event, s *socketio.Socket)) {
		main.On(event, func(ctx context.Context, e *socketio.Event) { f(ctx, e, e.Socket) })
	}
	on("echo", func(_ context.Context, e *socketio.Event, _ *socketio.Socket) { e.Ack(e.Args...) })
	on("message", func(_ context.Context, e *socketio.Event, s *socketio.Socket) { s.Emit("message-back", e.Args...) })
	on("burst", func(_ context.Context, e *socketio.Event, s *socketio.Socket) {
		var count int
		e.Args.Decode(&count)
		for i := range count {
			s.Emit("tick", i)
		}
	})
	on("ask me", func(ctx context.Context, e *socketio.Event, s *socketio.Socket) {
		ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		answer, err := s.Call(ctx, "question", e.Args...)
		if errors.Is(err, context.DeadlineExceeded) {
			e.Ack("deadline exceeded")
			return
		}
		e.Ack([]any(answer))
	})
	rooms(on, main)
	ends(on, main)

	private := server.Of("/private")
	private.Use(func(_ context.Context, s *socketio.Socket) error {
		var auth struct{ Token string }
		if err := (socketio.Args{s.Handshake().Auth}).Decode(&auth); err != nil || auth.Token != "sesame" {
			return &socketio.ConnectError{Message: "Not authorized", Data: map[string]string{"code": "TOKEN"}}
		}
		return nil
	})
	private.On("whoami", func(_ context.Context, e *socketio.Event) { e.Ack(e.Socket.Handshake().Auth) })
	server.Of("/custom")
	return server
}

type on = func(string, func(context.Context, *socketio.Event, *socketio.Socket))

func rooms(on on, main *socketio.Namespace) {
	text := func(e *socketio.Event) (room, text string) {
		e.Args.Decode(&room, &text)
		return room, text
	}
	on("join", func(_ context.Context, e *socketio.Event, s *socketio.Socket) {
		room, _ := text(e)
		s.Join(room)
		e.Ack()
	})
	on("leave", func(_ context.Context, e *socketio.Event, s *socketio.Socket) {
		room, _ := text(e)
		s.Leave(room)
		e.Ack()
	})
	on("say", func(_ context.Context, e *socketio.Event, _ *socketio.Socket) {
		room, _ := text(e)
		main.To(room).Emit("said", e.Args[1:]...)
		e.Ack()
	})
	on("say to others", func(_ context.Context, e *socketio.Event, s *socketio.Socket) {
		room, words := text(e)
		s.To(room).Emit("said", words)
		e.Ack()
	})
}

func ends(on on, main *socketio.Namespace) {
	on("kick", func(_ context.Context, _ *socketio.Event, s *socketio.Socket) { s.Disconnect() })
	on("kick out", func(_ context.Context, _ *socketio.Event, s *socketio.Socket) { s.Close() })
	on("drop", func(_ context.Context, _ *socketio.Event, s *socketio.Socket) { s.Conn().Close() })
	on("watch", func(_ context.Context, e *socketio.Event, s *socketio.Socket) {
		var id string
		e.Args.Decode(&id)
		s.Join("watching " + id)
		e.Ack()
	})
	main.OnDisconnect(func(s *socketio.Socket, reason socketio.Reason) {
		main.To("watching "+s.ID()).Emit("gone "+s.ID(), reason)
	})
}

// echo sends each message back.
type echo struct{}

func (echo) Message(c *engine.Conn, data []byte, binary bool) {
	switch {
	case string(data) == "close me":
		c.Close()
	case binary:
		c.Send(engine.Binary(data))
	default:
		c.Send(engine.Text(data))
	}
}

func (echo) Close(*engine.Conn, engine.Reason) {}
