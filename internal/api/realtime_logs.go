package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/logs"
	"github.com/elizad/elizad/socketio"
)

const (
	// maxLogQueue is how many packets may wait for a client while it is sent
	// lines of the log: one that is slow loses lines rather than its connection.
	maxLogQueue = 64
	// logPause is how long a follower waits for such a client.
	logPause = 50 * time.Millisecond
)

// logWish is what a client wants to hear of the log, as it words it. What is
// not named it does not mind.
type logWish struct {
	AgentName string          `json:"agentName,omitempty"`
	AgentID   string          `json:"agentId,omitempty"`
	Category  string          `json:"category,omitempty"`
	Level     json.RawMessage `json:"level,omitempty"`
}

// merge reads a payload into an earlier wish.
func (w logWish) merge(payload json.RawMessage) (logWish, error) {
	if len(payload) == 0 || bytes.Equal(payload, []byte("null")) {
		return w, nil
	}
	w.Level = bytes.Clone(w.Level) // else it would be read into
	if err := decode(payload, &w); err != nil {
		return w, err
	}
	if bytes.Equal(w.Level, []byte("null")) {
		w.Level = nil
	}
	if len(w.AgentName) > 500 || len(w.AgentID) > 100 || len(w.Category) > 100 || len(w.Level) > 100 {
		return w, eliza.Errorf(eliza.CodeInvalidRequest, "agentName, agentId, category or level: too long")
	}
	return w, nil
}

// level is the least level: a name, or one of the numbers that lines have.
func (w *logWish) level() (int, error) {
	if len(w.Level) == 0 {
		return 0, nil
	}
	var name string
	var number int
	switch {
	case json.Unmarshal(w.Level, &name) == nil:
		if n, known := logs.Level(name); known {
			return n, nil
		}
	case json.Unmarshal(w.Level, &number) == nil && number >= 0 && number <= 100:
		return number, nil
	}
	return 0, eliza.Errorf(eliza.CodeInvalidRequest, "level: allowed is all, trace, debug, success, progress, log, info, warn, error or fatal, or their number")
}

// filter turns the wish into that of the log, for the holder of a grant.
func (a *API) filter(ctx context.Context, w logWish, agent eliza.ID) (logs.Filter, error) {
	level, err := w.level()
	if err != nil {
		return logs.Filter{}, err
	}
	f, err := a.linesOf(ctx, w.AgentName, w.AgentID, agent)
	f.Level, f.Category = level, w.Category
	if f.Category == allLines {
		f.Category = ""
	}
	return f, err
}

// logFollower sends the log to a socket.
type logFollower struct {
	reader *logs.Reader
	stop   context.CancelFunc
	done   chan struct{}
}

func (rt *realtime) subscribeLogs(ctx context.Context, e *socketio.Event, g *guest, _ json.RawMessage) {
	if g.log == nil {
		if err := rt.follow(ctx, e.Socket, g); err != nil {
			rt.refuse(e, "", eliza.ErrorMessage(err))
			return
		}
	}
	rt.confirmLogs(e, true, "Successfully subscribed to log stream")
}

func (rt *realtime) unsubscribeLogs(_ context.Context, e *socketio.Event, g *guest, _ json.RawMessage) {
	rt.hush(g)
	g.wants(logWish{}, false)
	rt.confirmLogs(e, false, "Successfully unsubscribed from log stream")
}

// wants notes what a guest wants to hear of the log.
func (g *guest) wants(w logWish, follows bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wish, g.follows = w, follows
}

func (rt *realtime) confirmLogs(e *socketio.Event, subscribed bool, message string) {
	confirmed := map[string]any{"subscribed": subscribed, "message": message}
	rt.emit(e.Socket, "log_subscription_confirmed", confirmed)
	rt.ack(e, confirmed)
}

// hush ends the following of the log.
func (rt *realtime) hush(g *guest) {
	if g.log == nil {
		return
	}
	g.log.stop()
	<-g.log.done
	g.log = nil
}

// filterLogs changes which lines are sent. In the dialect of the documents it
// may come before the subscription.
func (rt *realtime) filterLogs(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	wish, err := g.wish.merge(payload)
	var f logs.Filter
	if err == nil {
		f, err = rt.api.filter(ctx, wish, g.grant.Agent)
	}
	if err == nil && g.log == nil && g.dialect() == dialectServer {
		err = eliza.Errorf(eliza.CodeInvalidRequest, "Not subscribed to log stream")
	}
	answer := map[string]any{"success": err == nil}
	if err != nil {
		answer["error"] = eliza.ErrorMessage(err)
	} else {
		answer["filters"] = wish
		if g.wants(wish, g.log != nil); g.log != nil {
			g.log.reader.Filter(f)
		}
	}
	rt.emit(e.Socket, "log_filters_updated", answer)
	rt.ack(e, answer)
}

// follow sends the lines that the guest wants to its socket. It ends with the
// socket at the latest.
func (rt *realtime) follow(ctx context.Context, s *socketio.Socket, g *guest) error {
	f, err := rt.api.filter(ctx, g.wish, g.grant.Agent)
	if err != nil {
		return err
	}
	reader, err := rt.api.Logs.Subscribe(f, "")
	if err != nil {
		return err
	}
	g.wants(g.wish, true)
	following, stop := context.WithCancel(s.Context())
	follower := &logFollower{reader, stop, make(chan struct{})}
	g.log = follower
	rt.logs.Go(func() {
		defer close(follower.done)
		defer reader.Close()
		for {
			lines, missed, err := reader.Next(following)
			if err != nil {
				return
			}
			d := g.dialect()
			if missed > 0 {
				emitLine(s, d, leftOut(missed))
			}
			for i := range lines {
				emitLine(s, d, rt.api.viewLine(&lines[i]))
			}
			if !taken(following, s) {
				return
			}
		}
	})
	return nil
}

// taken waits until a client has taken most of what was sent to it. It is false
// when nobody waits for it any more.
func taken(ctx context.Context, s *socketio.Socket) bool {
	for {
		if packets, _ := s.Conn().Buffered(); packets < maxLogQueue {
			return true
		}
		wait := time.NewTimer(logPause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return false
		}
	}
}

// leftOut is the line that tells a slow reader what it has not heard.
func leftOut(n int) logLine {
	return logLine{Time: eliza.Now(), Level: levelWarn, Text: fmt.Sprintf("%d lines left out: they came faster than they were read", n), LeftOut: n}
}

// logUpdate is a line in the dialect of the documents.
type logUpdate struct {
	ID        string         `json:"id"`
	Timestamp string         `json:"timestamp"`
	Level     string         `json:"level"`
	Category  string         `json:"category"`
	Message   string         `json:"message"`
	AgentID   eliza.ID       `json:"agentId,omitzero"`
	AgentName string         `json:"agentName,omitempty"`
	Data      map[string]any `json:"data,omitempty"`
}

// logStream is a line in the dialect of the servers.
type logStream struct {
	Type    string  `json:"type"`
	Payload logLine `json:"payload"`
}

// logEntry is a line in the OpenAPI dialect.
type logEntry struct {
	Level     int          `json:"level"`
	Time      eliza.Millis `json:"time"`
	Text      string       `json:"msg"`
	AgentID   eliza.ID     `json:"agentId,omitzero"`
	AgentName string       `json:"agentName,omitempty"`
	LeftOut   int          `json:"leftOut,omitempty"`
}

// emitLine sends a line as the client's dialect words it. As long as nobody
// knows which that is, it is sent in each: clients pass over events that they do
// not know.
func emitLine(s *socketio.Socket, d dialect, l logLine) {
	if d == dialectServer || d == dialectUnknown {
		emitNow(s, "log_stream", logStream{"log_entry", l})
	}
	if d == dialectDocs || d == dialectUnknown {
		update := logUpdate{l.ID, l.Time.ISO(), logs.LevelName(l.Level), cmp.Or(l.category, logs.CategoryServer), l.Text, l.AgentID, l.AgentName, nil}
		if l.LeftOut > 0 {
			update.Data = map[string]any{"leftOut": l.LeftOut}
		}
		emitNow(s, "log_update", update)
	}
	if d == dialectOpenAPI || d == dialectUnknown {
		emitNow(s, "logEntry", logEntry{l.Level, l.Time, l.Text, l.AgentID, l.AgentName, l.LeftOut})
	}
}
