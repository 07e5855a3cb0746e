package api

import (
	"cmp"
	"encoding/json"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// newsOf names what happened in a channel as clients know it and gives what
// they are told of it. Sockets, feeds and webhooks all speak these words. The
// name is empty for what no client hears of.
func newsOf(e bus.Event) (event string, payload any) {
	channel := e.Channel()
	switch e := e.(type) {
	case bus.MessagePosted:
		return "messageBroadcast", viewPosted(e)
	case bus.MessageEdited:
		return "messageBroadcast", viewEdited(e)
	case bus.StreamChunk:
		return "messageStreamChunk", streamChunk{e.ReplyID, e.Text, e.Index, e.AgentID, channel}
	case bus.StreamFailed:
		return "messageStreamError", streamError{e.ReplyID, channel, e.AgentID, e.Error, e.Partial}
	case bus.DeliveryEnded:
		return "messageDelivery", viewDelivery(e.Delivery)
	case bus.DeliveryHeld:
		return "messageDelivery", viewDelivery(e.Delivery)
	case bus.BudgetWarning:
		return "budgetWarning", viewWarning(e)
	case bus.TurnEnded:
		return "messageComplete", turnComplete{channel, channel, e.ServerID, e.ServerID, e.MessageID, e.AgentID, ""}
	case bus.TurnReported:
		return "messageComplete", turnComplete{channel, channel, e.ServerID, e.ServerID, e.MessageID, eliza.NoID, e.Error}
	case bus.MessageDeleted:
		return "messageDeleted", map[string]any{"messageId": e.MessageID, "channelId": channel}
	case bus.ChannelCleared:
		return "channelCleared", map[string]any{"channelId": channel}
	case bus.ChannelDeleted:
		return "channelDeleted", map[string]any{"channelId": channel}
	case bus.ChannelUpdated:
		return "channelUpdated", map[string]any{"channelId": channel, "updates": viewChannel(e.Updated)}
	case bus.Controlled:
		return "controlMessage", viewControl(e)
	}
	if event, payload := approvalNewsOf(e); event != "" {
		return event, payload
	}
	return sessionNewsOf(e)
}

type streamChunk struct {
	MessageID eliza.ID `json:"messageId"`
	Chunk     string   `json:"chunk"`
	Index     int      `json:"index"`
	AgentID   eliza.ID `json:"agentId"`
	ChannelID eliza.ID `json:"channelId"`
}

type streamError struct {
	MessageID eliza.ID `json:"messageId"`
	ChannelID eliza.ID `json:"channelId"`
	AgentID   eliza.ID `json:"agentId"`
	Error     string   `json:"error"`
	Partial   string   `json:"partialText,omitempty"`
}

type turnComplete struct {
	ChannelID       eliza.ID `json:"channelId"`
	RoomID          eliza.ID `json:"roomId"`
	ServerID        eliza.ID `json:"serverId"`
	MessageServerID eliza.ID `json:"messageServerId"`
	MessageID       eliza.ID `json:"messageId,omitzero"`
	AgentID         eliza.ID `json:"agentId,omitzero"`
	Error           string   `json:"error,omitempty"`
}

// broadcast is a message as followers of its channel see it.
type broadcast struct {
	ID              eliza.ID        `json:"id"`
	SenderID        eliza.ID        `json:"senderId"`
	SenderName      string          `json:"senderName"`
	Text            string          `json:"text"`
	ChannelID       eliza.ID        `json:"channelId"`
	RoomID          eliza.ID        `json:"roomId"`
	MessageServerID eliza.ID        `json:"messageServerId"`
	ServerID        eliza.ID        `json:"serverId"`
	CreatedAt       eliza.Millis    `json:"createdAt"`
	UpdatedAt       eliza.Millis    `json:"updatedAt,omitempty"` // of an action or an edit
	Source          string          `json:"source"`
	InReplyTo       eliza.ID        `json:"inReplyTo,omitzero"`
	Thought         string          `json:"thought,omitempty"`
	Actions         []string        `json:"actions,omitempty"`
	RawMessage      json.RawMessage `json:"rawMessage,omitempty"` // of an action or an edit
	Attachments     any             `json:"attachments,omitempty"`
	ClientMessageID string          `json:"clientMessageId,omitempty"`
}

func viewBroadcast(m *eliza.Message) broadcast {
	return broadcast{
		ID: m.ID, SenderID: m.AuthorID, SenderName: cmp.Or(m.AuthorName, "User"), Text: m.Content, ChannelID: m.ChannelID, RoomID: m.ChannelID,
		MessageServerID: m.ServerID, ServerID: m.ServerID, CreatedAt: m.CreatedAt, Source: m.SourceType, InReplyTo: m.InReplyTo,
		Attachments: m.Metadata["attachments"],
	}
}

// agents adds what only an agent's message has.
func (b *broadcast) agents(m *eliza.Message) {
	b.SenderName = cmp.Or(m.AuthorName, "Agent")
	var said eliza.Content
	if json.Unmarshal(m.Raw, &said) == nil {
		b.Thought, b.Actions = said.Thought, said.Actions
	}
}

// whole adds what came along with the message, for those who show actions.
func (b *broadcast) whole(m *eliza.Message) { b.UpdatedAt, b.RawMessage = m.UpdatedAt, m.Raw }

func viewPosted(e bus.MessagePosted) broadcast {
	m := &e.Message
	b := viewBroadcast(m)
	if e.Action || m.SourceType == eliza.SourceAgent {
		b.agents(m)
	}
	if e.Action {
		b.whole(m)
	}
	return b
}

// viewEdited shows a message anew: its id tells which one it replaces.
func viewEdited(e bus.MessageEdited) broadcast {
	b := viewBroadcast(&e.Message)
	if e.Message.SourceType == eliza.SourceAgent || e.Message.SourceType == sourceAction {
		b.agents(&e.Message)
	}
	b.SenderName = cmp.Or(e.Sender, b.SenderName)
	b.whole(&e.Message)
	return b
}
