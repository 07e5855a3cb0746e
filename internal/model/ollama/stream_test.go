package ollama

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model/wire"
)

func FuzzReadLines(f *testing.F) {
	f.Add("{\"model\":\"m\",\"message\":{\"content\":\"hi\"},\"done\":false}\n{\"message\":{\"content\":\"\"},\"done\":true,\"eval_count\":3}\n")
	f.Add("{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}}]}}\r\n\r\n{\"done\":true}")
	f.Add("{\"error\":\"out of memory\"}\n")
	f.Add("{\"message\":null,\"done\":1}\n")
	f.Add("{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":null}},{}]},\"done\":true}")
	f.Fuzz(func(t *testing.T, stream string) {
		var heard strings.Builder
		a := assembly{peer: wire.Peer{Provider: Name}, chunk: func(s string) { heard.WriteString(s) }}
		err := readLines(strings.NewReader(stream), &a)
		if heard.String() != a.text.String() {
			t.Errorf("heard %q, wrote %q", heard.String(), a.text.String())
		}
		if err == nil && (!a.finished || a.answer.Text != heard.String()) {
			t.Errorf("an unfinished answer was accepted: %+v", a.answer)
		}
	})
}
