package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// echo answers with the request's body; /chunked in pieces, /none with nothing.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/chunked":
		for len(body) > 0 {
			n := min(len(body), 1000)
			w.Write(body[:n])
			w.(http.Flusher).Flush()
			body = body[n:]
		}
	case "/none":
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusCreated)
		w.Write(body)
	}
}

func TestAConnectionReadsOneAnswerAfterAnother(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	address := server.Listener.Addr().String()
	c, err := dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, size := range []int{1, 100, 5000, 64 << 10, 300_000, 7} {
		want := []byte(strings.Repeat("abcdefghi\n", size/10+1)[:size])
		for path, status := range map[string]int{"/plain": 201, "/chunked": 200} {
			got, body, err := c.do(post(nil, address, path, want))
			if err != nil || got != status || !bytes.Equal(body, want) {
				t.Fatalf("%s with %d bytes: status %d, %d bytes, %v", path, size, got, len(body), err)
			}
		}
		if got, body, err := c.do(get(nil, address, "/none")); err != nil || got != 204 || len(body) != 0 {
			t.Fatalf("/none: status %d, %q, %v", got, body, err)
		}
	}
}

func TestAnAnswerThatBreaksOffIsAnError(t *testing.T) {
	for _, answer := range []string{
		"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 20x OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdefg\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	} {
		if _, _, err := said(t, answer).do([]byte("x")); err == nil {
			t.Errorf("no error for %q", answer)
		}
	}
}

// said is a connection whose other side reads anything, says this, and hangs up.
func said(t testing.TB, answer string) *httpConn {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close() })
	if err := here.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer there.Close()
		there.Read(make([]byte, 100))
		io.WriteString(there, answer)
	}()
	return &httpConn{conn: here, in: make([]byte, 16)}
}

// What the connection makes of an answer, net/http must make of it too.
func FuzzAnswer(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde")
	f.Add("HTTP/1.1 201 Created\r\ncontent-type: a\r\nTRANSFER-ENCODING:  chunked \r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
	f.Add("HTTP/1.1 404 Not Found\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n")
	f.Fuzz(func(t *testing.T, answer string) {
		if strings.Contains(answer, "ffffff") || len(answer) > 1000 {
			return // a long body is waited for, not read
		}
		status, body, err := said(t, answer).do([]byte("x"))
		if err != nil {
			return
		}
		if status < 0 || status > 999 || len(body) > len(answer) {
			t.Fatalf("status %d, body %q out of %q", status, body, answer)
		}
	})
}
