package eliza

// RoomState is what an agent decided about a room.
type RoomState string

// An agent answers in a followed room without being named, and stays silent
// in a muted one until it is.
const (
	RoomPlain    RoomState = ""
	RoomFollowed RoomState = "FOLLOWED"
	RoomMuted    RoomState = "MUTED"
)

// World is an agent's view of a message server.
type World struct {
	ID        ID             `bun:"id,pk"`
	AgentID   ID             `bun:"agent_id"`
	Name      string         `bun:"name"`
	ServerID  ID             `bun:"message_server_id"`
	Metadata  map[string]any `bun:"metadata"`
	CreatedAt Millis         `bun:"created_at"`
}

// Room is an agent's view of a channel.
type Room struct {
	ID        ID             `bun:"id,pk"`
	AgentID   ID             `bun:"agent_id"`
	WorldID   ID             `bun:"world_id,nullzero"`
	ChannelID ID             `bun:"channel_id,nullzero"`
	ServerID  ID             `bun:"message_server_id"`
	Name      string         `bun:"name"`
	Source    string         `bun:"source"`
	Type      ChannelType    `bun:"type"`
	State     RoomState      `bun:"state"` // the agent's own FOLLOWED or MUTED
	Metadata  map[string]any `bun:"metadata"`
	CreatedAt Millis         `bun:"created_at"`
}

// Entity is someone an agent knows: a person or another agent. Its id is the
// author id of the messages, for every agent alike (ElizaOS 1.7.2).
type Entity struct {
	ID        ID             `bun:"id,pk"`
	AgentID   ID             `bun:"agent_id,pk"`
	Names     []string       `bun:"names"`
	Metadata  map[string]any `bun:"metadata"`
	CreatedAt Millis         `bun:"created_at"`
}
