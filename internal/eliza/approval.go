package eliza

// ApprovalState tells what became of a request for a person's yes.
type ApprovalState string

// A request begins pending and ends in one of the others.
const (
	ApprovalPending ApprovalState = "pending"
	Approved        ApprovalState = "approved"
	Denied          ApprovalState = "denied"
	ApprovalExpired ApprovalState = "expired" // nobody answered in time, which counts as a no
)

// Approval is an agent asking whether it may do something. What it would do is
// fixed when it asks; the turn waits until somebody decides.
type Approval struct {
	ID        ID            `bun:"id,pk"`
	AgentID   ID            `bun:"agent_id"`
	MessageID ID            `bun:"message_id"` // the message whose turn waits
	ChannelID ID            `bun:"channel_id"`
	RoomID    ID            `bun:"room_id"`
	EntityID  ID            `bun:"entity_id"` // who wrote that message
	RunID     ID            `bun:"run_id"`
	Action    string        `bun:"action"`
	Arguments string        `bun:"arguments"` // JSON
	Why       string        `bun:"why"`       // it was asked, for a person
	State     ApprovalState `bun:"state"`
	DecidedBy string        `bun:"decided_by"` // as they named themselves
	CreatedAt Millis        `bun:"created_at"`
	ExpiresAt Millis        `bun:"expires_at"`
	DecidedAt Millis        `bun:"decided_at,nullzero"`
	Turn      string        `bun:"turn"` // how far the turn is, for who takes it up again
}

// OutsideState tells how far a call of something outside is.
type OutsideState string

// A call that was begun and whose end is not known may or may not have
// happened.
const (
	OutsideBegun OutsideState = "begun"
	OutsideDone  OutsideState = "done"
)

// OutsideCall is a call of what cannot be undone, within a turn.
type OutsideCall struct {
	MessageID ID           `bun:"message_id,pk"`
	AgentID   ID           `bun:"agent_id,pk"`
	Name      string       `bun:"name,pk"` // what is called with what, and which time in the turn it is
	State     OutsideState `bun:"state"`
	Result    string       `bun:"result"`
	CreatedAt Millis       `bun:"created_at"`
	EndedAt   Millis       `bun:"ended_at,nullzero"`
}
