package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	person   = "11111111-1111-4111-8111-111111111111"
	zero     = "00000000-0000-0000-0000-000000000000"
	secret   = "sk-stub-0123456789abcdef"
	document = "../../../docs/COMPATIBILITY.md"
)

// TestMain runs many rows at once, because most of them wait.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	built.Main(m)
}

// apis are the APIs of the table, and what has elizad speak them.
var apis = []struct {
	name string
	env  func(url string) []string
}{
	{stubmodel.OpenAI, func(url string) []string {
		return []string{"OPENAI_BASE_URL=" + url + "/v1", "OPENAI_API_KEY=" + secret}
	}},
	{stubmodel.Anthropic, func(url string) []string { return []string{"ANTHROPIC_BASE_URL=" + url, "ANTHROPIC_API_KEY=" + secret} }},
	{stubmodel.Ollama, func(url string) []string { return []string{"OLLAMA_BASE_URL=" + url} }},
}

// TestModelServers talks to agents whose models speak each dialect, as a
// person who follows the stream, as one who waits for the answer, and through
// a server that does not stream.
func TestModelServers(t *testing.T) {
	for _, api := range apis {
		t.Run(api.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, api.name, api.env)
			for _, g := range table {
				for _, r := range g.rows {
					if r.absent[api.name] != "" {
						continue
					}
					t.Run(r.dialect, func(t *testing.T) {
						t.Parallel()
						for _, v := range variants {
							if v.whole && r.absent[inOnePiece] != "" {
								continue
							}
							t.Run(v.name, func(t *testing.T) {
								t.Parallel()
								h.talk(t, r, v)
							})
						}
					})
				}
			}
		})
	}
}

// variant is one way in which a row is played.
type variant struct {
	name      string
	transport string
	whole     bool
}

var variants = []variant{{"followed", "sse", false}, {"awaited", "http", false}, {"whole", "http", true}}

// house is a server whose agents' models are a stub.
type house struct {
	api  string
	stub *stubmodel.Server
	url  string
	mcp  string
}

func newHouse(t *testing.T, api string, env func(string) []string) *house {
	stub := stubmodel.New()
	stub.Keep = 0
	model := httptest.NewServer(stub)
	tools := httptest.NewServer(http.HandlerFunc(serveTide))
	t.Cleanup(func() {
		model.CloseClientConnections()
		model.Close()
		tools.CloseClientConnections()
		tools.Close()
	})
	server := built.Start(t, append(env(model.URL), "ELIZA_REFLECTION=off", "ELIZA_OUTBOUND_ALLOW=127.0.0.1",
		fmt.Sprint("MODEL_ATTEMPTS=", attempts), "MODEL_STALL_TIMEOUT=5s")...)
	return &house{api: api, stub: stub, url: server.Address, mcp: tools.URL}
}

// serveTide is an MCP server with one tool.
func serveTide(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, _ := io.ReadAll(r.Body)
	call := gjson.ParseBytes(body)
	if !call.Get("id").Exists() {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	var result any = map[string]any{}
	switch call.Get("method").Str {
	case "initialize":
		result = map[string]any{"protocolVersion": call.Get("params.protocolVersion").Str, "capabilities": map[string]any{"tools": map[string]any{}}, "serverInfo": map[string]any{"name": "tide", "version": "1"}}
	case "tools/list":
		result = map[string]any{"tools": []any{map[string]any{
			"name": stubmodel.TideTool, "description": "When the tide is high", "inputSchema": map[string]any{"type": "object", "properties": map[string]any{"place": map[string]any{"type": "string"}}, "required": []string{"place"}},
		}}}
	case "tools/call":
		text := stubmodel.TideResult(call.Get("params.arguments.place").String())
		result = map[string]any{"content": []any{map[string]any{"type": "text", "text": text}}, "isError": text == ""}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": json.RawMessage(call.Get("id").Raw), "result": result})
}

// talk has the talk of a row with an agent of its own, and holds what came of
// it to the table.
func (h *house) talk(t *testing.T, r row, v variant) {
	want := r.through(h.api)
	model := r.dialect + ":" + v.name
	settings := map[string]any{"model": model}
	if r.tool {
		settings["mcp"] = map[string]any{"servers": map[string]any{"t": map[string]any{"type": "http", "url": h.mcp, "approval": "never"}}}
	}
	agent := h.ask(t, "POST", "/api/agents", map[string]any{"characterJson": map[string]any{"name": "Keeper of " + model, "bio": "keeps the harbour", "settings": settings}}).Get("data.id").Str
	h.ask(t, "POST", "/api/agents/"+agent+"/start", nil)
	channel := h.ask(t, "POST", "/api/messaging/channels", map[string]any{"name": model, "type": "DM", "message_server_id": zero, "participantCentralUserIds": []string{person, agent}}).Get("data.id").Str
	if r.tool {
		h.meet(t, agent, channel)
	}
	var got outcome
	for i, text := range r.messages() {
		before := h.stub.CountOf(model)
		got = h.say(t, channel, text, v.transport)
		if calls := int(h.stub.CountOf(model) - before); calls != want.calls[i] {
			t.Errorf("message %d took %d calls of the model, want %d", i+1, calls, want.calls[i])
		}
	}
	got.check(t, r, want)
	delivery := h.ask(t, "GET", "/api/messaging/messages/"+got.message+"/deliveries", nil).Get("data.deliveries.0")
	state := "replied"
	if want.text == "" {
		state = "failed"
	}
	if delivery.Get("state").Str != state || delivery.Get("reason").Str != want.reason {
		t.Errorf("the delivery is %s, want %s %s", delivery, state, want.reason)
	}
	newest := h.ask(t, "GET", "/api/messaging/channels/"+channel+"/messages?limit=1", nil).Get("data.messages.0")
	if want.text != "" && plain(newest.Get("content").Str, r.tool) != plain(want.text, r.tool) {
		t.Errorf("stored is %q, want %q", newest.Get("content").Str, want.text)
	}
	h.counts(t, r, agent)
}

// meet says a word to an agent and waits until it knows its tools.
func (h *house) meet(t *testing.T, agent, channel string) {
	t.Helper()
	h.say(t, channel, "Hello.", "http")
	check.Until(t, "the agent knows its tools", func() bool {
		return h.ask(t, "GET", "/api/agents/"+agent+"/mcp", nil).Get("data.servers.0.state").Str == "ready"
	})
}

// counts checks what was counted of the agent's turns.
func (h *house) counts(t *testing.T, r row, agent string) {
	t.Helper()
	run := h.ask(t, "GET", "/api/agents/"+agent+"/runs", nil).Get("data.runs.0.usage")
	hour := h.ask(t, "GET", "/api/agents/"+agent+"/usage", nil)
	const most = 200_000
	if in, out := run.Get("inputTokens").Int(), run.Get("outputTokens").Int(); in < 0 || out < 0 || in > most || out > most {
		t.Errorf("the run counts %s", run)
	}
	if in, out := hour.Get("data.hour.inputTokens").Int(), hour.Get("data.hour.outputTokens").Int(); in < 0 || out < 0 || in+out > most || r.counts && in+out == 0 {
		t.Errorf("the hour counts %s", hour)
	}
}

// outcome is what the person has seen of a message.
type outcome struct {
	message  string // its id
	text     string
	thought  string
	streamed *string // nil when it was not followed
	failure  string  // what was told in place of a reply
}

func (o outcome) check(t *testing.T, r row, want sees) {
	t.Helper()
	if plain(o.text, r.tool) != plain(want.text, r.tool) {
		t.Errorf("the reply is %q, want %q; told %q", o.text, want.text, o.failure)
	}
	if want.text != "" && strings.TrimSpace(o.thought) != want.thought {
		t.Errorf("the thought is %q, want %q", o.thought, want.thought)
	}
	if (o.failure != "") != (want.told != "") || !strings.Contains(strings.ToLower(o.failure), strings.ToLower(want.told)) {
		t.Errorf("told is %q, want %q", o.failure, want.told)
	}
	if strings.Contains(o.failure, secret) {
		t.Errorf("a key is told: %q", o.failure)
	}
	if o.streamed != nil && plain(*o.streamed, r.tool) != plain(want.streamed, r.tool) {
		t.Errorf("seen in the stream is %q, want %q", *o.streamed, want.streamed)
	}
}

// plain is a text as it is compared: where several answers make one reply, it
// does not matter what stands between them.
func plain(text string, joined bool) string {
	if joined {
		return strings.Join(strings.Fields(text), " ")
	}
	return text
}

// say posts a message and waits for what comes of it.
func (h *house) say(t *testing.T, channel, text, transport string) outcome {
	t.Helper()
	status, body := h.send(t, "POST", "/api/messaging/channels/"+channel+"/messages", map[string]any{
		"author_id": person, "content": text, "message_server_id": zero, "transport": transport, "metadata": map[string]any{"user_display_name": "Ann"},
	})
	if transport == "sse" {
		o := follow(t, body)
		o.thought = h.thought(t, channel, o.text)
		return o
	}
	answer := gjson.ParseBytes(body)
	if status == http.StatusCreated {
		reply := answer.Get("agentResponse")
		if told := reply.Get("thought").Str; told != "" {
			t.Errorf("the thought %q is told with the answer", told)
		}
		return outcome{message: answer.Get("userMessage.id").Str, text: reply.Get("text").Str, thought: h.thought(t, channel, reply.Get("text").Str)}
	}
	o := outcome{failure: answer.Get("error.message").Str}
	h.messages(t, channel).ForEach(func(_, m gjson.Result) bool {
		if m.Get("authorId").Str == person {
			o.message = m.Get("id").Str
		}
		return o.message == ""
	})
	return o
}

func (h *house) messages(t *testing.T, channel string) gjson.Result {
	t.Helper()
	return h.ask(t, "GET", "/api/messaging/channels/"+channel+"/messages", nil).Get("data.messages")
}

// thought is what is stored as the thought of the newest message of a text.
func (h *house) thought(t *testing.T, channel, text string) (thought string) {
	t.Helper()
	h.messages(t, channel).ForEach(func(_, m gjson.Result) bool {
		if m.Get("content").Str != text || m.Get("authorId").Str == person {
			return true
		}
		thought = m.Get("rawMessage.thought").Str
		return false
	})
	return thought
}

// follow reads an answer that was streamed to the person.
func follow(t *testing.T, body []byte) outcome {
	t.Helper()
	var o outcome
	var streamed strings.Builder
	for _, block := range strings.Split(string(body), "\n\n") {
		var name, data string
		for _, line := range strings.Split(block, "\n") {
			if value, ok := strings.CutPrefix(line, "event: "); ok {
				name = value
			}
			if value, ok := strings.CutPrefix(line, "data: "); ok {
				data = value
			}
		}
		switch event := gjson.Parse(data); name {
		case "user_message":
			o.message = event.Get("id").Str
		case "chunk":
			streamed.WriteString(event.Get("chunk").Str)
		case "done":
			o.text = event.Get("text").Str
			if told := event.Get("thought").Str; told != "" {
				t.Errorf("the thought %q is told with the answer", told)
			}
		case "error":
			o.failure = event.Get("error").String()
		}
	}
	all := streamed.String()
	o.streamed = &all
	return o
}

// ask sends a request that must go well.
func (h *house) ask(t *testing.T, method, path string, body any) gjson.Result {
	t.Helper()
	status, answer := h.send(t, method, path, body)
	if status > 299 {
		t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return gjson.ParseBytes(answer)
}

func (h *house) send(t *testing.T, method, path string, body any) (int, []byte) {
	t.Helper()
	var sent io.Reader = http.NoBody
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, h.url+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
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
	return resp.StatusCode, answer
}

// TestTheTableIsWhole holds the table to the stub's dialects: each has one row,
// and where it does not exist the row says why.
func TestTheTableIsWhole(t *testing.T) {
	rows := map[string]row{}
	for _, g := range table {
		for _, r := range g.rows {
			if _, twice := rows[r.dialect]; twice {
				t.Errorf("%s has two rows", r.dialect)
			}
			rows[r.dialect] = r
			for _, s := range append([]sees{r.sees}, r.through(stubmodel.OpenAI), r.through(stubmodel.Anthropic), r.through(stubmodel.Ollama)) {
				if s.calls != nil && len(s.calls) != len(r.messages()) || (s.text == "") != (s.reason != "") {
					t.Errorf("%s: the row contradicts itself", r.dialect)
				}
			}
		}
	}
	for _, d := range stubmodel.Dialects() {
		r, ok := rows[d.Name]
		delete(rows, d.Name)
		for _, api := range apis {
			if exists := slices.Contains(d.APIs(), api.name); !ok || exists == (r.absent[api.name] != "") {
				t.Errorf("%s in the API of %s: row %v, exists %v, absent because %q", d.Name, api.name, ok, exists, r.absent[api.name])
			}
		}
	}
	for name := range rows {
		t.Errorf("nobody speaks %s", name)
	}
}

func TestTheDocumentIsThatOfTheTable(t *testing.T) {
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if with(string(b)) != string(b) {
		t.Error("docs/COMPATIBILITY.md is not what the table says: run make docs")
	}
}
