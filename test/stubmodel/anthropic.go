package stubmodel

import (
	"fmt"

	"github.com/tidwall/gjson"
)

// anthropic words answers as POST /v1/messages does.
type anthropic struct{}

func (anthropic) name() string { return "anthropic" }

func (anthropic) contentType(stream bool) string { return openAI{}.contentType(stream) }

func (a anthropic) open(b []byte, c *Call, r *Reply) []byte {
	b = append(b, "event: message_start\ndata: "+`{"type":"message_start","message":{"id":"msg_stub","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"model":`...)
	b = gjson.AppendJSONString(b, c.Model)
	b = append(b, a.usage(nil, c, r, true)...)
	b = append(b, "}}\n\n"...)
	if len(r.Deltas) > 0 {
		return b
	}
	b = append(b, "event: content_block_start\ndata: "+`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`+"\n\n"...)
	return append(b, "event: ping\ndata: "+`{"type":"ping"}`+"\n\n"...)
}

func (anthropic) piece(b []byte, _ *Call, text string) []byte {
	b = append(b, "event: content_block_delta\ndata: "+`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`...)
	b = gjson.AppendJSONString(b, text)
	return append(b, "}}\n\n"...)
}

// delta sends an event, whose name is its type; the deltas of an answer open
// and close their blocks.
func (anthropic) delta(b []byte, _ *Call, raw string) []byte {
	return fmt.Appendf(b, "event: %s\ndata: %s\n\n", gjson.Get(raw, "type").Str, raw)
}

func (anthropic) tool(b []byte, _ *Call, i int, t ToolCall) []byte {
	quote := func(s string) []byte { return gjson.AppendJSONString(nil, s) }
	b = fmt.Appendf(b, "event: content_block_start\ndata: "+`{"type":"content_block_start","index":%d,"content_block":{"type":"tool_use","id":%s,"name":%s,"input":{}}}`+"\n\n", i+1, quote(t.ID), quote(t.Name))
	half := len(t.Arguments) / 2
	for _, part := range []string{t.Arguments[:half], t.Arguments[half:]} {
		b = fmt.Appendf(b, "event: content_block_delta\ndata: "+`{"type":"content_block_delta","index":%d,"delta":{"type":"input_json_delta","partial_json":%s}}`+"\n\n", i+1, quote(part))
	}
	return fmt.Appendf(b, "event: content_block_stop\ndata: "+`{"type":"content_block_stop","index":%d}`+"\n\n", i+1)
}

func (a anthropic) end(b []byte, c *Call, r *Reply) []byte {
	if len(r.Deltas) == 0 {
		b = append(b, "event: content_block_stop\ndata: "+`{"type":"content_block_stop","index":0}`+"\n\n"...)
	}
	b = append(b, "event: message_delta\ndata: "+`{"type":"message_delta","delta":{"stop_reason":"`...)
	b = append(b, anthropicStop(r)...)
	b = append(b, `","stop_sequence":null}`...)
	b = append(b, a.usage(nil, c, r, false)...)
	b = append(b, "}\n\n"...)
	return append(b, "event: message_stop\ndata: "+`{"type":"message_stop"}`+"\n\n"...)
}

func (anthropic) streamError(b []byte, kind, message string) []byte {
	b = append(b, "event: error\ndata: "...)
	b = anthropic{}.failure(b, 0, kind, message)
	return append(b, "\n\n"...)
}

// usage is the member that counts tokens, at the beginning or the end of a
// stream.
func (anthropic) usage(b []byte, c *Call, r *Reply, begin bool) []byte {
	switch {
	case r.NoUsage:
		return b
	case r.Counts != [2]string{}:
		return fmt.Appendf(b, `,"usage":{"input_tokens":%s,"output_tokens":%s}`, r.Counts[0], r.Counts[1])
	case begin:
		return fmt.Appendf(b, `,"usage":{"input_tokens":%d,"output_tokens":1}`, tokens(c.System)+tokens(c.LastUser))
	}
	return fmt.Appendf(b, `,"usage":{"output_tokens":%d}`, tokens(c.LastUser)+3)
}

func (a anthropic) whole(b []byte, c *Call, text string, r *Reply) []byte {
	b = append(b, `{"id":"msg_stub","type":"message","role":"assistant","model":`...)
	b = gjson.AppendJSONString(b, c.Model)
	b = append(b, `,"content":`...)
	if r.Whole != "" {
		b = append(b, r.Whole...)
	} else {
		b = a.content(b, text, r)
	}
	b = fmt.Appendf(b, `,"stop_reason":"%s","stop_sequence":null`, anthropicStop(r))
	if r.NoUsage || r.Counts != [2]string{} {
		return append(a.usage(b, c, r, false), '}')
	}
	return fmt.Appendf(b, `,"usage":{"input_tokens":%d,"output_tokens":%d}}`, tokens(c.System)+tokens(c.LastUser), tokens(c.LastUser)+3)
}

func (anthropic) content(b []byte, text string, r *Reply) []byte {
	b = append(b, `[{"type":"text","text":`...)
	b = gjson.AppendJSONString(b, text)
	b = append(b, '}')
	for _, t := range r.ToolCalls {
		b = append(b, `,{"type":"tool_use","id":`...)
		b = gjson.AppendJSONString(b, t.ID)
		b = append(b, `,"name":`...)
		b = gjson.AppendJSONString(b, t.Name)
		b = append(b, `,"input":`...)
		b = append(b, t.Arguments...)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (anthropic) failure(b []byte, status int, kind, message string) []byte {
	if kind == "" {
		kind = map[int]string{400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}[status]
	}
	if kind == "" {
		kind = "api_error"
	}
	b = append(b, `{"type":"error","error":{"type":`...)
	b = gjson.AppendJSONString(b, kind)
	b = append(b, `,"message":`...)
	b = gjson.AppendJSONString(b, message)
	return append(b, "}}"...)
}

func anthropicStop(r *Reply) string {
	switch {
	case r.Finish != "":
		return r.Finish
	case r.calls():
		return "tool_use"
	}
	return "end_turn"
}
