// Package mcptest is an MCP server that behaves in any of the forms in which
// servers do. The forms are one table: what the server does, and what the agent
// and the person must see of it. Each is served as a program, over HTTP and as
// an event stream, as far as it applies, in every revision of the protocol.
package mcptest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Revisions are those of the protocol that are in use.
var Revisions = []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}

// Transports by the names that characters use.
const (
	Stdio = "stdio"
	HTTP  = "http"
	SSE   = "sse"
)

// Form is one way in which servers behave.
type Form struct {
	Name string
	// Does and Sees are the form's row in the documentation, and Known who is
	// known to have it.
	Does, Sees, Known string
	Over              []string // transports; none: all

	// What must be seen of a server "t" after its tool "tide" was called twice.
	Actions []string // that are offered; none: T_TIDE
	Told    []string // parts of what the second call tells
	Untold  string   // what no call tells, and no status
	Fails   bool     // the calls fail
	State   string   // none: ready
	Error   string   // part of the status's error
	LeftOut string   // part of why a tool is left out
	Calls   int      // that reach the tool over HTTP; 0: two

	hello   func(s *Server, asked string) (result, failure any)
	list    func(s *Server, cursor string) (result, failure any)
	call    func(s *Server) (result, failure any)
	before  []any // messages that come before the answer to a call
	web     func(s *Server, w http.ResponseWriter, r *http.Request, m *Message) bool
	program func(in io.Reader, out, log io.Writer) bool // false: it ends
	rewrite func(answer map[string]any)
	asksFor string // a request that must be answered before a call is
}

// Applies reports whether the form exists over a transport.
func (f *Form) Applies(transport string) bool {
	for _, t := range f.Over {
		if t == transport {
			return true
		}
	}
	return f.Over == nil
}

// Find returns a form by its name; nil when there is none.
func Find(name string) *Form {
	for i := range Forms {
		if Forms[i].Name == name {
			return &Forms[i]
		}
	}
	return nil
}

// Message is a message of JSON-RPC.
type Message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		ProtocolVersion string `json:"protocolVersion"`
		Cursor          string `json:"cursor"`
	} `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// answers reports whether it is the client's answer to a question.
func (m *Message) answers() bool { return m.Result != nil || m.Error != nil }

// Server serves one form.
type Server struct {
	Form     *Form
	Revision string

	mu       sync.Mutex
	calls    int
	sessions int
	lost     bool
	standing chan []byte // what is sent by the stream that stands by
	answered chan struct{}
	stream   *eventStream
	kept     []byte // the answer of a stream that was cut
}

// New makes a server.
func New(f *Form, revision string) *Server {
	return &Server{Form: f, Revision: revision, standing: make(chan []byte, 10), answered: make(chan struct{}, 10)}
}

// Calls is how often the tool was called.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

type object = map[string]any

// answer returns the messages that follow a message: what comes before the
// answer, and the answer; nil for a notification.
func (s *Server) answer(m *Message) (before [][]byte, answer []byte) {
	if m.ID == nil || m.Method == "" {
		if m.answers() {
			s.answered <- struct{}{}
		}
		return nil, nil
	}
	var result, failure any
	switch m.Method {
	case "initialize":
		result = s.welcome()
		if s.Form.hello != nil {
			result, failure = s.Form.hello(s, m.Params.ProtocolVersion)
		}
	case "tools/list":
		result = object{"tools": []any{tool("tide")}}
		if s.Form.list != nil {
			result, failure = s.Form.list(s, m.Params.Cursor)
		}
	case "tools/call":
		s.mu.Lock()
		s.calls++
		s.mu.Unlock()
		result = text("high 14:07")
		if s.Form.call != nil {
			result, failure = s.Form.call(s)
		}
		for _, b := range s.Form.before {
			before = append(before, encode(b))
		}
	case "ping":
		result = object{}
	default:
		failure = object{"code": -32601, "message": "Method not found"}
	}
	said := object{"jsonrpc": "2.0", "id": m.ID}
	if failure != nil {
		said["error"] = failure
	} else {
		said["result"] = result
	}
	if s.Form.rewrite != nil && m.Method == "tools/call" {
		s.Form.rewrite(said)
	}
	return before, encode(said)
}

func (s *Server) welcome() object {
	return object{"protocolVersion": s.Revision, "capabilities": object{"tools": object{"listChanged": true}}, "serverInfo": object{"name": "stub", "version": "1"}}
}

// Program serves the form over standard input and output.
func (s *Server) Program(in io.Reader, out, log io.Writer) {
	if s.Form.program != nil && !s.Form.program(in, out, log) {
		return
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	var waiting [][]byte // answers, until the client has answered
	for lines.Scan() {
		var m Message
		if json.Unmarshal(lines.Bytes(), &m) != nil {
			continue
		}
		before, answer := s.answer(&m)
		for _, b := range before {
			fmt.Fprintf(out, "%s\n", b)
		}
		switch {
		case answer == nil && m.answers():
			for _, w := range waiting {
				fmt.Fprintf(out, "%s\n", w)
			}
			waiting = nil
		case answer != nil && m.Method == "tools/call" && s.Form.asksFor != "":
			waiting = append(waiting, answer)
			fmt.Fprintf(out, "%s\n", s.question())
		case answer != nil:
			fmt.Fprintf(out, "%s\n", answer)
		}
	}
}

func (s *Server) question() []byte {
	return encode(object{"jsonrpc": "2.0", "id": "q1", "method": s.Form.asksFor})
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func tool(name string) object {
	return object{"name": name, "description": "When the tide is high", "inputSchema": object{"type": "object", "properties": object{}}}
}

func text(said string) object {
	return object{"content": []any{object{"type": "text", "text": said}}}
}
