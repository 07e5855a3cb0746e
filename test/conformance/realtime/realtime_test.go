// Package realtime holds the built server to every event of its sockets, in
// each of the three dialects, with the real socket.io-client.
package realtime

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const key = "realtime-5e1c07b94ad2f836"

func TestMain(m *testing.M) { built.Main(m) }

func TestEveryEventOfEveryDialect(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	env := append(os.Environ(), "STUB_URL="+stub.URL, "KEY="+key)
	var servers []*built.Server
	for name, settings := range map[string][]string{
		"OPEN_URL":     nil,
		"KEYED_URL":    {"ELIZA_SERVER_AUTH_TOKEN=" + key, "SERVER_HOST=127.0.0.1"},
		"ISOLATED_URL": {"ENABLE_DATA_ISOLATION=true", "CORS_ORIGIN=https://app.example"},
	} {
		settings = append(settings, "OPENAI_BASE_URL="+stub.URL+"/v1", "MODEL_ATTEMPTS=1", "LOG_LEVEL=debug")
		server := built.Start(t, settings...)
		env = append(env, name+"="+server.Address)
		servers = append(servers, server)
	}
	// One file after another: they share the model and what it is told to say.
	node := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", "--test-concurrency=1")
	node.Env = env
	out, err := node.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
	for _, server := range servers {
		server.Stop()
	}
}
