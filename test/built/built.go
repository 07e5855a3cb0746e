// Package built starts the built server as a user would, for tests that need
// it from outside.
package built

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/elizad/elizad/internal/server" // so that a kept result counts only for this server
)

// Start builds the server and runs it over an empty folder, on a free port,
// with these variables and no others. What it writes to its log is in Stderr,
// a *bytes.Buffer, once it has ended.
func Start(ctx context.Context, t *testing.T, env ...string) (server *exec.Cmd, address string) {
	t.Helper()
	return StartProgram(ctx, t, "github.com/elizad/elizad/cmd/elizad", env...)
}

// StartProgram is Start for another program that is a server.
func StartProgram(ctx context.Context, t *testing.T, program string, env ...string) (server *exec.Cmd, address string) {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "elizad")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, program).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	server = exec.CommandContext(ctx, binary, "start", "--port", "0")
	server.Dir = dir
	server.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ELIZA_RATE_LIMIT=off"}, env...)
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
