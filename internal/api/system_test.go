package api_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/logs"
)

func TestServerLogs(t *testing.T) {
	ring := logs.New(100, logs.NewMask([]string{"canary-secret"}))
	r := newRig(t, func(o *api.Options) { o.Logs = ring })
	now := eliza.Millis(time.Now().UnixMilli())
	ada := eliza.NameID("Ada")
	for _, l := range []logs.Line{
		{At: now - 2*3600_000, Level: 30, Text: "long ago"}, {Level: 20, Text: "debug"}, {Level: 30, Text: "info", Agent: "Ada"},
		{Level: 40, Text: "warn", AgentID: ada}, {Level: 50, Text: "error"},
	} {
		ring.Add(l)
	}
	const path = "/api/server/logs"
	texts := func(all map[string]any) (said []string) {
		for _, l := range list(all, "logs") {
			said = append(said, text(l, "msg"))
		}
		return said
	}
	for query, want := range map[string][]string{
		"": {"debug", "info", "warn", "error"}, "?level=all&agentName=all&agentId=all": {"debug", "info", "warn", "error"}, "?level=warn": {"warn", "error"},
		"?limit=1": {"error"}, "?agentName=Ada": {"info"}, "?agentId=" + ada.String(): {"warn"}, "?since=1": {"long ago", "debug", "info", "warn", "error"}, "?level=fatal": nil,
	} {
		all := r.send("GET", path+query, nil).has(200)
		if got := texts(all); !cmp.Equal(got, want) || all["count"] != float64(len(want)) || all["total"] != 5.0 || len(all["levels"].([]any)) != 9 {
			t.Errorf("%q: %v", query, all)
		}
	}
	if got := texts(r.send("POST", path, map[string]any{"level": "error"}).has(200)); !cmp.Equal(got, []string{"error"}) {
		t.Errorf("by the body: %v", got)
	}
	if got := texts(r.send("POST", path+"?level=error", nil).has(200)); !cmp.Equal(got, []string{"error"}) {
		t.Errorf("by the query: %v", got)
	}
	lines := []any{map[string]any{"level": "warn", "message": "with canary-secret", "source": "phone", "metadata": map[string]any{"token": "t", "n": 1}}, map[string]any{"message": "plain"}}
	if got := r.send("POST", path, map[string]any{"logs": lines}).has(200); got["received"] != 2.0 {
		t.Errorf("received: %v", got)
	}
	if got := texts(r.send("GET", path+"?limit=2", nil).has(200)); !cmp.Equal(got, []string{"with [REDACTED] source=phone n=1 token=[REDACTED]", "plain source=client"}) {
		t.Errorf("kept: %v", got)
	}
	for _, query := range []string{"?level=loud", "?limit=-1", "?limit=1001", "?since=abc", "?since=-1"} {
		r.send("GET", path+query, nil).fails(400, "INVALID_REQUEST")
	}
	r.send("GET", path+"?agentId=x", nil).fails(400, "INVALID_ID")
	for _, body := range []map[string]any{{"logs": "x"}, {"logs": []any{map[string]any{"level": "loud", "message": "x"}}}, {"logs": []any{5}}, {"level": 5}, {"limit": "x"}} {
		r.send("POST", path, body).fails(400, "INVALID_REQUEST")
	}
	if got := r.send("DELETE", path, nil).has(200); got["status"] != "success" {
		t.Errorf("cleared: %v", got)
	}
	if got := r.send("GET", path+"?since=1", nil).has(200); got["total"] != 0.0 || len(list(got, "logs")) != 0 {
		t.Errorf("after clearing: %v", got)
	}
}

func TestServersShowTheirAgents(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	all := r.send("GET", "/api/server/debug/servers", nil).data(200)
	if at(all, "runtime", "agents").([]any)[0].(map[string]any)["id"] != agent || text(all, "environment", "version") != "1.2.3" {
		t.Errorf("debug: %v", all)
	}
	for _, path := range []string{"/api/server/debug/servers", "/api/server/servers"} {
		servers := list(r.send("GET", path, nil).has(200), "servers")
		if len(servers) != 1 || servers[0]["id"] != zeroServer || servers[0]["status"] != "active" || !cmp.Equal(servers[0]["agents"], []any{agent}) {
			t.Errorf("%s: %v", path, servers)
		}
	}
}

func TestVersionConfigAndTEE(t *testing.T) {
	for _, keyed := range []bool{false, true} {
		r := newRig(t, func(o *api.Options) {
			if keyed {
				withKey(o)
			}
		})
		if got := r.send("GET", "/api/system/version", nil).has(200); got["version"] != "1.2.3" || got["source"] != "server" || got["uptime"].(float64) < 0 {
			t.Errorf("version: %v", got)
		}
		if got := r.send("GET", "/api/system/config", nil).data(200); got["requiresAuth"] != keyed {
			t.Errorf("config: %v", got)
		}
		for _, path := range []string{"/api/tee", "/api/tee/agents", "/api/tee/agents/" + person, "/api/tee/a/b/c"} {
			r.send("GET", path, nil).fails(404, "NOT_FOUND")
		}
		r.send("POST", "/api/tee/logs", map[string]any{}).fails(404, "NOT_FOUND")
	}
}

var envPaths = []string{"/api/system/env/local", "/api/system/environment/local"}

func TestEnvironmentIsMaskedAndKeepsOtherLines(t *testing.T) {
	for _, path := range envPaths {
		file := filepath.Join(t.TempDir(), ".env")
		r := newRig(t, func(o *api.Options) { o.EnvFile = file })
		if got := r.send("GET", path, nil).data(200); len(got) != 0 {
			t.Errorf("without a file: %v", got)
		}
		if err := os.WriteFile(file, []byte("# mine\nA=canary-a\nEMPTY=\nexport B='canary b' # two\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := r.send("GET", path, nil).data(200); !cmp.Equal(got, map[string]any{"A": "********", "EMPTY": "", "B": "********"}) {
			t.Errorf("shown: %v", got)
		}
		answer := r.send("POST", path, map[string]any{"content": map[string]any{"A": "********", "B": nil, "N": 5, "YES": true, "TEXT": "x y"}})
		if got := answer.data(200); !cmp.Equal(got, map[string]any{"A": "********", "EMPTY": "", "N": "********", "YES": "********", "TEXT": "********"}) {
			t.Errorf("answered: %s", answer.body)
		}
		b, err := os.ReadFile(file)
		if err != nil || string(b) != "# mine\nA=canary-a\nEMPTY=\nN=5\nTEXT='x y'\nYES=true\n" {
			t.Errorf("the file holds %q, %v", b, err)
		}
		for name, body := range map[string]any{
			"no content": map[string]any{}, "a text": map[string]any{"content": "A=1"}, "a list": map[string]any{"content": []any{}}, "null": map[string]any{"content": nil},
			"a bad name": map[string]any{"content": map[string]any{"A B": "x"}}, "two lines of a name": map[string]any{"content": map[string]any{"A\nB": "x"}},
			"an object": map[string]any{"content": map[string]any{"A": map[string]any{}}}, "a NUL": map[string]any{"content": map[string]any{"A": "\x00"}},
		} {
			got := r.send("POST", path, body)
			if got.status != 400 {
				t.Errorf("%s: %d %s", name, got.status, got.body)
				continue
			}
			got.fails(400, "INVALID_INPUT")
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(b) {
			t.Errorf("refused changes made it %q, %v", after, err)
		}
	}
}

func TestEnvironmentIsWrittenByNoBrowserWithoutAKey(t *testing.T) {
	body := map[string]any{"content": map[string]any{"A": "1"}}
	for _, path := range envPaths {
		open, keyed := newRig(t), newRig(t, withKey)
		for _, header := range []string{"Origin: http://localhost:5173", "Sec-Fetch-Site: same-origin", "X-Forwarded-For: 10.0.0.1", "Referer: http://localhost/"} {
			open.send("POST", path, body, header).fails(403, "FORBIDDEN")
			keyed.send("POST", path, body, header).data(200)
		}
		keyed.send("POST", path, body, "X-API-KEY: ").fails(401, "UNAUTHORIZED")
		if got := open.send("GET", path, nil).data(200); len(got) != 0 {
			t.Errorf("written: %v", got)
		}
		open.send("POST", path, body).data(200)
	}
}

func TestMalformedEnvironmentIsLeftAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte("what is canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(o *api.Options) { o.EnvFile = file })
	r.send("GET", envPaths[0], nil).fails(500, "FETCH_ERROR")
	r.send("POST", envPaths[0], map[string]any{"content": map[string]any{"A": "1"}}).fails(500, "UPDATE_ERROR")
	if b, err := os.ReadFile(file); err != nil || string(b) != "what is canary\n" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}
