package ledger_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	_ "github.com/elizad/elizad/examples/ledger" // so that a kept result counts only for this plugin
	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	me    = "11111111-1111-4111-8111-111111111111"
	agent = "b850bc30-45f8-0041-a00a-83df46d8555d"
)

func TestMain(m *testing.M) { built.Main(m) }

// send sends a request and returns what came back.
func send(t *testing.T, method, address, body string) gjson.Result {
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
	return gjson.ParseBytes(b)
}

// TestThePluginInItsOwnBinary builds the program of the example and uses all
// that the plugin brings.
func TestThePluginInItsOwnBinary(t *testing.T) {
	stub := stubmodel.New()
	models := httptest.NewServer(stub)
	defer models.Close()
	address := built.StartProgram(t, built.Program(t, "./elizad-ledger"), t.TempDir(), "OPENAI_BASE_URL="+models.URL+"/v1", "OPENAI_MODEL=stub-chat", "LEDGER_CURRENCY=CHF").Address
	channel := send(t, "POST", address+"/api/messaging/channels", fmt.Sprintf(`{"name":"till","type":"DM","participantCentralUserIds":[%q,%q]}`, me, agent)).Get("data.id").String()
	say := func(text, action, arguments string) string {
		stub.Script(stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: action, Arguments: arguments}}}, stubmodel.Reply{Text: "Done."})
		send(t, "POST", address+"/api/messaging/channels/"+channel+"/messages", fmt.Sprintf(`{"author_id":%q,"content":%q,"transport":"http"}`, me, text))
		return string(stub.Last().Body)
	}
	if got := say("I paid 12.50 for lunch", "NOTE_EXPENSE", `{"what":"lunch","amount":12.5}`); !strings.Contains(got, "Noted: 12.50 CHF for lunch.") || !strings.Contains(got, "Such as: I paid 12 for lunch") {
		t.Errorf("the model reads %s", got)
	}
	if got := say("and nothing", "NOTE_EXPENSE", `{"what":"x","amount":-1}`); !strings.Contains(got, "an expense is what it was for and an amount") {
		t.Errorf("the model reads %s", got)
	}
	if got := send(t, "GET", address+"/api/agents/"+agent+"/plugins/ledger/entries", ""); got.Get("data.total").Float() != 12.5 || got.Get("data.entries.0.what").String() != "lunch" {
		t.Errorf("the entries are %s", got)
	}
	say("sum it up", "SUM_UP", `{}`)
	said := ""
	check.Until(t, "it is said", func() bool {
		said = send(t, "GET", address+"/api/messaging/channels/"+channel+"/messages", "").Raw
		return strings.Contains(said, "1 expenses, 12.50 CHF in all.")
	})
	if n := strings.Count(said, `"content":"1 expenses, 12.50 CHF in all."`); n != 1 {
		t.Errorf("it was said %d times: %s", n, said)
	}
	if got := send(t, "GET", address+"/api/agents/"+agent+"/tasks", ""); got.Get("data.tasks.#").Int() != 1 || got.Get("data.tasks.0.metadata.cron").String() != "0 20 * * *" {
		t.Errorf("the tasks are %s", got)
	}
}

func TestAWrongSettingKeepsTheServerFromStarting(t *testing.T) {
	server := exec.CommandContext(t.Context(), built.Program(t, "./elizad-ledger"), "start", "--port", "0")
	server.Dir = t.TempDir()
	server.Env = []string{"HOME=" + server.Dir, "LEDGER_LARGE=much"}
	out, err := server.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "LEDGER_LARGE is no number") || strings.Contains(string(out), "much") {
		t.Errorf("%v: %s", err, out)
	}
}
