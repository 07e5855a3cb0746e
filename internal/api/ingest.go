package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) ingestRoutes() {
	const tag = "Messages"
	add(a, operation{id: "submit-message", bridge: true, method: "POST", paths: []string{"/api/messaging/submit"}, tag: tag, status: 201,
		summary: "Store and show a message without asking any agent", about: "The way for an agent that lives elsewhere to speak.", errors: []int{404, 409}}, a.submit)
	add(a, operation{id: "ingest-external", bridge: true, method: "POST", paths: []string{"/api/messaging/ingest-external"}, tag: tag, status: 202,
		summary: "Take in messages from another platform", errors: []int{404, 409},
		about: "One message for a channel that exists (channel_id, author_id, content), one for an agent (agentId, roomId, userId, text), or many of a " +
			"platform (platform, channelId, messages), whose channel is made when it is new. A message with a source id seen before is stored once."}, a.ingest)
}

// ForeignMessage is a message that the sender says all about.
type ForeignMessage struct {
	ServerRef
	ChannelID    ID             `json:"channel_id,omitempty"`
	AuthorID     ID             `json:"author_id,omitempty"`
	AgentID      ID             `json:"agentId,omitempty" doc:"The author, when it is an agent"`
	Content      string         `json:"content,omitempty"`
	InReplyTo    string         `json:"in_reply_to_message_id,omitempty"`
	InReplyCamel string         `json:"inReplyToMessageId,omitempty" doc:"Another name of in_reply_to_message_id"`
	RawMessage   anyJSON        `json:"raw_message,omitempty"`
	Metadata     map[string]any `json:"metadata,omitempty"`
	SourceType   string         `json:"source_type,omitempty" maxLength:"200"`
	SourceID     string         `json:"source_id,omitempty" maxLength:"1024" doc:"The platform's own id; a message that comes again with it is stored once"`
	MessageID    ID             `json:"messageId,omitempty" doc:"The id the message shall have"`
	AuthorName   string         `json:"author_display_name,omitempty" maxLength:"500"`
}

// complete brings the names of all versions together and says what is missing.
func (m *ForeignMessage) complete() error {
	m.InReplyTo = cmp.Or(m.InReplyTo, m.InReplyCamel)
	if m.AuthorID == ID(eliza.NoID) && m.AgentID != ID(eliza.NoID) {
		m.AuthorID, m.SourceType = m.AgentID, cmp.Or(m.SourceType, eliza.SourceAgent)
	}
	if m.Content == "" {
		return eliza.Errorf(eliza.CodeInvalidRequest, "content: a text is required")
	}
	return require(requiredID{"channel_id", m.ChannelID}, requiredID{"author_id", m.AuthorID})
}

// require says which of an operation's ids is missing.
func require(ids ...requiredID) error {
	for _, r := range ids {
		if r.id == ID(eliza.NoID) {
			return eliza.Errorf(eliza.CodeInvalidRequest, "%s: an id is required", r.field)
		}
	}
	return nil
}

type requiredID struct {
	field string
	id    ID
}

type submitPost struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           struct {
		ForeignMessage
		ChannelCamel ID `json:"channelId,omitempty" doc:"Another name of channel_id"`
	}
}

// message is what was sent, once it is complete.
func (in *submitPost) message() (*ForeignMessage, error) {
	m := &in.Body.ForeignMessage
	m.ChannelID = cmp.Or(m.ChannelID, in.Body.ChannelCamel)
	return m, m.complete()
}

// post is the message on its way in; quiet keeps it from the agents.
func (m *ForeignMessage) post(idempotencyKey string, quiet bool) messaging.Post {
	text := func(key string) string { s, _ := m.Metadata[key].(string); return s }
	name := cmp.Or(m.AuthorName, text("user_display_name"))
	if quiet {
		name = cmp.Or(name, text("agentName"))
	}
	reply, _ := eliza.ParseID(m.InReplyTo)
	return messaging.Post{
		ID: eliza.ID(m.MessageID), ChannelID: eliza.ID(m.ChannelID), ServerID: m.id(), AuthorID: eliza.ID(m.AuthorID), AuthorName: name,
		Content: m.Content, Raw: json.RawMessage(m.RawMessage), InReplyTo: reply, SourceType: cmp.Or(m.SourceType, "eliza_gui"), SourceID: m.SourceID,
		Metadata: m.Metadata, IdempotencyKey: idempotencyKey, Quiet: quiet,
	}
}

func (a *API) submit(ctx context.Context, in *submitPost) (*answer[MessageView], error) {
	m, err := in.message()
	if err != nil {
		return nil, fail(err)
	}
	if m.SourceType == "" {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "source_type: a text is required"))
	}
	if m.InReplyTo != "" {
		if _, err := eliza.ParseID(m.InReplyTo); err != nil {
			return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "Invalid in_reply_to_message_id format"))
		}
	}
	posted, err := a.Messaging.Post(ctx, m.post(in.IdempotencyKey, true))
	if err != nil {
		return nil, fail(err)
	}
	return created(viewMessage(posted.Message)), nil
}

// IngestBody is a message from elsewhere in one of three forms.
type IngestBody struct {
	ForeignMessage
	ChannelOfPlatform string            `json:"channelId,omitempty" maxLength:"1024" doc:"With platform: the platform's own id of the channel, or that of a channel here"`
	Platform          string            `json:"platform,omitempty" maxLength:"200"`
	Messages          []externalMessage `json:"messages,omitempty" maxItems:"1000"`
	RoomID            ID                `json:"roomId,omitempty" doc:"With agentId: the channel; made when it is not there"`
	UserID            ID                `json:"userId,omitempty" doc:"With agentId: the author"`
	Text              string            `json:"text,omitempty" doc:"With agentId: the content"`
	SourceTypeCamel   string            `json:"sourceType,omitempty" maxLength:"200"`
	SourceIDCamel     string            `json:"sourceId,omitempty" maxLength:"1024"`
}

type ingestPost struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           IngestBody
}

type ingested struct {
	Success bool         `json:"success"`
	Message string       `json:"message"`
	Data    ingestedData `json:"data"`
}

type ingestedData struct {
	MessageID eliza.ID `json:"messageId,omitzero" doc:"Of a single message"`
	Processed int      `json:"processed"`
}

func (a *API) ingest(ctx context.Context, in *ingestPost) (*bare[ingested], error) {
	b := &in.Body
	done := ingestedData{Processed: 1}
	var err error
	switch {
	case b.Platform != "" || len(b.Messages) > 0:
		done.Processed, err = a.ingestPlatform(ctx, b)
	case b.Text != "":
		done.MessageID, err = a.ingestForAgent(ctx, in)
	default:
		done.MessageID, err = a.ingestOne(ctx, in)
	}
	if err != nil {
		return nil, fail(err)
	}
	return &bare[ingested]{Status: http.StatusAccepted, Body: ingested{true, "Message ingested and published to bus", done}}, nil
}

// ingestOne takes in a message for a channel that exists.
func (a *API) ingestOne(ctx context.Context, in *ingestPost) (eliza.ID, error) {
	m := in.Body.ForeignMessage
	if id, err := eliza.ParseID(in.Body.ChannelOfPlatform); err == nil && m.ChannelID == ID(eliza.NoID) {
		m.ChannelID = ID(id)
	}
	if err := m.complete(); err != nil {
		return eliza.NoID, err
	}
	posted, err := a.Messaging.Post(ctx, m.post(in.IdempotencyKey, false))
	return posted.Message.ID, err
}

// ingestForAgent takes in a message that names the agent it is for.
func (a *API) ingestForAgent(ctx context.Context, in *ingestPost) (eliza.ID, error) {
	b := &in.Body
	if err := require(requiredID{"agentId", b.AgentID}, requiredID{"roomId", b.RoomID}, requiredID{"userId", b.UserID}); err != nil {
		return eliza.NoID, err
	}
	if err := a.ensureConversation(ctx, eliza.ID(b.RoomID), eliza.ID(b.AgentID), eliza.ID(b.UserID)); err != nil {
		return eliza.NoID, err
	}
	m := ForeignMessage{
		ChannelID: b.RoomID, AuthorID: b.UserID, Content: b.Text, Metadata: b.Metadata,
		SourceType: cmp.Or(b.SourceTypeCamel, b.SourceType), SourceID: cmp.Or(b.SourceIDCamel, b.SourceID),
	}
	posted, err := a.Messaging.Post(ctx, m.post(in.IdempotencyKey, false))
	return posted.Message.ID, err
}

// ensureConversation makes sure of a channel in which a user and an agent
// talk. Error code NOT_FOUND: the agent does not exist.
func (a *API) ensureConversation(ctx context.Context, channel, agent, user eliza.ID) error {
	if _, err := a.Agents.Agent(ctx, agent); err != nil {
		return err
	}
	return a.Messaging.EnsureChannel(ctx, eliza.Channel{
		ID: channel, Name: "DM " + channel.String()[:8], Type: eliza.TypeDM, SourceType: "auto_created",
	}, []eliza.ID{user, agent})
}
