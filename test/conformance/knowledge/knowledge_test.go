// Package knowledge gives documents to the built server and asks about them.
package knowledge

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/test/built"
)

const (
	me    = "11111111-1111-4111-8111-111111111111"
	agent = "b850bc30-45f8-0041-a00a-83df46d8555d" // Eliza
)

func ask(t *testing.T, method, address, kind, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func upload(t *testing.T, address, name, content string) gjson.Result {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(part, content)
	form.Close()
	status, answer := ask(t, "POST", address+"/api/agents/"+agent+"/plugins/knowledge/upload", form.FormDataContentType(), b.String())
	if status != 200 {
		t.Fatalf("upload %s: %d %s", name, status, answer)
	}
	return gjson.Get(answer, "data")
}

// handbook is a long document with one place that is asked for.
func handbook() string {
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "Rule %d. Ropes of kind %d are coiled before sunset and kept dry in shed %d.\n\n", i, i, i)
		if i == 41 {
			b.WriteString("The password of the lighthouse is marzipan. Nobody may write it on the door.\n\n")
		}
	}
	return b.String()
}

func TestMain(m *testing.M) { built.Main(m) }

// TestTheAgentKnowsADocument has the offline agent answer from a document, and
// forget it.
func TestTheAgentKnowsADocument(t *testing.T) {
	address := built.Start(t).Address
	say := func(text string) string {
		_, channel := ask(t, "POST", address+"/api/messaging/channels", "application/json", fmt.Sprintf(`{"name":"talk","type":"DM","participantCentralUserIds":[%q,%q]}`, me, agent))
		_, answer := ask(t, "POST", address+"/api/messaging/channels/"+gjson.Get(channel, "data.id").String()+"/messages", "application/json",
			fmt.Sprintf(`{"author_id":%q,"content":%q,"transport":"http"}`, me, text))
		return gjson.Get(answer, "agentResponse.text").String()
	}
	const question = "What is the password of the lighthouse?"
	if got := say(question); strings.Contains(got, "marzipan") {
		t.Fatalf("it knew before: %q", got)
	}
	first := upload(t, address, "handbook.md", handbook())
	if first.Get("duplicate").Bool() || first.Get("chunkCount").Int() < 5 {
		t.Errorf("the first upload: %s", first)
	}
	if again := upload(t, address, "handbook.md", handbook()); !again.Get("duplicate").Bool() || again.Get("id").String() != first.Get("id").String() {
		t.Errorf("the second upload: %s", again)
	}
	upload(t, address, "page.html", "<html><head><title>Ferry</title></head><body><p>The ferry is called <b>Grebe</b>.</p><script>alert(1)</script></body></html>")
	if got := say(question); !strings.Contains(got, "marzipan") {
		t.Errorf("asked about the document it says %q", got)
	}
	if got := say("What is the ferry called?"); !strings.Contains(got, "Grebe") {
		t.Errorf("asked about the page it says %q", got)
	}
	_, documents := ask(t, "GET", address+"/api/agents/"+agent+"/plugins/knowledge/documents", "", "")
	if gjson.Get(documents, "data.total").Int() != 2 {
		t.Errorf("documents: %s", documents)
	}
	_, found := ask(t, "GET", address+"/api/agents/"+agent+"/plugins/knowledge/search?q=lighthouse&limit=5", "", "")
	if !strings.Contains(gjson.Get(found, "data.results.0.content").String(), "marzipan") {
		t.Errorf("found by a word: %s", found)
	}
	by := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && !strings.Contains(by, "Grebe"); { // until it has its vector
		_, found = ask(t, "GET", address+"/api/agents/"+agent+"/plugins/knowledge/search?q=boat+that+carries+passengers&limit=1", "", "")
		by = gjson.Get(found, "data.results.0.content").String()
	}
	if !strings.Contains(by, "Grebe") {
		t.Errorf("found by meaning: %s", found)
	}
	upload(t, address, "tides.md", "# Harbour\n\nIt is old.\n\n## Boats\n\nThe pilot cutter is called Heron.\n")
	if got := say("What is the pilot cutter called?"); !strings.Contains(got, "Heron") || !strings.Contains(got, "tides.md (Boats)") {
		t.Errorf("asked about a document with headings it says %q", got)
	}
	status, page := ask(t, "GET", address+"/api/agents/"+agent+"/panels/knowledge?q=password&document="+first.Get("id").String(), "", "")
	if status != 200 || !strings.Contains(page, "handbook.md") || !strings.Contains(page, "marzipan") || strings.Contains(page, "<script") {
		t.Errorf("the panel: %d %s", status, page)
	}
	if status, answer := ask(t, "DELETE", address+"/api/agents/"+agent+"/plugins/knowledge/documents/"+first.Get("id").String(), "", ""); status != 200 {
		t.Errorf("delete: %d %s", status, answer)
	}
	if got := say(question); strings.Contains(got, "marzipan") {
		t.Errorf("it was to forget, but says %q", got)
	}
	_, left := ask(t, "GET", address+"/api/agents/"+agent+"/memories?type=knowledge", "", "")
	if strings.Contains(left, "marzipan") || !strings.Contains(left, "Grebe") {
		t.Errorf("after the deletion: %s", left)
	}
}
