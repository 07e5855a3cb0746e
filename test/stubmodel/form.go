package stubmodel

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// Form is how a reply departs from its API's usual wording. Raw JSON is in the
// words of the API that is asked.
type Form struct {
	Dialect string `json:"dialect,omitempty"` // the reply is that dialect's, nothing else here counts

	Pieces []string  `json:"pieces,omitempty"` // the text, in exactly these pieces
	Deltas []string  `json:"deltas,omitempty"` // raw increments of a stream, before any text: OpenAI's deltas, Ollama's messages, Anthropic's events
	Whole  string    `json:"whole,omitempty"`  // the raw message (Anthropic: content) of an answer in one piece
	Finish string    `json:"finish,omitempty"` // why the answer ends
	Counts [2]string `json:"counts,omitempty"` // raw counts of tokens, in and out

	Head   string `json:"head,omitempty"`   // raw bytes before the stream
	NoDone bool   `json:"noDone,omitempty"` // OpenAI's stream ends without [DONE]
	CRLF   bool   `json:"crlf,omitempty"`   // lines end with CR and LF
	Tight  bool   `json:"tight,omitempty"`  // no space follows the colon of an event's fields
	ByByte bool   `json:"byByte,omitempty"` // each byte is sent for itself
}

// text is the whole text of the reply to a call.
func (r *Reply) text(c *Call) string {
	switch {
	case len(r.Pieces) > 0:
		return strings.Join(r.Pieces, "")
	case r.Text == "" && len(r.ToolCalls) == 0 && len(r.Deltas) == 0 && !r.Empty:
		return "You said: " + c.LastUser
	}
	return r.Text
}

// calls reports whether the reply asks for tools.
func (r *Reply) calls() bool {
	asks := func(raw string) bool {
		return strings.Contains(raw, `"tool_calls":[{`) || strings.Contains(raw, `"type":"tool_use"`)
	}
	return len(r.ToolCalls) > 0 || slices.ContainsFunc(r.Deltas, asks) || asks(r.Whole)
}

// write sends what is in the buffer, in the reply's form.
func (t *teller) write() {
	b := t.buf
	if t.reply.Head != "" && !t.begun {
		b = append([]byte(t.reply.Head), b...)
	}
	t.begun = true
	if t.reply.Tight {
		b = bytes.ReplaceAll(b, []byte("data: "), []byte("data:"))
	}
	if t.reply.CRLF {
		b = bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
	}
	if !t.reply.ByByte {
		t.w.Write(b)
		return
	}
	for i := range b {
		t.w.Write(b[i : i+1])
		http.NewResponseController(t.w).Flush()
	}
}
