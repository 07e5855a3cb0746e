package eliza

// Relationship is what one entity is to another, as an agent knows it: ElizaOS's
// table of that name, with the interactions that its metadata count in columns.
type Relationship struct {
	ID           ID             `bun:"id,pk"`
	AgentID      ID             `bun:"agent_id"`
	SourceID     ID             `bun:"source_entity_id"`
	TargetID     ID             `bun:"target_entity_id"`
	Tags         []string       `bun:"tags"` // such as friend or sister
	Metadata     map[string]any `bun:"metadata"`
	Interactions int            `bun:"interactions"` // how often the source spoke to the target
	LastAt       Millis         `bun:"last_at"`      // the last time
	CreatedAt    Millis         `bun:"created_at"`
}

// Reflection is how far an agent has thought about what was said in a room, and
// a summary of what was said there long ago.
type Reflection struct {
	AgentID ID     `bun:"agent_id,pk"`
	RoomID  ID     `bun:"room_id,pk"`
	Seq     int64  `bun:"seq"`     // of the last message that was thought about
	Summary string `bun:"summary"` // empty while there is none

	SummarySeq  int64  `bun:"summary_seq"`  // of the last message in the summary
	SummaryFrom Millis `bun:"summary_from"` // when the first of them was said
	SummaryTo   Millis `bun:"summary_to"`   // and the last
	UpdatedAt   Millis `bun:"updated_at"`
}
