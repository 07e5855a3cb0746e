package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/job"
	"github.com/elizad/elizad/internal/media"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/internal/session"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/engines"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/internal/webhook"
	"github.com/elizad/elizad/plugin"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	patience   = 20 * time.Second
	person     = "11111111-1111-4111-8111-111111111111"
	other      = "22222222-2222-4222-8222-222222222222"
	nobody     = "99999999-9999-4999-8999-999999999999"
	zeroServer = "00000000-0000-0000-0000-000000000000"
	maxPayload = 64 << 10
)

// rig is the API over real rooms and a real database; only the model is a
// stand-in.
type rig struct {
	t       testing.TB
	url     string
	stub    *stubmodel.Server
	key     string        // sent with every request
	stopped chan struct{} // closed by POST /api/stop
	ahead   *atomic.Int64 // by so much the clock of sessions and jobs is
	rooms   api.Options
	face    *api.API
	dir     string // what files are in must be in its folder data
}

func newRig(t testing.TB, change ...func(*api.Options)) *rig {
	t.Helper()
	r := &rig{t: t, stub: stubmodel.New(), stopped: make(chan struct{}), ahead: new(atomic.Int64)}
	stub := httptest.NewServer(r.stub)
	t.Cleanup(stub.Close)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DataDir: t.TempDir(), Node: "rig"})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	news := bus.New()
	talk := messaging.New(s, news, messaging.LoopLimits{Hops: 4, PerMinute: 1000})
	talk.TellWebhooks(api.Words)
	recall := memory.New(s, nil, log)
	models := model.Config{OpenAIBaseURL: stub.URL + "/v1", Attempts: 1, CallTimeout: patience, StallTimeout: patience}
	router := providers.New(ctx, models, model.Embedded{})
	budgets := budget.New(budget.Options{Store: s, Bus: news, Prices: model.Prices{{Pattern: "stub-chat", Input: eliza.Million, Output: 2 * eliza.Million}}, Log: log})
	router.Measure(budgets)
	voices, hush := engines.New(speech.Config{VoiceModel: "stub-voice", EarModel: "stub-ear"}, models, t.TempDir())
	t.Cleanup(hush)
	clock := func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }
	tasks := task.New(s, talk, task.Options{Now: clock}, log)
	agents := agent.New(s, news, talk, recall, router, agent.Options{TurnTimeout: patience, MaxSteps: 4, Policy: agent.Each, Budgets: budgets, Tasks: tasks}, log)
	r.dir = t.TempDir()
	files, err := media.Open(filepath.Join(r.dir, "data"), media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	options := api.Options{
		Sessions: session.New(s, news, talk, session.Options{
			Defaults:   eliza.SessionLimits{TimeoutMinutes: 30, AutoRenew: true, MaxDurationMinutes: 720, WarningMinutes: 5},
			MinTimeout: 5, MaxTimeout: 1440, Keep: 5 * time.Minute, Now: clock,
		}),
		Jobs:   job.New(s, talk, job.Options{Now: clock}),
		Tasks:  tasks,
		Agents: agents, Messaging: talk, Budgets: budgets, Bus: news, Speech: voices, Talks: conversation.New(voices, agents, talk), Models: router.Explain(),
		Webhooks: webhook.New(s, webhook.Options{Outbound: outbound.Options{Allow: outbound.Loopback}}, log),
		Media:    files, Signer: media.NewSigner(key), Log: log, Version: "1.2.3",
		Plugins: []plugin.Plugin{probe}, EnvFile: filepath.Join(t.TempDir(), ".env"), MaxPayload: maxPayload, Stop: func() { close(r.stopped) },
	}
	for _, c := range change {
		c(&options)
	}
	if options.Access != nil {
		r.key = key
	} else {
		options.Access = access.New(access.Options{Store: s})
	}
	r.rooms = options
	face := api.New(options)
	r.face = face
	recall.Run(agents.Busy)
	options.Webhooks.Run(ctx)
	if err := agents.Work(ctx); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(face)
	r.url = server.URL
	t.Cleanup(func() {
		face.Close()
		server.Close()
		end, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := agents.Close(end); err != nil {
			t.Error(err)
		}
		recall.Close()
		options.Webhooks.Close(end)
		news.Close()
		if err := errors.Join(files.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// reply is an answer of the server, read to its end.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// send asks the server. body is a text, bytes, or a value to encode as JSON;
// headers are "Name: value" and replace those that are sent always.
func (r *rig) send(method, path string, body any, headers ...string) reply {
	r.t.Helper()
	var sent []byte
	switch b := body.(type) {
	case nil:
	case string:
		sent = []byte(b)
	case []byte:
		sent = b
	default:
		var err error
		if sent, err = json.Marshal(b); err != nil {
			r.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, bytes.NewReader(sent))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		req.Header.Set("X-API-KEY", r.key)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		switch {
		case name == "Host":
			req.Host = value
		case value == "":
			req.Header.Del(name)
		default:
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{t: r.t, what: method + " " + path, status: resp.StatusCode, header: resp.Header, body: read}
}

// has fails unless the answer has the status, and returns its body.
func (a reply) has(status int) map[string]any {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d %s, want %d", a.what, a.status, a.body, status)
	}
	if len(a.body) == 0 {
		return nil
	}
	var all map[string]any
	if err := json.Unmarshal(a.body, &all); err != nil {
		a.t.Fatalf("%s: %s: %v", a.what, a.body, err)
	}
	return all
}

// data is the part of a success that the envelope holds.
func (a reply) data(status int) map[string]any {
	a.t.Helper()
	all := a.has(status)
	data, ok := all["data"].(map[string]any)
	if all["success"] != true || !ok {
		a.t.Fatalf("%s: no success envelope: %s", a.what, a.body)
	}
	return data
}

// fails holds an error to the envelope and returns its message.
func (a reply) fails(status int, code string) string {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d %s, want %d %s", a.what, a.status, a.body, status, code)
	}
	got, message := a.envelope()
	if got != code {
		a.t.Fatalf("%s: code %s (%s), want %s", a.what, got, message, code)
	}
	return message
}

// envelope reads an error and fails when it is not in the documented form.
func (a reply) envelope() (code, message string) {
	a.t.Helper()
	var f struct {
		Success *bool
		Error   *struct{ Code, Message, Details string }
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || f.Success == nil || *f.Success || f.Error == nil || f.Error.Code == "" || f.Error.Message == "" {
		a.t.Fatalf("%s: %d %q is no error envelope: %v", a.what, a.status, a.body, err)
	}
	if contentType := a.header.Get("Content-Type"); !strings.HasPrefix(contentType, "application/json") {
		a.t.Fatalf("%s: the error is %s", a.what, contentType)
	}
	return f.Error.Code, f.Error.Message
}

// agent makes a running agent and returns its id.
func (r *rig) agent(name string) string {
	r.t.Helper()
	id := text(r.send("POST", "/api/agents", map[string]any{"name": name, "bio": "A test's agent"}).data(201), "id")
	r.send("POST", "/api/agents/"+id+"/start", nil).data(200)
	return id
}

// channel makes a channel and returns its id.
func (r *rig) channel(kind string, participants ...string) string {
	r.t.Helper()
	return text(r.send("POST", "/api/messaging/channels", map[string]any{
		"name": "room", "type": kind, "message_server_id": zeroServer, "participantCentralUserIds": append([]string{}, participants...),
	}).data(201), "id")
}

// say posts a message of the person; more fields may be given by name and value.
func (r *rig) say(channel, content string, more ...any) reply {
	r.t.Helper()
	body := map[string]any{"author_id": person, "content": content, "message_server_id": zeroServer}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return r.send("POST", "/api/messaging/channels/"+channel+"/messages", body)
}

// delivery waits until an agent's delivery of a message has ended.
func (r *rig) delivery(message string) map[string]any {
	r.t.Helper()
	var last map[string]any
	check.Until(r.t, "the delivery ends", func() bool {
		deliveries := list(r.send("GET", "/api/messaging/messages/"+message+"/deliveries", nil).data(200), "deliveries")
		if len(deliveries) != 1 {
			r.t.Fatalf("deliveries: %v", deliveries)
		}
		last = deliveries[0]
		return last["state"] != "pending"
	})
	return last
}

// text returns a member that is a text, "" when there is none.
func text(m map[string]any, path ...string) string {
	s, _ := at(m, path...).(string)
	return s
}

// list returns a member that is a list of objects.
func list(m map[string]any, path ...string) []map[string]any {
	all, _ := at(m, path...).([]any)
	objects := make([]map[string]any, len(all))
	for i, one := range all {
		objects[i], _ = one.(map[string]any)
	}
	return objects
}

// at follows a path of keys.
func at(m map[string]any, path ...string) any {
	var v any = m
	for _, key := range path {
		inner, _ := v.(map[string]any)
		v = inner[key]
	}
	return v
}
