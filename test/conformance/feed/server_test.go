// Package feed follows channels of the built server over connections that are
// cut again and again, and over servers that are killed.
package feed

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	patience = 60 * time.Second
	eliza    = "b850bc30-45f8-0041-a00a-83df46d8555d" // the built-in agent
	person   = "11111111-1111-4111-8111-111111111111"
	standard = "00000000-0000-0000-0000-000000000000" // the default message server
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "elizad")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "elizad")
	build := exec.Command("go", "build", "-o", binary, "../../../cmd/elizad")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// server is one life of elizad.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string // http://host:port
	ended   chan struct{}
}

// start runs elizad over a data folder, with these variables besides.
func start(t *testing.T, dir, model string, env ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(binary, "start", "--port", "0"), ended: make(chan struct{})}
	s.cmd.Dir = dir
	s.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ELIZA_DATA_DIR=" + dir, "ELIZA_RATE_LIMIT=off", "OPENAI_BASE_URL=" + model + "/v1",
		"MODEL_ATTEMPTS=1", "ELIZA_SHUTDOWN_GRACE=1s"}, env...)
	var trouble bytes.Buffer
	s.cmd.Stderr = &trouble
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for s.address == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("elizad did not start: %v\n%s", err, &trouble)
		}
		if address, ready := strings.CutPrefix(strings.TrimSpace(line), "elizad is ready at "); ready {
			s.address = address
		}
	}
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(io.Discard, lines)
		_ = s.cmd.Wait() // how it ended shows in ProcessState
	}()
	t.Cleanup(func() { s.kill() })
	return s
}

// kill ends the server without warning.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}

// try asks the server, which may be dying.
func (s *server) try(method, path string, body any) (status int, answer map[string]any, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.address+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil && err != io.EOF {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return resp.StatusCode, answer, nil
}

// ask is try of a server that lives.
func (s *server) ask(status int, method, path string, body any) map[string]any {
	s.t.Helper()
	got, answer, err := s.try(method, path, body)
	if err != nil || got != status {
		s.t.Fatalf("%s %s: %d %v, %v", method, path, got, answer, err)
	}
	return answer
}

// channel makes a channel of the person and the agent.
func (s *server) channel() string {
	s.t.Helper()
	made := s.ask(201, "POST", "/api/messaging/channels", map[string]any{
		"name": "room", "type": "DM", "message_server_id": standard, "participantCentralUserIds": []string{person, eliza},
	})
	return made["data"].(map[string]any)["id"].(string)
}

func said(text string) map[string]any {
	return map[string]any{"author_id": person, "content": text, "message_server_id": standard}
}

// messages are a channel's messages, the oldest first.
func (s *server) messages(channel string) (list []map[string]any) {
	s.t.Helper()
	all := s.ask(200, "GET", "/api/messaging/channels/"+channel+"/messages?limit=1000", nil)["data"].(map[string]any)["messages"].([]any)
	for i := range all {
		list = append(list, all[len(all)-1-i].(map[string]any))
	}
	return list
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !holds(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
