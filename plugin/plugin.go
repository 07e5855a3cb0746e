// Package plugin is what an author of plugins imports. A [Plugin] is a value
// that names what it adds: actions, providers and evaluators for every agent,
// routes and panels under every agent, a model. A program of a few lines
// builds it into a server of its own:
//
//	func main() { elizad.Main(harbour.Plugin()) }
//
// What a plugin does runs under a time limit, and a panic in it ends that one
// call: the reply goes on without it, a route answers with an error. A plugin
// is trusted as the program is that it is built into.
package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Plugin is what is added to a server. Only Name is needed.
type Plugin struct {
	// Name is unique among the plugins of a program: small letters, digits and
	// dashes. Its routes lie under it.
	Name        string
	Description string
	// Settings are checked before anything else begins.
	Settings []Setting
	// After names plugins that this one needs: they are initialised and started
	// before it. Among the others the higher priority comes first.
	After    []string
	Priority int
	// Init is called once before the server answers; an error keeps it from
	// starting.
	Init       func(ctx context.Context, host Host) error
	Actions    []Action
	Providers  []Provider
	Evaluators []Evaluator
	Routes     []Route
	Model      *Model
	Services   []Service
	Listeners  []Listener
	Workers    []Worker
}

// Host is what the server gives to a plugin. It is safe for concurrent use.
type Host interface {
	// Log is the server's log, with the plugin's name on every line.
	Log() *slog.Logger
	// Memories keeps what the plugin wants kept.
	Memories() Memories
	// Storage keeps JSON documents.
	Storage() Storage
	// Setting returns the value of one of the plugin's settings: the agent's
	// own, when agent is not empty and its character has one, else the
	// environment's, else the default.
	Setting(ctx context.Context, agent, name string) string
	// Send has an agent say something in a channel and returns the message's
	// id. Error codes: NOT_FOUND, INVALID_REQUEST.
	Send(ctx context.Context, agent, channel, text string) (string, error)
	// Schedule gives an agent a task. Error codes: NOT_FOUND, INVALID_REQUEST,
	// RATE_LIMIT_EXCEEDED when the agent has too many.
	Schedule(ctx context.Context, t Task) (Task, error)
	// Cancel deletes a task. Error code: NOT_FOUND.
	Cancel(ctx context.Context, agent, task string) error
	// Go runs do beside everything else. Its context ends when the server
	// stops, which waits for it a while; a panic in it ends it alone.
	Go(what string, do func(ctx context.Context) error)
	// ReadText returns the text of a document: PDF, DOCX, HTML, Markdown, JSON,
	// CSV, plain text. Error code: UNSUPPORTED_MEDIA_TYPE, PROCESSING_ERROR.
	ReadText(ctx context.Context, name string, data []byte) (string, error)
}

// Message is what somebody said to an agent.
type Message struct {
	ID, ChannelID        string
	AuthorID, AuthorName string
	Text                 string
}

// Turn is an agent dealing with one message.
type Turn struct {
	AgentID, AgentName string
	RoomID             string // the agent's own id of the channel
	Message            Message
	Reply              string // what the agent has said so far; all of it for an Evaluator
	// Setting returns a setting of the agent's character, secrets among them,
	// "" when it has none of that name.
	Setting func(key string) string
}

// Action is something that an agent can do besides talking; the model asks for
// it by name.
type Action struct {
	Name        string   // in capitals, such as LOOK_UP_TIDE
	Similes     []string // other names that models use for it
	Description string   // for the model: what it does, and when to do it
	// Parameters is the JSON Schema of an object; nil for none.
	Parameters json.RawMessage
	// Needs is what it takes to do it without asking a person.
	Needs Authority
	// Examples are sentences at which it is right; the model reads them.
	Examples []string
	// Validate reports whether it makes sense in a turn; nil: always. It may
	// take a second.
	Validate func(ctx context.Context, t *Turn) bool
	// Run does it and returns what came of it, in a sentence that the model
	// reads and, when it adds nothing, the person does.
	Run func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error)
}

// Authority is what it takes to have an action done. What somebody asks for who
// has it not waits for a person's yes. It follows from who asks and from whose
// words the model has read, never from what they say.
type Authority string

// An action without an authority harms nobody, whoever asks for it. Others are
// for a person who asks in the own name, before the model has read anybody
// else's words; for owners and admins of a world, before the model has read
// the words of others than them; or wait for a yes each time.
const (
	ByAnyone    Authority = ""
	ByRequester Authority = "requester"
	ByOwner     Authority = "owner"
	ByApproval  Authority = "approval"
)

// Provider adds a piece of state to what the model reads, at every turn.
type Provider struct {
	Name        string // in capitals, such as TIDES
	Description string
	Position    int  // the lower, the earlier
	Dynamic     bool // only at turns that ask for it by name
	Private     bool // the same, and the model is not told of it
	// Get returns the piece; empty when there is nothing to say.
	Get func(ctx context.Context, t *Turn) (string, error)
}

// Evaluator looks at a turn after its reply was given.
type Evaluator struct {
	Name        string
	Description string
	AlwaysRun   bool // also at turns without a reply
	// Validate reports whether it is worth running; nil: always.
	Validate func(ctx context.Context, t *Turn) bool
	Run      func(ctx context.Context, t *Turn) error
}

// Model writes for the agents that name it (modelProvider or the setting
// MODEL_PROVIDER), and for all while nothing else is configured.
type Model struct {
	Name string // in small letters
	// Generate continues the conversation. chunk hands on text as it is
	// written; what was handed on is part of the answer.
	Generate func(ctx context.Context, r ModelRequest, chunk func(string)) (string, error)
	// Embed returns a vector of unit length for each text, all of the same
	// dimension; nil when the model makes none.
	Embed func(ctx context.Context, texts []string) ([][]float32, error)
	// Paint makes a picture and names its type, such as image/png; nil when the
	// model makes none.
	Paint func(ctx context.Context, prompt string) (contentType string, picture []byte, err error)
}

// ModelRequest is one call of a model.
type ModelRequest struct {
	Purpose string // reply, should_respond, title or image_description
	System  string // who the agent is and what it knows
	Turns   []ModelTurn
}

// ModelTurn is one entry of a conversation, the oldest first.
type ModelTurn struct {
	Role string // user, assistant or tool
	Name string // the speaker's display name; may be empty
	Text string
}

// Route is served at /api/agents/AGENT_ID/plugins/NAME/PATH and, with the
// agent in the query as agentId, at /api/NAME/PATH.
type Route struct {
	Method string // GET, POST, PUT, PATCH or DELETE
	Path   string // below the plugin, such as /documents/{id}
	// Name makes a public GET route a panel of every agent: a page that
	// clients show in a frame, in which nothing of the server can be reached.
	Name        string
	Public      bool
	Description string
	MaxBody     int64 // bytes; 0 for those of JSON bodies
	Handle      func(ctx context.Context, r *Request) (*Answer, error)
}

// Request is what a route is asked.
type Request struct {
	AgentID string
	Query   url.Values
	Header  http.Header
	Body    []byte
	path    func(string) string
}

// NewRequest is for the server and for tests of routes; path returns what
// stands for a part in braces of the route's path.
func NewRequest(agent string, query url.Values, header http.Header, body []byte, path func(string) string) *Request {
	return &Request{AgentID: agent, Query: query, Header: header, Body: body, path: path}
}

// Path returns what stands for a part in braces of the route's path.
func (r *Request) Path(name string) string { return r.path(name) }

// Answer is what a route answers.
type Answer struct {
	Status int    // 0 for 200
	Data   any    // as JSON, in the envelope {"success":true,"data":...}
	HTML   string // a page in place of data
}

// JSON answers with data.
func JSON(data any) *Answer { return &Answer{Data: data} }

// Page answers with a page of HTML. It is shown without scripts, pictures from
// elsewhere, or anything else that is not in it; forms with GET work.
func Page(html string) *Answer { return &Answer{HTML: html} }

// Error is an error that the client is told, under one of ElizaOS's codes,
// such as INVALID_REQUEST, NOT_FOUND or CONFLICT. Any other error of a route
// is an internal one, and is logged only.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Message }

// Errorf makes an Error.
func Errorf(code, format string, args ...any) error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// Memories keeps memories of agents. A plugin's own tables are as good as
// ElizaOS's messages, facts, documents and knowledge; what is in knowledge is
// recalled by the agent.
type Memories interface {
	// Keep stores memories together, or none of them. Those whose ids are
	// taken are left out; it tells how many were stored. Error code: NOT_FOUND
	// (agent).
	Keep(ctx context.Context, agent string, memories []Memory) (int, error)
	// Get returns one memory. Error code: NOT_FOUND.
	Get(ctx context.Context, agent, id string) (Memory, error)
	// List returns memories of a table, the newest first, and how many there
	// are.
	List(ctx context.Context, agent, table string, offset, limit int) ([]Memory, int, error)
	// Delete deletes those of ids that are there, together, and tells how
	// many they were.
	Delete(ctx context.Context, agent string, ids []string) (int, error)
	// Search returns the memories of a table that fit a text best, by words
	// and by meaning.
	Search(ctx context.Context, agent, table, text string, limit int) ([]Found, error)
	// ID is the id that follows from a name, the same for ever.
	ID(name string) string
}

// Memory is something that an agent keeps.
type Memory struct {
	ID        string // empty: a new one
	Table     string
	Text      string
	Metadata  map[string]any
	CreatedAt time.Time // zero: now
}

// Found is a memory that fits, and how well.
type Found struct {
	Memory
	Score float64
}
