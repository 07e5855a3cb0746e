package feed

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// printedReceiver is the check that REALTIME.md shows to receivers of webhooks.
func printedReceiver(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/REALTIME.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "**Checking what comes.**")
	_, rest, begun := strings.Cut(rest, "```js\n")
	code, _, closed := strings.Cut(rest, "\n```")
	if !found || !begun || !closed {
		t.Fatal("REALTIME.md shows no receiver")
	}
	return code
}

// What the document prints takes what is signed, and nothing that was changed,
// forged or played again later.
func TestTheReceiverAsPrintedKnowsWhatIsGenuine(t *testing.T) {
	type request struct {
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		Secret  string            `json:"secret"`
	}
	secret := func(letter string) string {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
	}
	const body = `{"type":"messageBroadcast","data":{"text":"grüße"}}`
	signed := func(at time.Time, by string) request {
		signer, err := standardwebhooks.NewWebhook(by)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := signer.Sign("msg-1", at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return request{Secret: secret("a"), Body: body, Headers: map[string]string{
			"webhook-id": "msg-1", "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature,
		}}
	}
	now := time.Now()
	cases := []struct {
		name    string
		genuine bool
		change  func(*request)
	}{
		{"as it was sent", true, func(*request) {}},
		{"signed with two secrets", true, func(r *request) {
			r.Headers["webhook-signature"] = signed(now, secret("b")).Headers["webhook-signature"] + " " + r.Headers["webhook-signature"]
		}},
		{"another body", false, func(r *request) { r.Body += " " }},
		{"another id", false, func(r *request) { r.Headers["webhook-id"] = "msg-2" }},
		{"another secret", false, func(r *request) { r.Secret = secret("b") }},
		{"no signature", false, func(r *request) { r.Headers["webhook-signature"] = "" }},
		{"a signature of another version", false, func(r *request) {
			r.Headers["webhook-signature"] = strings.Replace(r.Headers["webhook-signature"], "v1,", "v2,", 1)
		}},
		{"no moment", false, func(r *request) { r.Headers["webhook-timestamp"] = "now" }},
		{"a moment that was not signed", false, func(r *request) {
			r.Headers["webhook-timestamp"] = strconv.FormatInt(now.Add(time.Minute).Unix(), 10)
		}},
		{"played again later", false, func(r *request) { *r = signed(now.Add(-10*time.Minute), secret("a")) }},
		{"from the future", false, func(r *request) { *r = signed(now.Add(10*time.Minute), secret("a")) }},
	}
	var requests []request
	for _, c := range cases {
		r := signed(now, secret("a"))
		c.change(&r)
		requests = append(requests, r)
	}
	input, err := json.Marshal(requests)
	if err != nil {
		t.Fatal(err)
	}
	script := printedReceiver(t) + "\nconsole.log(JSON.stringify(" + string(input) + ".map((r) => genuine(r.headers, r.body, r.secret))));\n"
	node := exec.CommandContext(t.Context(), "node", "--input-type=module", "-")
	node.Stdin = strings.NewReader(script)
	var out, trouble bytes.Buffer
	node.Stdout, node.Stderr = &out, &trouble
	if err := node.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &trouble)
	}
	var took []bool
	if err := json.Unmarshal(out.Bytes(), &took); err != nil || len(took) != len(cases) {
		t.Fatalf("it printed %q: %v", &out, err)
	}
	for i, c := range cases {
		if took[i] != c.genuine {
			t.Errorf("%s: taken for genuine is %v", c.name, took[i])
		}
	}
}
