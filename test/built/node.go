package built

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Node runs the tests in JavaScript of the folder that the test is in, one file
// after another: they share the servers, and what their model is told to say.
func Node(t testing.TB, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", "--test-concurrency=1")
	node.Env = append(os.Environ(), env...)
	out, err := node.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("node: %v", err)
	}
}
