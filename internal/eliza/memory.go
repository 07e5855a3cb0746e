package eliza

// MemoryType is the table of ElizaOS that a memory belongs to.
type MemoryType string

// The types that the server itself writes; plugins may add others.
const (
	MemoryMessages  MemoryType = "messages"
	MemoryFacts     MemoryType = "facts"
	MemoryDocuments MemoryType = "documents"
	MemoryKnowledge MemoryType = "knowledge"
)

// Content is what a memory or an agent's answer says.
type Content struct {
	Text        string           `json:"text"`
	Thought     string           `json:"thought,omitempty"`
	Actions     []string         `json:"actions,omitempty"`
	Providers   []string         `json:"providers,omitempty"`
	Source      string           `json:"source,omitempty"`
	URL         string           `json:"url,omitempty"`
	InReplyTo   ID               `json:"inReplyTo,omitzero"`
	Attachments []map[string]any `json:"attachments,omitempty"`
	ChannelType ChannelType      `json:"channelType,omitempty"`
}

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
}
