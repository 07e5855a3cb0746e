package socketio_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
	"github.com/elizad/elizad/socketio/internal/conform"
)

// polling is the address of a session whose transport is polling.
type polling string

func openPolling(t testing.TB, base, query string) polling {
	t.Helper()
	a := conform.Do(t, "GET", base+"/socket.io/?EIO=4&transport=polling"+query, "")
	_, rest, _ := strings.Cut(a.Body, `"sid":"`)
	sid, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("handshake: %+v", a)
	}
	return polling(base + "/socket.io/?EIO=4&transport=polling&sid=" + sid + query)
}

func (p polling) post(t testing.TB, body string) {
	t.Helper()
	conform.Do(t, "POST", string(p), body, "Content-Type", "text/plain;charset=UTF-8")
}

// upgrade opens a WebSocket for the session, sends the texts and is gone.
func (p polling) upgrade(t testing.TB, texts ...string) {
	t.Helper()
	base, path, _ := strings.Cut(strings.Replace(string(p), "transport=polling", "transport=websocket", 1), "/socket.io/")
	c, err := conform.Dial(base, "/socket.io/"+path, texts...)
	if err != nil {
		t.Error(err)
		return
	}
	c.Conn.Close()
}

// breakOff writes the beginning of a request and is gone.
func breakOff(t testing.TB, address, text string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := c.Write([]byte(text)); err != nil {
		t.Error(err)
	}
	c.Close()
}

// A client that sends too much is told once and disconnected; others go on.
func TestFloodIsEnded(t *testing.T) {
	const burst = 100
	ended := make(chan socketio.Reason, 10)
	_, base := start(t, socketio.Options{PacketsPerSecond: 1, PacketBurst: burst, Recovery: &socketio.Recovery{},
		Flood: func(s *socketio.Socket) { s.Emit("too much") }}, func(n *socketio.Namespace) {
		n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack() })
		n.OnDisconnect(func(_ *socketio.Socket, reason socketio.Reason) { ended <- reason })
	})
	for _, packet := range []string{`42["event"]`, `430[]`, "40/nowhere", `451-["x",1]`} {
		t.Run(packet, func(t *testing.T) {
			quiet, loud := dial(t, base), dial(t, base)
			for range burst + 3 {
				if loud.Send(packet) != nil {
					break
				}
				if strings.HasPrefix(packet, "45") {
					loud.SendBinary([]byte("x"))
				}
			}
			told := 0
			for {
				got, err := loud.Next()
				if err != nil {
					break
				}
				switch {
				case strings.HasPrefix(got, `42["too much"`):
					told++
				case got == "41":
					told += 10
				}
			}
			if told != 11 {
				t.Errorf("it was told %d times, and disconnected %d", told%10, told/10)
			}
			if reason := take(t, ended); reason != socketio.ReasonFlood {
				t.Errorf("it ended with %q", reason)
			}
			quiet.Send(`421["echo"]`)
			quiet.Expect(t, "431[]")
			quiet.Send("41")
			take(t, ended)
		})
	}
}

func TestBudgetIsRefilled(t *testing.T) {
	_, base := start(t, socketio.Options{PacketsPerSecond: 1000, PacketBurst: 1}, func(n *socketio.Namespace) {
		n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack() })
	})
	c := dial(t, base)
	for i := range 20 {
		for begun := time.Now(); time.Since(begun) < 2*time.Millisecond; {
			runtime.Gosched()
		}
		c.Send(fmt.Sprintf(`42%d["echo"]`, i))
		c.Expect(t, fmt.Sprintf("43%d[]", i))
	}
	_, base = start(t, socketio.Options{PacketsPerSecond: -1}, func(n *socketio.Namespace) {
		n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack() })
	})
	c = dial(t, base)
	go func() {
		for i := range 10_000 {
			c.Send(fmt.Sprintf(`42%d["echo"]`, i))
		}
	}()
	for i := range 10_000 {
		c.Expect(t, fmt.Sprintf("43%d[]", i))
	}
}

func TestAddressHasOnlySoManyConnections(t *testing.T) {
	const most = 3
	from := func(r *http.Request) netip.Addr { return netip.MustParseAddr(r.URL.Query().Get("from")) }
	server, base := start(t, socketio.Options{Engine: engine.Options{PerAddress: most, Address: from}}, func(*socketio.Namespace) {})
	path := target + "&from=10.0.0.1"
	for range 3 {
		var open []*conform.WebSocket
		for range most - 1 {
			open = append(open, conform.MustDial(t, base, path, "40"))
		}
		polling := openPolling(t, base, "&from=10.0.0.1")
		if _, err := conform.Dial(base, path); err == nil || !strings.Contains(err.Error(), "429") {
			t.Errorf("one more is answered %v", err)
		}
		if a := conform.Do(t, "GET", base+"/socket.io/?EIO=4&transport=polling&from=10.0.0.1", ""); a.Status != http.StatusTooManyRequests {
			t.Errorf("one more is answered %d", a.Status)
		}
		conform.MustDial(t, base, target+"&from=10.0.0.2", "40").Send("41", "1")
		polling.post(t, "1")
		for _, c := range open {
			c.Conn.Close()
		}
		await(t, "they are gone", func() bool { return server.Clients() == 0 })
	}
}

// A client that asks for no namespace, or has left its last, is disconnected.
func TestClientWithoutNamespaceIsDisconnected(t *testing.T) {
	_, base := start(t, socketio.Options{ConnectTimeout: 30 * time.Millisecond}, func(*socketio.Namespace) {})
	conform.MustDial(t, base, target).ExpectEnd(t)
	conform.MustDial(t, base, target, "40/nowhere").ExpectEnd(t)
	conform.MustDial(t, base, target, "40", "41").ExpectEnd(t)
}

// A client that polls no more is disconnected, and may come back.
func TestIdlePollingIsReaped(t *testing.T) {
	options := socketio.Options{Engine: engine.Options{PingInterval: 30 * time.Millisecond, PingTimeout: 30 * time.Millisecond}}
	c := startClub(t, options)
	s := openPolling(t, c.base, "")
	s.post(t, "40")
	take(t, c.entered)
	if reason := take(t, c.left); reason != socketio.ReasonPingTimeout || c.Absent() != 1 {
		t.Errorf("it ended with %q, %d may come back", reason, c.Absent())
	}
	if a := conform.Do(t, "GET", string(s), ""); !strings.Contains(a.Body, "Session ID unknown") {
		t.Errorf("it is answered %+v", a)
	}
}

// Storms over both transports, broken off at every step of the handshakes, leave
// nothing behind.
func TestStormsOfBothTransportsLeaveNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	server := socketio.NewServer(socketio.Options{ConnectTimeout: 500 * time.Millisecond, Recovery: &socketio.Recovery{MaxDisconnectionDuration: 50 * time.Millisecond},
		Engine: engine.Options{PingInterval: 300 * time.Millisecond, PingTimeout: 300 * time.Millisecond, UpgradeTimeout: 50 * time.Millisecond, PerAddress: 10_000}})
	n := server.Of("/")
	n.On("echo", func(_ context.Context, e *socketio.Event) { e.Ack() })
	n.OnConnect(func(_ context.Context, s *socketio.Socket) {
		s.Join("room")
		n.To("room").Emit("hello", s.ID())
	})
	listener := httptest.NewServer(server)
	request := "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	var ends []func()
	for _, end := range []func(polling){
		func(polling) {},
		func(p polling) { p.post(t, "40") },
		func(p polling) { p.post(t, "40"); conform.Do(t, "GET", string(p), ""); p.post(t, "1") },
		func(p polling) { p.post(t, "40\x1e421[\"echo\"]\x1e41") },
		func(p polling) { p.post(t, "40"); p.upgrade(t) },
		func(p polling) { p.post(t, "40"); p.upgrade(t, "2probe") },
		func(p polling) { p.post(t, "40"); p.upgrade(t, "2probe", "5") },
	} {
		ends = append(ends, func() { end(openPolling(t, listener.URL, "")) })
	}
	for _, written := range []string{"", "GET ", request, request + "Sec-WebSocket-Version: 12\r\n\r\n", request + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		request + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x81"} {
		ends = append(ends, func() { breakOff(t, listener.Listener.Addr().String(), written) })
	}
	for _, end := range ends {
		var all sync.WaitGroup
		for range 50 {
			all.Go(end)
		}
		all.Wait()
	}
	http.DefaultClient.CloseIdleConnections()
	await(t, "everybody is gone", func() bool { return server.Clients() == 0 && n.Len() == 0 && n.Rooms() == 0 && n.Absent() == 0 })
	closeServer(t, server)
	listener.Close()
	http.DefaultClient.CloseIdleConnections()
	await(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
	t.Logf("%d connections; %d goroutines before, %d after", 50*len(ends), before, runtime.NumGoroutine())
}
