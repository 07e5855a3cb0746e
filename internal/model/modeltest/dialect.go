package modeltest

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/test/stubmodel"
)

// dialect is a habit of servers, and what a provider must make of it.
type dialect struct {
	name    string
	reply   stubmodel.Reply
	text    string
	thought string
	calls   []string // name and arguments; name and "!" for one with a problem
}

const secret = "secret plan"

var dialects = []dialect{
	{"a thought in the text", stubmodel.Reply{Text: "<think>" + secret + "</think>\n\nHello there."}, "Hello there.", secret, nil},
	{"a thought that is not closed", stubmodel.Reply{Text: "<think>" + secret}, "", secret, nil},
	{"only the end of a thought", stubmodel.Reply{Text: secret + "\n</think>\nHello there."}, "Hello there.", secret, nil},
	{"channels", stubmodel.Reply{Text: "<|channel|>analysis<|message|>" + secret + "<|end|><|start|>assistant<|channel|>final<|message|>Hello there.<|return|>"}, "Hello there.", secret, nil},
	{"the end of the turn in the text", stubmodel.Reply{Text: "Hello there.<|im_end|>"}, "Hello there.", "", nil},
	{"it speaks of tags", stubmodel.Reply{Text: "The <think> tag opens, </think> closes."}, "The <think> tag opens, </think> closes.", "", nil},
	{"a tool call in the text", stubmodel.Reply{Text: "Let me look.\n<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"Berlin\"}}</tool_call>"}, "Let me look.", "", []string{`weather{"city":"Berlin"}`}},
	{"arguments encoded twice", stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "a", Name: "weather", Arguments: `"{\"city\":\"Berlin\"}"`}}}, "", "", []string{`weather{"city":"Berlin"}`}},
	{"arguments cut", stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "a", Name: "weather", Arguments: `"{\"city\":\"Ber"`}, {ID: "b", Name: "clock", Arguments: "{}"}}}, "", "", []string{"weather!", "clock{}"}},
	{"arguments that are a list", stubmodel.Reply{Text: "Wait.", ToolCalls: []stubmodel.ToolCall{{ID: "a", Name: "weather", Arguments: `["Berlin"]`}}}, "Wait.", "", []string{"weather!"}},
	{"one id for all calls", stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "a", Name: "clock", Arguments: "{}"}, {ID: "a", Name: "weather", Arguments: "{}"}}}, "", "", []string{"clock{}", "weather{}"}},
	{"no ids", stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{Name: "clock", Arguments: "{}"}, {Name: "clock", Arguments: `{"zone":"UTC"}`}}}, "", "", []string{"clock{}", `clock{"zone":"UTC"}`}},
	{"no stream", stubmodel.Reply{NoStream: true, Text: "<think>" + secret + "</think>Hello there.", ToolCalls: []stubmodel.ToolCall{{ID: "a", Name: "clock", Arguments: `{"zone":"UTC"}`}}}, "Hello there.", secret, []string{`clock{"zone":"UTC"}`}},
	{"no stream, as plain text", stubmodel.Reply{NoStream: true, ContentType: "text/plain", Text: "Hello there."}, "Hello there.", "", nil},
	{"no stream, as a stream", stubmodel.Reply{NoStream: true, ContentType: "text/event-stream", Text: "Hello there."}, "Hello there.", "", nil},
	{"a stream as JSON", stubmodel.Reply{ContentType: "application/json", Text: "Hello there."}, "Hello there.", "", nil},
	{"a stream as HTML", stubmodel.Reply{ContentType: "text/html", Text: "Hello there."}, "Hello there.", "", nil},
}

func peerDialects(t *testing.T, dial Dial) {
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			stub, url := Serve(t)
			text := dial(url, Key, 0)
			for _, listen := range []bool{true, false} {
				stub.Script(d.reply)
				req := Ask("hi")
				req.Tools = []model.Tool{{Name: "weather"}, {Name: "clock"}}
				var heard strings.Builder
				var chunk func(string)
				if listen {
					chunk = func(s string) { heard.WriteString(s) }
				}
				answer, err := text.Generate(t.Context(), req, chunk)
				if err != nil || answer.Text != d.text || answer.Thought != d.thought || listen && heard.String() != d.text {
					t.Errorf("%+v, %v, heard %q", answer, err, heard.String())
				}
				sameCalls(t, answer.ToolCalls, d.calls)
			}
			if n := stub.Count(); n != 2 {
				t.Errorf("%d calls for two answers", n)
			}
		})
	}
}

func sameCalls(t *testing.T, calls []model.ToolCall, want []string) {
	t.Helper()
	ids := make(map[string]bool)
	if len(calls) != len(want) {
		t.Fatalf("calls %+v, want %v", calls, want)
	}
	for i, call := range calls {
		said := call.Name + string(call.Arguments)
		if call.Problem != "" {
			said = call.Name + "!"
			if string(call.Arguments) != "{}" {
				t.Errorf("a call with a problem has arguments: %+v", call)
			}
		}
		if said != want[i] || call.ID == "" || ids[call.ID] {
			t.Errorf("call %d: %+v, want %s", i, call, want[i])
		}
		ids[call.ID] = true
	}
}

// refusal is an answer that is none, and the kind of failure it is.
type refusal struct {
	name      string
	reply     stubmodel.Reply
	kind      model.FailureKind
	words     string
	temporary bool
	limit     int
}

const asJSON = "application/json"

var refusals = []refusal{
	{"no tools", stubmodel.Reply{Status: 400, Message: "m does not support tools"}, model.NoToolSupport, "support tools", false, 0},
	{"a bad schema", stubmodel.Reply{Status: 400, Message: "Invalid schema for function 'clock'"}, model.BadToolSchema, "Invalid schema", false, 0},
	{"too long", stubmodel.Reply{Status: 400, Message: "This model's maximum context length is 4096 tokens."}, model.ContextTooLong, "maximum context", false, 4096},
	{"too long, as the server's fault", stubmodel.Reply{Status: 500, Message: "the request exceeds the available context size"}, model.ContextTooLong, "context size", false, 0},
	{"filtered", stubmodel.Reply{Status: 400, Message: "The prompt triggers our content management policy."}, model.ContentFilter, "content management", false, 0},
	{"200 with an error", stubmodel.Reply{ContentType: asJSON, Raw: `{"error":{"message":"quota exceeded","code":429}}`}, "", "quota exceeded", false, 0},
	{"200 with an error that passes", stubmodel.Reply{ContentType: asJSON, Raw: `{"error":{"message":"slow down","code":429}}`}, "", "slow down", true, 0},
	{"200 with a text for an error", stubmodel.Reply{ContentType: "text/plain", Raw: `{"error":"no such model"}`}, "", "no such model", false, 0},
	{"200 with an error's object", stubmodel.Reply{ContentType: "text/event-stream", Raw: `{"object":"error","message":"bad thing","code":400}`}, "", "bad thing", false, 0},
	{"200 with a detail", stubmodel.Reply{ContentType: asJSON, Raw: `{"detail":"Not authenticated"}`}, "", "Not authenticated", false, 0},
	{"200 with an error of a kind", stubmodel.Reply{ContentType: asJSON, Raw: `{"error":{"message":"m does not support tools"}}`}, model.NoToolSupport, "support tools", false, 0},
	{"200 with other JSON", stubmodel.Reply{ContentType: asJSON, Raw: `{"status":"ok"}`}, "", "no answer of a model", false, 0},
	{"200 with a page", stubmodel.Reply{ContentType: asJSON, Raw: "<html>log in</html>"}, "", "text/html", false, 0},
	{"200 with words", stubmodel.Reply{ContentType: "text/plain", Raw: "upstream is gone"}, "", "upstream is gone", false, 0},
}

func peerRefusals(t *testing.T, dial Dial) {
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			stub, url := Serve(t)
			text := dial(url, Key, 0)
			stub.Script(r.reply)
			answer, err := text.Generate(t.Context(), Ask("hi"), func(string) {})
			failure := asCallError(t, err)
			if failure.Kind != r.kind || failure.Temporary != r.temporary || failure.ContextLimit != r.limit || !strings.Contains(failure.Message, r.words) || answer.Text != "" {
				t.Errorf("%+v, answer %+v", failure, answer)
			}
			if n := stub.Count(); n != 1 {
				t.Errorf("%d calls, the provider must not retry", n)
			}
			noSecrets(t, err)
		})
	}
}
