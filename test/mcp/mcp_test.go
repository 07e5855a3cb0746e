// Package mcp_test has an agent of the built server use the tools of the MCP
// reference server, over both of its transports.
package mcp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	patience = time.Minute
	person   = "11111111-1111-4111-8111-111111111111"
	zero     = "00000000-0000-0000-0000-000000000000"
)

// house is the built server with an agent that names MCP servers.
type house struct {
	t       *testing.T
	stub    *stubmodel.Server
	env     []string
	server  *built.Server
	url     string
	channel string
	agent   string
}

func newHouse(t *testing.T, servers map[string]any) *house {
	h := &house{t: t, stub: stubmodel.New()}
	stub := httptest.NewServer(h.stub)
	t.Cleanup(stub.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "keeper.json")
	b, err := json.Marshal(map[string]any{"name": "Keeper", "bio": "A test's agent", "settings": map[string]any{"mcp": map[string]any{"servers": servers}}})
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.env = []string{"OPENAI_BASE_URL=" + stub.URL + "/v1", "ELIZA_CHARACTERS=" + file, "ELIZA_DATA_DIR=" + filepath.Join(dir, "data"),
		"ELIZA_OUTBOUND_ALLOW=127.0.0.1", "CANARY=must not be seen"}
	h.start()
	h.agent = h.get("/api/agents").Get("data.agents.0.id").Str
	h.channel = h.send("POST", "/api/messaging/channels", map[string]any{"name": "room", "type": "DM", "message_server_id": zero, "participantCentralUserIds": []string{person, h.agent}}).Get("data.id").Str
	return h
}

func (h *house) start() {
	h.t.Helper()
	h.server = built.Start(h.t, h.env...)
	h.url = h.server.Address
}

func (h *house) get(path string) gjson.Result { h.t.Helper(); return h.send("GET", path, nil) }

func (h *house) send(method, path string, body any) gjson.Result {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	b, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	if body == nil {
		b = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, h.url+path, bytes.NewReader(b))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		h.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, read, err)
	}
	return gjson.ParseBytes(read)
}

// say posts a message and returns its id.
func (h *house) say(text string) string {
	h.t.Helper()
	return h.send("POST", "/api/messaging/channels/"+h.channel+"/messages", map[string]any{"author_id": person, "content": text, "message_server_id": zero}).Get("userMessage.id").Str
}

// until asks again and again until what is asked for is there.
func (h *house) until(path, what string) gjson.Result {
	h.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		answer := h.get(path)
		if found := answer.Get(what); found.Exists() {
			return found
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%s is not in %s: %s", what, path, answer)
		}
	}
}

// answered waits for the end of the agent's turn.
func (h *house) answered(message string) {
	h.t.Helper()
	if d := h.until("/api/messaging/messages/"+message+"/deliveries", `data.deliveries.#(state!="pending")`); d.Get("state").Str != "replied" {
		h.t.Fatalf("the delivery is %s", d)
	}
}

// connected has a turn begin to connect the servers, and waits for these.
func (h *house) connected(servers ...string) {
	h.t.Helper()
	h.answered(h.say("hello"))
	for _, name := range servers {
		h.until("/api/agents/"+h.agent+"/mcp", `data.servers.#(name=="`+name+`")#|#(state=="ready")`)
	}
}

func call(name, arguments string) stubmodel.Reply {
	return stubmodel.Reply{Empty: true, ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: name, Arguments: arguments}}}
}

// told is what the model was told of its last tool call.
func (h *house) told() string {
	results := gjson.GetBytes(h.stub.Last().Body, `messages.#(role=="tool")#.content`).Array()
	if len(results) == 0 {
		return ""
	}
	return results[len(results)-1].Str
}

func everything(t *testing.T) string { t.Helper(); return official(t, "server-everything") }

func TestMain(m *testing.M) { built.Main(m) }

func TestAnAgentUsesTheReferenceServer(t *testing.T) {
	program := everything(t)
	h := newHouse(t, map[string]any{
		"everything": map[string]any{"type": "stdio", "command": "node", "args": []string{program, "stdio"}, "approval": "never", "deny": []string{"get-tiny-image"}, "env": map[string]string{"NAMED": "by the character"}},
		"web":        map[string]any{"type": "streamable-http", "url": serveWeb(t, program, "streamableHttp") + "/mcp", "approval": "never", "allow": []string{"echo"}},
		"dead":       map[string]any{"type": "stdio", "command": "/nonexistent/program"},
		"silent":     map[string]any{"type": "stdio", "command": "cat", "timeoutMs": 200},
	})
	h.connected("everything", "web")
	for _, c := range []struct{ tool, arguments, result string }{
		{"EVERYTHING_ECHO", `{"message":"over stdio"}`, "Echo: over stdio"},
		{"EVERYTHING_GET_SUM", `{"a":20,"b":22}`, "42"},
		{"WEB_ECHO", `{"message":"over HTTP"}`, "Echo: over HTTP"},
		{"EVERYTHING_GET_SUM", `{"a":"many"}`, "must be number"},
		{"EVERYTHING_GET_TINY_IMAGE", `{}`, "There is no action"},
		{"WEB_GET_SUM", `{"a":1,"b":1}`, "There is no action"},
	} {
		h.stub.Script(call(c.tool, c.arguments), stubmodel.Reply{Text: "done"})
		h.answered(h.say("use " + c.tool))
		if got := h.told(); !strings.Contains(got, c.result) {
			t.Errorf("%s with %s tells %q, want %q", c.tool, c.arguments, got, c.result)
		}
	}
	h.stub.Script(call("EVERYTHING_GET_ENV", `{}`), stubmodel.Reply{Text: "done"})
	h.answered(h.say("what is your environment?"))
	if got := h.told(); !strings.Contains(got, "by the character") || strings.Contains(got, "CANARY") || strings.Contains(got, "OPENAI") {
		t.Errorf("the environment of the server's program is %s", got)
	}
	status := h.get("/api/agents/" + h.agent + "/mcp").Get("data.servers")
	for name, want := range map[string]string{"everything": "ready", "web": "ready", "dead": "failed"} {
		if got := status.Get(`#(name=="` + name + `").state`).Str; got != want {
			t.Errorf("the server %s is %s, want %s: %s", name, got, want, status)
		}
	}
	if n := len(status.Get(`#(name=="web").tools`).Array()); n != 1 || status.Get(`#(name=="dead").lastError`).Str == "" {
		t.Errorf("%d tools over HTTP; %s", n, status)
	}
	if strings.Contains(status.Raw, "nonexistent") {
		t.Errorf("a path is shown: %s", status)
	}
	logs := h.get("/api/agents/" + h.agent + "/logs?type=useTool").Get("data")
	if len(logs.Array()) != 4 || // what does not fit the tool is not called
		logs.Get("0.body.tool").Str != "get-env" {
		t.Errorf("the log has %s", logs)
	}
}

// TestApprovalWaitsOverARestart kills the server while a call of a tool waits.
func TestApprovalWaitsOverARestart(t *testing.T) {
	h := newHouse(t, map[string]any{"everything": map[string]any{"command": "node", "args": []string{everything(t), "stdio"}}})
	h.connected("everything")
	calls := h.stub.Count()
	h.stub.Script(call("EVERYTHING_ECHO", `{"message":"at last"}`), stubmodel.Reply{Text: "done"})
	message := h.say("use the echo")
	asked := h.until("/api/agents/"+h.agent+"/approvals?state=pending", "data.approvals.0")
	if asked.Get("action").Str != "EVERYTHING_ECHO" || asked.Get("arguments.message").Str != "at last" || h.stub.Count() != calls+1 {
		t.Fatalf("asked: %s", asked)
	}
	h.server.Kill()
	h.start()
	if got := h.get("/api/approvals/" + asked.Get("id").Str).Get("data.state").Str; got != "pending" {
		t.Fatalf("after the restart it is %s", got)
	}
	h.send("POST", "/api/approvals/"+asked.Get("id").Str, map[string]any{"decision": "approve", "by": "Olga"})
	h.answered(message)
	if got := h.told(); !strings.Contains(got, "Echo: at last") || h.stub.Count() != calls+2 {
		t.Errorf("after %d calls the model is told %q", h.stub.Count(), got)
	}
}

// TestACharacterOfTheAPIStartsNoProgram names a command over the API.
func TestACharacterOfTheAPIStartsNoProgram(t *testing.T) {
	h := newHouse(t, map[string]any{})
	mark := filepath.Join(t.TempDir(), "started")
	id := h.send("POST", "/api/agents", map[string]any{"characterJson": map[string]any{"name": "Mallory", "bio": "x", "settings": map[string]any{"mcp": map[string]any{"servers": map[string]any{
		"evil": map[string]any{"command": "touch", "args": []string{mark}}, "inside": map[string]any{"type": "http", "url": "http://127.0.0.2:1/mcp"},
	}}}}}).Get("data.id").Str
	h.send("POST", "/api/agents/"+id+"/start", nil)
	channel := h.send("POST", "/api/messaging/channels", map[string]any{"name": "room", "type": "DM", "message_server_id": zero, "participantCentralUserIds": []string{person, id}}).Get("data.id").Str
	h.channel = channel
	h.answered(h.say("hello"))
	status := h.get("/api/agents/" + id + "/mcp").Get("data.servers")
	for _, name := range []string{"evil", "inside"} {
		if s := status.Get(`#(name=="` + name + `")`); s.Get("state").Str != "failed" || !strings.Contains(s.Get("lastError").Str, "may") {
			t.Errorf("%s: %s", name, s)
		}
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the program was started")
	}
}

// serveWeb runs the reference server for HTTP, over one of its transports, and
// returns its host.
func serveWeb(t *testing.T, program, transport string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	cmd := exec.CommandContext(t.Context(), "node", program, transport)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PORT=" + port}
	out, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(strings.ToLower(lines.Text()), "port") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://127.0.0.1:" + port
		}
	}
	t.Fatal("the reference server does not start")
	return ""
}
