package socketio_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/internal/conform"
)

const target = "/socket.io/?EIO=4&transport=websocket"

// BenchmarkFanout200 sends messages to a room of 200, to clients in the same
// process, and waits after each window of messages until all have them. One
// operation is one message, thus 200 deliveries.
func BenchmarkFanout200(b *testing.B) {
	for _, window := range []int{1, 32} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) { fanout(b, 200, window) })
	}
}

func fanout(b *testing.B, members, window int) {
	server := socketio.NewServer(socketio.Options{})
	n := server.Of("/")
	var joined sync.WaitGroup
	joined.Add(members)
	n.OnConnect(func(_ context.Context, s *socketio.Socket) {
		s.Join("room")
		joined.Done()
	})
	listener := httptest.NewServer(server)
	defer listener.Close()
	defer server.Close(context.Background())

	// The clients only count bytes: what is measured is the server.
	event := map[string]any{"channelId": "room", "text": "Hello, everybody in this room, how are you?", "createdAt": 1}
	size := len(`42["messageBroadcast",{"channelId":"room","createdAt":1,"text":"Hello, everybody in this room, how are you?"}]`) + 2
	var delivered sync.WaitGroup
	for range members {
		c := conform.MustDial(b, listener.URL, target, "40")
		c.ExpectPrefix(b, "0")
		c.ExpectPrefix(b, "40")
		c.Conn.SetDeadline(time.Time{})
		go func() {
			buffer := make([]byte, 4096)
			got := 0
			for {
				k, err := c.Conn.Read(buffer)
				if err != nil {
					return
				}
				before := got / size
				got += k
				delivered.Add(before - got/size)
			}
		}()
	}
	joined.Wait()
	b.ReportAllocs()
	b.ResetTimer()
	for sent := 0; sent < b.N; {
		burst := min(window, b.N-sent)
		delivered.Add(burst * members)
		for range burst {
			if err := n.To("room").Emit("messageBroadcast", event); err != nil {
				b.Fatal(err)
			}
		}
		delivered.Wait()
		sent += burst
	}
	b.StopTimer()
	if n.Len() != members {
		b.Fatalf("%d of %d are left", n.Len(), members)
	}
	b.ReportMetric(float64(b.N*members)/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkAckRoundTrip is one client that sends an event and waits for its
// acknowledgement.
func BenchmarkAckRoundTrip(b *testing.B) {
	server := socketio.NewServer(socketio.Options{})
	server.Of("/").On("ping", func(_ context.Context, e *socketio.Event) { e.Ack(e.Args...) })
	listener := httptest.NewServer(server)
	defer listener.Close()
	defer server.Close(context.Background())
	c := conform.MustDial(b, listener.URL, target, "40")
	c.ExpectPrefix(b, "0")
	c.ExpectPrefix(b, "40")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Send(fmt.Sprintf(`42%d["ping",{"text":"hello"}]`, i))
		if _, err := c.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIdleConnections reports what an idle connection costs the server: the
// clients are bare sockets of the same process, whose own few bytes are counted
// with it.
func BenchmarkIdleConnections(b *testing.B) {
	const clients = 2000
	request := "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://localhost\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept-Language: en\r\n" +
		"\r\n\x81\x82\x00\x00\x00\x0040"
	for b.Loop() {
		server := socketio.NewServer(socketio.Options{})
		n := server.Of("/")
		var joined sync.WaitGroup
		joined.Add(clients)
		n.OnConnect(func(_ context.Context, s *socketio.Socket) {
			s.Join("room")
			joined.Done()
		})
		listener := httptest.NewServer(http.Handler(server))
		before := inUse()
		conns := make([]net.Conn, clients)
		for i := range conns {
			c, err := net.Dial("tcp", listener.Listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			c.Write([]byte(request))
			conns[i] = c
		}
		joined.Wait()
		after := inUse()
		b.ReportMetric(float64(after-before)/clients, "B/conn")
		for _, c := range conns {
			c.Close()
		}
		server.Close(context.Background())
		listener.Close()
	}
}

// inUse is the memory of heap and stacks after the garbage is gone.
func inUse() int64 {
	var m runtime.MemStats
	for range 5 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
