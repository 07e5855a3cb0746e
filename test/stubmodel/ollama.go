package stubmodel

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// ollama words answers as POST /api/chat does: one JSON object on each line.
type ollama struct{}

func (ollama) name() string { return "ollama" }

func (ollama) contentType(stream bool) string {
	if stream {
		return "application/x-ndjson"
	}
	return "application/json; charset=utf-8"
}

func (o ollama) head(b []byte, c *Call, text string) []byte {
	b = append(o.model(b, c), `{"role":"assistant","content":`...)
	return gjson.AppendJSONString(b, text)
}

// model begins a line, up to its message.
func (ollama) model(b []byte, c *Call) []byte {
	b = append(b, `{"model":`...)
	b = gjson.AppendJSONString(b, c.Model)
	return append(b, `,"created_at":"2024-01-01T00:00:00Z","message":`...)
}

func (ollama) tools(b []byte, calls ...ToolCall) []byte {
	b = append(b, `,"tool_calls":[`...)
	for i, t := range calls {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"function":{"name":`...)
		b = gjson.AppendJSONString(b, t.Name)
		b = append(b, `,"arguments":`...)
		b = append(b, t.Arguments...)
		b = append(b, "}}"...)
	}
	return append(b, ']')
}

func (ollama) tail(b []byte, c *Call, r *Reply) []byte {
	b = fmt.Appendf(b, `},"done_reason":"%s","done":true`, cmp.Or(r.Finish, "stop"))
	switch {
	case r.Counts != [2]string{}:
		b = fmt.Appendf(b, `,"prompt_eval_count":%s,"eval_count":%s`, r.Counts[0], r.Counts[1])
	case !r.NoUsage:
		b = fmt.Appendf(b, `,"total_duration":1000,"load_duration":10,"prompt_eval_count":%d,"eval_count":%d,"eval_duration":900`,
			tokens(c.System)+tokens(c.LastUser), tokens(c.LastUser)+3)
	}
	return append(b, "}\n"...)
}

func (ollama) open(b []byte, _ *Call, _ *Reply) []byte { return b }

func (o ollama) delta(b []byte, c *Call, raw string) []byte {
	b = append(o.model(b, c), raw...)
	return append(b, `,"done":false}`+"\n"...)
}

func (o ollama) piece(b []byte, c *Call, text string) []byte {
	return append(o.head(b, c, text), `},"done":false}`+"\n"...)
}

func (o ollama) tool(b []byte, c *Call, _ int, t ToolCall) []byte {
	return append(o.tools(o.head(b, c, ""), t), `},"done":false}`+"\n"...)
}

func (o ollama) end(b []byte, c *Call, r *Reply) []byte { return o.tail(o.head(b, c, ""), c, r) }

func (o ollama) streamError(b []byte, _, message string) []byte {
	return append(o.failure(b, 0, "", message), '\n')
}

func (o ollama) whole(b []byte, c *Call, text string, r *Reply) []byte {
	if r.Whole != "" {
		return o.tail(append(o.model(b, c), strings.TrimSuffix(r.Whole, "}")...), c, r)
	}
	b = o.head(b, c, text)
	if len(r.ToolCalls) > 0 {
		b = o.tools(b, r.ToolCalls...)
	}
	return o.tail(b, c, r)
}

func (ollama) failure(b []byte, _ int, _, message string) []byte {
	b = append(b, `{"error":`...)
	return append(gjson.AppendJSONString(b, message), '}')
}
