package eliza

import "slices"

// ChannelType is the kind of a channel and of the room an agent sees in it.
type ChannelType string

// The kinds that ElizaOS has.
const (
	TypeSelf       ChannelType = "SELF"
	TypeDM         ChannelType = "DM"
	TypeGroup      ChannelType = "GROUP"
	TypeVoiceDM    ChannelType = "VOICE_DM"
	TypeVoiceGroup ChannelType = "VOICE_GROUP"
	TypeFeed       ChannelType = "FEED"
	TypeThread     ChannelType = "THREAD"
	TypeWorld      ChannelType = "WORLD"
	TypeForum      ChannelType = "FORUM"
	TypeAPI        ChannelType = "API"
)

var channelTypes = []ChannelType{TypeSelf, TypeDM, TypeGroup, TypeVoiceDM, TypeVoiceGroup, TypeFeed, TypeThread, TypeWorld, TypeForum, TypeAPI}

// ParseChannelType reads a kind in any case; "text", "voice", "dm" and
// "group" of older clients are understood. Error code: INVALID_REQUEST.
func ParseChannelType(s string) (ChannelType, error) {
	switch s {
	case "dm":
		return TypeDM, nil
	case "group", "text", "CHANNEL":
		return TypeGroup, nil
	case "voice":
		return TypeVoiceGroup, nil
	}
	if t := ChannelType(s); slices.Contains(channelTypes, t) {
		return t, nil
	}
	return "", Errorf(CodeInvalidRequest, "type: %q is not a channel type", s)
}

// Private reports whether everything said in it is meant for the agent.
func (t ChannelType) Private() bool {
	return t == TypeDM || t == TypeVoiceDM || t == TypeSelf || t == TypeAPI
}

// MessageServer groups channels; an agent sees it as a world.
type MessageServer struct {
	ID         ID             `bun:"id,pk"`
	Name       string         `bun:"name"`
	SourceType string         `bun:"source_type"`
	SourceID   string         `bun:"source_id"`
	Metadata   map[string]any `bun:"metadata"`
	CreatedAt  Millis         `bun:"created_at"`
	UpdatedAt  Millis         `bun:"updated_at"`
}

// Channel is where messages live; an agent sees it as a room.
type Channel struct {
	ID         ID             `bun:"id,pk"`
	ServerID   ID             `bun:"message_server_id"`
	Name       string         `bun:"name"`
	Type       ChannelType    `bun:"type"`
	SourceType string         `bun:"source_type"`
	SourceID   string         `bun:"source_id"`
	Topic      string         `bun:"topic"`
	Metadata   map[string]any `bun:"metadata"`
	LastSeq    int64          `bun:"last_seq"` // of the newest message; 0 when none ever came
	CreatedAt  Millis         `bun:"created_at"`
	UpdatedAt  Millis         `bun:"updated_at"`
}
