package anthropic

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
)

func FuzzReadStream(f *testing.F) {
	f.Add("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1}}}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n")
	f.Add("data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n")
	f.Add("{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"tool_use\"}],\"stop_reason\":5}")
	f.Add("data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"no\"}}\n\n")
	f.Fuzz(func(t *testing.T, body string) {
		var heard strings.Builder
		text := NewText(Config{})
		a := assembly{Composer: text.habits.Compose(model.Request{}, "m", false, func(s string) { heard.WriteString(s) }), peer: text.peer}
		answer, err := a.close(text.peer.ReadAnswer(&http.Response{Body: io.NopCloser(strings.NewReader(body))}, a.add))
		if heard.String() != answer.Text {
			t.Errorf("heard %q, wrote %q", heard.String(), answer.Text)
		}
		if err == nil && !a.finished {
			t.Errorf("an unfinished answer was accepted: %+v", answer)
		}
		for _, call := range answer.ToolCalls {
			if call.Name == "" || call.ID == "" || !json.Valid(call.Arguments) {
				t.Errorf("call %+v", call)
			}
		}
	})
}
