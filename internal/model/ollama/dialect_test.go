package ollama_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/ollama"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestForms(t *testing.T) {
	stub, url := modeltest.Serve(t)
	for name, c := range map[string]struct {
		raw, text, thought, calls string
		in, out                   int
	}{
		"thinking in a field":     {"{\"message\":{\"thinking\":\"secret \",\"content\":\"\"}}\n{\"message\":{\"thinking\":\"plan\"}}\n{\"message\":{\"content\":\"Hello\"},\"done\":true,\"prompt_eval_count\":5,\"eval_count\":7}", "Hello", "secret plan", "", 5, 7},
		"in one piece":            {"{\n  \"message\": {\n    \"content\": \"Hello\"\n  },\n  \"done\": true\n}", "Hello", "", "", 0, 0},
		"the model was loaded":    {`{"message":{"content":""},"done":true,"done_reason":"load"}`, "", "", "", 0, 0},
		"cut at its length":       {`{"message":{"content":"Hello"},"done":true,"done_reason":"length"}`, "Hello", "", "", 0, 0},
		"arguments as a text":     {`{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":"{\"x\":1}"}}]},"done":true}`, "", "", `f{"x":1}`, 0, 0},
		"no arguments":            {`{"message":{"tool_calls":[{"function":{"name":"f"}},{"function":{"index":1,"name":"f","arguments":null}}]},"done":true}`, "", "", "f{}f{}", 0, 0},
		"numbered from 0":         {"{\"message\":{\"tool_calls\":[{\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"x\":1}}}]}}\n{\"message\":{\"tool_calls\":[{\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"x\":2}}}]},\"done\":true}", "", "", `f{"x":1}f{"x":2}`, 0, 0},
		"as server-sent events":   {"data: {\"message\":{\"content\":\"Hel\"}}\n\ndata: {\"message\":{\"content\":\"lo\"},\"done\":true}\n\n", "Hello", "", "", 0, 0},
		"counts that cannot be":   {`{"message":{"content":"Hello"},"done":true,"prompt_eval_count":-5,"eval_count":"7"}`, "Hello", "", "", 0, 7},
		"only the end of thought": {"{\"message\":{\"content\":\"secret plan\"}}\n{\"message\":{\"content\":\"</think>\\n\\nHello\"},\"done\":true}", "Hello", "secret plan", "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			text := ollama.NewText(ollama.Config{BaseURL: url, Model: "m"})
			stub.Script(stubmodel.Reply{ContentType: "application/x-ndjson", Raw: c.raw})
			answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
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

func TestASystemRoleThatIsRefused(t *testing.T) {
	stub, url := modeltest.Serve(t)
	stub.Script(stubmodel.Reply{Status: http.StatusInternalServerError, Message: "template: System role not supported"})
	text := ollama.NewText(ollama.Config{BaseURL: url, Model: "m"})
	if answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err != nil || answer.Text != "You said: You are Eliza.\n\nhi" {
		t.Errorf("%+v, %v", answer, err)
	}
}
