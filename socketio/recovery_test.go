package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// A ticket is what a client keeps to come back.
type ticket struct {
	SID    string `json:"sid,omitempty"`
	PID    string `json:"pid"`
	Offset string `json:"offset,omitempty"`
}

// A visitor is a client that keeps its ticket.
type visitor struct {
	*conform.WebSocket
	ticket
}

// visit connects with a ticket, or none, and tells what it was welcomed with.
func visit(t testing.TB, base string, shown any) *visitor {
	t.Helper()
	auth := []byte("{}")
	if shown != nil {
		var err error
		if auth, err = json.Marshal(shown); err != nil {
			t.Fatal(err)
		}
	}
	v := &visitor{WebSocket: conform.MustDial(t, base, target, "40"+string(auth))}
	v.ExpectPrefix(t, "0")
	if err := json.Unmarshal([]byte(v.ExpectPrefix(t, "40")), &v.ticket); err != nil {
		t.Fatal(err)
	}
	return v
}

// hear reads an event and returns its first argument.
func (v *visitor) hear(t testing.TB) (word string) {
	t.Helper()
	var event []any
	if err := json.Unmarshal([]byte(v.ExpectPrefix(t, "42")), &event); err != nil {
		t.Fatal(err)
	}
	if len(event) != 3 {
		t.Fatalf("heard %v", event)
	}
	v.Offset = event[2].(string)
	return event[1].(string)
}

func (v *visitor) hears(t testing.TB, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := v.hear(t); got != w {
			t.Fatalf("heard %q, want %q", got, w)
		}
	}
}

// back comes back with the visitor's ticket.
func (v *visitor) back(t testing.TB, base string) *visitor {
	t.Helper()
	again := visit(t, base, ticket{PID: v.PID, Offset: v.Offset})
	again.Offset = v.Offset
	return again
}

// club is a server of clients that come back.
type club struct {
	*socketio.Namespace
	base    string
	entered chan *socketio.Socket
	left    chan socketio.Reason
}

func startClub(t testing.TB, options socketio.Options, more ...func(*socketio.Namespace)) *club {
	t.Helper()
	c := &club{entered: make(chan *socketio.Socket, 1000), left: make(chan socketio.Reason, 1000)}
	if options.Recovery == nil {
		options.Recovery = &socketio.Recovery{}
	}
	_, c.base = start(t, options, func(n *socketio.Namespace) {
		c.Namespace = n
		n.OnConnect(func(_ context.Context, s *socketio.Socket) { c.entered <- s })
		n.OnDisconnect(func(_ *socketio.Socket, reason socketio.Reason) { c.left <- reason })
		for _, f := range more {
			f(n)
		}
	})
	return c
}

// cut breaks a client's connection and waits until the server has noticed.
func (c *club) cut(t testing.TB, v *visitor) {
	t.Helper()
	v.Conn.Close()
	take(t, c.left)
}

func emit(t testing.TB, to interface {
	Emit(event string, args ...any) error
}, words ...string) {
	t.Helper()
	for _, w := range words {
		if err := to.Emit("said", w); err != nil {
			t.Fatal(err)
		}
	}
}

func TestClientComesBackAsItWas(t *testing.T) {
	c := startClub(t, socketio.Options{})
	v := visit(t, c.base, nil)
	was := take(t, c.entered)
	was.Join("choir", "kitchen")
	was.SetData("data")
	emit(t, c.To("choir"), "1", "2", "3")
	v.hears(t, "1")
	c.cut(t, v) // 2 and 3 were sent, but not heard
	if was.Connected() || c.Len() != 0 || c.Absent() != 1 || !c.To("choir").Any() || c.To("bar").Any() {
		t.Errorf("connected %t, %d sockets, %d absent", was.Connected(), c.Len(), c.Absent())
	}

	emit(t, c.To("bar"), "not for it")
	emit(t, c.To("kitchen", "choir"), "4")
	emit(t, c.Except("kitchen"), "not for its room")
	emit(t, c.Namespace, "5")
	emit(t, c.To("choir").Except(was.ID()), "not for itself")
	emit(t, c.To(was.ID()), "6")
	emit(t, c.ToSocket(was.ID()), "7")
	emit(t, was, "8")
	was.Join("kitchen", "attic", "cellar")
	was.Leave("cellar", "garden")
	emit(t, c.To("attic"), "8a")
	emit(t, c.To("cellar"), "not where it is not")
	if err := c.To("choir").Emit("bytes", []byte{1, 2}); err != nil {
		t.Fatal(err)
	}

	again := v.back(t, c.base)
	if again.SID != v.SID || again.PID != v.PID {
		t.Fatalf("welcomed as %+v, was %+v", again.ticket, v.ticket)
	}
	again.hears(t, "2", "3", "4", "5", "6", "7", "8", "8a")
	again.ExpectPrefix(t, `451-["bytes",{"_placeholder":true,"num":0},"`)
	again.Expect(t, "b:\x01\x02")
	is := take(t, c.entered)
	if !is.Recovered() || was.Recovered() || is.ID() != was.ID() || is.Data() != "data" || strings.Join(is.Rooms(), " ") != "choir kitchen attic" {
		t.Errorf("recovered %t, id %s, data %v, rooms %v", is.Recovered(), is.ID(), is.Data(), is.Rooms())
	}
	if c.Len() != 1 || c.Absent() != 0 || c.Socket(was.ID()) != is {
		t.Errorf("%d sockets, %d absent", c.Len(), c.Absent())
	}
	emit(t, c.To("choir"), "9")
	emit(t, was, "10")
	was.Join("roof")
	was.Leave("choir")
	emit(t, c.To("roof"), "11")
	emit(t, c.To("choir"), "not where it was")
	emit(t, c.To("roof"), "12")
	again.hears(t, "9", "10", "11", "12")
}

// A client that was told nothing for long has missed nothing either, however
// much others were told; and what a room was told before the client joined is
// none of what it missed.
func TestQuietClientComesBack(t *testing.T) {
	c := startClub(t, socketio.Options{Recovery: &socketio.Recovery{MaxPackets: 10}})
	talker := visit(t, c.base, nil)
	take(t, c.entered).Join("loud")
	quiet := visit(t, c.base, nil)
	socket := take(t, c.entered)
	for i := range 50 {
		emit(t, c.To("loud"), fmt.Sprint(i))
		talker.hears(t, fmt.Sprint(i))
	}
	c.cut(t, quiet)
	quiet = quiet.back(t, c.base)
	if s := take(t, c.entered); !s.Recovered() || s.ID() != socket.ID() {
		t.Error("it has not come back")
	} else {
		socket = s
	}
	emit(t, c.To("loud"), "before it joined")
	socket.Join("loud")
	emit(t, c.To("loud"), "after")
	c.cut(t, quiet)
	quiet = quiet.back(t, c.base)
	quiet.hears(t, "after")
	c.cut(t, quiet)
	quiet.Offset = "" // as if it had never come to it
	quiet.back(t, c.base).hears(t, "after")
}

// newcomer wants a client that shows a ticket to be connected as somebody new.
func (c *club) newcomer(t testing.TB, shown any, was *visitor) {
	t.Helper()
	v := visit(t, c.base, shown)
	if s := take(t, c.entered); s.Recovered() || len(s.Rooms()) > 0 || v.SID == was.SID || v.PID == was.PID {
		t.Errorf("%v: recovered %t, rooms %v", shown, s.Recovered(), s.Rooms())
	}
	v.Send("41")
	take(t, c.left)
}

func TestOnlyBrokenConnectionsComeBack(t *testing.T) {
	for name, end := range map[string]struct {
		with   func(*visitor, *socketio.Socket)
		reason socketio.Reason
		back   bool
	}{
		"broken":         {func(v *visitor, _ *socketio.Socket) { v.Conn.Close() }, socketio.ReasonTransportClose, true},
		"closed":         {func(v *visitor, _ *socketio.Socket) { v.Send("1") }, socketio.ReasonTransportClose, true},
		"bad frame":      {func(v *visitor, _ *socketio.Socket) { v.Conn.Write([]byte{0xff, 0x00}) }, socketio.ReasonTransportError, true},
		"conn dropped":   {func(_ *visitor, s *socketio.Socket) { s.Conn().Close() }, socketio.ReasonForcedClose, true},
		"silent":         {func(*visitor, *socketio.Socket) {}, socketio.ReasonPingTimeout, true},
		"client left":    {func(v *visitor, _ *socketio.Socket) { v.Send("41") }, socketio.ReasonClientLeft, false},
		"server ended":   {func(_ *visitor, s *socketio.Socket) { s.Disconnect() }, socketio.ReasonServerLeft, false},
		"server closed":  {func(_ *visitor, s *socketio.Socket) { s.Close() }, socketio.ReasonServerLeft, false},
		"sent no packet": {func(v *visitor, _ *socketio.Socket) { v.Send("4nonsense") }, socketio.ReasonParseError, false},
	} {
		t.Run(name, func(t *testing.T) {
			options := socketio.Options{}
			if end.reason == socketio.ReasonPingTimeout {
				options.Engine = engine.Options{PingInterval: 50 * time.Millisecond, PingTimeout: 50 * time.Millisecond}
			}
			c := startClub(t, options)
			v := visit(t, c.base, nil)
			s := take(t, c.entered)
			s.Join("room")
			end.with(v, s)
			if got := take(t, c.left); got != end.reason {
				t.Fatalf("it ended with %q", got)
			}
			if end.back {
				v.back(t, c.base)
				if s := take(t, c.entered); !s.Recovered() || s.Rooms()[0] != "room" {
					t.Errorf("recovered %t, rooms %v", s.Recovered(), s.Rooms())
				}
				return
			}
			c.newcomer(t, v.ticket, v)
		})
	}
}

func TestTicketsOfOthersAreWorthless(t *testing.T) {
	c := startClub(t, socketio.Options{})
	v, other := visit(t, c.base, nil), visit(t, c.base, nil)
	take(t, c.entered).Join("room")
	take(t, c.entered)
	emit(t, c.Namespace, "x")
	v.hears(t, "x")
	c.cut(t, v)
	forged := v.PID[:len(v.PID)-1] + "A"
	if strings.HasSuffix(v.PID, "A") {
		forged = v.PID[:len(v.PID)-1] + "B"
	}
	for _, shown := range []any{
		ticket{PID: v.SID, Offset: v.Offset},
		ticket{PID: v.SID + other.PID[len(other.SID):], Offset: v.Offset},
		ticket{PID: forged, Offset: v.Offset},
		ticket{PID: v.PID + "A", Offset: v.Offset},
		ticket{PID: "x"}, ticket{},
		map[string]any{"pid": 1, "offset": v.Offset},
		map[string]any{"pid": v.PID, "offset": 1},
		map[string]any{"pid": v.PID, "offset": "garbage!"},
		map[string]any{"pid": v.PID, "offset": "x"},
	} {
		c.newcomer(t, shown, v)
	}
	v.back(t, c.base) // none of them has spoilt it
	if s := take(t, c.entered); !s.Recovered() {
		t.Error("the owner cannot come back")
	}
	c.newcomer(t, map[string]any{"pid": other.PID, "offset": v.Offset + "zz"}, other) // what it cannot have
}

// Who comes back is admitted anew, and must be the same.
func TestWhoComesBackIsAskedAgain(t *testing.T) {
	type auth struct {
		ticket
		Name string `json:"name"`
	}
	closed := errors.New("closed")
	doors := make(chan error, 10)
	c := startClub(t, socketio.Options{Recovery: &socketio.Recovery{Resume: func(s *socketio.Socket, before any) bool { return s.Data() == before }}},
		func(n *socketio.Namespace) {
			n.Use(func(_ context.Context, s *socketio.Socket) error {
				var a auth
				json.Unmarshal(s.Handshake().Auth, &a)
				s.SetData(a.Name)
				s.Join("everybody")
				return <-doors
			})
		})
	doors <- nil
	v := visit(t, c.base, auth{Name: "Ann"})
	take(t, c.entered).Join("room")
	c.cut(t, v)

	doors <- closed
	refused := conform.MustDial(t, c.base, target, `40{"name":"Ann","pid":"`+v.PID+`"}`)
	refused.ExpectPrefix(t, "0")
	refused.Expect(t, `44{"message":"closed"}`)
	doors <- nil
	thief := visit(t, c.base, auth{Name: "Bob", ticket: ticket{PID: v.PID}})
	if s := take(t, c.entered); s.Recovered() || thief.SID == v.SID || len(s.Rooms()) != 1 {
		t.Errorf("Bob took Ann's place, with rooms %v", s.Rooms())
	}
	doors <- nil
	visit(t, c.base, auth{Name: "Ann", ticket: ticket{PID: v.PID}})
	if s := take(t, c.entered); !s.Recovered() || strings.Join(s.Rooms(), " ") != "everybody room" {
		t.Errorf("Ann is recovered: %t, rooms %v", s.Recovered(), s.Rooms())
	}
}

// A client may be back before the server knows that it was gone.
func TestClientIsBackBeforeItWasMissed(t *testing.T) {
	release := make(chan struct{})
	order := make(chan string, 10)
	c := startClub(t, socketio.Options{}, func(n *socketio.Namespace) {
		n.On("wait", func(_ context.Context, e *socketio.Event) {
			<-release
			order <- "old event"
		})
		n.On("event", func(context.Context, *socketio.Event) { order <- "new event" })
		n.OnDisconnect(func(*socketio.Socket, socketio.Reason) { order <- "old end" })
	})
	v := visit(t, c.base, nil)
	take(t, c.entered).Join("room")
	v.Send(`42["wait"]`)
	emit(t, c.To("room"), "1", "2")
	v.hears(t, "1")
	again := v.back(t, c.base)
	again.Send(`42["event"]`)
	emit(t, c.To("room"), "3")
	again.hears(t, "2", "3") // also while a handler of the old one is at work
	v.ExpectEnd(t)
	close(release)
	for _, want := range []string{"old event", "old end", "new event"} {
		if got := take(t, order); got != want {
			t.Errorf("%q came before %q", got, want)
		}
	}
	if s := take(t, c.entered); !s.Recovered() || c.Len() != 1 || c.Absent() != 0 {
		t.Errorf("recovered %t, %d sockets, %d absent", s.Recovered(), c.Len(), c.Absent())
	}
}

func TestRecoveryIsBounded(t *testing.T) {
	text := strings.Repeat("x", 1000)
	for name, test := range map[string]struct {
		options socketio.Options
		events  int
		back    bool
	}{
		"few":       {socketio.Options{}, 20, true},
		"events":    {socketio.Options{Recovery: &socketio.Recovery{MaxPackets: 10}}, 11, false},
		"just":      {socketio.Options{Recovery: &socketio.Recovery{MaxPackets: 10}}, 10, true},
		"bytes":     {socketio.Options{Recovery: &socketio.Recovery{MaxBytes: 10_000}}, 10, false},
		"one event": {socketio.Options{Recovery: &socketio.Recovery{MaxBytes: 999}}, 1, false},
		"buffer":    {socketio.Options{Engine: engine.Options{BufferedBytes: 5000}}, 6, false},
		"packets":   {socketio.Options{Engine: engine.Options{BufferedPackets: 5}}, 6, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := startClub(t, test.options)
			v := visit(t, c.base, nil)
			take(t, c.entered).Join("room")
			c.cut(t, v)
			for range test.events {
				emit(t, c.To("room"), text)
			}
			if !test.back {
				c.newcomer(t, v.ticket, v)
				return
			}
			v = v.back(t, c.base)
			for range test.events {
				v.hears(t, text)
			}
		})
	}
}

func TestAbsentClientsAreBounded(t *testing.T) {
	for name, options := range map[string]socketio.Recovery{
		"by number": {MaxSessions: 3},
		"by size":   {MaxBytes: 3 * 1000},
	} {
		t.Run(name, func(t *testing.T) {
			c := startClub(t, socketio.Options{Recovery: &options})
			var all []*visitor
			for range 5 {
				v := visit(t, c.base, nil)
				take(t, c.entered).Join(strings.Repeat("r", 600))
				c.cut(t, v)
				all = append(all, v)
			}
			if n := c.Absent(); n != 3 {
				t.Errorf("%d may come back", n)
			}
			c.newcomer(t, all[1].ticket, all[1])
			for _, v := range all[2:] {
				v.back(t, c.base)
				if !take(t, c.entered).Recovered() {
					t.Error("one of the last three has not come back")
				}
			}
		})
	}
}

func TestAbsentClientsAreForgotten(t *testing.T) {
	c := startClub(t, socketio.Options{Recovery: &socketio.Recovery{MaxDisconnectionDuration: 20 * time.Millisecond}})
	v := visit(t, c.base, nil)
	take(t, c.entered).Join("room")
	c.cut(t, v)
	await(t, "it is forgotten", func() bool { return c.Absent() == 0 && !c.Namespace.To("room").Any() })
	c.newcomer(t, v.ticket, v)
}

// Many talk at once while clients are cut at random: each hears everything of
// its room, once and in one order.
func TestNothingIsLostOrRepeated(t *testing.T) {
	const talkers, words, listeners = 4, 500, 6
	c := startClub(t, socketio.Options{})
	c.OnConnect(func(_ context.Context, s *socketio.Socket) {
		if !s.Recovered() {
			s.Join("room")
			s.Emit("said", "welcome")
		}
	})
	var heard [listeners][]string
	var joined, all sync.WaitGroup
	joined.Add(listeners)
	for i := range listeners {
		all.Go(func() {
			chance := rand.New(rand.NewPCG(1, uint64(i)))
			v := visit(t, c.base, nil)
			v.hears(t, "welcome")
			joined.Done()
			for len(heard[i]) < talkers*words {
				for range chance.IntN(60) {
					if len(heard[i]) < talkers*words {
						heard[i] = append(heard[i], v.hear(t))
					}
				}
				v.Conn.Close()
				v = v.back(t, c.base)
			}
		})
	}
	joined.Wait()
	for i := range talkers {
		all.Go(func() {
			for k := range words {
				emit(t, c.To("room"), fmt.Sprint(i, " ", k))
			}
		})
	}
	all.Wait()
	next := map[string]int{}
	for k, word := range heard[0] {
		var i, number int
		fmt.Sscan(word, &i, &number)
		if from := fmt.Sprint(i); next[from] != number {
			t.Fatalf("%q is in place %d, after %d of that talker", word, k, next[from])
		} else {
			next[from]++
		}
		for i := range heard {
			if heard[i][k] != word {
				t.Fatalf("client %d heard %q, client 0 %q", i, heard[i][k], word)
			}
		}
	}
}

// FuzzTicket holds that no auth object harms the server, and that none but the
// right one makes a client somebody else.
func FuzzTicket(f *testing.F) {
	c := startClub(f, socketio.Options{})
	v := visit(f, c.base, nil)
	take(f, c.entered)
	c.cut(f, v)
	for _, seed := range []string{
		`{}`, `{"pid":""}`, `{"pid":null,"offset":null}`, `{"pid":[],"offset":{}}`, `{"pid":"` + v.SID + `"}`, `{"offset":"AAAA1"}`,
		`{"pid":"` + strings.Repeat("A", 44) + `","offset":"AAAA"}`, `{"pid":"` + v.SID + `AAAAAAAAAAAAAAAAAAAAAAAA","offset":"0000zzzzzzzzzzzzzzzzzz"}`,
		`{"pid":"\u0000","offset":"\ud800"}`, `{"pid":"x","pid":"y"}`, `{"offset":-1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, auth string) {
		client, err := conform.Dial(c.base, target, "40"+auth)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Conn.Close()
		if _, err := client.Next(); err != nil {
			return // no packet, thus hung up
		}
		answer, err := client.Next()
		if err != nil || strings.HasPrefix(answer, "44") {
			return // or to a namespace that there is not
		}
		welcome, is := strings.CutPrefix(answer, "40")
		var got ticket
		if !is || json.Unmarshal([]byte(welcome), &got) != nil || got.PID == "" || got.SID == v.SID || got.PID == v.PID {
			t.Fatalf("%s was answered %s", auth, answer)
		}
		if s := take(t, c.entered); s.Recovered() {
			t.Fatalf("%s recovered a socket", auth)
		}
		client.Conn.Close()
		take(t, c.left)
	})
}
