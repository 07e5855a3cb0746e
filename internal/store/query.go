package store

import "github.com/elizad/elizad/internal/eliza"

// Incoming is a message to be accepted.
type Incoming struct {
	Message   eliza.Message // Seq is given by the store; CreatedAt may be moved up so that it never falls within a channel
	DedupeKey string        // another name of the message, unique on the whole server; empty when there is none

	// CreateChannel is the channel to make, with these participants, when
	// the message's channel is absent; nil refuses such a message.
	CreateChannel *eliza.Channel
	Participants  []eliza.ID

	Decide Decide // nil: DefaultDecision
	Quiet  bool   // no agent hears it: no deliveries are made

	// Committed, if set, is called with the result once it is on disk and
	// before AcceptMessage returns, not for a duplicate. Calls for one channel
	// come in the order of its messages; it must not wait for anything.
	Committed func(Accepted)

	Notices Notices[Accepted] // for webhooks
}

// AgentRef is what the decision about a new delivery may look at.
type AgentRef struct {
	ID     eliza.ID
	Name   string
	Status eliza.AgentStatus
}

// Decide tells in which state the delivery of a message to an agent is born.
// It runs inside the transaction, possibly more than once, and must not wait for
// anything.
type Decide func(agent AgentRef) (state eliza.DeliveryState, reason eliza.Reason, detail string)

// DefaultDecision leaves a stopped agent out and has every other one answer.
func DefaultDecision(agent AgentRef) (eliza.DeliveryState, eliza.Reason, string) {
	if agent.Status == eliza.Inactive {
		return eliza.Ignored, eliza.ReasonAgentStopped, "The agent is not running."
	}
	return eliza.Pending, "", ""
}

func orDefault(d Decide) Decide {
	if d == nil {
		return DefaultDecision
	}
	return d
}

// Accepted is a message that is on disk, with the deliveries it made.
type Accepted struct {
	Message    eliza.Message
	Deliveries []eliza.Delivery // one for each agent of the channel but the author, by agent id
	Duplicate  bool             // the message was known; these are the first one and its deliveries as they stand now
}

// Turn is the end of one agent's turn: all of it is stored, or nothing.
type Turn struct {
	Delivery eliza.Delivery   // ends: the names MessageID and AgentID, the end State, Reason, Detail, RunID
	Others   []eliza.Delivery // more pending deliveries of the same agent and channel that end with it

	Reply    *eliza.Message // nil when the agent stays silent; its Seq is given by the store
	Decide   Decide         // about the reply's own deliveries, to the other agents; nil: DefaultDecision
	View     *View          // rows to make sure of before the memories
	Memories []eliza.Memory // one whose id exists is left as it is
	Forget   []eliza.ID     // memories of the agent to delete
	Run      *eliza.Run
	Logs     []eliza.Log
	Tasks    TaskChanges

	// Room and RoomState change what the agent decided about a room; a nil
	// RoomState changes nothing.
	Room      eliza.ID
	RoomState *eliza.RoomState

	Changes Changes

	Committed func(Finished) // as in Incoming

	Notices Notices[Finished] // for webhooks
}

// Changes are what a turn changes of what its agent knows; what is not there
// any more is passed over.
type Changes struct {
	World    eliza.ID
	ByWorld  func(*eliza.World) // nil for no change
	Entities []EntityChange
}

// EntityChange changes somebody that an agent knows.
type EntityChange struct {
	ID eliza.ID
	By func(*eliza.Entity)
}

// Finished is what a turn left behind.
type Finished struct {
	Reply      *eliza.Message   // as stored; nil when there was none
	Deliveries []eliza.Delivery // of the reply, to the other agents
}

// View is how one agent sees a place: the rows that a memory refers to. A
// world or room whose id is zero is left out.
type View struct {
	World    eliza.World
	Room     eliza.Room
	Entities []eliza.Entity
}

// Participant is a member of a channel, a person or an agent.
type Participant struct {
	EntityID eliza.ID     `bun:"entity_id"`
	JoinedAt eliza.Millis `bun:"joined_at"`
}

// MessageQuery chooses messages of a channel, always newest first. A zero
// field asks for nothing.
type MessageQuery struct {
	Limit     int          // 0: 50
	Offset    int          // pass over so many
	Before    eliza.Millis // made before this moment
	After     eliza.Millis // made after this moment
	BeforeSeq int64        // with a lower number
	AfterSeq  int64        // with a higher number
}

// MessageEdit holds what an edit changes; nil leaves a field as it is.
type MessageEdit struct {
	Content    *string
	Raw        []byte
	Metadata   map[string]any
	AuthorID   *eliza.ID
	SourceType *string
	SourceID   *string
	InReplyTo  *eliza.ID // a message that is not there counts as none
}

// MemoryQuery chooses memories of an agent, newest first. A zero field asks
// for nothing.
type MemoryQuery struct {
	Type      eliza.MemoryType
	RoomID    eliza.ID
	WorldID   eliza.ID
	EntityID  eliza.ID
	MessageID eliza.ID     // the central message it came from
	Before    eliza.Millis // made before this moment
	After     eliza.Millis // made after this moment
	Unique    bool         // only those marked unique
	Current   bool         // not those that something newer took the place of
	Limit     int          // 0: no limit
	Offset    int
	NoTotal   bool // spare the counting: total is then the number returned
}

// Vector is the embedding of a memory. An empty one marks a memory that the
// model could not embed, so that it is not tried again.
type Vector struct {
	MemoryID eliza.ID
	Vector   []float32
}

// RecallQuery asks an agent's memories for what fits a text.
type RecallQuery struct {
	AgentID eliza.ID
	Text    string    // as the user wrote it, of any length
	Vector  []float32 // its embedding by Model; nil leaves vectors out
	Model   string

	// The scope: memories of this room or by this entity. When both are zero
	// it is everything that the agent keeps.
	RoomID   eliza.ID
	EntityID eliza.ID

	// Witness is who hears what is recalled: what others said before Since,
	// when it was not there, is left out. Zero: nothing is.
	Witness eliza.ID
	Since   eliza.Millis

	Types             []eliza.MemoryType // none: all
	ExcludeMessageIDs []eliza.ID         // central messages whose memories are known anyway
	Before            eliza.Millis       // made before this moment; 0: any
	After             eliza.Millis       // made after this moment
	By                eliza.ID           // only by this entity, within the scope
	Limit             int                // of the text hits and of the vector hits, each; 0: 10
}

// Hit is a recalled memory with both of its raw scores.
type Hit struct {
	Memory    eliza.Memory
	TextScore float64 // BM25, 0 when no word fits
	Cosine    float64 // -1 to 1, meaningful only when HasVector
	HasVector bool
}

// RunQuery chooses runs of an agent, newest first.
type RunQuery struct {
	RoomID eliza.ID
	Status eliza.RunStatus
	From   eliza.Millis // started at or after
	To     eliza.Millis // started at or before
	Limit  int          // 0: 20
	Offset int
}

// LogQuery chooses log rows of an agent, newest first.
type LogQuery struct {
	RoomID eliza.ID
	Type   string
	Level  string
	// ExcludeTypes leaves out these types, and useModel rows whose
	// body.modelType contains one of them.
	ExcludeTypes []string
	From         eliza.Millis // made at or after
	To           eliza.Millis // made at or before
	Search       string       // contained in the type or the body, any case
	Limit        int          // 0: 10
	Offset       int
}

// Stats counts rows, for metrics and the doctor.
type Stats struct {
	Database   string // "sqlite" or "postgresql"
	Schema     int64  // version of the newest migration
	Bytes      int64  // size on disk
	Agents     int64
	Active     int64 // agents whose status is active
	Channels   int64
	Messages   int64
	Memories   int64
	Embeddings int64
	Pending    int64 // deliveries that nobody finished yet
}
