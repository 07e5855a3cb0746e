package api

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/socketio"
)

// socketPostTime bounds the storing of one message.
const socketPostTime = 30 * time.Second

// sendPayload holds a message under the names that its fields have in the three
// dialects.
type sendPayload struct {
	ChannelID       string         `json:"channelId"`
	RoomID          string         `json:"roomId"`
	MessageServerID string         `json:"messageServerId"`
	ServerID        string         `json:"serverId"`
	SenderID        string         `json:"senderId"`
	EntityID        string         `json:"entityId"`
	UserID          string         `json:"userId"`
	SenderName      string         `json:"senderName"`
	EntityName      string         `json:"entityName"`
	Name            string         `json:"name"`
	Message         string         `json:"message"`
	Text            string         `json:"text"`
	MessageID       string         `json:"messageId"`
	Source          string         `json:"source"`
	Attachments     []any          `json:"attachments"`
	Metadata        map[string]any `json:"metadata"`
	TargetUserID    string         `json:"targetUserId"`
	InReplyTo       string         `json:"inReplyToMessageId"`
}

// sending says how a dialect words a message.
type sending struct {
	sender, name, text, source string
	serverless                 bool   // it names no server: the default one is meant
	missing                    string // told when something that is required is not there
}

func (p *sendPayload) in(d dialect) sending {
	switch d {
	case dialectDocs:
		return sending{p.EntityID, p.EntityName, p.Text, "socketio_client", false, "For send_message: channelId, serverId, entityId and text are required."}
	case dialectOpenAPI:
		return sending{p.UserID, p.Name, p.Text, "socketio_client", true, "For message: roomId, userId and text are required."}
	}
	return sending{p.SenderID, p.SenderName, p.Message, "socketio_client", false,
		"For SEND_MESSAGE: channelId, messageServerId (message_server_id), senderId (author_id), and message are required."}
}

// readSend reads the payload of a message into a post. The message id is the
// client's, for the refusal too.
func readSend(payload json.RawMessage, d dialect, self eliza.ID) (post messaging.Post, messageID string, err error) {
	var p sendPayload
	if err := decode(payload, &p); err != nil {
		return post, "", err
	}
	said := p.in(d)
	channel, errChannel := eliza.ParseID(cmp.Or(p.ChannelID, p.RoomID))
	server, errServer := eliza.ParseID(cmp.Or(p.MessageServerID, p.ServerID))
	if said.serverless && cmp.Or(p.MessageServerID, p.ServerID) == "" {
		errServer = nil
	}
	sender, errSender := eliza.ParseID(said.sender)
	if d == dialectOpenAPI && said.sender == "" && self != eliza.NoID {
		sender, errSender = self, nil
	}
	if errChannel != nil || errServer != nil || errSender != nil || said.text == "" {
		return post, p.MessageID, eliza.Errorf(eliza.CodeInvalidRequest, "%s", said.missing)
	}
	metadata := p.Metadata
	if metadata == nil {
		metadata = map[string]any{}
	}
	if p.TargetUserID != "" && metadata["targetUserId"] == nil {
		metadata["targetUserId"] = p.TargetUserID
	}
	if p.Attachments != nil { // clients take the length of an empty list too
		metadata["attachments"] = p.Attachments
	}
	if said.name != "" {
		metadata["user_display_name"] = said.name
	}
	reply, _ := eliza.ParseID(p.InReplyTo)
	return messaging.Post{
		ChannelID: channel, ServerID: server, AuthorID: sender, AuthorName: said.name, Content: said.text, Raw: payload, InReplyTo: reply,
		SourceType: cmp.Or(p.Source, said.source), SourceID: p.MessageID, Metadata: metadata, CreateChannel: true,
	}, p.MessageID, nil
}

// send posts a message. The answer to its sender, messageAck or the refusal,
// comes when it is on disk or refused.
func (rt *realtime) send(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	d := g.dialect()
	post, messageID, err := readSend(payload, d, g.entity)
	if err == nil {
		err = rt.maySend(ctx, g, &post)
	}
	if err != nil {
		rt.refuse(e, messageID, fail(err).Problem.Message)
		return
	}
	// In the two older dialects the agent of a channel is named on joining.
	if at, _ := g.seats.in(post.ChannelID.String()); at.agent != "" && d != dialectServer && post.Metadata["targetAgentId"] == nil {
		post.Metadata["targetAgentId"] = at.agent
	}
	post.Origin = bus.Origin{SocketID: e.Socket.ID(), ClientMessageID: messageID}
	// Also when the connection breaks: its client may come back for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), socketPostTime)
	defer cancel()
	if g.grant.KeyID != eliza.NoID {
		ctx = messaging.WithKey(ctx, g.grant.KeyID)
	}
	posted, err := rt.api.Messaging.Post(ctx, post)
	if err != nil {
		rt.api.Log.Debug("a message over a socket was refused", "error", err)
		rt.refuse(e, messageID, eliza.ErrorMessage(err))
		return
	}
	if posted.Duplicate {
		rt.acknowledge(e.Socket, d, &posted.Message, messageID)
	}
	rt.ack(e, map[string]any{"messageId": posted.Message.ID, "clientMessageId": messageID})
}

// maySend counts a message and holds it to what its sender may do.
func (rt *realtime) maySend(ctx context.Context, g *guest, post *messaging.Post) error {
	if err := rt.api.limits.general.take(nil, g.address); err != nil {
		return err
	}
	if _, err := rt.actor(g, "senderId", post.AuthorID); err != nil {
		return err
	}
	if rt.api.Isolated {
		if err := rt.api.permitEntityOpening(ctx, g.entity, post.ChannelID.String()); err != nil {
			return err
		}
	}
	if g.grant.Agent != eliza.NoID {
		return rt.api.permitChannel(ctx, g.grant, post.ChannelID.String())
	}
	return nil
}
