package stubmodel

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// maxBody bounds a request.
const maxBody = 64 << 20

// format is how one API words an answer. Each method appends to b.
type format interface {
	name() string
	contentType(stream bool) string
	open(b []byte, c *Call, r *Reply) []byte
	piece(b []byte, c *Call, text string) []byte
	tool(b []byte, c *Call, i int, t ToolCall) []byte
	delta(b []byte, c *Call, raw string) []byte
	end(b []byte, c *Call, r *Reply) []byte
	streamError(b []byte, kind, message string) []byte
	whole(b []byte, c *Call, text string, r *Reply) []byte
	failure(b []byte, status int, kind, message string) []byte
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// serveText answers one call for text.
func (s *Server) serveText(w http.ResponseWriter, r *http.Request, f format) {
	in := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(in)
	in.Reset()
	if _, err := in.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil || !gjson.ValidBytes(in.Bytes()) {
		w.WriteHeader(http.StatusBadRequest)
		w.Write(f.failure(nil, http.StatusBadRequest, "invalid_request_error", "the body is not JSON"))
		return
	}
	call := readCall(r, f.name(), in.Bytes())
	call.Number = s.calls.Add(1)
	s.record(call)
	reply := s.next(&call)

	out := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	if early(w, r, &reply, call.Key, f.failure) {
		return
	}
	t := teller{w: w, done: r.Context().Done(), f: f, call: &call, reply: &reply, buf: out.AvailableBuffer()}
	t.tell()
	out.Write(t.buf) // keeps the grown memory for the next call
}

// early plays what comes in place of an answer, and reports that it did.
func early(w http.ResponseWriter, r *http.Request, reply *Reply, key string, failure func([]byte, int, string, string) []byte) bool {
	if reply.Hang {
		<-r.Context().Done()
		return true
	}
	if !pause(r.Context().Done(), reply.FirstDelay) {
		return true
	}
	if reply.CutAtOnce {
		panic(http.ErrAbortHandler)
	}
	switch {
	case reply.Raw != "":
		if reply.ContentType != "" {
			w.Header().Set("Content-Type", reply.ContentType)
		}
		if reply.Status != 0 {
			w.WriteHeader(reply.Status)
		}
		io.WriteString(w, reply.Raw)
		return true
	case reply.Status != 0:
		message := reply.Message
		if message == "" {
			message = http.StatusText(reply.Status)
		}
		if reply.EchoKey {
			message = "Incorrect API key provided: " + key + "."
		}
		w.Header().Set("Content-Type", "application/json")
		if reply.RetryAfter != "" {
			w.Header().Set("Retry-After", reply.RetryAfter)
		}
		w.WriteHeader(reply.Status)
		w.Write(failure(nil, reply.Status, reply.ErrorType, message))
		return true
	}
	return false
}

// teller writes one answer.
type teller struct {
	w     http.ResponseWriter
	done  <-chan struct{}
	f     format
	call  *Call
	reply *Reply
	buf   []byte
	sent  int  // pieces and tool calls so far
	begun bool // something was written
}

func (t *teller) tell() {
	text := t.reply.text(t.call)
	stream := t.call.Stream && !t.reply.NoStream
	contentType := t.f.contentType(stream)
	if t.reply.ContentType != "" {
		contentType = t.reply.ContentType
	}
	t.w.Header()["Content-Type"] = []string{contentType}
	if !stream {
		t.buf = t.f.whole(t.buf, t.call, text, t.reply)
		if t.reply.BreakJSON {
			t.buf = t.buf[:len(t.buf)/2]
		}
		t.write()
		return
	}
	t.buf = t.f.open(t.buf, t.call, t.reply)
	for _, raw := range t.reply.Deltas {
		if !t.step(func(b []byte) []byte { return t.f.delta(b, t.call, raw) }) {
			return
		}
	}
	for _, piece := range t.reply.Pieces {
		if !t.step(func(b []byte) []byte { return t.f.piece(b, t.call, piece) }) {
			return
		}
	}
	if len(t.reply.Pieces) > 0 {
		text = ""
	}
	for rest := text; rest != ""; {
		n := pieceLength(rest, len(text))
		if !t.step(func(b []byte) []byte { return t.f.piece(b, t.call, rest[:n]) }) {
			return
		}
		rest = rest[n:]
	}
	for i, tool := range t.reply.ToolCalls {
		if !t.step(func(b []byte) []byte { return t.f.tool(b, t.call, i, tool) }) {
			return
		}
	}
	if !t.reply.NoEnd {
		t.buf = t.f.end(t.buf, t.call, t.reply)
	}
	t.write()
}

// step adds one piece, or plays the fault that comes there; false ends the
// answer.
func (t *teller) step(add func([]byte) []byte) bool {
	r := t.reply
	if r.PieceDelay > 0 {
		t.flush()
		if !pause(t.done, r.PieceDelay) {
			return false
		}
	}
	start := len(t.buf)
	t.buf = add(t.buf)
	t.sent++
	if r.BreakJSON && t.sent == 2 {
		broken := append([]byte(nil), t.buf[start:start+(len(t.buf)-start)/2]...)
		t.buf = append(append(t.buf[:start], broken...), "\n\n"...)
	}
	switch t.sent {
	case r.CutAfter:
		t.flush()
		panic(http.ErrAbortHandler)
	case r.HangAfter:
		t.flush()
		<-t.done
		return false
	case r.ErrorAfter:
		kind, message := r.ErrorType, r.Message
		if kind == "" {
			kind = "overloaded_error"
		}
		if message == "" {
			message = "Overloaded"
		}
		t.buf = t.f.streamError(t.buf, kind, message)
		t.write()
		return false
	}
	return true
}

// flush sends what is there to the client now.
func (t *teller) flush() {
	t.write()
	t.buf = t.buf[:0]
	http.NewResponseController(t.w).Flush()
}

// pieceLength cuts a text of total bytes into at most about 16 pieces that
// begin at a space, as tokens do.
func pieceLength(rest string, total int) int {
	least := max(6, total/16)
	if len(rest) <= least {
		return len(rest)
	}
	if i := strings.IndexByte(rest[least:], ' '); i >= 0 {
		return least + i
	}
	return len(rest)
}

// pause waits and reports whether the client is still there.
func pause(done <-chan struct{}, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-done:
		return false
	case <-time.After(d):
		return true
	}
}
