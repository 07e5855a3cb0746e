package openai

import (
	"encoding/json"
	"io"
	"net/http"
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
		answer, err := read(stream, func(s string) { heard.WriteString(s) })
		if heard.String() != answer.Text {
			t.Errorf("heard %q, wrote %q", heard.String(), answer.Text)
		}
		if err != nil {
			return
		}
		ids := make(map[string]bool)
		for _, call := range answer.ToolCalls {
			if call.Name == "" || call.ID == "" || ids[call.ID] || !json.Valid(call.Arguments) || call.Arguments[0] != '{' {
				t.Errorf("call %+v", call)
			}
			ids[call.ID] = true
		}
	})
}

func read(body string, chunk func(string)) (model.Answer, error) {
	text := NewText(Config{})
	a := assembly{Composer: text.habits.Compose(model.Request{}, "m", false, chunk), peer: text.peer}
	return a.close(text.peer.ReadAnswer(&http.Response{Body: io.NopCloser(strings.NewReader(body))}, a.add))
}

func TestDeepChunkIsHarmless(t *testing.T) {
	if _, err := read("data: "+strings.Repeat("[", wire.MaxLine-100)+"\n\n", nil); err == nil {
		t.Error("accepted")
	}
}
