// Package chat holds the built server to what its clients expect: the real
// socket.io-client, ElizaOS's own client of the REST API, and the
// conversations of README.md as they are printed.
package chat

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/elizad/elizad/test/stubmodel"
)

const key = "conformance-key"

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

// serve starts elizad over an empty data folder, with nothing set but env,
// and returns its address. It must stop cleanly when the test ends.
func serve(t *testing.T, env ...string) string {
	t.Helper()
	cmd := exec.Command(binary, "start", "--port", "0")
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "ELIZA_RATE_LIMIT=off"}, env...)
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("the server had ended: %v\n%s", err, &trouble)
		}
		late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		_, _ = io.Copy(io.Discard, lines) // until it has ended
		if err := cmd.Wait(); err != nil || strings.Contains(trouble.String(), "panic") {
			t.Errorf("the server ended with %v\n%s", err, &trouble)
		}
	})
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("elizad did not start: %v\n%s", err, &trouble)
		}
		if address, ready := strings.CutPrefix(strings.TrimSpace(line), "elizad is ready at "); ready {
			return address
		}
	}
}

// run executes a program in this folder and returns what it printed.
func run(t *testing.T, stdin string, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), env...)
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, &out, &trouble)
	}
	return out.String()
}

func TestClients(t *testing.T) {
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	model := "OPENAI_BASE_URL=" + stub.URL + "/v1"
	env := []string{
		"STUB_URL=" + stub.URL, "KEY=" + key, "ELIZAD_URL=" + serve(t, model), "KEYED_URL=" + serve(t, model, "ELIZA_SERVER_AUTH_TOKEN="+key, "SERVER_HOST=127.0.0.1"),
		"DEAD_URL=" + serve(t, "OPENAI_BASE_URL="+gone.URL+"/v1", "OPENAI_MODEL=gone", "MODEL_ATTEMPTS=1"),
	}
	// One file after another: they share the model and what it is told to say.
	t.Log(run(t, "", env, "node", "--test", "--test-reporter=spec", "--test-concurrency=1"))
}
