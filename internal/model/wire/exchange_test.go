package wire

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// serve starts a server and counts the connections that it accepts.
func serve(t *testing.T, handler http.HandlerFunc) (address string, connections *atomic.Int64) {
	connections = new(atomic.Int64)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL, connections
}

func get(t *testing.T, d Doer, address string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := d.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestFinishKeepsTheConnection(t *testing.T) {
	address, connections := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "answer\n")
		http.NewResponseController(w).Flush()
		io.WriteString(w, "tail")
	})
	for range 5 {
		resp := get(t, Doer{Stall: time.Minute}, address)
		if _, err := io.ReadFull(resp.Body, make([]byte, 7)); err != nil {
			t.Fatal(err)
		}
		resp.Body.(*Body).Finish()
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for calls one after another", n)
	}
}

func TestFinishDoesNotWaitForAnOpenEnd(t *testing.T) {
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "answer\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	for _, stall := range []time.Duration{0, time.Hour} {
		resp := get(t, Doer{Stall: stall}, address)
		if _, err := io.ReadFull(resp.Body, make([]byte, 7)); err != nil {
			t.Fatal(err)
		}
		resp.Body.(*Body).Finish() // would never return
	}
}

func TestAnswersAreBounded(t *testing.T) {
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for b := make([]byte, 1<<20); r.Context().Err() == nil; {
			if _, err := w.Write(b); err != nil {
				return
			}
		}
	})
	resp := get(t, Doer{}, address)
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err != errTooLarge || n > MaxBody+1<<20 {
		t.Errorf("%d bytes, error %v", n, err)
	}
}

func TestLoopbackHasNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:3128")
	t.Setenv("HTTPS_PROXY", "http://192.0.2.1:3128")
	for _, address := range []string{"http://127.0.0.1:11434/api/tags", "http://localhost:1234/v1", "https://[::1]/v1"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if proxy, err := Client.Transport.(*http.Transport).Proxy(&http.Request{URL: u}); proxy != nil || err != nil {
			t.Errorf("%s goes through %v, %v", address, proxy, err)
		}
	}
}
