package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	answerTime = 20 * time.Second // an answer that takes longer hangs
	leastWalk  = 20               // hostile requests to each operation
)

// TestNoRequestBreaksTheServer sends every operation of openapi.json what it
// should never get: each answer comes, is no failure of the server, and is as
// the document says.
func TestNoRequestBreaksTheServer(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	const key = "walker-93a1c5e07bd24f68"
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	address := built.Start(t, "OPENAI_BASE_URL="+stub.URL+"/v1", "ELIZA_SERVER_AUTH_TOKEN="+key, "LOG_LEVEL=error").Address
	api, err := readSpec(specFile)
	if err != nil {
		t.Fatal(err)
	}
	ids := furnish(ctx, t, address, key)
	w := &walker{T: t, api: api, url: address, key: key, client: &http.Client{Timeout: answerTime}}
	var order [2][]*operation // what deletes comes last
	for i := range api.operations {
		o := &api.operations[i]
		last := 0
		if o.method == "DELETE" {
			last = 1
		}
		order[last] = append(order[last], o)
	}
	for _, operations := range order {
		var group sync.WaitGroup
		next := make(chan *operation)
		for range 4 {
			group.Go(func() {
				for o := range next {
					w.walk(ctx, o, ids)
				}
			})
		}
		for _, o := range operations {
			next <- o
		}
		close(next)
		group.Wait()
	}
	if e := w.send(ctx, &assault{method: "GET", path: "/api/health"}); e.status != 200 {
		t.Errorf("in the end the health is %d: %s", e.status, e.body)
	}
	t.Logf("%d hostile requests to %d operations", w.sent.Load(), len(api.operations))
}

// furnish plays the corpus up to its end, so that there is something to break.
func furnish(ctx context.Context, t *testing.T, address, key string) map[string]string {
	t.Helper()
	steps, err := corpus()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayer(address)
	for i := range steps {
		if strings.HasPrefix(steps[i].name(), "99-") {
			break
		}
		steps[i].headers = append(steps[i].headers, [2]string{"X-API-KEY", key})
		p.play(ctx, &steps[i])
	}
	ids := map[string]string{"path": "nothing", "keyId": p.variables["$nobody"]}
	for parameter, variable := range map[string]string{
		"agentId": "$ada", "logId": "$log", "roomId": "$attic", "memoryId": "$memory", "runId": "$run", "worldId": "$world", "channelId": "$club",
		"messageServerId": "$server", "messageId": "$message", "jobId": "$job", "sessionId": "$session", "userId": "$user", "entityId": "$user", "author_id": "$user",
		"server_id": "$server", "serverId": "$server", "channel_id": "$club", "message_server_id": "$server", "webhookId": "$webhook", "webhookDeliveryId": "$told",
	} {
		if ids[parameter] = p.variables[variable]; ids[parameter] == "" {
			t.Fatalf("the corpus gave no %s", variable)
		}
	}
	return ids
}

type walker struct {
	*testing.T
	api    *spec
	url    string
	key    string
	client *http.Client
	sent   atomic.Int64
}

func (w *walker) walk(ctx context.Context, o *operation, ids map[string]string) {
	if o.method == "DELETE" { // what it names would be gone
		ids = map[string]string{}
		for _, p := range o.parameters {
			ids[p.name] = "99999999-9999-4999-8999-999999999999"
		}
	}
	list := w.api.assaults(o, ids)
	if len(list) < leastWalk {
		w.Errorf("%s %s: only %d hostile requests", o.method, o.path, len(list))
	}
	for i := range list {
		a := &list[i]
		if strings.HasPrefix(o.ID, "stop-server") { // a foreign page's, else it would stop
			a.headers = append(a.headers, [2]string{"Origin", "http://elsewhere.example"})
		}
		e := w.send(ctx, a)
		w.sent.Add(1)
		for _, fault := range w.faults(o, a, &e) {
			w.Errorf("%s %s, %s: %s\n%s", a.method, short([]byte(a.path)), a.what, fault, short(e.body))
		}
	}
}

// asksForEngine reports whether an answer says that nobody can do what is asked
// for, and what to install for it.
func asksForEngine(e *exchange) bool {
	return e.status == http.StatusServiceUnavailable && strings.Contains(string(e.body), `"UNAVAILABLE"`) && strings.Contains(string(e.body), ": install ")
}

// faults lists what is wrong with an answer.
func (w *walker) faults(o *operation, a *assault, e *exchange) []string {
	switch {
	case e.failed != nil:
		return []string{e.failed.Error()}
	case e.status >= 500 && e.status != http.StatusNotImplemented && !asksForEngine(e):
		return []string{"a failure of the server"}
	}
	var list []string
	if fault := enveloped(e); fault != "" {
		list = append(list, fault)
	}
	if bytes.Contains(e.body, []byte("goroutine ")) || bytes.Contains(e.body, []byte(".go:")) {
		list = append(list, "shows how the server is made")
	}
	if a.method == o.method && e.status != http.StatusMethodNotAllowed && e.status/100 != 3 {
		if path, _, _ := strings.Cut(a.path, "?"); w.api.find(o.method, path) == o {
			if err := w.api.check(o, e); err != nil {
				list = append(list, "not as documented: "+err.Error())
			}
		}
	}
	return list
}

// send returns the answer; of a stream, its beginning.
func (w *walker) send(ctx context.Context, a *assault) (e exchange) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var body io.Reader
	if a.kind != "" {
		body = strings.NewReader(a.body)
	}
	req, err := http.NewRequestWithContext(ctx, a.method, w.url, body)
	if err != nil {
		e.failed = err
		return e
	}
	path, query, _ := strings.Cut(a.path, "?")
	req.URL.Opaque = strings.TrimPrefix(w.url, "http:") + path // as it is, also what is no path
	req.URL.RawQuery = query
	if a.kind != "" {
		req.Header.Set("Content-Type", a.kind)
	}
	for _, h := range a.headers {
		req.Header[http.CanonicalHeaderKey(h[0])] = []string{headerSafe(h[1])}
	}
	req.Header.Set("X-API-KEY", w.key)
	res, err := w.client.Do(req)
	if err != nil {
		e.failed = err
		return e
	}
	defer res.Body.Close()
	e.status, e.header = res.StatusCode, res.Header
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return e
	}
	if e.body, e.failed = io.ReadAll(res.Body); errors.Is(e.failed, context.DeadlineExceeded) {
		e.failed = errors.New("the answer does not end")
	}
	return e
}
