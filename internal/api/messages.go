package api

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) messageRoutes() {
	const tag, one, old = "Messages", "/api/messaging/channels/{channelId}", "/api/messaging/central-channels/{channelId}"
	add(a, operation{id: "post-message", method: "POST", paths: []string{one + "/messages", old + "/messages"}, tag: tag, status: 201,
		summary: "Say something in a channel", errors: []int{404, 408, 409}, gives: postAnswer{}, streams: true,
		about: "With transport websocket (the default) the answer comes over Socket.IO, with http in this answer, with sse as server-sent events " +
			"user_message, chunk, done and error. The message is on disk when the first byte of the answer arrives, and every agent of the channel " +
			"then owes it a delivery. A channel that does not exist is made. A message sent again with the same Idempotency-Key or source_id is stored once. " +
			"A stream that was cut goes on when the message is sent again so, with Last-Event-ID."},
		a.postMessage)
	add(a, operation{id: "list-messages", method: "GET", paths: []string{one + "/messages", old + "/messages"}, tag: tag,
		summary: "List a channel's messages, newest first"}, a.listMessages)
	add(a, operation{id: "clear-channel", method: "DELETE", paths: []string{one + "/messages", old + "/messages"}, tag: tag, status: 204,
		summary: "Delete every message of a channel", errors: []int{404}}, a.clearChannel)
	add(a, operation{id: "delete-message", method: "DELETE", paths: []string{one + "/messages/{messageId}", old + "/messages/{messageId}"}, tag: tag, status: 204,
		summary: "Delete a message", errors: []int{404}}, a.deleteMessage)
	add(a, operation{id: "get-message", method: "GET", paths: []string{"/api/messaging/messages/{messageId}"}, tag: tag,
		summary: "Get a message", errors: []int{404}}, a.getMessage)
	add(a, operation{id: "list-deliveries", method: "GET", paths: []string{"/api/messaging/messages/{messageId}/deliveries"}, tag: tag,
		summary: "What each agent made of a message, and why", errors: []int{404}}, a.listDeliveries)
}

// MessageBody is a message as clients send it.
type MessageBody struct {
	ServerRef
	AuthorID   ID             `json:"author_id,omitempty" doc:"Who says it; when absent, the one person among the participants, else someone anonymous"`
	Content    string         `json:"content" minLength:"1"`
	InReplyTo  string         `json:"in_reply_to_message_id,omitempty"`
	RawMessage anyJSON        `json:"raw_message,omitempty"`
	Metadata   map[string]any `json:"metadata,omitempty"`
	SourceType string         `json:"source_type,omitempty" maxLength:"200" doc:"eliza_gui when absent"`
	SourceID   string         `json:"source_id,omitempty" maxLength:"1024" doc:"The platform's own id; a message that comes again with it is stored once"`
	MessageID  ID             `json:"messageId,omitempty" doc:"The id the message shall have"`
	AuthorName string         `json:"author_display_name,omitempty" maxLength:"500"`
	Transport  string         `json:"transport,omitempty" enum:"http,sse,websocket,sync,stream" doc:"websocket when absent; sync and stream are older names of http and sse"`
	Mode       string         `json:"mode,omitempty" enum:"http,sse,websocket,sync,stream" doc:"Older name of transport"`
}

type messagePost struct {
	ChannelPath
	LastEventID
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"A message sent again with the same key is stored once"`
	Body           MessageBody
}

func (in *messagePost) post() messaging.Post {
	b := &in.Body
	name := b.AuthorName
	if name == "" {
		name, _ = b.Metadata["user_display_name"].(string)
	}
	reply, _ := eliza.ParseID(b.InReplyTo)
	return messaging.Post{
		ID: eliza.ID(b.MessageID), ChannelID: eliza.ID(in.ChannelID), ServerID: b.id(), AuthorID: eliza.ID(b.AuthorID), AuthorName: name,
		Content: b.Content, Raw: json.RawMessage(b.RawMessage), InReplyTo: reply, SourceType: cmp.Or(b.SourceType, "eliza_gui"), SourceID: b.SourceID,
		Metadata: b.Metadata, IdempotencyKey: in.IdempotencyKey, CreateChannel: true,
	}
}

func (a *API) postMessage(ctx context.Context, in *messagePost) (*huma.StreamResponse, error) {
	if eliza.ID(in.Body.AuthorID) == eliza.NoID {
		author := visitOf(ctx).entity
		if author == eliza.NoID {
			var err error
			if author, err = a.Messaging.Speaker(ctx, eliza.ID(in.ChannelID)); err != nil {
				return nil, fail(err)
			}
		}
		in.Body.AuthorID = ID(author)
	}
	if err := a.permitAuthor(ctx, "author_id", eliza.ID(in.Body.AuthorID)); err != nil {
		return nil, fail(err)
	}
	switch cmp.Or(in.Body.Transport, in.Body.Mode) {
	case "http", "sync":
		return a.answerOverHTTP(ctx, in.post())
	case "sse", "stream":
		return a.answerOverSSE(ctx, in.post(), in.LastEventID)
	}
	posted, err := a.Messaging.Post(ctx, in.post())
	if err != nil {
		return nil, fail(err)
	}
	return jsonResponse(http.StatusCreated, sent(posted.Message, views(posted.Deliveries, viewDelivery))), nil
}

type messageQuery struct {
	ChannelPath
	Limit  int    `query:"limit" default:"50" minimum:"0" maximum:"1000"`
	Offset int    `query:"offset" minimum:"0" maximum:"100000"`
	Before Moment `query:"before" doc:"Only messages before this moment"`
	After  Moment `query:"after" doc:"Only messages after this moment"`
}

type messageList struct {
	Messages []listedMessage `json:"messages"`
}

func (a *API) listMessages(ctx context.Context, in *messageQuery) (*answer[messageList], error) {
	if in.Limit == 0 {
		return ok(messageList{[]listedMessage{}}), nil
	}
	messages, err := a.Messaging.Messages(ctx, eliza.ID(in.ChannelID), messaging.Page{Limit: in.Limit, Offset: in.Offset, Before: in.Before.at, After: in.After.at})
	if err != nil {
		return nil, fail(err)
	}
	return ok(messageList{views(messages, viewListed)}), nil
}

func (a *API) clearChannel(ctx context.Context, in *ChannelPath) (*none, error) {
	if _, err := a.Messaging.ClearChannel(ctx, eliza.ID(in.ChannelID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

// MessagePath names a message in a path.
type MessagePath struct {
	MessageID ID `path:"messageId"`
}

type channelMessagePath struct {
	ChannelPath
	MessagePath
}

func (a *API) deleteMessage(ctx context.Context, in *channelMessagePath) (*none, error) {
	if err := a.Messaging.DeleteMessage(ctx, eliza.ID(in.ChannelID), eliza.ID(in.MessageID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

func (a *API) getMessage(ctx context.Context, in *MessagePath) (*answer[MessageView], error) {
	m, err := a.Messaging.Message(ctx, eliza.ID(in.MessageID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewMessage(m)), nil
}

type deliveryList struct {
	MessageID  eliza.ID       `json:"messageId"`
	Deliveries []deliveryView `json:"deliveries"`
}

func (a *API) listDeliveries(ctx context.Context, in *MessagePath) (*answer[deliveryList], error) {
	deliveries, err := a.Messaging.Deliveries(ctx, eliza.ID(in.MessageID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(deliveryList{eliza.ID(in.MessageID), views(deliveries, viewDelivery)}), nil
}

// MessageView is a stored message as clients list it.
type MessageView struct {
	ID         eliza.ID        `json:"id"`
	ChannelID  eliza.ID        `json:"channelId"`
	AuthorID   eliza.ID        `json:"authorId"`
	Content    string          `json:"content"`
	RawMessage json.RawMessage `json:"rawMessage,omitempty"`
	SourceType string          `json:"sourceType,omitempty"`
	SourceID   string          `json:"sourceId,omitempty"`
	Metadata   map[string]any  `json:"metadata,omitempty"`
	InReplyTo  *eliza.ID       `json:"inReplyToRootMessageId" nullable:"true"`
	CreatedAt  string          `json:"createdAt" format:"date-time"`
	UpdatedAt  string          `json:"updatedAt" format:"date-time"`
}

type listedMessage struct {
	MessageView
	CreatedMillis eliza.Millis `json:"created_at"`
	UpdatedMillis eliza.Millis `json:"updated_at"`
}

func viewMessage(m eliza.Message) MessageView {
	v := MessageView{
		ID: m.ID, ChannelID: m.ChannelID, AuthorID: m.AuthorID, Content: m.Content, RawMessage: m.Raw, SourceType: m.SourceType, SourceID: m.SourceID,
		Metadata: m.Metadata, CreatedAt: m.CreatedAt.ISO(), UpdatedAt: m.UpdatedAt.ISO(),
	}
	if m.InReplyTo != eliza.NoID {
		v.InReplyTo = &m.InReplyTo
	}
	return v
}

// viewListed adds what lists have: times in milliseconds, and an agent's
// thought and actions within the metadata.
func viewListed(m eliza.Message) listedMessage {
	v := listedMessage{MessageView: viewMessage(m), CreatedMillis: m.CreatedAt, UpdatedMillis: m.UpdatedAt}
	if m.SourceType == eliza.SourceAgent && len(m.Raw) > 0 {
		var said map[string]any
		if json.Unmarshal(m.Raw, &said) == nil {
			v.Metadata = maps.Clone(m.Metadata)
			if v.Metadata == nil {
				v.Metadata = map[string]any{}
			}
			for _, key := range []string{"thought", "actions"} {
				if value, there := said[key]; there {
					v.Metadata[key] = value
				}
			}
		}
	}
	return v
}

// busMessage is a message as it travels: the answer to a post, events.
type busMessage struct {
	ID         eliza.ID        `json:"id"`
	ChannelID  eliza.ID        `json:"channel_id"`
	ServerID   eliza.ID        `json:"message_server_id"`
	AuthorID   eliza.ID        `json:"author_id"`
	Content    string          `json:"content"`
	CreatedAt  eliza.Millis    `json:"created_at"`
	SourceType string          `json:"source_type,omitempty"`
	RawMessage json.RawMessage `json:"raw_message,omitempty"`
	Metadata   map[string]any  `json:"metadata,omitempty"`
	AuthorName string          `json:"author_display_name,omitempty"`
	InReplyTo  eliza.ID        `json:"in_reply_to_message_id,omitzero"`
	SourceID   string          `json:"source_id,omitempty"`
}

func viewBus(m eliza.Message) busMessage {
	return busMessage{m.ID, m.ChannelID, m.ServerID, m.AuthorID, m.Content, m.CreatedAt, m.SourceType, m.Raw, m.Metadata, m.AuthorName, m.InReplyTo, m.SourceID}
}

type deliveryView struct {
	MessageID eliza.ID            `json:"messageId"`
	ChannelID eliza.ID            `json:"channelId"`
	AgentID   eliza.ID            `json:"agentId"`
	State     eliza.DeliveryState `json:"state" enum:"pending,replied,ignored,failed"`
	Reason    eliza.Reason        `json:"reason,omitempty"`
	Detail    string              `json:"detail,omitempty"`
	ReplyID   eliza.ID            `json:"replyId,omitzero"`
	RunID     eliza.ID            `json:"runId,omitzero"`
	CreatedAt eliza.Millis        `json:"createdAt"`
	UpdatedAt eliza.Millis        `json:"updatedAt"`
}

func viewDelivery(d eliza.Delivery) deliveryView {
	return deliveryView{d.MessageID, d.ChannelID, d.AgentID, d.State, d.Reason, d.Detail, d.ReplyID, d.RunID, d.CreatedAt, d.UpdatedAt}
}
