package eliza

// DeliveryState tells how far an agent is with a message.
type DeliveryState string

// A delivery begins pending and ends in exactly one of the others.
const (
	Pending DeliveryState = "pending"
	Replied DeliveryState = "replied"
	Ignored DeliveryState = "ignored"
	Failed  DeliveryState = "failed"
)

// Reason says in one word why a delivery ended as it did.
type Reason string

// Reasons of a delivery that is pending: the turn waits for a person's yes, or
// goes on after it.
const (
	ReasonAwaitingApproval Reason = "awaiting_approval"
	ReasonApprovalDecided  Reason = "approval_decided"
)

// The reasons. A replied delivery has none, unless it was folded into
// another message's turn or a budget had to be warned of; a pending one has
// none, unless a budget makes it wait.
const (
	ReasonAgentStopped Reason = "agent_stopped"   // the agent was not running when the message came
	ReasonMuted        Reason = "muted"           // the agent muted the room and was not named
	ReasonNotAddressed Reason = "not_addressed"   // a group message that is not for this agent
	ReasonModelDecided Reason = "agent_chose"     // the model chose IGNORE or NONE
	ReasonNoAnswer     Reason = "empty_answer"    // the model wrote nothing
	ReasonLoopGuard    Reason = "loop_guard"      // too many answers between agents
	ReasonFolded       Reason = "folded"          // answered together with a later message
	ReasonSuperseded   Reason = "superseded"      // a newer message took its place
	ReasonDeleted      Reason = "message_deleted" // the message was deleted, or its channel cleared, before it was answered
	ReasonModelError   Reason = "model_error"     // the model failed after every retry
	ReasonTimeout      Reason = "timeout"         // the turn ran out of time
	ReasonInternal     Reason = "internal_error"  // the turn broke
	ReasonSilenced     Reason = "silenced"        // the person spoke on before a word of the answer was heard
	ReasonInterrupted  Reason = "interrupted"     // the turn took the server down with it, repeatedly

	ReasonChannelDeleted Reason = "channel_deleted" // the channel was deleted before the message was answered
	ReasonAgentDeleted   Reason = "agent_deleted"   // the agent was deleted before it answered

	ReasonBudgetExceeded Reason = "budget_exceeded" // a budget has nothing left for the turn
	ReasonBudgetPaused   Reason = "budget_paused"   // pending: the turn waits until a budget begins anew or is raised
	ReasonBudgetWarning  Reason = "budget_warning"  // replied: a budget is nearly spent, or more than spent
)

// Delivery is what one agent owes one message: made with the message in one
// transaction, ended with the reply in another.
type Delivery struct {
	MessageID ID            `bun:"message_id,pk"`
	AgentID   ID            `bun:"agent_id,pk"`
	ChannelID ID            `bun:"channel_id"`
	Seq       int64         `bun:"seq"` // the message's
	State     DeliveryState `bun:"state"`
	Reason    Reason        `bun:"reason"`
	Detail    string        `bun:"detail"`         // the reason as a sentence for a person
	Owner     string        `bun:"owner,nullzero"` // the node that holds the lease; empty when none does
	Attempts  int           `bun:"attempts"`       // turns that were begun by a node that died
	ReplyID   ID            `bun:"reply_id,nullzero"`
	RunID     ID            `bun:"run_id,nullzero"`
	CreatedAt Millis        `bun:"created_at"`
	UpdatedAt Millis        `bun:"updated_at"`
}

// OfDeletion reports whether a delivery ended because something it belonged to
// was deleted: nothing is stored of it any more.
func (r Reason) OfDeletion() bool {
	return r == ReasonDeleted || r == ReasonChannelDeleted || r == ReasonAgentDeleted
}

// Code is the error code of a delivery that failed for the reason.
func (r Reason) Code() Code {
	switch {
	case r == ReasonTimeout:
		return CodeTimeout
	case r == ReasonInternal, r == ReasonInterrupted:
		return CodeProcessing
	case r == ReasonBudgetExceeded:
		return CodeRateLimit
	case r.OfDeletion():
		return CodeGone
	}
	return CodeModel
}
