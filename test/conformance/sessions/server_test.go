// Package sessions holds the built server to what ElizaOS's own client expects
// of sessions and jobs, and kills it to see that they go on.
package sessions

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
	"syscall"
	"testing"
	"time"
)

const patience = 30 * time.Second

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
	address string
	ended   chan struct{}
}

// start runs elizad over a data folder.
func start(t *testing.T, dir, model string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(binary, "start", "--port", "0"), ended: make(chan struct{})}
	s.cmd.Dir = dir
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ELIZA_DATA_DIR=" + dir, "ELIZA_RATE_LIMIT=off", "OPENAI_BASE_URL=" + model + "/v1", "MODEL_ATTEMPTS=1", "ELIZA_SHUTDOWN_GRACE=1s"}
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
		s.address, _ = strings.CutPrefix(strings.TrimSpace(line), "elizad is ready at ")
		if !strings.HasPrefix(s.address, "http") {
			s.address = ""
		}
	}
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(io.Discard, lines)
		_ = s.cmd.Wait() // how it ended shows in ProcessState
	}()
	return s
}

// kill ends the server without warning.
func (s *server) kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Errorf("the server had ended: %v", err)
	}
	<-s.ended
}

// stop ends the server as an operator does.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Errorf("the server had ended: %v", err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.kill()
		s.t.Error("the server does not stop")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("the server ended with %d", code)
	}
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
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
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
