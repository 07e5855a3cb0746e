package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/logs"
	"github.com/elizad/elizad/test/check"
)

const logStream = "/api/server/logs/stream"

// withLog gives the API a log of its own.
func withLog(ring *logs.Ring) func(*api.Options) {
	return func(o *api.Options) { o.Logs = ring }
}

// logReader reads the stream of the server's log.
type logReader struct {
	t     *testing.T
	lines *bufio.Scanner
	leave context.CancelFunc
}

func (r *rig) followLog(t *testing.T, query string, headers ...string) *logReader {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", r.url+logStream+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.key != "" {
		req.Header.Set("X-API-KEY", r.key)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { leave(); res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("%d %s", res.StatusCode, kind)
	}
	f := &logReader{t, bufio.NewScanner(res.Body), leave}
	for f.lines.Scan() && f.lines.Text() != "" { // ready
	}
	return f
}

// next is the next line of the log, and the id of its event.
func (f *logReader) next() (id string, line map[string]any) {
	f.t.Helper()
	event := ""
	for f.lines.Scan() {
		name, value, _ := strings.Cut(f.lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			event = value
		case "data":
			if event != "log" || json.Unmarshal([]byte(value), &line) != nil {
				f.t.Fatalf("event %s: %s", event, value)
			}
		case "":
			if line != nil {
				return id, line
			}
		}
	}
	f.t.Fatalf("the stream ended: %v", f.lines.Err())
	return "", nil
}

func TestTheLogIsFollowedOverSSE(t *testing.T) {
	ring := logs.New(50, logs.NewMask([]string{"canary-secret"}))
	r := newRig(t, withLog(ring))
	ada := eliza.NameID(r.agent("Ada"))
	all, warnings, hers := r.followLog(t, ""), r.followLog(t, "?level=warn"), r.followLog(t, "?agentName=Ada")
	ring.Add(logs.Line{Level: 30, Text: "info"})
	ring.Add(logs.Line{Level: 40, Text: "warn", Agent: "Ada"})
	ring.Add(logs.Line{Level: 50, Text: "error", AgentID: ada})
	ring.Keep(60, "fatal with canary-secret")
	var ids []string
	for _, want := range []string{"info", "warn", "error", "fatal with [REDACTED]"} {
		id, line := all.next()
		if text(line, "msg") != want || text(line, "id") != id || line["time"] == 0.0 {
			t.Errorf("heard %s %v, want %s", id, line, want)
		}
		ids = append(ids, id)
	}
	for name, c := range map[string]struct {
		f    *logReader
		want []string
	}{"by level": {warnings, []string{"warn", "error", "fatal with [REDACTED]"}}, "by name": {hers, []string{"warn", "error"}}} {
		for _, want := range c.want {
			if _, line := c.f.next(); text(line, "msg") != want {
				t.Errorf("%s: %v, want %s", name, line, want)
			}
		}
	}
	all.leave()
	again := r.followLog(t, "?level=warn", "Last-Event-ID: "+ids[1])
	for i, want := range []string{"error", "fatal with [REDACTED]"} {
		if id, line := again.next(); text(line, "msg") != want || id != ids[2+i] {
			t.Errorf("after the break: %s %v, want %s", id, line, want)
		}
	}
	for i := range 60 {
		ring.Add(logs.Line{Level: 30, Text: fmt.Sprint(i)})
	}
	late := r.followLog(t, "", "Last-Event-ID: "+ids[3])
	if id, line := late.next(); line["leftOut"] != 10.0 || line["level"] != 40.0 || id != "" || !strings.HasPrefix(text(line, "msg"), "10 lines left out") {
		t.Errorf("what is gone is told as %s %v", id, line)
	}
	if _, line := late.next(); text(line, "msg") != "10" {
		t.Errorf("it goes on with %v", line)
	}
	listed := list(r.send("GET", "/api/server/logs?limit=1", nil).has(200), "logs")
	from := r.followLog(t, "", "Last-Event-ID: "+text(listed[0], "id"))
	ring.Add(logs.Line{Level: 30, Text: "after the list"})
	if _, line := from.next(); text(line, "msg") != "after the list" {
		t.Errorf("after the list: %v", line)
	}
	for query, code := range map[string]string{"?level=loud": "INVALID_REQUEST", "?agentId=x": "INVALID_ID", "?agentName=" + strings.Repeat("x", 501): "INVALID_REQUEST"} {
		r.send("GET", logStream+query, nil).fails(400, code)
	}
	r.send("GET", logStream, nil, "Last-Event-ID: "+strings.Repeat("x", 101)).fails(400, "INVALID_REQUEST")
	ring.Close()
	r.send("GET", logStream, nil).fails(503, "UNAVAILABLE")
}

func TestAKeyOfOneAgentFollowsThatOne(t *testing.T) {
	ring := logs.New(50, logs.NewMask(nil))
	r := newRig(t, withLog(ring))
	_, r.key = r.keyFor("admin", "")
	own, foreign := r.agent("Own"), r.agent("Foreign")
	_, key := r.keyFor("read", own)
	id, gone := r.keyFor("read", own)
	admin := r.key
	r.key = gone
	revoked := r.followLog(t, "")
	r.key = key
	f, l := r.followLog(t, ""), r.open(`{"entityId":"`+person+`"}`)
	l.emit("update_log_filters", `{}`)
	l.emit("subscribe_logs", `null`)
	l.hears("log_subscription_confirmed")
	for _, of := range []string{foreign, own} {
		ring.Add(logs.Line{Level: 30, Text: "of " + of, AgentID: eliza.NameID(of)})
	}
	ring.Add(logs.Line{Level: 30, Text: "of the server"})
	if _, line := f.next(); text(line, "msg") != "of "+own {
		t.Errorf("it follows %v", line)
	}
	if line := l.hears("log_stream"); text(line, "payload", "msg") != "of "+own {
		t.Errorf("its socket hears %v", line)
	}
	if listed := list(r.send("GET", "/api/server/logs", nil).has(200), "logs"); len(listed) != 1 || text(listed[0], "agentId") != own {
		t.Errorf("it lists %v", listed)
	}
	r.send("GET", "/api/server/logs?agentId="+foreign, nil).fails(403, "FORBIDDEN")
	r.send("GET", logStream+"?agentId="+foreign, nil).fails(403, "FORBIDDEN")
	r.key = admin
	revoked.next()
	r.send("DELETE", "/api/keys/"+id, nil).has(204)
	ring.Add(logs.Line{Level: 30, Text: "of " + own, AgentID: eliza.NameID(own)})
	for revoked.lines.Scan() {
		if strings.Contains(revoked.lines.Text(), "keep-alive") {
			t.Error("a stream outlives its key")
		}
	}
}

func TestTheLogIsToldInEachDialect(t *testing.T) {
	ring := logs.New(50, logs.NewMask([]string{"canary-secret"}))
	r := newRig(t, withLog(ring))
	ada := eliza.NameID("Ada")
	line := logs.Line{At: 1_700_000_000_000, Level: 40, Text: "of Ada", Agent: "Ada", AgentID: ada}
	stream := map[string]any{"type": "log_entry", "payload": map[string]any{"time": 1_700_000_000_000.0, "level": 40.0, "msg": "of Ada", "agentName": "Ada", "agentId": ada.String()}}
	update := map[string]any{
		"timestamp": "2023-11-14T22:13:20.000Z", "level": "warn", "category": "agent", "message": "of Ada", "agentId": ada.String(), "agentName": "Ada",
	}
	entry := map[string]any{"level": 40.0, "time": 1_700_000_000_000.0, "msg": "of Ada", "agentId": ada.String(), "agentName": "Ada"}
	for name, c := range map[string]struct {
		first string // tells the dialect
		want  map[string]map[string]any
	}{
		"documents": {"set_log_filter", map[string]map[string]any{"log_update": update}},
		"OpenAPI":   {"join", map[string]map[string]any{"logEntry": entry}},
		"servers":   {"1", map[string]map[string]any{"log_stream": stream}},
		"unknown":   {"", map[string]map[string]any{"log_stream": stream, "log_update": update, "logEntry": entry}},
	} {
		l := r.open(`{"entityId":"` + person + `"}`)
		if c.first != "" {
			l.asks(c.first, `{"roomId":"`+nobody+`"}`)
		}
		if got := l.asks("subscribe_logs", "null"); got["subscribed"] != true || text(got, "message") != "Successfully subscribed to log stream" {
			t.Errorf("%s: %v", name, got)
		}
		l.heard = nil
		ring.Add(line)
		for _, event := range []string{"log_stream", "log_update", "logEntry"} { // as they are sent
			want := c.want[event]
			if want == nil {
				continue
			}
			got := l.hears(event)
			for _, m := range []map[string]any{got, object(got, "payload")} {
				if text(m, "id") != "" {
					delete(m, "id")
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if got := l.asks("unsubscribe_logs", "null"); got["subscribed"] != false || text(got, "message") != "Successfully unsubscribed from log stream" {
			t.Errorf("%s: %v", name, got)
		}
		ring.Add(line)
		for _, e := range l.heard {
			if strings.HasPrefix(e.name, "log_st") || e.name == "log_update" || e.name == "logEntry" {
				if c.want[e.name] == nil {
					t.Errorf("%s: it hears %s", name, e.name)
				}
			}
		}
	}
}

func object(m map[string]any, key string) map[string]any {
	inner, _ := m[key].(map[string]any)
	return inner
}

func TestFiltersOfTheLog(t *testing.T) {
	ring := logs.New(500, logs.NewMask(nil))
	r := newRig(t, withLog(ring))
	l := r.open(`{"entityId":"` + person + `"}`)
	refused := func(event, payload, want string) {
		t.Helper()
		if got := l.asks(event, payload); got["success"] != false || !strings.Contains(text(got, "error"), want) {
			t.Errorf("%s %s: %v", event, payload, got)
		}
	}
	accepted := func(event, payload string, want map[string]any) {
		t.Helper()
		if got := l.asks(event, payload); got["success"] != true || !cmp.Equal(got["filters"], any(want)) {
			t.Errorf("%s %s: %v, want %v", event, payload, got, want)
		}
	}
	refused("update_log_filters", `{"level":"warn"}`, "Not subscribed to log stream")
	l.asks("subscribe_logs", "null")
	l.asks("subscribe_logs", "null") // again is no mistake
	accepted("update_log_filters", `{"level":"warn"}`, map[string]any{"level": "warn"})
	for _, bad := range []string{`{"level":"loud"}`, `{"level":"WARN"}`, `{"level":-1}`, `{"level":4.5}`, `{"level":1e9}`, `{"level":{}}`, `{"level":["warn"]}`, `{"level":true}`} {
		refused("update_log_filters", bad, "level: allowed is all, trace")
	}
	for _, bad := range []string{`"x"`, `5`, `[]`, `{"agentName":5}`, `{"agentName":{}}`, `{"agentId":[]}`, `true`} {
		refused("update_log_filters", bad, "payload")
	}
	refused("update_log_filters", `{"agentName":"`+strings.Repeat("x", 501)+`"}`, "too long")
	refused("update_log_filters", `{"agentId":"x"}`, "Invalid agent ID")
	refused("update_log_filters", strings.Repeat(`{"a":`, 300)+"1"+strings.Repeat("}", 300), "nested")
	accepted("update_log_filters", `null`, map[string]any{"level": "warn"})
	accepted("update_log_filters", `{"agentName":"Eliza","level":"all"}`, map[string]any{"level": "all", "agentName": "Eliza"})
	accepted("update_log_filters", `{"agentName":"all","level":40}`, map[string]any{"level": 40.0, "agentName": "all"})
	heard := func(want string) {
		t.Helper()
		if got := l.hears("log_stream"); text(got, "payload", "msg") != want {
			t.Errorf("heard %v, want %s", got, want)
		}
	}
	ring.Add(logs.Line{Level: 30, Text: "info"})
	ring.Add(logs.Line{Level: 40, Text: "warn"})
	heard("warn")
	accepted("update_log_filters", `{"agentName":"Eliza","level":null}`, map[string]any{"agentName": "Eliza"})
	ring.Add(logs.Line{Level: 60, Text: "of Bob", Agent: "Bob"})
	ring.Add(logs.Line{Level: 10, Text: "of Eliza", Agent: "Eliza"})
	heard("of Eliza")
	accepted("set_log_filter", `{"category":"server","agentName":"all"}`, map[string]any{"agentName": "all", "category": "server"})
	ring.Add(logs.Line{Level: 60, Text: "of Bob", Agent: "Bob"})
	ring.Add(logs.Line{Level: 60, Text: "of the server"})
	if got := l.hears("log_update"); text(got, "message") != "of the server" || text(got, "category") != "server" {
		t.Errorf("heard %v", got)
	}
	l.asks("unsubscribe_logs", "null")
	accepted("set_log_filter", `{"level":"error"}`, map[string]any{"level": "error"}) // before the subscription
	l.asks("subscribe_logs", "null")
	ring.Add(logs.Line{Level: 40, Text: "warn"})
	ring.Add(logs.Line{Level: 50, Text: "error"})
	if got := l.hears("log_update"); text(got, "message") != "error" {
		t.Errorf("heard %v", got)
	}
}

// A client that reads nothing for a while loses lines, and is told how many; it
// keeps its connection, and whoever writes the log does not wait for it.
func TestASlowClientLosesLinesOfTheLog(t *testing.T) {
	const lines = 20_000
	ring := logs.New(100, logs.NewMask(nil))
	r := newRig(t, withLog(ring))
	l := r.open(`{"entityId":"` + person + `"}`)
	l.asks("1", `{"channelId":"`+nobody+`"}`)
	l.asks("subscribe_logs", "null")
	for i := range lines {
		ring.Add(logs.Line{Level: 30, Text: fmt.Sprint(i)})
	}
	heard, lost := 0, 0
	for heard+lost < lines {
		payload := object(l.hears("log_stream"), "payload")
		if n, is := payload["leftOut"].(float64); is {
			lost += int(n)
			continue
		}
		if want := fmt.Sprint(heard + lost); text(payload, "msg") != want {
			t.Fatalf("heard %v, want line %s", payload, want)
		}
		heard++
	}
	if lost == 0 || heard < 100 {
		t.Errorf("heard %d lines, lost %d", heard, lost)
	}
}

// Nobody is left who sends the log to sockets that are gone.
func TestFollowersOfTheLogEndWithTheirSockets(t *testing.T) {
	ring := logs.New(100, logs.NewMask(nil))
	r := newRig(t, withLog(ring))
	storm := func(size int) {
		for i := range size {
			l := r.open(`{"entityId":"` + person + `"}`)
			l.asks("subscribe_logs", "null")
			ring.Add(logs.Line{Level: 30, Text: "a line"})
			switch i % 3 {
			case 0:
				l.post("41") // the socket
			case 1:
				l.post("1") // the connection
			default:
				l.asks("unsubscribe_logs", "null")
				l.asks("subscribe_logs", "null")
				l.post("1")
			}
		}
	}
	storm(3) // what stays once
	before := runtime.NumGoroutine()
	storm(300) // more than may follow at once
	check.Until(r.t, "the goroutines are gone", func() bool { return runtime.NumGoroutine() <= before+3 })
	check.Until(r.t, "all may follow again", func() bool {
		var all []*logs.Reader
		for range logs.MaxReaders {
			reader, err := ring.Subscribe(logs.Filter{}, "")
			if err != nil {
				break
			}
			all = append(all, reader)
		}
		for _, reader := range all {
			reader.Close()
		}
		return len(all) == logs.MaxReaders
	})
}
