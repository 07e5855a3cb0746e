package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/socketio"
)

// stage is a small server with what a crowd needs: channels, submitting, and
// sockets that hear what was submitted. bend may change what they hear.
func stage(t *testing.T, bend func(text string) []string) *elizad {
	t.Helper()
	sockets := socketio.NewServer(socketio.Options{})
	all := sockets.Of("/")
	all.On("message", func(_ context.Context, e *socketio.Event) {
		e.Socket.Join("crowd")
		if err := e.Socket.Emit("channel_joined", map[string]string{}); err != nil {
			t.Error(err)
		}
	})
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", sockets)
	mux.HandleFunc("POST /api/messaging/channels", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"success":true,"data":{"id":"crowd"}}`)
	})
	mux.HandleFunc("POST /api/messaging/submit", func(w http.ResponseWriter, r *http.Request) {
		var said struct{ Content string }
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
			t.Error(err)
		}
		for _, text := range bend(said.Content) {
			if err := all.To("crowd").Emit("messageBroadcast", map[string]string{"text": text}); err != nil {
				t.Error(err)
			}
		}
		w.WriteHeader(http.StatusCreated)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		if err := sockets.Close(context.Background()); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return &elizad{address: server.Listener.Addr().String()}
}

func perform(t *testing.T, s *elizad) (outcome, error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	c, err := gather(ctx, s, listeners, cancel)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel(nil)
		c.close()
	}()
	if o, err := c.speak(ctx, speakers, 200*time.Millisecond); err != nil {
		return o, err
	}
	return c.speak(ctx, 1, 100*time.Millisecond)
}

func TestEverybodyHearsEveryMessage(t *testing.T) {
	o, err := perform(t, stage(t, func(text string) []string { return []string{text} }))
	if err != nil || o.done == 0 {
		t.Fatal(o.done, err)
	}
}

func TestAMessageHeardTwiceIsNoticed(t *testing.T) {
	_, err := perform(t, stage(t, func(text string) []string {
		if strings.HasSuffix(text, " 3") {
			return []string{text, text}
		}
		return []string{text}
	}))
	if err == nil || !strings.Contains(err.Error(), "out of place") {
		t.Fatal(err)
	}
}

func FuzzHeard(f *testing.F) {
	f.Add(`42["messageBroadcast",{"id":"x","text":"speech 3 17","a":1}]`, 3, 17)
	f.Add(`42["messageBroadcast",{"text":"speech 3 17 xxx"}]`, 3, 17)
	f.Add(`42["messageBroadcast",{"text":"speech 3 "}]`, 3, 0)
	f.Add(`42["messageBroadcast",{"text":"speech `, 0, 0)
	f.Add(`42["messageAck",{}]`, 0, 0)
	f.Fuzz(func(t *testing.T, packet string, from, number int) {
		heardFrom([]byte(packet))
		if from < 0 || number < 0 {
			return
		}
		packet = fmt.Sprintf(`42["messageBroadcast",{"senderName":"x","text":"speech %d %d","y":"z"}]`, from, number)
		if f, n, is := heardFrom([]byte(packet)); !is || f != from || n != number {
			t.Fatalf("%d %d %t out of %s", f, n, is, packet)
		}
	})
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x81\x03abc\x89\x00\x81\x7e\x00\x01x"))
	f.Add([]byte("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte("\x88\x02\x03\xe8"))
	f.Add([]byte("\x01\x01a\x80\x01b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1000 {
			return
		}
		c := &wsConn{httpConn: said(t, string(b))}
		if _, err := c.conn.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		for read := 0; ; {
			text, err := c.receive()
			if err != nil {
				return
			}
			if read += len(text) + 2; read > len(b) {
				t.Fatalf("%d bytes out of %d", read, len(b))
			}
		}
	})
}
