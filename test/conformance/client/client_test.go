// Package client calls every method of ElizaOS's own client, npm
// @elizaos/api-client, on the built server. The methods are taken from the
// package itself, so that none is forgotten.
package client

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestMain(m *testing.M) { built.Main(m) }

func TestEveryMethodOfTheOfficialClient(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	server := built.Start(t, "OPENAI_BASE_URL="+stub.URL+"/v1", "OPENAI_TTS_MODEL=stub-voice", "OPENAI_TRANSCRIPTION_MODEL=stub-ear")

	read(t, "*.mjs")
	out, err := exec.CommandContext(ctx, "node", "sweep.mjs", server.Address).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the sweep: %v", err)
		server.Kill()
	}
	server.Wait() // the sweep's last call stops it
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
