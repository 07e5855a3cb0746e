package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/feed"
)

const (
	// keepAlive is how often a silent event stream shows that it lives.
	keepAlive = 15 * time.Second
	// readTime is how long a reader may take to make room for the next write.
	readTime = 20 * time.Second
	// retryAfter is after how many milliseconds a browser connects again.
	retryAfter = "retry: 1000\n\n"
)

// eventStream writes server-sent events. After an error it does nothing more.
type eventStream struct {
	w     http.ResponseWriter
	flush *http.ResponseController
	text  []byte // not written yet
	err   error
}

// newEventStream begins the answer. close must follow.
func newEventStream(h huma.Context) *eventStream {
	h.SetHeader("Content-Type", "text/event-stream")
	h.SetHeader("Cache-Control", "no-cache")
	h.SetHeader("X-Accel-Buffering", "no")
	h.SetStatus(http.StatusOK)
	w, _ := h.BodyWriter().(http.ResponseWriter)
	return &eventStream{w: w, flush: http.NewResponseController(w)}
}

// close gives the connection back for the next request.
func (s *eventStream) close() {
	// A connection without deadlines needs none taken away.
	_ = s.flush.SetWriteDeadline(time.Time{})
}

// send writes an event; id is empty for one that nobody goes on behind.
func (s *eventStream) send(id, event string, v any) {
	s.put(id, event, v)
	s.write()
}

// put has an event written with the next ones.
func (s *eventStream) put(id, event string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		s.err = err
		return
	}
	s.add(id, event, data)
}

// add is put for an event whose data are worded already.
func (s *eventStream) add(id, event string, data []byte) {
	s.text = append(append(append(s.text, "event: "...), event...), "\ndata: "...)
	s.text = append(s.text, data...)
	if id != "" { // behind the rest: simple readers look for the event in the first line
		s.text = append(append(s.text, "\nid: "...), id...)
	}
	s.text = append(s.text, "\n\n"...)
}

func (s *eventStream) comment(text string) {
	s.text = append(s.text, ": "+text+"\n\n"...)
	s.write()
}

// write sends what was added. A reader that leaves it lying is given up.
func (s *eventStream) write() {
	if s.err != nil || len(s.text) == 0 {
		return
	}
	if err := s.flush.SetWriteDeadline(time.Now().Add(readTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.err = err
		return
	}
	_, s.err = s.w.Write(s.text)
	if s.text = s.text[:0]; s.err == nil {
		s.err = s.flush.Flush()
	}
}

// cutEvent tells why a stream ends before its time.
type cutEvent struct {
	Reason string `json:"reason"` // slow, stopping, forbidden
	Error  string `json:"error"`
}

// cut ends a stream that may be gone on with behind its last event.
func (s *eventStream) cut(err error) {
	switch {
	case errors.Is(err, feed.ErrLagged):
		s.send("", "cut", cutEvent{"slow", "This connection reads too slowly; events were dropped that it had not read"})
	case errors.Is(err, feed.ErrClosed):
		s.send("", "cut", cutEvent{"stopping", "The server stops"})
	}
}

// gapEvent tells that the record no longer reaches back to where a client goes
// on.
type gapEvent struct {
	ChannelID any    `json:"channelId"`
	Complete  bool   `json:"complete"` // all messages since then follow
	Error     string `json:"error"`
}
