// Package built starts the built server as a user would, for tests that need
// it from outside.
package built

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sync"
	"testing"

	_ "github.com/elizad/elizad/internal/server" // so that a kept result counts only for this server
)

const elizad = "github.com/elizad/elizad/cmd/elizad"

// programs are those that a package's tests have built.
var programs struct {
	sync.Mutex
	dir  string
	made map[string]string // by what they were built from
}

// Main is the TestMain of a package that starts servers. Each program is built
// once.
func Main(m *testing.M) {
	dir, err := os.MkdirTemp("", "elizad")
	if err != nil {
		panic(err)
	}
	programs.dir, programs.made = dir, map[string]string{}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// Program builds a program, if that is not done yet, and returns its path.
func Program(t testing.TB, source string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	if programs.dir == "" {
		t.Fatal("TestMain must be built.Main")
	}
	if made := programs.made[source]; made != "" {
		return made
	}
	program := filepath.Join(programs.dir, path.Base(source))
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	programs.made[source] = program
	return program
}
