package plugin

import (
	"context"
	"time"
)

// The events that a plugin may hear of, by ElizaOS's names.
const (
	MessageReceived = "MESSAGE_RECEIVED" // somebody said something where the agent is
	MessageSent     = "MESSAGE_SENT"     // the agent said something
	MessageDeleted  = "MESSAGE_DELETED"  // without an agent
	ChannelCleared  = "CHANNEL_CLEARED"  // without an agent
	RunEnded        = "RUN_ENDED"        // the agent has dealt with a message: State says how
)

// Event is something that happened.
type Event struct {
	Name    string
	AgentID string // whom it happened to; empty for what concerns no agent alone
	Message Message
	State   string // of RUN_ENDED: replied, ignored or failed
	Reason  string // and why, when there is no reply
	At      time.Time
}

// Listener hears of events, one after another, in the background: nobody waits
// for it. When it falls far behind, it misses some.
type Listener struct {
	Events []string
	Hear   func(ctx context.Context, e Event) error
}
