package anthropic_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/anthropic"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/test/stubmodel"
)

// stream is a body of server-sent events without names, as some gateways send.
func stream(events ...string) stubmodel.Reply {
	return stubmodel.Reply{ContentType: "text/event-stream", Raw: "data: " + strings.Join(events, "\n\ndata: ") + "\n\n"}
}

const (
	start = `{"type":"message_start","message":{"model":"claude","content":[],"usage":{"input_tokens":5,"cache_read_input_tokens":3,"output_tokens":1}}}`
	end   = `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}`
	over  = `{"type":"message_stop"}`
)

func TestForms(t *testing.T) {
	stub, url := modeltest.Serve(t)
	for name, c := range map[string]struct {
		reply                stubmodel.Reply
		text, thought, calls string
		in, out              int
	}{
		"thinking blocks": {stream(start, `{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"secret plan"}}`, `{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"xyz"}}`,
			`{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`, `{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}`, end, over), "Hello", "secret plan", "", 8, 7},
		"no closing event": {stream(start, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}`, end), "Hello", "", "", 8, 7},
		"input at once":    {stream(start, `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{"x":1}}}`, end, over), "", "", `f{"x":1}`, 8, 7},
		"one piece": {stubmodel.Reply{ContentType: "application/json", Raw: `{"type":"message","model":"claude","content":[{"type":"thinking","thinking":"secret plan"},{"type":"text","text":"Hello"},{"type":"tool_use","id":"a","name":"f","input":{"x":1}}],"stop_reason":"tool_use","usage":{"input_tokens":5,"output_tokens":7}}`},
			"Hello", "secret plan", `f{"x":1}`, 5, 7},
		"cut at its greatest length": {stream(start, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}`, `{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}`, over), "Hello", "", "", 8, 1},
		"counts that cannot be":      {stream(`{"type":"message_start","message":{"usage":{"input_tokens":-9,"output_tokens":"x"}}}`, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}`, end, over), "Hello", "", "", 0, 7},
	} {
		t.Run(name, func(t *testing.T) {
			text := anthropic.NewText(anthropic.Config{BaseURL: url, Key: modeltest.Key})
			stub.Script(c.reply)
			answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), func(string) {})
			var calls strings.Builder
			for _, call := range answer.ToolCalls {
				calls.WriteString(call.Name + string(call.Arguments) + call.Problem)
			}
			if err != nil || answer.Text != c.text || answer.Thought != c.thought || calls.String() != c.calls || answer.Usage.InputTokens != c.in || answer.Usage.OutputTokens != c.out {
				t.Errorf("%+v, %v", answer, err)
			}
		})
	}
}

func TestARefusalIsAContentFilter(t *testing.T) {
	stub, url := modeltest.Serve(t)
	text := anthropic.NewText(anthropic.Config{BaseURL: url, Key: modeltest.Key})
	for partial, reply := range map[string]stubmodel.Reply{
		"":         stream(start, `{"type":"message_delta","delta":{"stop_reason":"refusal"}}`, over),
		"Half an ": stream(start, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Half an "}}`, `{"type":"message_delta","delta":{"stop_reason":"refusal"}}`, over),
	} {
		stub.Script(reply)
		answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), func(string) {})
		var failure *model.CallError
		if !errors.As(err, &failure) || failure.Kind != model.ContentFilter || failure.Temporary || answer.Text != partial {
			t.Errorf("%q: %+v, %v", partial, answer, err)
		}
	}
}

func TestATemperatureThatIsRefused(t *testing.T) {
	stub, url := modeltest.Serve(t)
	stub.Script(stubmodel.Reply{Status: 400, Message: "`temperature` is deprecated for this model."})
	warm := 0.5
	req := modeltest.Ask("hi")
	req.Temperature = &warm
	if _, err := anthropic.NewText(anthropic.Config{BaseURL: url, Key: "k"}).Generate(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	if sent := string(stub.Last().Body); strings.Contains(sent, "temperature") {
		t.Error(sent)
	}
}
