package bus

import "github.com/elizad/elizad/internal/eliza"

// Event is something that happened in a channel.
type Event interface {
	// Channel is the channel it happened in.
	Channel() eliza.ID
}

// MessagePosted says that a message was stored, with what each agent of the
// channel owes it.
type MessagePosted struct {
	Message    eliza.Message
	Deliveries []eliza.Delivery
	Origin     Origin
	Action     bool // it tells of an agent's action
}

// Origin tells the socket that a message came from, so that its sender can
// match the message with the one it sent. Zero for every other way in.
type Origin struct {
	SocketID        string
	ClientMessageID string
}

// StreamChunk is a piece of an answer that is being written.
type StreamChunk struct {
	ChannelID eliza.ID
	MessageID eliza.ID // the message that is being answered
	ReplyID   eliza.ID // the answer's id to be
	AgentID   eliza.ID
	Index     int // 0, 1, 2 ... within the answer
	Text      string
}

// StreamFailed says that an answer broke off, or never began.
type StreamFailed struct {
	ChannelID eliza.ID
	MessageID eliza.ID
	ReplyID   eliza.ID
	AgentID   eliza.ID
	Error     string // for a person
	Partial   string // what was written before
}

// DeliveryEnded says how an agent dealt with a message. Reply is its answer,
// when it gave one.
type DeliveryEnded struct {
	Delivery eliza.Delivery
	Reply    *eliza.Message
	Content  eliza.Content // the agent's decision: text, thought, actions
	RetryAt  eliza.Millis  // when a failure may be over: a budget begins anew; 0: not known
}

// TurnEnded says that an agent is finished with a message, however it went.
type TurnEnded struct {
	ChannelID eliza.ID
	ServerID  eliza.ID
	MessageID eliza.ID
	AgentID   eliza.ID
}

// MessageEdited carries a message as it is now.
type MessageEdited struct {
	Message eliza.Message
	Sender  string // display name to show in place of the author's; may be empty
}

// TurnReported says that somebody outside, who answers in an agent's stead,
// is finished. MessageID is zero when it was not said with which message.
type TurnReported struct {
	ChannelID eliza.ID
	ServerID  eliza.ID
	MessageID eliza.ID
	Error     string // empty when all went well
}

// MessageDeleted says that a message is gone.
type MessageDeleted struct{ ChannelID, MessageID eliza.ID }

// ChannelCleared says that every message of a channel is gone.
type ChannelCleared struct{ ChannelID eliza.ID }

// ChannelUpdated carries a channel as it is now.
type ChannelUpdated struct{ Updated eliza.Channel }

// ChannelDeleted says that a channel is gone.
type ChannelDeleted struct{ ChannelID eliza.ID }

// Channel implements Event.
func (e MessagePosted) Channel() eliza.ID { return e.Message.ChannelID }

// Channel implements Event.
func (e StreamChunk) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e StreamFailed) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e DeliveryEnded) Channel() eliza.ID { return e.Delivery.ChannelID }

// Channel implements Event.
func (e TurnEnded) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e MessageEdited) Channel() eliza.ID { return e.Message.ChannelID }

// Channel implements Event.
func (e TurnReported) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e MessageDeleted) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e ChannelCleared) Channel() eliza.ID { return e.ChannelID }

// Channel implements Event.
func (e ChannelUpdated) Channel() eliza.ID { return e.Updated.ID }

// Channel implements Event.
func (e ChannelDeleted) Channel() eliza.ID { return e.ChannelID }
