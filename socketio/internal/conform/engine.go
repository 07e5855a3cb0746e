package conform

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

const enginePath = "/engine.io/"

// Engine tests a server of Engine.IO at base, such as http://localhost:3000,
// which sends each message back.
func Engine(t *testing.T, base string) {
	for name, test := range map[string]func(*testing.T, string){
		"HandshakeErrors":          engineHandshakeErrors,
		"PollingMessages":          enginePollingMessages,
		"PollingRules":             enginePollingRules,
		"PollingHeartbeat":         enginePollingHeartbeat,
		"PollingClose":             enginePollingClose,
		"CancelledPoll":            engineCancelledPoll,
		"WebSocketMessages":        engineWebSocketMessages,
		"WebSocketRules":           engineWebSocketRules,
		"WebSocketHeartbeat":       engineWebSocketHeartbeat,
		"EarlyMessages":            engineEarlyMessages,
		"Upgrade":                  engineUpgrade,
		"UpgradeRefused":           engineUpgradeRefused,
		"OldTransportAfterUpgrade": engineOldTransport,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, base)
		})
	}
}

func openWebSocket(t *testing.T, base string) *WebSocket {
	t.Helper()
	c := MustDial(t, base, enginePath+"?EIO=4&transport=websocket")
	readOpen(t, c.read(t), "")
	return c
}

func engineHandshakeErrors(t *testing.T, base string) {
	for _, c := range []struct{ method, query, body string }{
		{"GET", "EIO=4", `{"code":0,"message":"Transport unknown"}`},
		{"GET", "EIO=4&transport=abc", `{"code":0,"message":"Transport unknown"}`},
		{"GET", "EIO=4&transport=polling&sid=nobody", `{"code":1,"message":"Session ID unknown"}`},
		{"POST", "EIO=4&transport=polling", `{"code":2,"message":"Bad handshake method"}`},
		{"PUT", "EIO=4&transport=polling", `{"code":2,"message":"Bad handshake method"}`},
		{"GET", "EIO=4&transport=websocket", `{"code":3,"message":"Bad request"}`},
		{"GET", "transport=polling", `{"code":5,"message":"Unsupported protocol version"}`},
		{"GET", "EIO=3&transport=polling", `{"code":5,"message":"Unsupported protocol version"}`},
		{"GET", "EIO=abc&transport=polling", `{"code":5,"message":"Unsupported protocol version"}`},
	} {
		a := Do(t, c.method, base+enginePath+"?"+c.query, "")
		a.expect(t, http.StatusBadRequest, c.body)
		if got := a.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("%s: content type %q", c.query, got)
		}
	}
	for query, body := range map[string]string{
		"transport=websocket":                  `{"code":5,"message":"Unsupported protocol version"}`,
		"EIO=abc&transport=websocket":          `{"code":5,"message":"Unsupported protocol version"}`,
		"EIO=4":                                `{"code":0,"message":"Transport unknown"}`,
		"EIO=4&transport=abc":                  `{"code":0,"message":"Transport unknown"}`,
		"EIO=4&transport=polling":              `{"code":3,"message":"Bad request"}`,
		"EIO=4&transport=websocket&sid=nobody": `{"code":1,"message":"Session ID unknown"}`,
	} {
		if _, err := Dial(base, enginePath+"?"+query); err == nil || !strings.Contains(err.Error(), "status 400: "+body) {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func enginePollingMessages(t *testing.T, base string) {
	s := Open(t, base, enginePath)
	for _, payload := range []string{
		"4hello",
		"4test1\x1e4test2\x1e4test3",
		"4hello\x1ebAQIDBA==",
		"4\x1e4é€😀",
	} {
		s.Post(t, payload).expect(t, http.StatusOK, "ok")
		a := s.Poll(t)
		a.expect(t, http.StatusOK, payload)
		if got := a.Header.Get("Content-Type"); got != "text/plain; charset=UTF-8" {
			t.Errorf("content type %q", got)
		}
	}
	pending := s.PollAside(t)
	s.Post(t, "4later")
	(<-pending).expect(t, http.StatusOK, "4later")
}

func enginePollingRules(t *testing.T, base string) {
	t.Run("malformed payload", func(t *testing.T) {
		for _, payload := range []string{"abc", "", "4a\x1e", "9x", "b!", "4\xff"} {
			s := Open(t, base, enginePath)
			if a := s.Post(t, payload); a.Status != http.StatusBadRequest {
				t.Errorf("%q: %+v", payload, a)
			}
			s.ExpectGone(t)
		}
	})
	t.Run("two polls", func(t *testing.T) {
		s := Open(t, base, enginePath)
		aside := s.PollAside(t)
		first, second := s.Poll(t), <-aside
		if first.Status == http.StatusBadRequest { // they arrived the other way round
			first, second = second, first
		}
		first.expect(t, http.StatusOK, "1")
		if second.Status != http.StatusBadRequest {
			t.Errorf("second poll: %+v", second)
		}
		s.ExpectGone(t)
	})
	t.Run("large payload", func(t *testing.T) {
		s := Open(t, base, enginePath)
		s.Post(t, "4"+strings.Repeat("x", 999_999)).expect(t, http.StatusOK, "ok")
		if a := s.Poll(t); len(a.Body) != 1_000_000 {
			t.Errorf("got %d bytes back", len(a.Body))
		}
		if a := s.Post(t, "4"+strings.Repeat("x", 1_000_000)); a.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("a payload over the limit: %d", a.Status)
		}
	})
	t.Run("binary body", func(t *testing.T) {
		s := Open(t, base, enginePath)
		a := Do(t, "POST", s.URL, "4x", "Content-Type", "application/octet-stream")
		if a.Status != http.StatusBadRequest {
			t.Errorf("got %+v", a)
		}
		s.ExpectGone(t)
	})
	t.Run("ping from the client", func(t *testing.T) {
		s := Open(t, base, enginePath)
		s.Post(t, "2")
		s.ExpectGone(t)
	})
}

func enginePollingHeartbeat(t *testing.T, base string) {
	s := Open(t, base, enginePath)
	for range 3 {
		s.Poll(t).expect(t, http.StatusOK, "2")
		s.Post(t, "3").expect(t, http.StatusOK, "ok")
	}
	silent := Open(t, base, enginePath)
	<-time.After(500 * time.Millisecond)
	silent.ExpectGone(t)
}

func enginePollingClose(t *testing.T, base string) {
	// A poll and a close that are sent together may arrive in either order.
	for range 20 {
		s := Open(t, base, enginePath)
		pending := s.PollAside(t)
		s.Post(t, "1").expect(t, http.StatusOK, "ok")
		(<-pending).expect(t, http.StatusOK, "6")
		s.ExpectGone(t)
	}
}

func engineCancelledPoll(t *testing.T, base string) {
	s := Open(t, base, enginePath)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	if _, err := client.Do(r); err == nil {
		t.Fatal("the poll was answered")
	}
	if a := s.Poll(t); a.Status != http.StatusBadRequest {
		t.Fatalf("the session still answers: %+v", a)
	}
}

func engineWebSocketMessages(t *testing.T, base string) {
	c := openWebSocket(t, base)
	c.Send("4hello")
	c.Expect(t, "4hello")
	c.SendBinary([]byte{1, 2, 3, 4})
	c.Expect(t, "b:\x01\x02\x03\x04")
	long := "4" + strings.Repeat("é", 40_000)
	c.Send(long, "4")
	c.Expect(t, long, "4")
	c.SendFrame(ws.NewFrame(ws.OpText, false, []byte("4in ")))
	c.SendFrame(ws.NewPingFrame([]byte("there?")))
	c.SendFrame(ws.NewFrame(ws.OpContinuation, true, []byte("parts")))
	c.Expect(t, "pong:there?", "4in parts")
}

func engineWebSocketRules(t *testing.T, base string) {
	header := func(h ws.Header, payload string) func(*WebSocket) {
		return func(c *WebSocket) {
			ws.WriteHeader(c.Conn, h)
			c.Conn.Write([]byte(payload))
		}
	}
	for name, send := range map[string]func(*WebSocket){
		"unknown type":      func(c *WebSocket) { c.Send("abc") },
		"empty":             func(c *WebSocket) { c.Send("") },
		"ping":              func(c *WebSocket) { c.Send("2") },
		"close":             func(c *WebSocket) { c.Send("1") },
		"not UTF-8":         func(c *WebSocket) { c.Send("4\xff") },
		"too long":          func(c *WebSocket) { c.Send("4" + strings.Repeat("x", 1_000_000)) },
		"not masked":        header(ws.Header{Fin: true, OpCode: ws.OpText, Length: 2}, "4x"),
		"reserved bits":     header(ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText, Masked: true, Length: 2}, "4x"),
		"endless":           header(ws.Header{Fin: true, OpCode: ws.OpText, Masked: true, Length: 1<<63 - 1}, ""),
		"lone part":         header(ws.Header{Fin: true, OpCode: ws.OpContinuation, Masked: true, Length: 2}, "4x"),
		"long ping":         header(ws.Header{Fin: true, OpCode: ws.OpPing, Masked: true, Length: 200}, strings.Repeat("x", 200)),
		"negative length":   func(c *WebSocket) { c.Conn.Write([]byte("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00")) },
		"websocket's close": func(c *WebSocket) { c.SendFrame(ws.NewCloseFrame(nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := openWebSocket(t, base)
			send(c)
			c.ExpectEnd(t)
		})
	}
}

func engineWebSocketHeartbeat(t *testing.T, base string) {
	c := openWebSocket(t, base)
	for range 3 {
		if got, err := c.Next(); got != "2" || err != nil {
			t.Fatalf("got %q, %v, want a ping", got, err)
		}
		c.Send("3")
	}
	silent := openWebSocket(t, base)
	silent.ExpectEnd(t)
}

func engineEarlyMessages(t *testing.T, base string) {
	c := MustDial(t, base, enginePath+"?EIO=4&transport=websocket", "4first", "4second")
	c.Send("4third")
	c.ExpectPrefix(t, "0")
	c.Expect(t, "4first", "4second", "4third")
}

func engineUpgrade(t *testing.T, base string) {
	t.Run("poll after the probe", func(t *testing.T) {
		s := Open(t, base, enginePath)
		c := s.Upgrade(t, "2probe")
		c.Expect(t, "3probe")
		s.Poll(t).expect(t, http.StatusOK, "6")
		c.Send("5", "4hello")
		c.Expect(t, "4hello")
	})
	t.Run("poll before the probe", func(t *testing.T) {
		s := Open(t, base, enginePath)
		pending := s.PollAside(t)
		c := s.Upgrade(t, "2probe")
		c.Expect(t, "3probe")
		(<-pending).expect(t, http.StatusOK, "6")
		c.Send("5", "4hello")
		c.Expect(t, "4hello")
	})
	t.Run("messages wait for the new transport", func(t *testing.T) {
		s := Open(t, base, enginePath)
		c := s.Upgrade(t, "2probe")
		c.Expect(t, "3probe")
		s.Post(t, "4one\x1e4two\x1ebAQI=").expect(t, http.StatusOK, "ok")
		c.Send("5", "4three")
		c.Expect(t, "4one", "4two", "b:\x01\x02", "4three")
	})
}

func engineUpgradeRefused(t *testing.T, base string) {
	for _, early := range [][]string{{"2"}, {"5"}, {"4hello"}, {"2probe", "4hello"}} {
		s := Open(t, base, enginePath)
		s.Upgrade(t, early...).ExpectEnd(t)
		s.Post(t, "4still here").expect(t, http.StatusOK, "ok")
		s.Poll(t).expect(t, http.StatusOK, "4still here")
	}
}

func engineOldTransport(t *testing.T, base string) {
	s := Open(t, base, enginePath)
	c := s.Upgrade(t)
	c.Send("2probe", "5")
	s.Poll(t).expect(t, http.StatusBadRequest, `{"code":3,"message":"Bad request"}`)
	s.Post(t, "4x").expect(t, http.StatusBadRequest, `{"code":3,"message":"Bad request"}`)
	s.Upgrade(t).ExpectEnd(t)
	c.Send("4hello")
	c.Expect(t, "3probe", "4hello")
}
