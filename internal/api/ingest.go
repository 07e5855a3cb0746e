package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) ingestRoutes() {
	const tag = "Messages"
	add(a, operation{id: "submit-message", method: "POST", paths: []string{"/api/messaging/submit"}, tag: tag, status: 201,
		summary: "Store and show a message without asking any agent", about: "The way for an agent that lives elsewhere to speak.", errors: []int{404, 409}}, a.submit)
	add(a, operation{id: "ingest-external", method: "POST", paths: []string{"/api/messaging/ingest-external"}, tag: tag, status: 202,
		summary: "Take in a message from another platform", about: "The channel must exist. A message with a source_id seen before is stored once.",
		errors: []int{404, 409}}, a.ingest)
}

type foreignMessage struct {
	MessageBody
	ChannelID ID `json:"channel_id"`
}

type foreignPost struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           foreignMessage
}

func (in *foreignPost) post(quiet bool) messaging.Post {
	p := (&messagePost{ChannelPath: ChannelPath{in.Body.ChannelID}, IdempotencyKey: in.IdempotencyKey, Body: in.Body.MessageBody}).post()
	p.CreateChannel, p.Quiet = false, quiet
	if name, _ := in.Body.Metadata["agentName"].(string); quiet {
		p.AuthorName = cmp.Or(p.AuthorName, name)
	}
	return p
}

func (a *API) submit(ctx context.Context, in *foreignPost) (*answer[MessageView], error) {
	if in.Body.SourceType == "" {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "source_type: a text is required"))
	}
	if in.Body.InReplyTo != "" {
		if _, err := eliza.ParseID(in.Body.InReplyTo); err != nil {
			return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "Invalid in_reply_to_message_id format"))
		}
	}
	posted, err := a.Messaging.Post(ctx, in.post(true))
	if err != nil {
		return nil, fail(err)
	}
	return created(viewMessage(posted.Message)), nil
}

type ingested struct {
	Success bool              `json:"success"`
	Message string            `json:"message"`
	Data    ingestedMessageID `json:"data"`
}

type ingestedMessageID struct {
	MessageID eliza.ID `json:"messageId"`
}

func (a *API) ingest(ctx context.Context, in *foreignPost) (*bare[ingested], error) {
	posted, err := a.Messaging.Post(ctx, in.post(false))
	if err != nil {
		return nil, fail(err)
	}
	return &bare[ingested]{Status: http.StatusAccepted, Body: ingested{true, "Message ingested and published to bus", ingestedMessageID{posted.Message.ID}}}, nil
}
