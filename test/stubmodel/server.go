package stubmodel

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Call is one request for text that the server was sent.
type Call struct {
	Number   int64  `json:"number"` // 1 for the first
	API      string `json:"api"`    // openai, anthropic or ollama
	Model    string `json:"model"`
	Stream   bool   `json:"stream"`
	System   string `json:"system"`
	LastUser string `json:"lastUser"` // text of the last message in the user's role
	Key      string `json:"-"`        // as sent, without "Bearer "
	Body     []byte `json:"-"`        // the whole request; kept only in recorded calls and for Answer

	Nth   int64         `json:"-"` // of this model, 1 for the first; only for a dialect
	Since time.Duration `json:"-"` // the model's first call
}

// ToolCall is a tool that the model asks for.
type ToolCall struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"` // a JSON object, or broken on purpose
}

// Reply says what a call is answered with. The zero Reply is the default
// answer, at once.
type Reply struct {
	Text      string     `json:"text,omitempty"`      // "" for the default text, unless ToolCalls or Empty
	ToolCalls []ToolCall `json:"toolCalls,omitempty"` // sent after the text
	Empty     bool       `json:"empty,omitempty"`     // a proper answer that says nothing

	Status     int    `json:"status,omitempty"`     // an error of this HTTP status in place of an answer
	Message    string `json:"message,omitempty"`    // of that error
	ErrorType  string `json:"errorType,omitempty"`  // its type and code, such as insufficient_quota
	RetryAfter string `json:"retryAfter,omitempty"` // the Retry-After header
	EchoKey    bool   `json:"echoKey,omitempty"`    // the error repeats the key that was sent

	FirstDelay time.Duration `json:"firstDelay,omitempty"` // before the first byte, in nanoseconds
	PieceDelay time.Duration `json:"pieceDelay,omitempty"` // before each piece
	Hang       bool          `json:"hang,omitempty"`       // no byte at all until the client goes
	HangAfter  int           `json:"hangAfter,omitempty"`  // silence after so many pieces
	CutAfter   int           `json:"cutAfter,omitempty"`   // the connection breaks after so many pieces
	ErrorAfter int           `json:"errorAfter,omitempty"` // an error object comes after so many pieces
	CutAtOnce  bool          `json:"cutAtOnce,omitempty"`  // the connection breaks before the first byte

	BreakJSON   bool   `json:"breakJSON,omitempty"`   // the answer is cut inside its JSON, its end is proper
	ContentType string `json:"contentType,omitempty"` // in place of the right one
	Raw         string `json:"raw,omitempty"`         // this body in place of the answer
	NoStream    bool   `json:"noStream,omitempty"`    // a stream was asked for, one whole answer is sent
	NoUsage     bool   `json:"noUsage,omitempty"`     // tokens are not counted
	NoEnd       bool   `json:"noEnd,omitempty"`       // the stream ends without its closing word

	Form

	Times int `json:"times,omitempty"` // in a script: for so many calls; 0 is one
}

// Server is the stand-in. Its fields are set before the first request.
type Server struct {
	Answer func(Call) Reply       // decides when the script is over; nil for the default answer
	Key    string                 // when set, a call with another key is refused with 401
	Keep   int                    // how many of the newest calls are recorded; 0 for none
	Vector func(string) []float32 // of a text; nil for [Vector]
	Models []string               // what the lists of models name; nil for [DefaultModels]

	calls, embeddings atomic.Int64
	speeches          atomic.Int64
	scripted          atomic.Bool // script or standing is not empty

	mu       sync.Mutex
	script   []Reply
	standing *Reply
	recorded []Call

	speechKeys []string
	heard      map[string]*hearing // of models that speak a dialect
}

// DefaultModels is what the server lists: first an embedder, as a real list
// may, then a model for text.
var DefaultModels = []string{"stub-embed", "stub-chat"}

// New returns a server that records its last 100 calls.
func New() *Server { return &Server{Keep: 100} }

// Script adds replies for the next calls, one for each (see Reply.Times).
func (s *Server) Script(replies ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range replies {
		for range max(r.Times, 1) {
			s.script = append(s.script, r)
		}
	}
	s.scripted.Store(s.standing != nil || len(s.script) > 0)
}

// Standing sets the reply of every call that the script leaves; nil ends it.
func (s *Server) Standing(r *Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing = r
	s.scripted.Store(s.standing != nil || len(s.script) > 0)
}

// Count tells how many calls for text came, the failed ones too.
func (s *Server) Count() int64 { return s.calls.Load() }

// EmbeddingCount tells how many calls for vectors came.
func (s *Server) EmbeddingCount() int64 { return s.embeddings.Load() }

// Calls returns the recorded calls, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.recorded...)
}

// Last returns the newest recorded call; the zero Call when there is none.
func (s *Server) Last() Call {
	calls := s.Calls()
	if len(calls) == 0 {
		return Call{}
	}
	return calls[len(calls)-1]
}

// next decides the reply to a call, of either kind.
func (s *Server) next(call *Call) Reply {
	name, variant, ok := spokenBy(call.Model)
	reply := Reply{}
	if !ok {
		if reply = s.scriptedReply(call); reply.Dialect == "" {
			return reply
		}
		name = reply.Dialect
	}
	s.seen(call)
	return speak(name, variant, call)
}

func (s *Server) scriptedReply(call *Call) Reply {
	if s.scripted.Load() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.script) > 0 {
			r := s.script[0]
			s.script = s.script[1:]
			s.scripted.Store(s.standing != nil || len(s.script) > 0)
			return r
		}
		if s.standing != nil {
			return *s.standing
		}
	}
	if s.Key != "" && call.Key != s.Key {
		return Reply{Status: http.StatusUnauthorized, EchoKey: true}
	}
	if s.Answer != nil && call.API != "" {
		return s.Answer(*call)
	}
	return Reply{}
}

func (s *Server) record(call Call) {
	if s.Keep <= 0 {
		return
	}
	call.Body = append([]byte(nil), call.Body...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recorded) >= s.Keep {
		s.recorded = append(s.recorded[:0], s.recorded[1:]...)
	}
	s.recorded = append(s.recorded, call)
}

// ServeHTTP answers the APIs named in the package's comment.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v1/text-to-speech/") {
		s.serveSpeech(w, r)
		return
	}
	switch r.URL.Path {
	case "/v1/audio/speech":
		s.serveSpeech(w, r)
	case "/v1/audio/transcriptions", "/inference":
		s.serveHearing(w, r)
	case "/v1/chat/completions":
		s.serveText(w, r, openAI{})
	case "/v1/messages":
		s.serveText(w, r, anthropic{})
	case "/api/chat":
		s.serveText(w, r, ollama{})
	case "/v1/images/generations":
		s.servePicture(w, r)
	case "/v1/embeddings":
		s.serveVectors(w, r, openAIVectors)
	case "/api/embed":
		s.serveVectors(w, r, ollamaVectors)
	case "/v1/models":
		s.serveModels(w, openAIModels)
	case "/api/tags":
		s.serveModels(w, ollamaModels)
	default:
		s.serveControl(w, r)
	}
}
