package eliza

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// MemoryType is the table of ElizaOS that a memory belongs to.
type MemoryType string

// The types that the server itself writes; plugins may add others.
const (
	MemoryMessages  MemoryType = "messages"
	MemoryFacts     MemoryType = "facts"
	MemoryDocuments MemoryType = "documents"
	MemoryKnowledge MemoryType = "knowledge"
)

// Trust tells where the words of a memory come from. Recalled, none of them is
// an instruction.
type Trust string

// Said by a person; said by an agent, this one or another; read in a document;
// answered by a tool; or inferred by a model from what a person said.
const (
	TrustSaid     Trust = "said"
	TrustAgent    Trust = "agent"
	TrustDocument Trust = "document"
	TrustTool     Trust = "tool"
	TrustInferred Trust = "inferred"
)

// Content is what a memory or an agent's answer says. What other programs put
// beside the fields below is kept in Extra and given back unchanged.
type Content struct {
	Text        string           `json:"text"`
	Thought     string           `json:"thought,omitempty"`
	Reasoned    bool             `json:"reasoned,omitempty"` // Thought holds a model's own reasoning, not a thought that its prompt asked for
	Actions     []string         `json:"actions,omitempty"`
	Providers   []string         `json:"providers,omitempty"`
	Source      string           `json:"source,omitempty"`
	URL         string           `json:"url,omitempty"`
	InReplyTo   ID               `json:"inReplyTo,omitzero"`
	Attachments []map[string]any `json:"attachments,omitempty"`
	ChannelType ChannelType      `json:"channelType,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

type knownContent Content

// MarshalJSON writes Extra beside the known fields.
func (c Content) MarshalJSON() ([]byte, error) {
	known, err := json.Marshal(knownContent(c))
	if err != nil || len(c.Extra) == 0 {
		return known, err
	}
	extra, err := json.Marshal(c.Extra)
	if err != nil {
		return nil, err
	}
	known[len(known)-1] = ','
	return append(known, extra[1:]...), nil
}

// UnmarshalJSON keeps fields that are not known in Extra.
func (c *Content) UnmarshalJSON(b []byte) error {
	var known knownContent
	strict := json.NewDecoder(bytes.NewReader(b))
	strict.DisallowUnknownFields()
	if strict.Decode(&known) == nil {
		*c = Content(known)
		return nil
	}
	known = knownContent{}
	if err := json.Unmarshal(b, &known); err != nil {
		return err
	}
	if err := json.Unmarshal(b, &known.Extra); err != nil {
		return err
	}
	maps.DeleteFunc(known.Extra, func(key string, _ json.RawMessage) bool { return slices.Contains(contentKeys, strings.ToLower(key)) })
	*c = Content(known)
	return nil
}

// contentKeys are the known fields in lower case: JSON is read in any case.
var contentKeys = []string{"text", "thought", "reasoned", "actions", "providers", "source", "url", "inreplyto", "attachments", "channeltype"}

// Memory is one thing that an agent keeps.
type Memory struct {
	ID        ID             `bun:"id,pk"`
	AgentID   ID             `bun:"agent_id"`
	Type      MemoryType     `bun:"type"`
	EntityID  ID             `bun:"entity_id"` // who said it
	RoomID    ID             `bun:"room_id"`
	WorldID   ID             `bun:"world_id,nullzero"`
	MessageID ID             `bun:"message_id,nullzero"` // the central message it came from, if any
	Content   Content        `bun:"content"`
	Unique    bool           `bun:"is_unique"`
	Metadata  map[string]any `bun:"metadata"`
	CreatedAt Millis         `bun:"created_at"`
	// ValidUntil is set on a fact that a newer one took the place of. It is
	// kept, but not recalled.
	ValidUntil Millis `bun:"valid_until,nullzero"`
}

// Trust is what the metadata say, or follows from who said it.
func (m *Memory) Trust() Trust {
	if told, _ := m.Metadata["trust"].(string); told != "" {
		return Trust(told)
	}
	switch {
	case m.Type == MemoryKnowledge || m.Type == MemoryDocuments:
		return TrustDocument
	case m.EntityID == m.AgentID:
		return TrustAgent
	}
	return TrustSaid
}

// MemoryID is the id of an agent's memory of the message: its own messages keep
// theirs, others' are derived as ElizaOS 1.7.2 derives them.
func (m *Message) MemoryID(agent ID) ID {
	if m.AuthorID == agent {
		return m.ID
	}
	return NameID(m.ID.String() + "-" + agent.String() + ":" + agent.String())
}

// FactID is the id of a fact that a message says of its author, so that nobody
// stores it twice.
func FactID(message, agent ID, text string) ID {
	return NameID(message.String() + "-" + agent.String() + ":" + agent.String() + ":fact:" + text)
}

// Subject is what a fact is about, "" when nothing can take its place.
func (m *Memory) Subject() string {
	subject, _ := m.Metadata["subject"].(string)
	return subject
}
