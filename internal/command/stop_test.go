package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

// process is a real elizad in a process of its own.
type process struct {
	*exec.Cmd
	api    string
	stdout *bufio.Reader
	stderr bytes.Buffer
}

// startProcess starts elizad over a data folder and waits for its ready line.
func startProcess(t *testing.T, dir, model string, flags ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), "elizad", append([]string{"start", "--port", "0"}, flags...)...)}
	p.Dir, p.Stderr = dir, &p.stderr
	p.Env = append(p.Environ(), "OPENAI_BASE_URL="+model+"/v1")
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(out)
	for {
		line, err := p.stdout.ReadString('\n')
		if err != nil {
			t.Fatalf("elizad did not start: %v\n%s", err, &p.stderr)
		}
		if address, ok := strings.CutPrefix(strings.TrimSpace(line), "elizad is ready at "); ok {
			p.api = address + "/api"
			return p
		}
	}
}

// end waits for the process and returns its exit code and what it still said.
func (p *process) end(t *testing.T) (code int, said string) {
	t.Helper()
	rest, err := io.ReadAll(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	// The code tells all that Wait's error does.
	_ = p.Wait()
	return p.ProcessState.ExitCode(), string(rest)
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

const (
	elizaID = "b850bc30-45f8-0041-a00a-83df46d8555d"
	person  = "11111111-1111-4111-8111-111111111111"
)

// call sends a request and returns the answer's "data".
func (p *process) call(t *testing.T, method, path, body string) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.api+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s %v\n%s", method, path, resp.Status, b, err, &p.stderr)
	}
	var answer struct {
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		t.Fatalf("%s %s: %s: %v", method, path, b, err)
	}
	return answer.Data
}

// ask opens a channel with Eliza and posts a message without waiting for the
// answer.
func (p *process) ask(t *testing.T, text string) (channel string) {
	t.Helper()
	channel, _ = p.call(t, "POST", "/messaging/channels", `{"name":"talk","type":"DM","participantCentralUserIds":["`+person+`","`+elizaID+`"]}`)["id"].(string)
	p.call(t, "POST", "/messaging/channels/"+channel+"/messages", `{"author_id":"`+person+`","content":"`+text+`","transport":"websocket"}`)
	return channel
}

// replies returns what Eliza has said in a channel.
func (p *process) replies(t *testing.T, channel string) (texts []string) {
	t.Helper()
	messages, _ := p.call(t, "GET", "/messaging/channels/"+channel+"/messages", "")["messages"].([]any)
	for _, m := range messages {
		if m, ok := m.(map[string]any); ok && (m["authorId"] == elizaID || m["author_id"] == elizaID) {
			text, _ := m["content"].(string)
			texts = append(texts, text)
		}
	}
	return texts
}

// slowModel answers each call with text once release is closed.
func slowModel(t *testing.T, text string) (model *stubmodel.Server, address string, release chan struct{}) {
	t.Helper()
	release = make(chan struct{})
	model = stubmodel.New()
	model.Answer = func(stubmodel.Call) stubmodel.Reply {
		<-release
		return stubmodel.Reply{Text: text}
	}
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	return model, server.URL, release
}

func TestStopLetsTheRunningTurnEnd(t *testing.T) {
	dir := t.TempDir()
	model, address, release := slowModel(t, "Just in time.")
	p := startProcess(t, dir, address)
	channel := p.ask(t, "hello")
	check.Until(t, "the model is asked", func() bool { return model.Count() == 1 })
	p.signal(t, syscall.SIGTERM)
	close(release)
	if code, said := p.end(t); code != ExitOK || said != "elizad has stopped\n" {
		t.Fatalf("ended with %d: %s%s", code, said, &p.stderr)
	}
	p = startProcess(t, dir, address)
	if got := p.replies(t, channel); len(got) != 1 || got[0] != "Just in time." {
		t.Errorf("replies: %q", got)
	}
	if model.Count() != 1 {
		t.Errorf("the model was asked %d times", model.Count())
	}
	p.signal(t, syscall.SIGTERM)
	p.end(t)
}

func TestStopHandsBackWhatDoesNotEnd(t *testing.T) {
	dir := t.TempDir()
	model, address, release := slowModel(t, "Here I am again.")
	p := startProcess(t, dir, address, "--shutdown-grace", "50ms")
	channel := p.ask(t, "hello")
	check.Until(t, "the model is asked", func() bool { return model.Count() == 1 })
	p.signal(t, syscall.SIGTERM)
	if code, said := p.end(t); code != ExitOK {
		t.Fatalf("ended with %d: %s%s", code, said, &p.stderr)
	}
	close(release)
	p = startProcess(t, dir, address)
	check.Until(t, "the reply is there", func() bool { return len(p.replies(t, channel)) > 0 })
	if got := p.replies(t, channel); len(got) != 1 || got[0] != "Here I am again." {
		t.Errorf("replies: %q", got)
	}
	p.signal(t, syscall.SIGTERM)
	p.end(t)
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	model, address, release := slowModel(t, "")
	defer close(release)
	p := startProcess(t, t.TempDir(), address, "--shutdown-grace", "10m")
	p.ask(t, "hello")
	check.Until(t, "the model is asked", func() bool { return model.Count() == 1 })
	p.signal(t, syscall.SIGTERM)
	check.Until(t, "the server refuses connections", func() bool {
		_, err := fetch(t.Context(), strings.TrimSuffix(p.api, "/api")+"/healthz")
		return err != nil
	})
	p.signal(t, syscall.SIGTERM)
	if code, said := p.end(t); code != ExitError || strings.Contains(said, "has stopped") {
		t.Errorf("ended with %d: %s", code, said)
	}
}
