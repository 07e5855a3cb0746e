package stubmodel

import (
	"fmt"
	"strconv"

	"github.com/tidwall/gjson"
)

// openAI words answers as POST /v1/chat/completions does.
type openAI struct{}

func (openAI) name() string { return "openai" }

func (openAI) contentType(stream bool) string {
	if stream {
		return "text/event-stream; charset=utf-8"
	}
	return "application/json"
}

// head begins one chunk of the stream, up to its list of choices.
func (openAI) head(b []byte, c *Call) []byte {
	b = append(b, `data: {"id":"chatcmpl-stub","object":"chat.completion.chunk","created":1700000000,"model":`...)
	b = gjson.AppendJSONString(b, c.Model)
	return append(b, `,"system_fingerprint":"fp_stub","choices":[`...)
}

func (o openAI) open(b []byte, c *Call, _ *Reply) []byte {
	b = o.head(b, c)
	return append(b, `{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}`+"\n\n"...)
}

func (o openAI) piece(b []byte, c *Call, text string) []byte {
	b = o.head(b, c)
	b = append(b, `{"index":0,"delta":{"content":`...)
	b = gjson.AppendJSONString(b, text)
	return append(b, `},"logprobs":null,"finish_reason":null}],"usage":null}`+"\n\n"...)
}

func (o openAI) delta(b []byte, c *Call, raw string) []byte {
	b = append(o.head(b, c), `{"index":0,"delta":`...)
	return append(append(b, raw...), `,"logprobs":null,"finish_reason":null}],"usage":null}`+"\n\n"...)
}

// tool sends the call's name first and its arguments in two halves, as the
// real API does.
func (o openAI) tool(b []byte, c *Call, i int, t ToolCall) []byte {
	delta := func(call string) {
		b = o.head(b, c)
		b = fmt.Appendf(b, `{"index":0,"delta":{"tool_calls":[{"index":%d,%s}]},"finish_reason":null}]}`+"\n\n", i, call)
	}
	quote := func(s string) []byte { return gjson.AppendJSONString(nil, s) }
	delta(fmt.Sprintf(`"id":%s,"type":"function","function":{"name":%s,"arguments":""}`, quote(t.ID), quote(t.Name)))
	half := len(t.Arguments) / 2
	delta(fmt.Sprintf(`"function":{"arguments":%s}`, quote(t.Arguments[:half])))
	delta(fmt.Sprintf(`"function":{"arguments":%s}`, quote(t.Arguments[half:])))
	return b
}

func (o openAI) end(b []byte, c *Call, r *Reply) []byte {
	b = o.head(b, c)
	b = append(b, `{"index":0,"delta":{},"logprobs":null,"finish_reason":"`...)
	b = append(b, openAIFinish(r)...)
	b = append(b, `"}],"usage":null}`+"\n\n"...)
	if !r.NoUsage {
		b = o.head(b, c)
		b = append(b, `],"usage":`...)
		b = openAIUsage(b, c, r)
		b = append(b, "}\n\n"...)
	}
	if r.NoDone {
		return b
	}
	return append(b, "data: [DONE]\n\n"...)
}

func (openAI) streamError(b []byte, kind, message string) []byte {
	b = append(b, "data: "...)
	b = openAI{}.failure(b, 0, kind, message)
	return append(b, "\n\n"...)
}

func (openAI) whole(b []byte, c *Call, text string, r *Reply) []byte {
	b = append(b, `{"id":"chatcmpl-stub","object":"chat.completion","created":1700000000,"model":`...)
	b = gjson.AppendJSONString(b, c.Model)
	b = append(b, `,"choices":[{"index":0,"message":`...)
	if r.Whole != "" {
		b = append(b, r.Whole...)
	} else {
		b = openAIMessage(b, text, r)
	}
	b = append(b, `,"finish_reason":"`...)
	b = append(b, openAIFinish(r)...)
	b = append(b, `"}]`...)
	if !r.NoUsage {
		b = append(b, `,"usage":`...)
		b = openAIUsage(b, c, r)
	}
	return append(b, '}')
}

func openAIMessage(b []byte, text string, r *Reply) []byte {
	b = append(b, `{"role":"assistant","content":`...)
	b = gjson.AppendJSONString(b, text)
	if len(r.ToolCalls) > 0 {
		b = append(b, `,"tool_calls":[`...)
		for i, t := range r.ToolCalls {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"type":"function","id":`...)
			b = gjson.AppendJSONString(b, t.ID)
			b = append(b, `,"function":{"name":`...)
			b = gjson.AppendJSONString(b, t.Name)
			b = append(b, `,"arguments":`...)
			b = gjson.AppendJSONString(b, t.Arguments)
			b = append(b, "}}"...)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func (openAI) failure(b []byte, _ int, kind, message string) []byte {
	if kind == "" {
		kind = "stub_error"
	}
	b = append(b, `{"error":{"message":`...)
	b = gjson.AppendJSONString(b, message)
	b = append(b, `,"type":`...)
	b = gjson.AppendJSONString(b, kind)
	b = append(b, `,"param":null,"code":`...)
	b = gjson.AppendJSONString(b, kind)
	return append(b, "}}"...)
}

func openAIFinish(r *Reply) string {
	switch {
	case r.Finish != "":
		return r.Finish
	case r.calls():
		return "tool_calls"
	}
	return "stop"
}

func openAIUsage(b []byte, c *Call, r *Reply) []byte {
	if r.Counts != [2]string{} {
		return fmt.Appendf(b, `{"prompt_tokens":%s,"completion_tokens":%s}`, r.Counts[0], r.Counts[1])
	}
	in, out := tokens(c.System)+tokens(c.LastUser), tokens(c.LastUser)+3
	b = append(b, `{"prompt_tokens":`...)
	b = strconv.AppendInt(b, int64(in), 10)
	b = append(b, `,"completion_tokens":`...)
	b = strconv.AppendInt(b, int64(out), 10)
	b = append(b, `,"total_tokens":`...)
	b = strconv.AppendInt(b, int64(in+out), 10)
	return append(b, '}')
}
