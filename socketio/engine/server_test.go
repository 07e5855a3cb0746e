package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/internal/conform"
)

const (
	path    = "/engine.io/"
	wsQuery = path + "?EIO=4&transport=websocket"
)

// recorder is a handler that does as message says and tells of the end.
type recorder struct {
	message func(c *engine.Conn, text string)
	closed  chan engine.Reason
}

func newRecorder() *recorder {
	return &recorder{closed: make(chan engine.Reason, 1000), message: func(c *engine.Conn, text string) {
		c.Send(engine.Text([]byte(text)))
	}}
}

func (r *recorder) Message(c *engine.Conn, data []byte, binary bool) { r.message(c, string(data)) }
func (r *recorder) Close(_ *engine.Conn, reason engine.Reason)       { r.closed <- reason }

func (r *recorder) expect(t *testing.T, want engine.Reason) {
	t.Helper()
	select {
	case got := <-r.closed:
		if got != want {
			t.Fatalf("ended with %q, want %q", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("did not end, want %q", want)
	}
}

// serve starts a server; conns hands out its sessions.
func serve(t *testing.T, options engine.Options, h engine.Handler) (server *engine.Server, base string, conns <-chan *engine.Conn) {
	t.Helper()
	opened := make(chan *engine.Conn, 1000)
	server = engine.NewServer(options, func(c *engine.Conn) engine.Handler {
		opened <- c
		return h
	})
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		listener.Close()
	})
	return server, listener.URL, opened
}

func TestProtocol(t *testing.T) {
	server := engine.NewServer(echoOptions, func(*engine.Conn) engine.Handler { return echo{} })
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	conform.Engine(t, listener.URL)
}

// echo sends each message back.
type echo struct{}

func (echo) Message(c *engine.Conn, data []byte, binary bool) {
	if binary {
		c.Send(engine.Binary(data))
	} else {
		c.Send(engine.Text(data))
	}
}

func (echo) Close(*engine.Conn, engine.Reason) {}

func TestOrigins(t *testing.T) {
	_, base, _ := serve(t, engine.Options{}, newRecorder())
	host := strings.TrimPrefix(base, "http://")
	_, open, _ := serve(t, engine.Options{AllowOrigin: func(r *http.Request) bool {
		return r.Header.Get("Origin") == "https://friend.example"
	}}, newRecorder())

	poll := path + "?EIO=4&transport=polling"
	for _, c := range []struct {
		base, origin string
		status       int
	}{
		{base, "", 200},
		{base, "http://" + host, 200},
		{base, "https://elsewhere.example", 403},
		{base, "null", 403},
		{open, "https://friend.example", 200},
		{open, "https://elsewhere.example", 403},
	} {
		var header []string
		if c.origin != "" {
			header = []string{"Origin", c.origin}
		}
		a := conform.Do(t, "GET", c.base+poll, "", header...)
		if a.Status != c.status {
			t.Errorf("origin %q: %+v", c.origin, a)
		}
		allowed := a.Header.Get("Access-Control-Allow-Origin")
		if want := c.origin; c.status == 200 && allowed != want || c.status != 200 && allowed != "" {
			t.Errorf("origin %q: allowed %q", c.origin, allowed)
		}
	}

	a := conform.Do(t, "OPTIONS", open+poll, "", "Origin", "https://friend.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-api-key")
	if a.Status != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Credentials") != "true" ||
		a.Header.Get("Access-Control-Allow-Headers") != "x-api-key" || a.Header.Get("Access-Control-Allow-Methods") != "GET, POST" {
		t.Errorf("preflight: %+v", a)
	}
}

func TestAllowRequest(t *testing.T) {
	_, base, conns := serve(t, engine.Options{AllowRequest: func(r *http.Request) error {
		if r.Header.Get("X-Key") != "open sesame" {
			return errors.New("wrong key")
		}
		return nil
	}}, newRecorder())
	a := conform.Do(t, "GET", base+path+"?EIO=4&transport=polling", "")
	if a.Status != http.StatusForbidden || a.Body != `{"code":4,"message":"wrong key"}` {
		t.Errorf("got %+v", a)
	}
	if _, err := conform.Dial(base, wsQuery); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("websocket: %v", err)
	}
	a = conform.Do(t, "GET", base+path+"?EIO=4&transport=polling&user=u", "", "X-Key", "open sesame")
	if a.Status != http.StatusOK {
		t.Fatalf("got %+v", a)
	}
	h := (<-conns).Handshake()
	if h.Query().Get("user") != "u" || h.Header.Get("X-Key") != "open sesame" {
		t.Errorf("handshake %+v", h)
	}
	if host, _, err := net.SplitHostPort(h.RemoteAddr); err != nil || host != "127.0.0.1" {
		t.Errorf("remote address %q", h.RemoteAddr)
	}
}

// A handshake keeps the headers that were asked for, and no others.
func TestHandshakeKeepsItsHeaders(t *testing.T) {
	_, base, conns := serve(t, engine.Options{Headers: []string{"x-key", "X-None"}}, newRecorder())
	conform.Do(t, "GET", base+path+"?EIO=4&transport=polling", "", "X-Key", "k", "Cookie", "c")
	want := http.Header{"X-Key": {"k"}}
	if h := (<-conns).Handshake(); !reflect.DeepEqual(h.Header, want) {
		t.Errorf("kept %v, want %v", h.Header, want)
	}
}

func TestReasons(t *testing.T) {
	fast := engine.Options{PingInterval: 100 * time.Millisecond, PingTimeout: 100 * time.Millisecond}
	for want, end := range map[engine.Reason]func(*engine.Conn, *conform.WebSocket){
		engine.ReasonTransportClose: func(_ *engine.Conn, c *conform.WebSocket) { c.Conn.Close() },
		engine.ReasonTransportError: func(_ *engine.Conn, c *conform.WebSocket) { c.Send("2") },
		engine.ReasonParseError:     func(_ *engine.Conn, c *conform.WebSocket) { c.Send("x") },
		engine.ReasonForcedClose:    func(c *engine.Conn, _ *conform.WebSocket) { c.Close() },
		engine.ReasonPingTimeout:    func(*engine.Conn, *conform.WebSocket) {},
	} {
		t.Run(string(want), func(t *testing.T) {
			h := newRecorder()
			server, base, conns := serve(t, fast, h)
			c := conform.MustDial(t, base, wsQuery)
			c.ExpectPrefix(t, "0")
			end(<-conns, c)
			h.expect(t, want)
			c.ExpectEnd(t)
			await(t, "no client", func() bool { return server.Clients() == 0 })
		})
	}
}

// await returns when the condition holds.
func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for tick := time.NewTicker(time.Millisecond); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}

func TestPanicEndsOneSession(t *testing.T) {
	h := newRecorder()
	h.message = func(c *engine.Conn, text string) {
		if text == "boom" {
			panic(text)
		}
		c.Send(engine.Text([]byte(text)))
	}
	_, base, _ := serve(t, engine.Options{Logger: quiet()}, h)
	a, b := conform.MustDial(t, base, wsQuery), conform.MustDial(t, base, wsQuery)
	a.ExpectPrefix(t, "0")
	b.ExpectPrefix(t, "0")
	a.Send("4boom")
	a.ExpectEnd(t)
	h.expect(t, engine.ReasonForcedClose)
	b.Send("4fine")
	b.Expect(t, "4fine")
}

func TestCloseSendsWhatWaits(t *testing.T) {
	h := newRecorder()
	_, base, conns := serve(t, engine.Options{}, h)
	c := conform.MustDial(t, base, wsQuery)
	conn := <-conns
	want := make([]string, 1000)
	for i := range want {
		want[i] = fmt.Sprintf("4%d", i)
		conn.Send(engine.Text([]byte(want[i][1:])))
	}
	conn.Close()
	if err := conn.Send(engine.Text([]byte("late"))); err != engine.ErrClosed {
		t.Errorf("send after close: %v", err)
	}
	c.ExpectPrefix(t, "0")
	c.Expect(t, want...)
	if _, err := c.Next(); err != conform.ErrHungUp {
		t.Errorf("end: %v", err)
	}
	h.expect(t, engine.ReasonForcedClose)
}

func TestCloseOfPolling(t *testing.T) {
	h := newRecorder()
	_, base, conns := serve(t, echoOptions, h)
	s := conform.Open(t, base, path)
	conn := <-conns
	conn.Send(engine.Text([]byte("last words")))
	conn.Close()
	for _, want := range []string{"4last words", "1"} {
		if a := s.Poll(t); a.Body != want {
			t.Errorf("got %+v, want %s", a, want)
		}
	}
	s.ExpectGone(t)
	h.expect(t, engine.ReasonForcedClose)
}

// echoOptions are what conform expects.
var echoOptions = engine.Options{PingInterval: 300 * time.Millisecond, PingTimeout: 200 * time.Millisecond}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestServerClose(t *testing.T) {
	h := newRecorder()
	server, base, _ := serve(t, echoOptions, h)
	c := conform.MustDial(t, base, wsQuery)
	c.ExpectPrefix(t, "0")
	idle := conform.Open(t, base, path)
	polling := conform.Open(t, base, path)
	answer := polling.PollAside(t)
	await(t, "three clients", func() bool { return server.Clients() == 3 })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	go c.ExpectEnd(t)
	if err := server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		h.expect(t, engine.ReasonShutdown)
	}
	if a := <-answer; a.Body != "1" && a.Status == http.StatusOK {
		t.Errorf("poll: %+v", a)
	}
	idle.ExpectGone(t)
	if a := conform.Do(t, "GET", base+path+"?EIO=4&transport=polling", ""); a.Status != http.StatusServiceUnavailable {
		t.Errorf("handshake after close: %+v", a)
	}
}

func TestSlowClient(t *testing.T) {
	for _, c := range []struct {
		name    string
		options engine.Options
	}{
		{"packets", engine.Options{BufferedPackets: 100}},
		{"bytes", engine.Options{BufferedBytes: 1 << 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newRecorder()
			_, base, conns := serve(t, c.options, h)
			conform.MustDial(t, base, wsQuery)
			conn := <-conns
			message := engine.Text(make([]byte, 100<<10))
			var err error
			sent := 0
			for ; err == nil; sent++ {
				if sent > 100_000 {
					t.Fatal("a client that reads nothing is never slow")
				}
				err = conn.Send(message)
				if packets, bytes := conn.Buffered(); packets > 100 && bytes > 1<<20 {
					t.Fatalf("%d packets, %d bytes wait", packets, bytes)
				}
			}
			if err != engine.ErrSlow {
				t.Errorf("send: %v", err)
			}
			h.expect(t, engine.ReasonSlow)
		})
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	h := newRecorder()
	server := engine.NewServer(echoOptions, func(*engine.Conn) engine.Handler { return h })
	listener := httptest.NewServer(server)
	storm := func(end func(*conform.WebSocket)) {
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				c, err := conform.Dial(listener.URL, wsQuery, "4hello")
				if err != nil {
					t.Error(err)
					return
				}
				end(c)
				c.Conn.Close()
			})
		}
		all.Wait()
	}
	storm(func(c *conform.WebSocket) {})
	storm(func(c *conform.WebSocket) { c.Next() })
	storm(func(c *conform.WebSocket) { c.Send("1") })
	storm(func(c *conform.WebSocket) { c.Send("nonsense") })
	await(t, "no client", func() bool { return server.Clients() == 0 })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	listener.Close()
	await(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}

// An acceptor may already send, and end the session.
func TestAcceptorEndsSession(t *testing.T) {
	for want, options := range map[engine.Reason]engine.Options{
		engine.ReasonForcedClose: {},
		engine.ReasonSlow:        {BufferedPackets: 1}, // full with the handshake
	} {
		t.Run(string(want), func(t *testing.T) {
			h := newRecorder()
			server := engine.NewServer(options, func(c *engine.Conn) engine.Handler {
				c.Send(engine.Text([]byte("no")))
				c.Close()
				return h
			})
			listener := httptest.NewServer(server)
			defer listener.Close()
			conform.MustDial(t, listener.URL, wsQuery).ExpectEnd(t)
			h.expect(t, want)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if err := server.Close(ctx); err != nil || server.Clients() != 0 {
				t.Errorf("close: %v, %d clients", err, server.Clients())
			}
		})
	}
}
