package api_test

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documented are the routes of ElizaOS's endpoint reference and of its 1.7.2
// server that a chat needs.
var documented = []string{
	"GET /api/health", "GET /api/server/health", "GET /health", "GET /healthz", "GET /api/ping", "GET /api/server/ping", "GET /api/hello",
	"GET /api/server/hello", "GET /api/status", "GET /api/server/status", "POST /api/stop", "POST /api/server/stop", "GET /api/models",
	"GET /api/agents", "POST /api/agents", "GET /api/agents/{agentId}", "PATCH /api/agents/{agentId}", "DELETE /api/agents/{agentId}",
	"POST /api/agents/{agentId}/start", "POST /api/agents/{agentId}/stop", "GET /api/agents/{agentId}/runs", "GET /api/agents/{agentId}/runs/{runId}",
	"POST /api/messaging/channels", "POST /api/messaging/central-channels", "GET /api/messaging/dm-channel",
	"GET /api/messaging/channels/{channelId}/details", "GET /api/messaging/channels/{channelId}", "PATCH /api/messaging/channels/{channelId}",
	"DELETE /api/messaging/channels/{channelId}", "GET /api/messaging/channels/{channelId}/participants", "POST /api/messaging/channels/{channelId}/agents",
	"GET /api/messaging/channels/{channelId}/agents", "DELETE /api/messaging/channels/{channelId}/agents/{agentId}",
	"POST /api/messaging/channels/{channelId}/messages", "GET /api/messaging/channels/{channelId}/messages", "DELETE /api/messaging/channels/{channelId}/messages",
	"DELETE /api/messaging/channels/{channelId}/messages/{messageId}", "POST /api/messaging/central-channels/{channelId}/messages",
	"GET /api/messaging/messages/{messageId}", "GET /api/messaging/messages/{messageId}/deliveries", "POST /api/messaging/submit",
	"POST /api/messaging/ingest-external", "GET /api/messaging/message-server/current", "GET /api/messaging/message-servers", "POST /api/messaging/message-servers",
	"GET /api/messaging/central-servers", "POST /api/messaging/servers", "GET /api/messaging/message-servers/{messageServerId}/channels",
	"GET /api/messaging/message-servers/{messageServerId}/agents", "POST /api/messaging/message-servers/{messageServerId}/agents",
	"DELETE /api/messaging/message-servers/{messageServerId}/agents/{agentId}", "GET /api/messaging/agents/{agentId}/message-servers",
}

func TestOpenAPIHasEveryRouteAndNamesAliases(t *testing.T) {
	r := newRig(t)
	document := r.send("GET", "/openapi.json", nil).has(200)
	if !strings.HasPrefix(text(document, "openapi"), "3.1") || text(document, "info", "version") != "1.2.3" {
		t.Errorf("openapi %v, info %v", document["openapi"], document["info"])
	}
	var served, ids []string
	for path, methods := range r.paths() {
		for method, operation := range methods {
			op, _ := operation.(map[string]any)
			served = append(served, strings.ToUpper(method)+" "+path)
			ids = append(ids, text(op, "operationId"))
			if text(op, "summary") == "" || op["responses"] == nil {
				t.Errorf("%s %s is not described", method, path)
			}
			if of := text(op, "x-alias-of"); of != "" && r.paths()[of][method] == nil {
				t.Errorf("%s is an alias of %s, which there is not", path, of)
			}
			if needs := op["security"] != nil; needs == (path == "/health" || path == "/healthz") {
				t.Errorf("%s: says that a key is needed: %v", path, needs)
			}
		}
	}
	for _, route := range documented {
		if !slices.Contains(served, route) {
			t.Errorf("%s is missing", route)
		}
	}
	slices.Sort(ids)
	if unique := len(slices.Compact(slices.Clone(ids))); unique != len(ids) {
		t.Errorf("%d operations have %d ids", len(ids), unique)
	}
	if of := at(document, "paths", "/api/server/ping", "get", "x-alias-of"); of != "/api/ping" {
		t.Errorf("/api/server/ping is an alias of %v", of)
	}
	// every reference within the document leads somewhere
	b, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(b), `"$ref":"#/`)[1:] {
		ref, _, _ := strings.Cut(part, `"`)
		if at(document, strings.Split(ref, "/")...) == nil {
			t.Errorf("nothing is at %s", ref)
		}
	}
}

func TestReferencePageShowsEveryOperation(t *testing.T) {
	r := newRig(t)
	got := r.send("GET", "/docs", nil)
	if got.status != 200 || got.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(got.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Fatalf("%d %v", got.status, got.header)
	}
	page := html.UnescapeString(string(got.body))
	if strings.Contains(page, "<script") {
		t.Error("the page runs a script")
	}
	ids := map[string]int{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[id[1]]++
	}
	for path := range r.paths() {
		if !strings.Contains(page, path) {
			t.Errorf("%s is not on the page", path)
		}
	}
	for _, link := range regexp.MustCompile(` (?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if anchor, is := strings.CutPrefix(link[1], "#"); is && ids[anchor] != 1 {
			t.Errorf("%s leads to %d places", link[1], ids[anchor])
		} else if !is && !strings.HasPrefix(link[1], "/") {
			t.Errorf("the page reaches out to %s", link[1])
		}
	}
}
