package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// connect is a client and the server's socket of it.
func connect(t *testing.T, base string, sockets <-chan *socketio.Socket) (*conform.WebSocket, *socketio.Socket) {
	t.Helper()
	c := dial(t, base)
	return c, take(t, sockets)
}

func startSockets(t *testing.T) (*socketio.Namespace, string, chan *socketio.Socket) {
	t.Helper()
	sockets := make(chan *socketio.Socket, 100)
	server, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.OnConnect(func(_ context.Context, s *socketio.Socket) { sockets <- s })
		n.On("sync", func(_ context.Context, e *socketio.Event) { e.Ack() })
	})
	return server.Of("/"), base, sockets
}

func TestBroadcastChoosesSockets(t *testing.T) {
	n, base, sockets := startSockets(t)
	names := []string{"a", "b", "c", "d"}
	clients, all := map[string]*conform.WebSocket{}, map[string]*socketio.Socket{}
	for _, name := range names {
		clients[name], all[name] = connect(t, base, sockets)
	}
	all["a"].Join("x", "y")
	all["b"].Join("x")
	all["c"].Join("y", "y")
	all["d"].Join("z")
	all["d"].Leave("z", "nowhere")
	id := func(name string) string { return all[name].ID() }

	for i, c := range []struct {
		chosen socketio.Broadcast
		want   string
	}{
		{n.To(), "abcd"},
		{n.To("x"), "ab"},
		{n.To("x", "y"), "abc"},
		{n.To("x").To("y").Except("y"), "b"},
		{n.Except("x"), "cd"},
		{n.To("z"), ""},
		{n.To(id("d")), "d"},
		{n.To("x", id("a"), id("d")), "abd"},
		{n.Except(id("b")), "acd"},
		{all["a"].To("x", "y"), "bc"},
		{all["a"].Broadcast(), "bcd"},
		{all["a"].Broadcast().Except("x"), "cd"},
	} {
		if got := c.chosen.Len(); got != len(c.want) {
			t.Errorf("case %d: %d sockets", i, got)
		}
		if err := c.chosen.Emit("n", i); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.Contains(c.want, name) {
				clients[name].Expect(t, fmt.Sprintf(`42["n",%d]`, i))
			}
		}
	}
	for _, name := range names {
		clients[name].Send(`420["sync"]`)
		clients[name].Expect(t, "430[]")
	}

	if n.Rooms() != 2 || n.Len() != 4 || n.Socket(id("a")) != all["a"] {
		t.Errorf("%d rooms, %d sockets", n.Rooms(), n.Len())
	}
	all["a"].LeaveAll()
	n.To("x", "y").Disconnect()
	await(t, "b and c are gone", func() bool { return n.Len() == 2 && n.Rooms() == 0 })
	clients["b"].Expect(t, "41")
	if rooms := all["b"].Rooms(); !slices.Equal(rooms, []string{"x"}) {
		t.Errorf("b was in %q", rooms)
	}
	all["b"].Join("late")
	if n.Rooms() != 0 {
		t.Error("a socket that has ended joined a room")
	}
}

func TestCall(t *testing.T) {
	_, base, sockets := startSockets(t)
	c, s := connect(t, base, sockets)
	type answer struct {
		args socketio.Args
		err  error
	}
	call := func(ctx context.Context) <-chan answer {
		answers := make(chan answer, 1)
		go func() {
			args, err := s.Call(ctx, "sum", 1, 2)
			answers <- answer{args, err}
		}()
		return answers
	}

	got := call(context.Background())
	c.Expect(t, `421["sum",1,2]`)
	c.Send("4399[0]", `431[3,{"of":2}]`, "431[4]")
	a := take(t, got)
	var sum int
	var detail struct{ Of int }
	if err := a.args.Decode(&sum, &detail); a.err != nil || err != nil || sum != 3 || detail.Of != 2 {
		t.Errorf("sum %d of %d, errors %v, %v", sum, detail.Of, a.err, err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	got = call(ctx)
	c.Expect(t, `422["sum",1,2]`)
	cancel()
	if a := take(t, got); !errors.Is(a.err, context.Canceled) {
		t.Errorf("cancelled: %v", a.err)
	}

	got = call(context.Background())
	c.Expect(t, `423["sum",1,2]`)
	c.Conn.Close()
	if a := take(t, got); a.err != socketio.ErrDisconnected {
		t.Errorf("disconnected: %v", a.err)
	}
	if _, err := s.Call(context.Background(), "sum"); err != socketio.ErrDisconnected {
		t.Errorf("after the end: %v", err)
	}
	if err := s.Emit("x"); err != socketio.ErrDisconnected {
		t.Errorf("emit after the end: %v", err)
	}
	<-s.Context().Done()
}

func TestEmitEncodes(t *testing.T) {
	_, base, sockets := startSockets(t)
	c, s := connect(t, base, sockets)
	for _, v := range []struct {
		args []any
		want []string
	}{
		{nil, []string{`42["e"]`}},
		{[]any{nil, true, "<é&>\u2028", json.RawMessage(nil)}, []string{`42["e",null,true,"<é&>\u2028",null]`}},
		{[]any{json.RawMessage(` {"a": 1}`)}, []string{`42["e", {"a": 1}]`}},
		{[]any{struct{ A []byte }{[]byte{1}}}, []string{`42["e",{"A":"AQ=="}]`}},
		{[]any{[]byte{1}, map[string]any{"k": []any{[]byte{2}, 3}}},
			[]string{`452-["e",{"_placeholder":true,"num":0},{"k":[{"_placeholder":true,"num":1},3]}]`, "b:\x01", "b:\x02"}},
	} {
		if err := s.Emit("e", v.args...); err != nil {
			t.Fatal(err)
		}
		c.Expect(t, v.want...)
	}
	for _, bad := range []any{make(chan int), json.RawMessage("{"), map[string]any{"f": func() {}}} {
		if err := s.Emit("e", bad); err == nil {
			t.Errorf("%T was sent", bad)
		}
	}
	if err := s.Emit("disconnect"); !errors.Is(err, socketio.ErrReservedName) {
		t.Errorf("reserved name: %v", err)
	}
}

func TestArgsDecode(t *testing.T) {
	events := make(chan *socketio.Event, 1)
	_, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.OnAny(func(_ context.Context, e *socketio.Event) { events <- e })
	})
	c := dial(t, base)
	c.Send(`453-["e","skipped",{"_placeholder":true,"num":1},{"name":"n","data":{"_placeholder":true,"num":0},"big":9007199254740993},[{"_placeholder":true,"num":2}]]`)
	for _, b := range []string{"one", "two", "three"} {
		c.SendBinary([]byte(b))
	}
	e := take(t, events)
	var data []byte
	var file struct {
		Name string
		Data []byte
		Big  int64
	}
	var tree any
	if err := e.Args.Decode(nil, &data, &file, &tree, new(string)); err != nil {
		t.Fatal(err)
	}
	if string(data) != "two" || file.Name != "n" || string(file.Data) != "one" || file.Big != 9007199254740993 {
		t.Errorf("got %q, %+v", data, file)
	}
	if diff := cmp.Diff([]any{[]byte("three")}, tree); diff != "" {
		t.Error(diff)
	}
	if err := e.Args.Decode(new(int)); err == nil {
		t.Error("text was read as a number")
	}
	if got := string(e.Args.Raw(1)); got != `"dHdv"` || e.Args.Raw(9) != nil {
		t.Errorf("raw %s", got)
	}
}

func TestRefusalDropsWhatCameWithIt(t *testing.T) {
	handled := make(chan string, 1)
	_, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.Use(func(_ context.Context, s *socketio.Socket) error {
			s.Join("never")
			if string(s.Handshake().Auth) == "{}" {
				return errors.New("show me something")
			}
			return nil
		})
		n.OnAny(func(_ context.Context, e *socketio.Event) { handled <- e.Name })
	})
	c := conform.MustDial(t, base, target, "40", `42["first"]`)
	c.ExpectPrefix(t, "0")
	c.Expect(t, `44{"message":"show me something"}`)
	c.Send(`42["late"]`, `40{"key":1}`, `42["second"]`)
	c.ExpectPrefix(t, "40{")
	if got := take(t, handled); got != "second" {
		t.Errorf("handled %q", got)
	}
}

func TestRoomsJoinedInMiddleware(t *testing.T) {
	asked, decide := make(chan struct{}), make(chan struct{})
	server, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.Use(func(_ context.Context, s *socketio.Socket) error {
			s.Join("early")
			close(asked)
			<-decide
			return nil
		})
		n.OnConnect(func(context.Context, *socketio.Socket) { n.To("early").Emit("two") })
	})
	c := conform.MustDial(t, base, target, "40")
	c.ExpectPrefix(t, "0")
	take(t, asked)
	server.Of("/").To("early").Emit("one")
	close(decide)
	c.ExpectPrefix(t, "40{")
	c.Expect(t, `42["two"]`)
}

func TestHandshake(t *testing.T) {
	_, base, sockets := startSockets(t)
	conform.MustDial(t, base, target+"&user=u", `40{"key":"k"}`)
	h := take(t, sockets).Handshake()
	if string(h.Auth) != `{"key":"k"}` || h.Query().Get("user") != "u" || h.RemoteAddr == "" || h.TLS || h.Time.IsZero() {
		t.Errorf("%+v", h)
	}
}

// A client that announces attachments and sends large ones is bounded by their
// number and size, and by those of the events that wait for a handler.
func TestHostileAttachments(t *testing.T) {
	release := make(chan struct{})
	_, base := start(t, socketio.Options{MaxAttachments: 4}, func(n *socketio.Namespace) {
		n.OnAny(func(context.Context, *socketio.Event) { <-release })
	})
	defer close(release)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 20 {
		c := dial(t, base)
		stuck := make(chan struct{})
		go func() {
			defer close(stuck)
			// 200 MB, were they all taken.
			c.Conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
			large := make([]byte, 500_000)
			for {
				if c.Send(`454-["x"]`) != nil {
					return
				}
				for range 4 {
					if c.SendBinary(large) != nil {
						return
					}
				}
			}
		}()
		take(t, stuck)
		again := dial(t, base)
		again.Send(`45999999999-["x"]`)
		again.ExpectEnd(t)
		c.Conn.Close()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 20*10<<20 {
		t.Errorf("20 clients hold %d MB", grown>>20)
	}
}

func TestStormsLeaveNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	server := socketio.NewServer(socketio.Options{ConnectTimeout: 50 * time.Millisecond})
	n := server.Of("/")
	n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack() })
	n.OnConnect(func(ctx context.Context, s *socketio.Socket) {
		s.Join("a", "b", s.ID()+" own")
		go s.Call(ctx, "question")
	})
	listener := httptest.NewServer(server)
	for _, end := range []func(*conform.WebSocket){
		func(*conform.WebSocket) {},
		func(c *conform.WebSocket) { c.Send("40") },
		func(c *conform.WebSocket) { c.Send("40"); c.Next(); c.Send(`421["echo"]`) },
		func(c *conform.WebSocket) { c.Send("40", "41", "40", "1") },
		func(c *conform.WebSocket) { c.Send("40", `451-["x",1]`) },
		func(c *conform.WebSocket) { c.Send("40", "4nonsense"); c.Next() },
	} {
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				c, err := conform.Dial(listener.URL, target)
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
	await(t, "everybody is gone", func() bool { return server.Clients() == 0 && n.Len() == 0 && n.Rooms() == 0 })
	closeServer(t, server)
	listener.Close()
	await(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}

func TestCloseWaitsForHandlers(t *testing.T) {
	steps := make(chan string, 10)
	server, base := start(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.On("wait", func(ctx context.Context, e *socketio.Event) {
			steps <- "handler begins"
			<-ctx.Done()
			steps <- "handler ends"
		})
		n.OnDisconnect(func(_ *socketio.Socket, reason socketio.Reason) { steps <- string(reason) })
	})
	c := dial(t, base)
	c.Send(`42["wait"]`)
	if got := take(t, steps); got != "handler begins" {
		t.Fatal(got)
	}
	go c.ExpectEnd(t)
	closeServer(t, server)
	for _, want := range []string{"handler ends", "server shutting down"} {
		select {
		case got := <-steps:
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		default:
			t.Errorf("closed before %q", want)
		}
	}
}
