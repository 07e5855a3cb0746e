package crash

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience bounds everything that must happen; nothing takes nearly so long.
const patience = 30 * time.Second

// place is where and with what a server runs, through all its lives.
type place struct {
	dir        string
	postgres   string // address of the database; empty: SQLite
	model      string // address of the model server
	characters []string
	points     *points
}

// server is one life of elizad.
type server struct {
	cmd     *exec.Cmd
	address string        // "http://..."
	ready   time.Duration // from exec to its ready line
	begun   time.Time
	points  *armoury      // nil when the build has no failpoints
	dying   atomic.Bool   // the harness ends it
	ended   chan struct{} // closed when it has ended
	said    bytes.Buffer  // what it logged; read it when it has ended
}

// start runs a binary until it says that it is ready. With stops it is a build
// with failpoints, and the point armed is so from the first instant.
func (p place) start(ctx context.Context, binary string, stops bool, armed string) (*server, error) {
	s := &server{cmd: exec.Command(binary, "start", "--port", "0"), ended: make(chan struct{})}
	s.cmd.Dir = p.dir
	s.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "ELIZA_DATA_DIR=" + p.dir, "ELIZA_RATE_LIMIT=off", "OPENAI_BASE_URL=" + p.model + "/v1", "POSTGRES_URL=" + p.postgres,
		"ELIZA_CHARACTERS=" + strings.Join(p.characters, ","), "LOG_FORMAT=json", "LOG_LEVEL=warn",
	}
	if stops {
		s.cmd.Env = append(s.cmd.Env, "FAILPOINT_SOCKET="+p.points.path, "FAILPOINT="+armed)
	}
	s.cmd.Stderr = &s.said
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.begun = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start elizad: %w", err)
	}
	rest := make(chan struct{})
	address := make(chan string, 1)
	go func() { // reads to the end, so that the server can always write
		defer close(rest)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if at, found := strings.CutPrefix(lines.Text(), "elizad is ready at "); found {
				address <- at
			}
		}
	}()
	go func() {
		<-rest
		_ = s.cmd.Wait() // how it ended shows in ProcessState
		close(s.ended)
	}()
	if stops {
		if s.points, err = p.points.accept(); err != nil {
			s.kill()
			return nil, fmt.Errorf("%w\n%s", err, s.said.Bytes())
		}
	}
	select {
	case s.address = <-address:
		s.ready = time.Since(s.begun)
		return s, nil
	case <-s.ended:
		err = fmt.Errorf("elizad ended while it started: %s", s.cmd.ProcessState)
	case <-time.After(patience):
		err = fmt.Errorf("elizad is not ready after %s", patience)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	s.kill()
	return nil, fmt.Errorf("%w\n%s", err, s.said.Bytes())
}

// kill ends the server with SIGKILL and waits until it is gone.
func (s *server) kill() {
	s.dying.Store(true)
	_ = s.cmd.Process.Kill()
	<-s.ended
	if s.points != nil {
		s.points.conn.Close()
	}
}

// stop ends the server as an operator does.
func (s *server) stop() error {
	s.dying.Store(true)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop elizad: %w", err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.kill()
		return fmt.Errorf("elizad does not stop within %s", patience)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("elizad stopped with exit code %d\n%s", code, s.said.Bytes())
	}
	return nil
}

// errors returns what the server logged as its own failure.
func (s *server) errors() (lines []string) {
	for line := range strings.Lines(s.said.String()) {
		if strings.Contains(line, `"ERROR"`) || !strings.HasPrefix(line, "{") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// build compiles the server from the module's source.
func build(t *testing.T, out string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-o", out}, args...), "./cmd/elizad")...)
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build elizad %v: %v\n%s", args, err, said)
	}
	return out
}

// root is the module's folder.
const root = "../.."
