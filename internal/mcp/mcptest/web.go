package mcptest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

const maxBody = 1 << 20

// ServeHTTP serves the form over HTTP: as "Streamable HTTP" at /mcp, as an
// event stream at /sse and /messages.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	var m Message
	_ = json.Unmarshal(body, &m) // a GET has none
	if s.Form.web != nil && s.Form.web(s, w, r, &m) {
		return
	}
	switch {
	case r.URL.Path == "/sse" && r.Method == http.MethodGet:
		s.serveStream(w, r)
	case r.URL.Path == "/messages" && r.Method == http.MethodPost:
		s.take(w, &m)
	case r.URL.Path == "/mcp" && r.Method == http.MethodPost:
		s.reply(w, &m)
	default:
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	}
}

// reply answers a POST by JSON, or by a stream when there is more to say.
func (s *Server) reply(w http.ResponseWriter, m *Message) {
	before, answer := s.answer(m)
	if answer == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if before == nil && s.Form.asksFor == "" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // the client may have gone
		return
	}
	out := openStream(w)
	for _, b := range before {
		out.send("", b)
	}
	if m.Method == "tools/call" && s.Form.asksFor != "" {
		out.send("", s.question())
		<-s.answered
	}
	out.send("", answer)
}

// serveStream holds the event stream open.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	out := openStream(w)
	defer out.end()
	s.mu.Lock()
	s.sessions++
	s.lost = false
	s.stream = out
	s.mu.Unlock()
	out.write("event: endpoint\ndata: /messages?session=1\n\n")
	select {
	case <-r.Context().Done():
	case <-out.closed:
	}
}

// current is the event stream that is open.
func (s *Server) current() *eventStream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream
}

// take accepts a message and answers by the event stream.
func (s *Server) take(w http.ResponseWriter, m *Message) {
	out := s.current()
	w.WriteHeader(http.StatusAccepted)
	before, answer := s.answer(m)
	for _, b := range before {
		out.send("", b)
	}
	if m.Method == "tools/call" && s.Form.asksFor != "" {
		out.send("", s.question())
		go func() {
			<-s.answered
			out.send("", answer)
		}()
		return
	}
	if answer != nil {
		out.send("", answer)
	}
}

// eventStream is the body of an answer that is a stream.
type eventStream struct {
	mu     sync.Mutex
	w      http.ResponseWriter
	once   sync.Once
	closed chan struct{}
}

func openStream(w http.ResponseWriter) *eventStream {
	w.Header().Set("Content-Type", "text/event-stream")
	out := &eventStream{w: w, closed: make(chan struct{})}
	out.write(": hello\n\n")
	return out
}

// send writes a message as an event.
func (e *eventStream) send(id string, message []byte) {
	if id != "" {
		id = "id: " + id + "\n"
	}
	e.write(fmt.Sprintf("event: message\n%sdata: %s\n\n", id, strings.ReplaceAll(string(message), "\n", "\ndata: ")))
}

func (e *eventStream) write(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-e.closed:
		return
	default:
	}
	if _, err := io.WriteString(e.w, text); err == nil {
		_ = http.NewResponseController(e.w).Flush() // as above
	}
}

// end ends the stream's request.
func (e *eventStream) end() { e.once.Do(func() { e.mu.Lock(); close(e.closed); e.mu.Unlock() }) }
