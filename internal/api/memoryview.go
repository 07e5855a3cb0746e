package api

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
)

// memoryView is a memory as clients see it. The endpoint reference calls the
// type of one "message", the 1.7.2 server by its table, "messages": type is the
// reference's word and tableName the server's. Both are taken wherever a type
// is asked for.
type memoryView struct {
	ID        eliza.ID         `json:"id"`
	Type      string           `json:"type" example:"message"`
	Table     eliza.MemoryType `json:"tableName" example:"messages"`
	Content   eliza.Content    `json:"content"`
	EntityID  eliza.ID         `json:"entityId" doc:"Who said it"`
	AgentID   eliza.ID         `json:"agentId"`
	RoomID    eliza.ID         `json:"roomId"`
	WorldID   eliza.ID         `json:"worldId,omitzero"`
	Unique    bool             `json:"unique"`
	CreatedAt eliza.Millis     `json:"createdAt" example:"1705315800000"`
	Metadata  map[string]any   `json:"metadata"`
	Author    string           `json:"author,omitempty" doc:"Display name of who said it"`
	MessageID eliza.ID         `json:"messageId,omitzero" doc:"The central message that it comes from"`
	ChannelID string           `json:"channelId,omitempty" doc:"Where that was said"`
	Trust     eliza.Trust      `json:"trust" enum:"said,agent,document,tool,inferred" doc:"What its words are worth: said by a person or an agent, read in a document, answered by a tool, or inferred by a model from what a person said"`
	Embedding []float32        `json:"embedding,omitempty"`
}

func viewMemory(m eliza.Memory) memoryView {
	if m.Metadata == nil {
		m.Metadata = map[string]any{}
	}
	author, _ := m.Metadata["senderName"].(string)
	channel, _ := m.Metadata["channelId"].(string)
	return memoryView{
		ID: m.ID, Type: wordOf(m.Type), Table: m.Type, Content: m.Content, EntityID: m.EntityID, AgentID: m.AgentID, RoomID: m.RoomID, WorldID: m.WorldID,
		Unique: m.Unique, CreatedAt: m.CreatedAt, Metadata: m.Metadata,
		Author: author, MessageID: m.MessageID, ChannelID: channel, Trust: m.Trust(),
	}
}

// viewMemories shows memories, with their vectors when they are wanted.
func (a *API) viewMemories(ctx context.Context, memories []eliza.Memory, embedding bool) ([]memoryView, error) {
	shown := views(memories, viewMemory)
	if !embedding || len(memories) == 0 {
		return shown, nil
	}
	vectors, err := a.Agents.Vectors(ctx, memories)
	for i := range shown {
		shown[i].Embedding = vectors[shown[i].ID]
	}
	return shown, err
}

// memoryWords are the types whose name for one differs from their table's.
var memoryWords = map[eliza.MemoryType]string{eliza.MemoryMessages: "message", eliza.MemoryFacts: "fact", eliza.MemoryDocuments: "document"}

func wordOf(table eliza.MemoryType) string {
	if word, there := memoryWords[table]; there {
		return word
	}
	return string(table)
}

// tableOf reads a type under either of its names.
func tableOf(word string) eliza.MemoryType {
	for table, known := range memoryWords {
		if known == word {
			return table
		}
	}
	return eliza.MemoryType(word)
}

// memoryContent is the content of a memory in a body, as it came.
type memoryContent map[string]any

// Schema implements huma.SchemaProvider.
func (memoryContent) Schema(huma.Registry) *huma.Schema {
	words := func() *huma.Schema {
		return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
	}
	s := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"text"}, AdditionalProperties: true,
		Description: "What it says; fields beyond these are kept and given back",
		Properties: map[string]*huma.Schema{
			"text": {Type: huma.TypeString, Examples: []any{"Remember this important fact"}}, "thought": {Type: huma.TypeString},
			"source": {Type: huma.TypeString}, "url": {Type: huma.TypeString}, "channelType": {Type: huma.TypeString},
			"actions": words(), "providers": words(), "inReplyTo": ID{}.Schema(nil),
			"attachments": {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}},
		},
	}
	s.PrecomputeMessages()
	return s
}

// read turns a content that fits the schema into the domain's. Error code:
// INVALID_REQUEST.
func (c memoryContent) read() (content eliza.Content, err error) {
	if c == nil {
		return content, nil
	}
	b, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(b, &content)
	}
	if err == nil {
		return content, nil
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return content, eliza.Errorf(eliza.CodeInvalidRequest, "content.%s: expected %s", wrong.Field, wrong.Type)
	}
	return content, eliza.Errorf(eliza.CodeInvalidRequest, "content: %s", err)
}
