package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/eliza"
)

func TestHealthTellsWhetherAnAgentRuns(t *testing.T) {
	r := newRig(t)
	check := func(path string, status int, agents, word string) {
		t.Helper()
		h := r.send("GET", path, nil).has(status)
		if text(h, "dependencies", "agents") != agents || text(h, "status") != word || text(h, "version") != "1.2.3" {
			t.Errorf("%s: %v", path, h)
		}
		if _, err := time.Parse("2006-01-02T15:04:05.000Z", text(h, "timestamp")); err != nil {
			t.Error(err)
		}
	}
	for _, path := range []string{"/api/health", "/api/server/health"} {
		check(path, 503, "no_agents", "OK")
	}
	check("/health", 503, "no_agents", "DEGRADED")
	id := r.agent("Eliza")
	for _, path := range []string{"/api/health", "/api/server/health", "/health"} {
		check(path, 200, "healthy", "OK")
	}
	if n := r.send("GET", "/health", nil).has(200)["agentCount"]; n != 1.0 {
		t.Errorf("agentCount %v", n)
	}
	r.send("POST", "/api/agents/"+id+"/stop", nil).data(200)
	check("/api/health", 503, "no_agents", "OK")
	if got := r.send("GET", "/healthz", nil).has(200); text(got, "status") != "ok" || text(got, "timestamp") == "" {
		t.Errorf("healthz: %v", got)
	}
}

// brokenDatabase stands for one whose disk fails or whose files are damaged.
type brokenDatabase struct {
	err  error
	lost int64
}

func (d *brokenDatabase) Ping(context.Context) error { return d.err }
func (d *brokenDatabase) LostCommits() int64         { return d.lost }

// TestHealthTellsHowTheDatabaseIs asks every health check about databases that
// are not well.
func TestHealthTellsHowTheDatabaseIs(t *testing.T) {
	db := &brokenDatabase{}
	r := newRig(t, func(o *api.Options) { o.Database = db })
	r.agent("Eliza")
	checks := []string{"/api/health", "/api/server/health", "/health"}
	expect := func(status int, word, state, problem string) {
		t.Helper()
		for _, path := range checks {
			h := r.send("GET", path, nil).has(status)
			if text(h, "status") != word || text(h, "dependencies", "database") != state || !strings.Contains(text(h, "problem"), problem) || (problem == "") != (text(h, "problem") == "") {
				t.Errorf("%s: %v", path, h)
			}
		}
	}
	expect(200, "OK", "healthy", "")
	db.lost = 3
	expect(200, "DEGRADED", "incomplete", "last 3 changes")
	r.send("GET", "/healthz", nil).has(200)
	db.err = eliza.Errorf(eliza.CodeStorageFull, "The disk is full")
	expect(503, "ERROR", "failing", "The disk is full")
	if h := r.send("GET", "/healthz", nil).has(503); text(h, "status") != "error" || text(h, "problem") != "The disk is full" {
		t.Errorf("healthz: %v", h)
	}
	db.err, db.lost = nil, 0
	expect(200, "OK", "healthy", "")
}

func TestPingHelloStatus(t *testing.T) {
	r := newRig(t)
	r.agent("Eliza")
	for _, prefix := range []string{"/api", "/api/server"} {
		pong := r.send("GET", prefix+"/ping", nil).has(200)
		if at, is := pong["timestamp"].(float64); pong["pong"] != true || !is || time.Since(time.UnixMilli(int64(at))) > time.Hour {
			t.Errorf("ping: %v", pong)
		}
		if got := r.send("GET", prefix+"/hello", nil).has(200); len(got) != 1 || text(got, "message") != "Hello World!" {
			t.Errorf("hello: %v", got)
		}
		got := r.send("GET", prefix+"/status", nil).has(200)
		if text(got, "status") != "ok" || got["agentCount"] != 1.0 || text(got, "timestamp") == "" {
			t.Errorf("status: %v", got)
		}
	}
}

func TestStopServer(t *testing.T) {
	r := newRig(t)
	if got := r.send("POST", "/api/stop", nil).has(200); text(got, "message") != "Server stopping..." {
		t.Errorf("stop: %v", got)
	}
	<-r.stopped
}

func TestModelsSayWhoServesAndWhy(t *testing.T) {
	models := list(newRig(t).send("GET", "/api/models", nil).data(200), "models")
	if len(models) != 4 || text(models[0], "capability") != "text" || text(models[0], "provider") != "openai" || text(models[0], "reason") == "" {
		t.Errorf("models: %v", models)
	}
}
