// Package client calls every method of ElizaOS's own client, npm
// @elizaos/api-client, on the built server. The methods are taken from the
// package itself, so that none is forgotten.
package client

import (
	"bufio"
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/elizad/elizad/internal/server" // so that a kept result counts only for this server
	"github.com/elizad/elizad/test/stubmodel"
)

func TestEveryMethodOfTheOfficialClient(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	server, address := start(ctx, t, "OPENAI_BASE_URL="+stub.URL+"/v1", "OPENAI_TTS_MODEL=stub-voice", "OPENAI_TRANSCRIPTION_MODEL=stub-ear", "ELIZA_RATE_LIMIT=off")

	read(t, "*.mjs")
	out, err := exec.CommandContext(ctx, "node", "sweep.mjs", address).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the sweep: %v", err)
		_ = server.Process.Signal(os.Interrupt)
	}
	// The sweep's last call stops the server.
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, server.Stderr)
	}
}

// read has go test know which files a kept result depends on.
func read(t *testing.T, pattern string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	for _, name := range names {
		if _, err := os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
}

// start builds the server and runs it over an empty folder.
func start(ctx context.Context, t *testing.T, env ...string) (server *exec.Cmd, address string) {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "elizad")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "../../../cmd/elizad").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	server = exec.CommandContext(ctx, binary, "start", "--port", "0")
	server.Dir = dir
	server.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	server.Stderr = new(bytes.Buffer)
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ready := strings.CutPrefix(lines.Text(), "elizad is ready at "); ready {
			return server, address
		}
	}
	t.Fatalf("elizad did not start:\n%s", server.Stderr)
	return nil, ""
}
