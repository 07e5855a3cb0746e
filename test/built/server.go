package built

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take for anything.
const patience = time.Minute

// Server is one life of a server.
type Server struct {
	Address string // http://host:port
	Dir     string // the folder that it runs in

	t     testing.TB
	cmd   *exec.Cmd
	log   bytes.Buffer
	ended chan struct{}
}

// Start runs the server in an empty folder, on a free port, with these
// variables and no others. It is gone when the test ends.
func Start(t testing.TB, env ...string) *Server {
	t.Helper()
	return StartIn(t, t.TempDir(), env...)
}

// StartIn is Start in a folder that a server may have run in before.
func StartIn(t testing.TB, dir string, env ...string) *Server {
	t.Helper()
	return StartProgram(t, Program(t, elizad), dir, env...)
}

// StartProgram is StartIn for another program that is a server.
func StartProgram(t testing.TB, program, dir string, env ...string) *Server {
	t.Helper()
	s := &Server{Dir: dir, t: t, cmd: exec.Command(program, "start", "--port", "0"), ended: make(chan struct{})}
	s.cmd.Dir = dir
	s.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ELIZA_RATE_LIMIT=off"}, env...)
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for s.Address == "" && lines.Scan() {
		if address, ready := strings.CutPrefix(lines.Text(), "elizad is ready at "); ready {
			s.Address = address
		}
	}
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(io.Discard, out)
		_ = s.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(s.Kill)
	if s.Address == "" {
		<-s.ended
		t.Fatalf("elizad did not start:\n%s", &s.log)
	}
	return s
}

// Process is the number of the server's process.
func (s *Server) Process() int { return s.cmd.Process.Pid }

// Kill ends the server without warning, if it has not ended.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// Stop ends the server as an operator does, and returns its log.
func (s *Server) Stop() string {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Errorf("the server had ended: %v", err)
	}
	return s.Wait()
}

// Wait waits until the server has ended as it should, and returns its log.
func (s *Server) Wait() string {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.Kill()
		s.t.Error("the server does not end")
	}
	log := s.log.String()
	if code := s.cmd.ProcessState.ExitCode(); code != 0 || strings.Contains(log, "panic") {
		s.t.Errorf("the server ended with %d\n%s", code, log)
	}
	return log
}

// Try asks the server, which may be dying, and returns the status and the body
// of its answer.
func (s *Server) Try(method, path string, body any) (status int, answer map[string]any, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.Address+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return resp.StatusCode, answer, nil
}

// Ask is Try of a server that lives and answers with a status.
func (s *Server) Ask(status int, method, path string, body any) map[string]any {
	s.t.Helper()
	got, answer, err := s.Try(method, path, body)
	if err != nil || got != status {
		s.t.Fatalf("%s %s: %d %v, %v", method, path, got, answer, err)
	}
	return answer
}
