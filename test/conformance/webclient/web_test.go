// Package webclient has ElizaOS's own web client, npm @elizaos/client, talk
// with the built server in a real browser.
package webclient

import (
	"net/http/httptest"
	"os/exec"
	"testing"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestMain(m *testing.M) { built.Main(m) }

func TestTheWebClient(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	stub := httptest.NewServer(stubmodel.New())
	defer stub.Close()
	const key = "short-key" // one that could be guessed
	model := "OPENAI_BASE_URL=" + stub.URL + "/v1"
	open, keyed := built.Start(t, model), built.Start(t, model, "ELIZA_SERVER_AUTH_TOKEN="+key, "SERVER_HOST=127.0.0.1", "ELIZA_RATE_LIMIT=on")
	built.Node(t, "CHROMIUM="+chromium, "OPEN_URL="+open.Address, "KEYED_URL="+keyed.Address, "KEY="+key)
	open.Stop()
	keyed.Stop()
}
