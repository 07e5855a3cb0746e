package eliza

// AgentStatus tells whether an agent takes part in its channels.
type AgentStatus string

// The two states that ElizaOS shows.
const (
	Active   AgentStatus = "active"
	Inactive AgentStatus = "inactive"
)

// Agent is a character that the server runs, or would.
type Agent struct {
	ID        ID          `bun:"id,pk"`
	Name      string      `bun:"name"` // the character's, kept beside it for listing
	Character Character   `bun:"character"`
	Enabled   bool        `bun:"enabled"`
	Status    AgentStatus `bun:"status"`
	CreatedAt Millis      `bun:"created_at"`
	UpdatedAt Millis      `bun:"updated_at"`
}

// AgentEntry is what a list shows of an agent.
type AgentEntry struct {
	ID     ID
	Name   string
	Status AgentStatus
	Bio    string // the first line of it
}

// NewAgent makes an inactive agent of a character. Its id is the character's
// own, else the one that follows from the name.
func NewAgent(c Character) Agent {
	id := c.ID
	if id == NoID {
		id = NameID(c.Name)
	}
	c.ID = id
	now := Now()
	return Agent{ID: id, Name: c.Name, Character: c, Enabled: true, Status: Inactive, CreatedAt: now, UpdatedAt: now}
}
