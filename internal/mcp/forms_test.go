package mcp_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"

	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp"
	"github.com/elizad/elizad/internal/mcp/mcptest"
	"github.com/elizad/elizad/internal/outbound"
)

const patience = 30 * time.Second

// TestMain is also the program of a server, when its environment says so.
func TestMain(m *testing.M) {
	if form := mcptest.Find(os.Getenv("MCPTEST_FORM")); form != nil {
		mcptest.New(form, os.Getenv("MCPTEST_REVISION")).Program(os.Stdin, os.Stdout, os.Stderr)
		return
	}
	os.Setenv("CANARY", "must not reach a program")
	os.Exit(m.Run())
}

// logged is a log that tests read.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// room is an agent with the servers of a character.
type room struct {
	*mcp.Service
	t     *testing.T
	agent eliza.Agent
	log   *logged
}

func newRoom(t *testing.T, servers any) *room {
	t.Helper()
	b, err := json.Marshal(servers)
	if err != nil {
		t.Fatal(err)
	}
	c := character(t, string(b))
	log := &logged{}
	r := &room{t: t, agent: eliza.NewAgent(c), log: log, Service: mcp.New(mcp.Options{Client: outbound.New(outbound.Options{Allow: outbound.Loopback}), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})}
	r.Trust(r.agent.ID, &c)
	t.Cleanup(r.Close)
	return r
}

func (r *room) tools() []mcp.Tool {
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	return r.Tools(ctx, &r.agent, true)
}

func (r *room) actions() (all []string) {
	for _, tool := range r.tools() {
		all = append(all, tool.Action)
	}
	return all
}

func (r *room) call(tool string) (string, error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	said, err := r.Call(ctx, &r.agent, mcp.Tool{Server: "t", Name: tool}, []byte(`{}`))
	if err != nil {
		return eliza.ErrorMessage(err) + " | " + err.Error(), err
	}
	return said, nil
}

// until asks again and again.
func until(t *testing.T, what func() bool) bool {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		if what() {
			return true
		}
	}
	return false
}

// serve returns the settings of a server that behaves in a form.
func serve(t *testing.T, form *mcptest.Form, transport, revision string) (map[string]any, *mcptest.Server) {
	s := mcptest.New(form, revision)
	if transport == mcptest.Stdio {
		return map[string]any{"command": os.Args[0], "env": map[string]string{"MCPTEST_FORM": form.Name, "MCPTEST_REVISION": revision, "API_KEY": mcptest.Secret}}, s
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() { web.CloseClientConnections(); web.Close() })
	path := map[string]string{mcptest.HTTP: "/mcp", mcptest.SSE: "/sse"}[transport]
	return map[string]any{"type": transport, "url": web.URL + path, "headers": map[string]string{"X-Api-Key": mcptest.Secret}}, s
}

// TestEveryFormOfServers has servers of every form, over each transport and in
// each revision.
func TestEveryFormOfServers(t *testing.T) {
	t.Parallel()
	for i := range mcptest.Forms {
		form := &mcptest.Forms[i]
		for _, transport := range []string{mcptest.Stdio, mcptest.HTTP, mcptest.SSE} {
			for _, revision := range mcptest.Revisions {
				if form.Applies(transport) {
					t.Run(form.Name+"/"+transport+"/"+revision, func(t *testing.T) {
						t.Parallel()
						checkForm(t, form, transport, revision)
					})
				}
			}
		}
	}
}

func checkForm(t *testing.T, form *mcptest.Form, transport, revision string) {
	settings, server := serve(t, form, transport, revision)
	r := newRoom(t, map[string]any{"t": settings})
	r.tools()
	first, _ := r.call("tide")
	if form.State == string(mcp.Idle) { // else the second call may be on its way when the first one's stream ends
		until(t, func() bool { return r.Status(&r.agent)[0].State == mcp.Idle })
	}
	r.tools()
	second, err := r.call("tide")
	if form.Told != nil && (err != nil) != form.Fails {
		t.Errorf("the call tells %q, %v", second, err)
	}
	for _, part := range form.Told {
		if !strings.Contains(second, part) {
			t.Errorf("the call tells %q, want %q", second, part)
		}
	}
	want := form.Actions
	if want == nil {
		want = []string{"T_TIDE"}
	}
	var got []string
	if !until(t, func() bool { got = r.actions(); return slices.Equal(got, want) || len(got)+len(want) == 0 }) {
		t.Errorf("offered are %v, want %v", got, want)
	}
	var status mcp.Status
	if state := mcp.State(cmp.Or(form.State, "ready")); !until(t, func() bool { status = r.Status(&r.agent)[0]; return status.State == state }) {
		t.Errorf("it is %s, want %s: %s", status.State, state, status.Error)
	}
	if !strings.Contains(status.Error, form.Error) || form.Error == "" && status.Error != "" {
		t.Errorf("the status tells %q, want %q", status.Error, form.Error)
	}
	if left := status.LeftOut; (len(left) > 0) != (form.LeftOut != "") || len(left) > 0 && !strings.Contains(left[0].Why, form.LeftOut) {
		t.Errorf("left out are %v, want %q", left, form.LeftOut)
	}
	if said := first + second + status.Error + r.log.String(); form.Untold != "" && strings.Contains(said, form.Untold) {
		t.Errorf("it is told %s", said)
	}
	if calls := cmp.Or(form.Calls, 2); transport != mcptest.Stdio && form.Told != nil && calls > 0 && server.Calls() != calls {
		t.Errorf("the tool was called %d times, want %d", server.Calls(), calls)
	}
}

// TestTheFormsAreDocumented compares the table with the documentation.
func TestTheFormsAreDocumented(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/TOOLS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range mcptest.Forms {
		over := "all"
		if f.Over != nil {
			over = strings.Join(f.Over, ", ")
		}
		if row := "| " + strings.Join([]string{f.Does, over, f.Sees, f.Known}, " | ") + " |"; !bytes.Contains(b, []byte(row+"\n")) {
			t.Errorf("docs/TOOLS.md lacks\n%s", row)
		}
	}
}

// TestASlowServerIsConnectedMeanwhile has a program that says nothing until a
// file is there.
func TestASlowServerIsConnectedMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings, _ := serve(t, mcptest.Find("plain"), mcptest.Stdio, "2025-11-25")
	settings["args"] = []string{"-c", `echo x >> starts; until test -e go; do sleep 0.05; done; exec "$0"`, settings["command"].(string)}
	settings["command"], settings["cwd"] = "/bin/sh", dir
	r := newRoom(t, map[string]any{"t": settings})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if tools := r.Tools(ctx, &r.agent, false); len(tools) != 0 {
		t.Errorf("offered are %v", tools)
	}
	if state := r.Status(&r.agent)[0].State; state != mcp.Connecting {
		t.Errorf("it is %s", state)
	}
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := r.actions(); !slices.Equal(got, []string{"T_TIDE"}) {
		t.Errorf("offered are %v: %+v", got, r.Status(&r.agent))
	}
	if starts, err := os.ReadFile(filepath.Join(dir, "starts")); string(starts) != "x\n" {
		t.Errorf("it was started: %q, %v", starts, err)
	}
}

// TestTheTimeToConnectIsASetting has a program that never answers.
func TestTheTimeToConnectIsASetting(t *testing.T) {
	t.Parallel()
	r := newRoom(t, map[string]any{"t": map[string]any{"command": "sh", "args": []string{"-c", "cat > /dev/null"}, "connectTimeoutMs": 50, "timeoutMs": 60000}})
	r.tools()
	if s := r.Status(&r.agent)[0]; s.State != mcp.Failed || !strings.Contains(s.Error, "did not answer in time") {
		t.Errorf("%+v", s)
	}
}

// TestSecretsOfAnAddressAreNotTold has an address with secrets, at which nobody
// is.
func TestSecretsOfAnAddressAreNotTold(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"http://127.0.0.1:1/mcp?api_key=" + mcptest.Secret, "http://127.0.0.1:1/" + mcptest.Secret + "/mcp", "http://127.0.0.1:1/mcp?" + mcptest.Secret, "http://user:" + mcptest.Secret + "@127.0.0.1:1/mcp",
	} {
		for _, transport := range []string{"http", "sse"} {
			r := newRoom(t, map[string]any{"t": map[string]any{"type": transport, "url": address, "headers": map[string]string{"Authorization": "Bearer " + mcptest.Secret}}})
			r.tools()
			said, _ := r.call("tide")
			if all := said + r.Status(&r.agent)[0].Error + r.log.String(); strings.Contains(all, mcptest.Secret) || !strings.Contains(all, "cannot be used") {
				t.Errorf("%s: %s", address, all)
			}
		}
	}
}

// TestToolsOfManyServersAreShared has servers with more tools than there is
// room.
func TestToolsOfManyServersAreShared(t *testing.T) {
	t.Parallel()
	many, _ := serve(t, mcptest.Find("many-tools"), mcptest.HTTP, "2025-11-25")
	more, _ := serve(t, mcptest.Find("many-tools"), mcptest.HTTP, "2025-11-25")
	few, _ := serve(t, mcptest.Find("plain"), mcptest.HTTP, "2025-11-25")
	many["deny"] = []string{"tool1"}
	r := newRoom(t, map[string]any{"many": many, "more": more, "few": few})
	r.Reserve(27, []string{"FEW_TIDE"})
	if n := len(r.tools()); n != 101 {
		t.Errorf("%d are offered", n)
	}
	status := r.Status(&r.agent)
	for i, want := range []struct {
		tools, left int
		why         string
	}{{1, 0, ""}, {50, 70, "the character denies it"}, {50, 70, "128 actions at most"}} {
		s := status[i]
		if len(s.Tools) != want.tools || len(s.LeftOut) != want.left || want.why != "" && !slices.ContainsFunc(s.LeftOut, func(l mcp.LeftOut) bool { return strings.Contains(l.Why, want.why) }) {
			t.Errorf("%s: %d offered, %d left out: %v", s.Name, len(s.Tools), len(s.LeftOut), s.LeftOut)
		}
	}
	if name := status[0].Tools[0].Action; !strings.HasPrefix(name, "FEW_TIDE_") {
		t.Errorf("a built-in action's name is taken by %s", name)
	}
	if log := r.log.String(); !strings.Contains(log, status[0].Tools[0].Action) || !strings.Contains(log, "an MCP tool is left out") {
		t.Errorf("the log has %s", log)
	}
}
