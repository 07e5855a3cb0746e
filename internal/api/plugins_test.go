package api_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/plugin"
)

// probe is a plugin of every kind of route.
var probe = plugin.Plugin{Name: "probe", Routes: []plugin.Route{
	{Method: "GET", Path: "/things/{thing}", Description: "What was asked", Handle: func(_ context.Context, r *plugin.Request) (*plugin.Answer, error) {
		return plugin.JSON(map[string]any{"agent": r.AgentID, "thing": r.Path("thing"), "q": r.Query.Get("q")}), nil
	}},
	{Method: "POST", Path: "/things", Description: "What was sent", Handle: func(_ context.Context, r *plugin.Request) (*plugin.Answer, error) {
		switch string(r.Body) {
		case "panic":
			panic("secret-of-a-panic")
		case "fail":
			return nil, errors.New("secret-of-an-error")
		case "conflict":
			return nil, plugin.Errorf("CONFLICT", "It is there already")
		case "nothing":
			return nil, nil
		}
		return &plugin.Answer{Status: 201, Data: string(r.Body)}, nil
	}},
	{Method: "GET", Path: "/page", Name: "A page", Public: true, Description: "A panel", Handle: func(_ context.Context, r *plugin.Request) (*plugin.Answer, error) {
		return plugin.Page("<h1>" + r.AgentID + "</h1>"), nil
	}},
	{Method: "GET", Path: "/private", Name: "No panel", Handle: func(context.Context, *plugin.Request) (*plugin.Answer, error) { return plugin.Page("x"), nil }},
}}

func TestRoutesOfPlugins(t *testing.T) {
	r := newRig(t)
	ada := r.agent("Ada")
	for _, path := range []string{"/api/agents/" + ada + "/plugins/probe/things/7?q=x", "/api/probe/things/7?q=x&agentId=" + ada} {
		if got := r.send("GET", path, nil).data(200); text(got, "agent") != ada || text(got, "thing") != "7" || text(got, "q") != "x" {
			t.Errorf("%s: %v", path, got)
		}
	}
	things := "/api/agents/" + ada + "/plugins/probe/things"
	if got := r.send("POST", things, "well").has(201); text(got, "data") != "well" {
		t.Errorf("what was sent: %v", got)
	}
	for sent, want := range map[string]struct {
		status int
		code   string
	}{
		"conflict": {409, "CONFLICT"}, "panic": {500, "500"}, "fail": {500, "500"}, "nothing": {500, "500"},
	} {
		got := r.send("POST", things, sent)
		if code, _ := got.envelope(); got.status != want.status || code != want.code || strings.Contains(string(got.body), "secret-of") {
			t.Errorf("%s: %d %s", sent, got.status, got.body)
		}
	}
	for _, path := range []string{"/api/probe/things/7", "/api/probe/things/7?agentId=x", "/api/agents/x/plugins/probe/things/7"} {
		if got := r.send("GET", path, nil); got.status != 400 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/api/probe/things/7?agentId=" + other, "/api/agents/" + other + "/plugins/probe/things/7", "/api/agents/" + ada + "/plugins/none/x", "/api/agents/" + ada + "/plugins/probe/none"} {
		if got := r.send("GET", path, nil); got.status != 404 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

func TestPanels(t *testing.T) {
	r := newRig(t)
	ada := r.agent("Ada")
	panels := list(r.send("GET", "/api/agents/"+ada+"/panels", nil).has(200), "data")
	if len(panels) != 1 || text(panels[0], "id") != "probe-a-page" || text(panels[0], "name") != "A page" || text(panels[0], "description") != "A panel" {
		t.Fatalf("panels: %v", panels)
	}
	for _, path := range []string{text(panels[0], "url"), text(panels[0], "path"), "/api/probe/page?agentId=" + ada} {
		got := r.send("GET", path, nil)
		policy := got.header.Get("Content-Security-Policy")
		if got.status != 200 || string(got.body) != "<h1>"+ada+"</h1>" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") ||
			!strings.Contains(policy, "sandbox") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: %d %s %v", path, got.status, got.body, got.header)
		}
	}
	if got := r.send("GET", "/api/agents/"+ada+"/panels/probe-no-panel", nil); got.status != 404 {
		t.Errorf("a route that is not public is a panel: %d", got.status)
	}
}

// TestPanelsWithAKey opens a panel by its signed address, which is good for
// nothing else.
func TestPanelsWithAKey(t *testing.T) {
	r := newRig(t)
	_, r.key = r.keyFor("admin", "")
	ada := r.agent("Ada")
	url := text(list(r.send("GET", "/api/agents/"+ada+"/panels", nil).has(200), "data")[0], "url")
	_, adas := r.keyFor("read", ada)
	bob := r.agent("Bob")
	for path, want := range map[string]int{
		"/api/probe/things/7?agentId=" + ada: 200, "/api/probe/things/7?agentId=" + bob: 403, "/api/agents/" + bob + "/plugins/probe/things/7": 403, "/api/agents/" + bob + "/panels/probe-a-page": 403,
	} {
		if got := r.ask("GET", path, adas); got != want {
			t.Errorf("%s with Ada's key: %d", path, got)
		}
	}
	r.key = ""
	if got := r.send("GET", url, nil); got.status != 200 {
		t.Fatalf("%s: %d %s", url, got.status, got.body)
	}
	_, query, _ := strings.Cut(url, "?")
	for _, path := range []string{
		"/api/agents/" + ada + "/panels/probe-a-page", "/api/agents/" + ada + "/panels?" + query, "/api/agents/" + ada + "?" + query, "/api/agents/" + ada + "/plugins/probe/page?" + query,
		"/api/agents/" + other + "/panels/probe-a-page?" + query, "/api/agents/" + ada + "/panels/../memories?" + query,
	} {
		if got := r.send("GET", path, nil); got.status != 401 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := r.send("POST", url, nil); got.status != 401 && got.status != 405 {
		t.Errorf("POST: %d", got.status)
	}
	until := r.rooms.Signer.Sign("/api/agents/"+ada+"/panels/probe-a-page", time.Now().Add(-time.Second))
	if got := r.send("GET", until, nil); got.status != 401 {
		t.Errorf("an address that expired: %d", got.status)
	}
}
