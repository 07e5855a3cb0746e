package harbour_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	_ "github.com/elizad/elizad/examples/harbour" // so that a kept result counts only for this plugin
	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	me    = "11111111-1111-4111-8111-111111111111"
	agent = "b850bc30-45f8-0041-a00a-83df46d8555d"
)

func TestMain(m *testing.M) { built.Main(m) }

// send sends a request and returns its status and what came back.
func send(t *testing.T, method, address, body string) (int, http.Header, gjson.Result) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return resp.StatusCode, resp.Header, gjson.ParseBytes(b)
	}
	return resp.StatusCode, resp.Header, gjson.Result{Type: gjson.String, Str: string(b)}
}

// say posts a message in a channel with the agent and returns the answer.
func say(t *testing.T, address, text string) string {
	t.Helper()
	_, _, channel := send(t, "POST", address+"/api/messaging/channels", fmt.Sprintf(`{"name":"quay","type":"DM","participantCentralUserIds":[%q,%q]}`, me, agent))
	_, _, answer := send(t, "POST", address+"/api/messaging/channels/"+channel.Get("data.id").String()+"/messages", fmt.Sprintf(`{"author_id":%q,"content":%q,"transport":"http"}`, me, text))
	return answer.Get("agentResponse.text").String()
}

// TestThePluginInItsOwnBinary builds the program of the example, which is ten
// lines long, and uses all that the plugin brings.
func TestThePluginInItsOwnBinary(t *testing.T) {
	if main, err := os.ReadFile("elizad-harbour/main.go"); err != nil || bytes.Count(main, []byte("\n")) > 12 {
		t.Errorf("the program is longer than it should be: %v", err)
	}
	stub := stubmodel.New()
	models := httptest.NewServer(stub)
	defer models.Close()
	address := built.StartProgram(t, built.Program(t, "./elizad-harbour"), t.TempDir(), "OPENAI_BASE_URL="+models.URL+"/v1", "OPENAI_MODEL=stub-chat").Address

	stub.Script(stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "LOOK_UP_TIDE", Arguments: `{"day":"2026-11-23"}`}}}, stubmodel.Reply{Text: "At three, says the Heron's table."})
	if got := say(t, address, "When is high tide for the Thistle?"); got != "At three, says the Heron's table." {
		t.Errorf("the answer is %q", got)
	}
	if call := stub.Last(); !strings.Contains(string(call.Body), "High tide on 2026-11-23 is at 03:09.") || !strings.Contains(call.System, "The Thistle lies in berth 4") {
		t.Errorf("the model reads neither action nor provider: %s", call.Body)
	}
	for _, path := range []string{"/api/agents/" + agent + "/plugins/harbour/tides/", "/api/harbour/tides/"} {
		if status, _, got := send(t, "GET", address+path+"2026-11-23?agentId="+agent, ""); status != 200 || got.Get("data.high.0").String() != "03:09" {
			t.Errorf("%s: %d %s", path, status, got)
		}
		if status, _, got := send(t, "GET", address+path+"never?agentId="+agent, ""); status != 400 || got.Get("error.code").String() != "INVALID_REQUEST" {
			t.Errorf("%s: %d %s", path, status, got)
		}
	}
	_, _, panels := send(t, "GET", address+"/api/agents/"+agent+"/panels", "")
	url := panels.Get(`data.#(id=="harbour-ship-s-log").url`).String()
	if url == "" {
		t.Fatalf("the panel is not listed: %s", panels)
	}
	var page string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && !strings.Contains(page, "Thistle: 1"); {
		var header http.Header
		var got gjson.Result
		_, header, got = send(t, "GET", address+url, "")
		page = got.Str
		if !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
			t.Fatalf("the panel has no sandbox: %v", header)
		}
	}
	if !strings.Contains(page, "Thistle: 1") || !strings.Contains(page, "Heron: 1") {
		t.Errorf("the evaluator counted nothing: %s", page)
	}
	if status, _, got := send(t, "PATCH", address+"/api/agents/"+agent, `{"modelProvider":"parrot"}`); status != 200 {
		t.Fatalf("change the model: %s", got)
	}
	if got := say(t, address, "hello"); got != "Parrot says: hello" {
		t.Errorf("with the plugin's model the answer is %q", got)
	}
}
