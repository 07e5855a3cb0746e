package openai

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

func FuzzReadStream(f *testing.F) {
	f.Add("data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\ndata: [DONE]\n\n")
	f.Add("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\"}}]}}]}\n\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n")
	f.Add("data: {\"error\":{\"message\":\"no\",\"code\":429}}\n\n")
	f.Add("data: {\"error\":{\"error\":{\"error\":\"deep\"}}}\r\n\r\n")
	f.Add("\xef\xbb\xbfevent: x\ndata: []\n\n")
	f.Add("data: {\"choices\":[[],null,{\"delta\":[1],\"message\":{\"content\":{}}}],\"usage\":[]}\n\ndata: [DONE]")
	f.Fuzz(func(t *testing.T, stream string) {
		var heard strings.Builder
		text := NewText(Config{})
		a := assembly{answer: model.Answer{}, peer: wire.Peer{Provider: Name}, chunk: func(s string) { heard.WriteString(s) }}
		err := text.readStream(strings.NewReader(stream), &a)
		if heard.String() != a.text.String() {
			t.Errorf("heard %q, wrote %q", heard.String(), a.text.String())
		}
		if err != nil {
			return
		}
		for _, call := range a.answer.ToolCalls {
			if call.Name == "" || call.ID == "" || len(call.Arguments) == 0 || call.Arguments[0] != '{' {
				t.Errorf("call %+v", call)
			}
		}
	})
}

func TestDeepChunkIsHarmless(t *testing.T) {
	deep := "data: " + strings.Repeat("[", wire.MaxLine-100) + "\n\n"
	a := assembly{peer: wire.Peer{Provider: Name}}
	if err := NewText(Config{}).readStream(strings.NewReader(deep), &a); err == nil {
		t.Error("accepted")
	}
}
