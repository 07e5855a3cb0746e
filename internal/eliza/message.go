package eliza

import "encoding/json"

// Limits of a message.
const (
	MaxContentBytes  = 1 << 20 // the text of one message
	MaxMetadataBytes = 1 << 20 // metadata and raw message, each, as JSON
)

// SourceAgent marks a message that an agent wrote.
const SourceAgent = "agent_response"

// SourceVoice marks a message that was said to an agent. It holds "client_chat",
// which ElizaOS's agents answer without asking themselves whether they should.
const SourceVoice = "client_chat_voice"

// Untrusted is the key of an answer's metadata, and of a memory's, that says
// that it followed from words of others than the person who asked: what it
// says gives nobody the right to anything.
const Untrusted = "untrusted"

// Message is one message of a channel, as the server keeps it. It never
// changes but for an edit of its content, raw message or metadata.
type Message struct {
	ID         ID              `bun:"id,pk"`
	ChannelID  ID              `bun:"channel_id"`
	ServerID   ID              `bun:"message_server_id"`
	Seq        int64           `bun:"seq"` // 1, 2, 3 ... within the channel, in the order of acceptance
	AuthorID   ID              `bun:"author_id"`
	AuthorName string          `bun:"author_name"` // display name; empty when the client gave none
	Content    string          `bun:"content"`
	Raw        json.RawMessage `bun:"raw_message,nullzero"` // what the client sent along, any JSON; nil when nothing
	InReplyTo  ID              `bun:"in_reply_to,nullzero"`
	SourceType string          `bun:"source_type"`
	SourceID   string          `bun:"source_id"` // the id that the sender's platform gave it
	Metadata   map[string]any  `bun:"metadata"`
	KeyID      ID              `bun:"key_id,nullzero"` // the scoped key that it came with; of an agent's the one of the message that it answers
	Hops       int             `bun:"hops"`            // 0 for a person's message, one more than the answered message's for an agent's
	CreatedAt  Millis          `bun:"created_at"`
	UpdatedAt  Millis          `bun:"updated_at"`
}

// MetaText returns a text from the metadata, "" when absent or of another type.
func (m *Message) MetaText(key string) string {
	s, _ := m.Metadata[key].(string)
	return s
}
