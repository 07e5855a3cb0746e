// Package realtime holds the built server to every event of its sockets, in
// each of the three dialects, with the real socket.io-client.
package realtime

import (
	"net/http/httptest"
	"testing"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const key = "realtime-5e1c07b94ad2f836"

func TestMain(m *testing.M) { built.Main(m) }

func TestEveryEventOfEveryDialect(t *testing.T) {
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	env := []string{"STUB_URL=" + stub.URL, "KEY=" + key}
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
	built.Node(t, env...)
	for _, server := range servers {
		server.Stop()
	}
}
