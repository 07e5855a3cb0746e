package openai_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/openai"
	"github.com/elizad/elizad/test/stubmodel"
)

// stream is a body of server-sent events with these chunks.
func stream(chunks ...string) stubmodel.Reply {
	return stubmodel.Reply{ContentType: "text/event-stream", Raw: "data: " + strings.Join(chunks, "\n\ndata: ") + "\n\n"}
}

const stop = `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`

func TestForms(t *testing.T) {
	stub, url := modeltest.Serve(t)
	for name, c := range map[string]struct {
		reply         stubmodel.Reply
		text, thought string
		in, out       int
	}{
		"reasoning in a field":        {stream(`{"choices":[{"delta":{"reasoning_content":"secret "}}]}`, `{"choices":[{"delta":{"reasoning_content":"plan","content":null}}]}`, `{"choices":[{"delta":{"content":"Hello"}}]}`, stop, "[DONE]"), "Hello", "secret plan", 0, 0},
		"OpenRouter's details":        {stream(`{"choices":[{"delta":{"reasoning":"secret plan","reasoning_details":[{"type":"reasoning.text","text":"secret plan"}],"content":""}}]}`, `{"choices":[{"delta":{"content":"Hello"}}]}`, stop), "Hello", "secret plan", 0, 0},
		"nothing, but ended":          {stream("[DONE]"), "", "", 0, 0},
		"no closing word":             {stream(`{"choices":[{"delta":{"content":"Hello"}}]}`, stop), "Hello", "", 0, 0},
		"no reason to stop":           {stream(`{"choices":[{"delta":{"content":"Hello"}}]}`, "[DONE]"), "Hello", "", 0, 0},
		"cut at its greatest length":  {stream(`{"choices":[{"delta":{"content":"Hello"},"finish_reason":"length"}]}`, "[DONE]"), "Hello", "", 0, 0},
		"parts":                       {stream(`{"choices":[{"delta":{"content":[{"type":"text","text":"Hello"}]}}]}`, stop), "Hello", "", 0, 0},
		"parts in one piece":          {stubmodel.Reply{Raw: `{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"secret plan"}]},{"type":"text","text":"Hello"}]},"finish_reason":"stop"}]}`}, "Hello", "secret plan", 0, 0},
		"one piece, no reason":        {stubmodel.Reply{Raw: "{\n \"choices\": [ {\"message\": {\"content\": \"Hello\"}} ]\n}"}, "Hello", "", 0, 0},
		"the older API":               {stubmodel.Reply{Raw: `{"object":"text_completion","choices":[{"text":"Hello","finish_reason":"stop"}]}`}, "Hello", "", 0, 0},
		"a message behind the deltas": {stream(`{"choices":[{"delta":{"content":"Hello"}}]}`, `{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}`, "[DONE]"), "Hello", "", 0, 0},
		"messages in place of deltas": {stream(`{"choices":[{"message":{"content":"Hel"}}]}`, `{"choices":[{"message":{"content":"lo"},"finish_reason":"stop"}]}`, "[DONE]"), "Hello", "", 0, 0},
		"an empty error":              {stream(`{"error":null,"choices":[{"delta":{"content":"Hello"}}]}`, stop), "Hello", "", 0, 0},
		"an unfiltered report":        {stream(`{"choices":[],"prompt_filter_results":[{"content_filter_results":{"hate":{"filtered":false}}}]}`, `{"choices":[{"delta":{"content":"Hello"}}]}`, stop), "Hello", "", 0, 0},
		"usage":                       {stream(`{"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}],"usage":null}`, `{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}`, "[DONE]"), "Hello", "", 5, 7},
		"usage below zero":            {stream(`{"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":7}}`, `{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":1e30}}`, "[DONE]"), "Hello", "", 5, 7},
		"usage in other types":        {stream(`{"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop","usage":{"prompt_tokens":"5","completion_tokens":7.0}}]}`, "[DONE]"), "Hello", "", 5, 7},
		"usage under other names":     {stream(`{"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}],"usage":{"input_tokens":5,"output_tokens":7}}`), "Hello", "", 5, 7},
	} {
		t.Run(name, func(t *testing.T) {
			text := openai.NewText(openai.Config{BaseURL: url + "/v1", Model: "m"})
			stub.Script(c.reply)
			answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), func(string) {})
			if err != nil || answer.Text != c.text || answer.Thought != c.thought || answer.Usage.InputTokens != c.in || answer.Usage.OutputTokens != c.out {
				t.Errorf("%+v, %v", answer, err)
			}
		})
	}
}

func TestContentFilters(t *testing.T) {
	stub, url := modeltest.Serve(t)
	text := openai.NewText(openai.Config{BaseURL: url + "/v1", Model: "m"})
	for name, c := range map[string]struct {
		reply stubmodel.Reply
		text  string
	}{
		"at once":         {stream(`{"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}`, "[DONE]"), ""},
		"after some text": {stream(`{"choices":[{"delta":{"content":"Half an "}}]}`, `{"choices":[{"delta":{},"finish_reason":"content_filter"}]}`, "[DONE]"), "Half an "},
		"in one piece":    {stubmodel.Reply{Raw: `{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}`}, ""},
		"of the prompt":   {stream(`{"choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":true,"severity":"high"}}}]}`, "[DONE]"), ""},
		"Gemini's":        {stubmodel.Reply{Raw: `{"choices":[],"prompt_feedback":{"block_reason":"SAFETY"}}`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stub.Script(c.reply)
			answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), func(string) {})
			var failure *model.CallError
			if !errors.As(err, &failure) || failure.Kind != model.ContentFilter || failure.Temporary || answer.Text != c.text {
				t.Errorf("%+v, %v", answer, err)
			}
		})
	}
}

// A server that refuses a part of the request is asked without it, once, and
// at once the next time.
func TestWhatIsRefusedIsLeftOut(t *testing.T) {
	warm := 0.5
	for name, c := range map[string]struct {
		refuses func(gjson.Result) string // why a body is refused; empty when it is not
		without string                    // no longer in the body
		with    string                    // in it instead
	}{
		"a system role": {func(b gjson.Result) string {
			if b.Get("messages.0.role").Str == "system" {
				return "system role not supported"
			}
			return ""
		}, `"role":"system"`, `You are Eliza.\n\nhi`},
		"max_tokens": {func(b gjson.Result) string {
			if b.Get("max_tokens").Exists() {
				return "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
			}
			return ""
		}, `"max_tokens"`, `"max_completion_tokens":50`},
		"temperature": {func(b gjson.Result) string {
			if b.Get("temperature").Exists() {
				return "Unsupported value: 'temperature' does not support 0.5 with this model."
			}
			return ""
		}, `"temperature"`, `"max_tokens":50`},
		"stream_options": {func(b gjson.Result) string {
			if b.Get("stream_options").Exists() {
				return "stream_options: Extra inputs are not permitted"
			}
			return ""
		}, `"stream_options"`, `"stream":true`},
		"streaming": {func(b gjson.Result) string {
			if b.Get("stream").Bool() {
				return "This model does not support streaming"
			}
			return ""
		}, `"stream":true`, `"stream":false`},
		"turns of one side": {func(b gjson.Result) string {
			if b.Get("messages.#").Int() > 2 {
				return "Conversation roles must alternate user/assistant/user/assistant/..."
			}
			return ""
		}, `"content":"hi"`, `first\n\nhi`},
	} {
		t.Run(name, func(t *testing.T) {
			stub, url := modeltest.Serve(t)
			stub.Answer = func(call stubmodel.Call) stubmodel.Reply {
				if why := c.refuses(gjson.ParseBytes(call.Body)); why != "" {
					return stubmodel.Reply{Status: http.StatusBadRequest, Message: why}
				}
				return stubmodel.Reply{Text: "Hello there."}
			}
			text := openai.NewText(openai.Config{BaseURL: url + "/v1", Model: "m"})
			req := modeltest.Ask("hi")
			req.MaxTokens, req.Temperature = 50, &warm
			if name == "turns of one side" {
				req.Turns = append([]model.Turn{{Role: model.RoleUser, Name: "Ann", Text: "first"}}, req.Turns...)
			}
			for i, calls := range []int64{2, 3} {
				answer, err := text.Generate(t.Context(), req, nil)
				if err != nil || answer.Text != "Hello there." || stub.Count() != calls {
					t.Fatalf("answer %d: %+v, %v after %d calls", i, answer, err, stub.Count())
				}
			}
			if sent := string(stub.Last().Body); strings.Contains(sent, c.without) || !strings.Contains(sent, c.with) {
				t.Errorf("sent %s", sent)
			}
		})
	}
}
