// Package chat holds the built server to what its clients expect: the real
// socket.io-client, ElizaOS's own client of the REST API, and the
// conversations of README.md as they are printed.
package chat

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const key = "conformance-key"

func TestMain(m *testing.M) { built.Main(m) }

// serve starts elizad over an empty data folder, with nothing set but env,
// and returns its address. It must stop cleanly when the test ends.
func serve(t *testing.T, env ...string) string {
	t.Helper()
	s := built.Start(t, env...)
	t.Cleanup(func() { s.Stop() })
	return s.Address
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
	built.Node(t, env...)
}
