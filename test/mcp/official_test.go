package mcp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elizad/elizad/test/stubmodel"
)

// TestTheOfficialServers uses each of the official servers over every transport
// that it has.
func TestTheOfficialServers(t *testing.T) {
	everything := everything(t)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "tides.txt"), []byte("high 14:07"), 0o600); err != nil {
		t.Fatal(err)
	}
	node := func(program string, args ...string) map[string]any {
		return map[string]any{"command": "node", "args": append([]string{program}, args...), "approval": "never", "env": map[string]string{"MEMORY_FILE_PATH": filepath.Join(folder, "memory.json")}}
	}
	web := func(transport, kind, path string) map[string]any {
		return map[string]any{"type": kind, "url": serveWeb(t, everything, transport) + path, "approval": "never"}
	}
	h := newHouse(t, map[string]any{
		"every":  node(everything, "stdio"),
		"stream": web("streamableHttp", "http", "/mcp"),
		"old":    web("sse", "sse", "/sse"),
		"older":  web("sse", "http", "/sse"), // of another type than it says
		"files":  node(official(t, "server-filesystem"), folder),
		"memory": node(official(t, "server-memory")),
	})
	h.connected("every", "stream", "old", "older", "files", "memory")
	for _, c := range []struct{ tool, arguments, result string }{
		{"EVERY_ECHO", `{"message":"one"}`, "Echo: one"},
		{"EVERY_GET_STRUCTURED_CONTENT", `{"location":"New York"}`, "temperature"},
		{"EVERY_GET_TINY_IMAGE", `{}`, "a picture of image/png"},
		{"EVERY_GET_RESOURCE_REFERENCE", `{"resourceType":"Text","resourceId":1}`, "demo://resource"},
		{"EVERY_GET_RESOURCE_LINKS", `{"count":2}`, "demo://resource"},
		{"EVERY_GET_SUM", `{"a":"many"}`, "must be number"},
		{"STREAM_ECHO", `{"message":"two"}`, "Echo: two"},
		{"STREAM_TRIGGER_LONG_RUNNING_OPERATION", `{"duration":1,"steps":2}`, "completed"},
		{"OLD_ECHO", `{"message":"three"}`, "Echo: three"},
		{"OLD_GET_SUM", `{"a":20,"b":22}`, "42"},
		{"OLDER_ECHO", `{"message":"four"}`, "Echo: four"},
		{"FILES_READ_TEXT_FILE", `{"path":"` + filepath.Join(folder, "tides.txt") + `"}`, "high 14:07"},
		{"FILES_READ_TEXT_FILE", `{"path":"/etc/passwd"}`, "Access denied"},
		{"MEMORY_CREATE_ENTITIES", `{"entities":[{"name":"Olga","entityType":"person","observations":["keeps the light"]}]}`, "keeps the light"},
		{"MEMORY_SEARCH_NODES", `{"query":"Olga"}`, "keeps the light"},
	} {
		h.stub.Script(call(c.tool, c.arguments), stubmodel.Reply{Text: "done"})
		h.answered(h.say("use " + c.tool))
		if got := h.told(); !strings.Contains(got, c.result) {
			t.Errorf("%s with %s tells %q, want %q", c.tool, c.arguments, got, c.result)
		}
	}
	for _, s := range h.get("/api/agents/" + h.agent + "/mcp").Get("data.servers").Array() {
		if s.Get("state").Str != "ready" || len(s.Get("tools").Array()) == 0 || len(s.Get("leftOut").Array()) != 0 {
			t.Errorf("%s", s)
		}
	}
}

// official is the program of an official server.
func official(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("node_modules/@modelcontextprotocol/" + name + "/dist/index.js")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("run `npm ci` in test/mcp: %v", err)
	}
	return path
}
