package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/socketio"
)

// socketPostTime bounds the storing of one message.
const socketPostTime = 30 * time.Second

// What one socket may join.
const (
	maxRooms    = 1000
	maxRoomName = 200
)

// Types of the event "message" of ElizaOS 1.x.
const (
	typeJoin = 1
	typeSend = 2
)

// permits holds an event to its policy, and ends a socket whose key is no
// longer good. It has told the client when it returns false.
func (rt *realtime) permits(ctx context.Context, e *socketio.Event, needs eliza.Right, clientMessageID string) (guest, bool) {
	g, _ := e.Socket.Data().(guest)
	if !rt.api.Access.Lives(ctx, g.grant) {
		e.Socket.Close()
		return g, false
	}
	if !g.grant.Right.Covers(needs) {
		rt.refuse(e, clientMessageID, eliza.ErrorMessage(lacks(g.grant, needs)))
		return g, false
	}
	return g, true
}

// enters holds a key of one agent to the channels it takes part in.
func (rt *realtime) enters(ctx context.Context, g guest, channel string) error {
	if g.grant.Agent == eliza.NoID {
		return nil
	}
	return rt.api.permitChannel(ctx, g.grant, channel)
}

// message is the event in which 1.x clients wrap a type and its payload.
func (rt *realtime) message(ctx context.Context, e *socketio.Event) {
	var wrapped struct {
		Type    int             `json:"type"`
		Payload json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(e.Args.Raw(0), &wrapped) != nil || wrapped.Payload == nil {
		rt.refuse(e, "", "A message needs a type and a payload.")
		return
	}
	switch wrapped.Type {
	case typeJoin:
		rt.join(ctx, e, wrapped.Payload)
	case typeSend:
		rt.send(ctx, e, wrapped.Payload)
	default:
		rt.refuse(e, "", fmt.Sprintf("Messages of type %d are not known.", wrapped.Type))
	}
}

// refuse tells a client what was wrong with what it sent.
func (rt *realtime) refuse(e *socketio.Event, clientMessageID, message string) {
	problem := map[string]any{"error": message}
	if clientMessageID != "" {
		problem["clientMessageId"] = clientMessageID
	}
	rt.emit(e.Socket, "messageError", problem)
	rt.ack(e, problem)
}

// ack calls the client back if it asked for it.
func (rt *realtime) ack(e *socketio.Event, payload any) {
	if !e.WantsAck() {
		return
	}
	if err := e.Ack(payload); err != nil {
		rt.api.Log.Debug("an acknowledgement could not be sent", "error", err)
	}
}

type joinPayload struct {
	ChannelID string `json:"channelId"`
	RoomID    string `json:"roomId"`
	AgentID   string `json:"agentId"`
	EntityID  string `json:"entityId"`
}

// join lets a socket hear a channel, also one that does not exist yet.
func (rt *realtime) join(ctx context.Context, e *socketio.Event, payload json.RawMessage) {
	g, may := rt.permits(ctx, e, eliza.RightRead, "")
	if !may {
		return
	}
	var p joinPayload
	if json.Unmarshal(payload, &p) != nil || cmp.Or(p.ChannelID, p.RoomID) == "" {
		rt.refuse(e, "", "channelId is required for joining.")
		return
	}
	channel := cmp.Or(p.ChannelID, p.RoomID)
	room := channel
	if id, err := eliza.ParseID(channel); err == nil {
		room = id.String() // ids are the same in any case
	}
	if len(room) > maxRoomName || len(e.Socket.Rooms()) >= maxRooms {
		rt.refuse(e, "", "A socket may join 1000 channels, with names of 200 bytes at most.")
		return
	}
	if err := rt.enters(ctx, g, room); err != nil {
		rt.refuse(e, "", eliza.ErrorMessage(err))
		return
	}
	e.Socket.Join(room)
	joined := map[string]any{
		"message": "Socket " + e.Socket.ID() + " successfully joined channel " + channel + ".", "channelId": channel, "roomId": channel,
	}
	if p.AgentID != "" {
		joined["agentId"] = p.AgentID
	}
	rt.emit(e.Socket, "channel_joined", joined)
	rt.emit(e.Socket, "room_joined", joined)
	rt.ack(e, joined)
}

type sendPayload struct {
	ChannelID       string         `json:"channelId"`
	RoomID          string         `json:"roomId"`
	MessageServerID string         `json:"messageServerId"`
	ServerID        string         `json:"serverId"`
	SenderID        string         `json:"senderId"`
	SenderName      string         `json:"senderName"`
	Message         string         `json:"message"`
	MessageID       string         `json:"messageId"`
	Source          string         `json:"source"`
	Attachments     []any          `json:"attachments"`
	Metadata        map[string]any `json:"metadata"`
	TargetUserID    string         `json:"targetUserId"`
	InReplyTo       string         `json:"inReplyToMessageId"`
}

// send posts a message. The answer to its sender, messageAck or messageError,
// comes when it is on disk or refused.
func (rt *realtime) send(ctx context.Context, e *socketio.Event, payload json.RawMessage) {
	var p sendPayload
	if json.Unmarshal(payload, &p) != nil {
		rt.refuse(e, "", "The payload of a message has a field of the wrong type.")
		return
	}
	g, may := rt.permits(ctx, e, eliza.RightWrite, p.MessageID)
	if !may {
		return
	}
	if err := rt.api.limits.general.take(nil, g.address); err != nil {
		rt.refuse(e, p.MessageID, fail(err).Problem.Message)
		return
	}
	channel, errChannel := eliza.ParseID(cmp.Or(p.ChannelID, p.RoomID))
	server, errServer := eliza.ParseID(cmp.Or(p.MessageServerID, p.ServerID))
	sender, errSender := eliza.ParseID(p.SenderID)
	if errChannel != nil || errServer != nil || errSender != nil || p.Message == "" {
		rt.refuse(e, p.MessageID, "For SEND_MESSAGE: channelId, messageServerId (message_server_id), senderId (author_id), and message are required.")
		return
	}
	if err := rt.enters(ctx, g, channel.String()); err != nil {
		rt.refuse(e, p.MessageID, eliza.ErrorMessage(err))
		return
	}
	metadata := p.Metadata
	if metadata == nil {
		metadata = map[string]any{}
	}
	if p.TargetUserID != "" && metadata["targetUserId"] == nil {
		metadata["targetUserId"] = p.TargetUserID
	}
	if len(p.Attachments) > 0 {
		metadata["attachments"] = p.Attachments
	}
	if p.SenderName != "" {
		metadata["user_display_name"] = p.SenderName
	}
	reply, _ := eliza.ParseID(p.InReplyTo)
	// Also when the connection breaks: its client may come back for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), socketPostTime)
	defer cancel()
	if g.grant.KeyID != eliza.NoID {
		ctx = messaging.WithKey(ctx, g.grant.KeyID)
	}
	posted, err := rt.api.Messaging.Post(ctx, messaging.Post{
		ChannelID: channel, ServerID: server, AuthorID: sender, AuthorName: p.SenderName, Content: p.Message, Raw: payload, InReplyTo: reply,
		SourceType: cmp.Or(p.Source, "socketio_client"), SourceID: p.MessageID, Metadata: metadata, CreateChannel: true,
		Origin: bus.Origin{SocketID: e.Socket.ID(), ClientMessageID: p.MessageID},
	})
	if err != nil {
		rt.api.Log.Debug("a message over a socket was refused", "error", err)
		rt.refuse(e, p.MessageID, eliza.ErrorMessage(err))
		return
	}
	if posted.Duplicate {
		rt.acknowledge(e.Socket, &posted.Message, p.MessageID)
	}
	rt.ack(e, map[string]any{"messageId": posted.Message.ID, "clientMessageId": p.MessageID})
}
