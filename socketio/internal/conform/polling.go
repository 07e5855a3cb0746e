package conform

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

var client = &http.Client{Timeout: patience}

// An Answer is what the server said to a request.
type Answer struct {
	Status int
	Body   string
	Header http.Header
}

// Do makes a request.
func Do(t testing.TB, method, address, body string, header ...string) Answer {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{response.StatusCode, string(text), response.Header}
}

// A Session is a client's side of a session whose transport is polling.
type Session struct {
	ID   string
	Base string // of the server
	Path string // with the query of the session
	URL  string
}

// open is the handshake of a session.
type open struct {
	Sid          *string
	Upgrades     *[]string
	PingInterval *int
	PingTimeout  *int
	MaxPayload   *int
}

// readOpen checks an open packet.
func readOpen(t testing.TB, text string, upgrades string) string {
	t.Helper()
	if !strings.HasPrefix(text, "0") {
		t.Fatalf("not an open packet: %q", text)
	}
	var h open
	decoder := json.NewDecoder(strings.NewReader(text[1:]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&h); err != nil {
		t.Fatal(err)
	}
	if h.Sid == nil || *h.Sid == "" || h.Upgrades == nil || strings.Join(*h.Upgrades, " ") != upgrades ||
		h.PingInterval == nil || *h.PingInterval != 300 || h.PingTimeout == nil || *h.PingTimeout != 200 ||
		h.MaxPayload == nil || *h.MaxPayload != 1_000_000 {
		t.Fatalf("handshake %s", text)
	}
	return *h.Sid
}

// Open begins a session.
func Open(t testing.TB, base, path string) *Session {
	t.Helper()
	a := Do(t, "GET", base+path+"?EIO=4&transport=polling", "")
	if a.Status != http.StatusOK {
		t.Fatalf("handshake: %+v", a)
	}
	id := readOpen(t, a.Body, "websocket")
	s := &Session{ID: id, Base: base, Path: path + "?EIO=4&sid=" + id + "&transport="}
	s.URL = base + s.Path + "polling"
	return s
}

// Poll asks for what the server has.
func (s *Session) Poll(t testing.TB) Answer {
	t.Helper()
	return Do(t, "GET", s.URL, "")
}

// Post sends a payload.
func (s *Session) Post(t testing.TB, body string) Answer {
	t.Helper()
	return Do(t, "POST", s.URL, body, "Content-Type", "text/plain;charset=UTF-8")
}

// PollAside polls while the test does something else.
func (s *Session) PollAside(t testing.TB) <-chan Answer {
	answer := make(chan Answer, 1)
	go func() { answer <- s.Poll(t) }()
	return answer
}

// Upgrade opens a WebSocket for the session.
func (s *Session) Upgrade(t testing.TB, early ...string) *WebSocket {
	t.Helper()
	return MustDial(t, s.Base, s.Path+"websocket", early...)
}

// ExpectGone fails unless the server has forgotten the session.
func (s *Session) ExpectGone(t testing.TB) {
	t.Helper()
	a := s.Poll(t)
	if a.Status != http.StatusBadRequest || a.Body != `{"code":1,"message":"Session ID unknown"}` {
		t.Fatalf("the session still answers: %+v", a)
	}
}

// expect compares a status and body.
func (a Answer) expect(t testing.TB, status int, body string) {
	t.Helper()
	if a.Status != status || a.Body != body {
		t.Fatalf("got %d %q, want %d %q", a.Status, a.Body, status, body)
	}
}
