package ollama

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
)

func FuzzReadLines(f *testing.F) {
	f.Add("{\"model\":\"m\",\"message\":{\"content\":\"hi\"},\"done\":false}\n{\"message\":{\"content\":\"\"},\"done\":true,\"eval_count\":3}\n")
	f.Add("{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}}]}}\r\n\r\n{\"done\":true}")
	f.Add("{\"error\":\"out of memory\"}\n")
	f.Add("{\"message\":null,\"done\":1}\n")
	f.Add("{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":null}},{}]},\"done\":true}")
	f.Fuzz(func(t *testing.T, stream string) {
		var heard strings.Builder
		text := NewText(Config{})
		a := assembly{Composer: text.habits.Compose(model.Request{}, "m", false, func(s string) { heard.WriteString(s) }), peer: text.peer}
		answer, err := a.close(text.peer.ReadAnswer(&http.Response{Body: io.NopCloser(strings.NewReader(stream))}, a.add))
		if heard.String() != answer.Text {
			t.Errorf("heard %q, wrote %q", heard.String(), answer.Text)
		}
		if err == nil && !a.finished {
			t.Errorf("an unfinished answer was accepted: %+v", answer)
		}
	})
}
