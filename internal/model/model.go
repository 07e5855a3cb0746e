// Package model knows what a model can do and who serves it. The kinds of
// model are interfaces here; each folder below is one provider of some of
// them; [Router] chooses among the providers, retries, and says why it chose.
package model

import (
	"context"
	"encoding/json"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// Capability is something that a model can do.
type Capability string

// The capabilities that the server uses.
const (
	CanText      Capability = "text"
	CanEmbedding Capability = "embedding"
	CanSee       Capability = "image_description" // a picture to text
	CanDraw      Capability = "image"             // text to a picture
	CanSpeak     Capability = "speech"            // text to audio, see internal/speech
	CanHear      Capability = "transcription"     // audio to text, see internal/speech
)

// Text is a model that continues a conversation.
type Text interface {
	// Generate answers the request. While the model writes, chunk is called
	// with each new piece of text, in order, one call at a time, never after
	// Generate has returned, but not always from the same goroutine; it may be
	// nil. The answer's Text is the concatenation of all pieces, also of those
	// before an error. An error is a *CallError when the provider answered or
	// could not be reached. Error code: INVALID_REQUEST, see Request.Validate.
	Generate(ctx context.Context, req Request, chunk func(text string)) (Answer, error)
}

// Embedder is a model that turns texts into vectors.
type Embedder interface {
	// Embed returns one vector for each text, in the same order, each of unit
	// length and of the same dimension.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
	// Model names the model; vectors are comparable only under one name.
	Model() string
}

// Painter is a model that makes pictures.
type Painter interface {
	// Paint makes one picture of what the prompt says. An error is as that of
	// Text.Generate.
	Paint(ctx context.Context, prompt string) (Image, error)
}

// Image is a picture.
type Image struct {
	Type string // such as image/png
	Data []byte
}

// Purpose tells a model, and the statistics, what a request is for.
type Purpose string

// The purposes. ForReply wants an answer or tool calls, ForShouldRespond one
// of the words RESPOND, IGNORE and STOP, ForTitle a title of the conversation
// in a few words, ForDescription what the last turn's images show,
// ForReflection what is to be kept of what was said, by the tool that is
// offered, or as a text where none is.
const (
	ForReply         Purpose = "reply"
	ForShouldRespond Purpose = "should_respond"
	ForTitle         Purpose = "title"
	ForDescription   Purpose = "image_description"
	ForReflection    Purpose = "reflection"
)

// Role is who speaks in a request's conversation.
type Role string

// The roles. A RoleTool turn is the result of a tool call.
const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Turn is one entry of the conversation.
type Turn struct {
	Role       Role
	Name       string // the speaker's display name; may be empty
	Text       string
	Images     []Image    // that a user shows with the text
	ToolCalls  []ToolCall // of an assistant
	ToolCallID string     // of a tool's result: the call it answers
}

// Tool is something that the model may ask for instead of, or beside, text.
type Tool struct {
	Name        string
	Description string
	Parameters  json.RawMessage // JSON Schema of an object; nil for none
}

// ToolCall is the model asking for a tool.
type ToolCall struct {
	ID        string
	Name      string
	Arguments json.RawMessage // a JSON object; never nil
	// Problem says, for the model, why the arguments that it wrote cannot be
	// read; Arguments is then {}. The call must not be run: Problem is its
	// result. Empty when they were read.
	Problem string
}

// Request is one call of a text model.
type Request struct {
	Purpose     Purpose
	Model       string // the character's wish; empty for the provider's default
	System      string // who the agent is and what it knows, in prose
	Turns       []Turn // the conversation, oldest first; the last one is to be answered
	Tools       []Tool
	MaxTokens   int      // 0 for the provider's default
	Temperature *float64 // nil for the provider's default
	// Context is how many tokens a server is to read and write that lets each
	// call choose, see Offer.Context; 0 for its own choice.
	Context int
	Scene   Scene
}

// Scene is what System says in prose, kept apart for models that do not read
// prose, such as the embedded memory assistant.
type Scene struct {
	Character *eliza.Character
	AgentID   eliza.ID
	Speaker   string // display name of who wrote the last turn
	SpeakerID eliza.ID
	Now       eliza.Millis
	Zone      *time.Location // in which the speaker speaks of moments; nil when the setting for it names none
	Private   bool           // nobody else is in the room
	Recalled  []Recollection
}

// Recollection is a memory that may help to answer, best first in a list.
type Recollection struct {
	MemoryID eliza.ID
	// MessageID is the central message that it came from, if any.
	MessageID eliza.ID
	Type      eliza.MemoryType
	Text      string
	Author    string   // display name of who said it
	AuthorID  eliza.ID // who said it
	At        eliza.Millis
	Cosine    float64 // similarity to the question, 0 when no vector was there
	Score     float64 // the mixed score that orders the list
	Parts     Parts   // what it is mixed of
	Trust     eliza.Trust
}

// Parts are what the score of a memory is mixed of; their sum is the score.
type Parts struct {
	Words   float64 // its words are the question's
	Meaning float64 // its vector is near the question's
	Beside  float64 // it was said beside what fits
	Named   float64 // the question names who said it
	Near    float64 // it was said here, by who asks, or lately
}

// Answer is what a text model gave back.
type Answer struct {
	Text      string // for the person, without any reasoning
	Thought   string // the model's reasoning, when it was told; never part of Text
	ToolCalls []ToolCall
	Model     string // as the provider names it
	Usage     eliza.Usage
	// Omitted says, one sentence each, what of the request was not sent so
	// that it fits the model's context. Empty when all was sent.
	Omitted []string
}
