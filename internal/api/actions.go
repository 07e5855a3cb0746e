package api

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

// sourceAction marks a message that tells of an agent's action.
const sourceAction = "agent_action"

func (a *API) actionRoutes() {
	const tag = "Messages"
	add(a, operation{id: "post-action", bridge: true, method: "POST", paths: []string{"/api/messaging/action"}, tag: tag, status: 201, errors: []int{404, 409},
		summary: "Store and show what an agent is doing", about: "No agent is asked to answer. Sockets hear it as a messageBroadcast with rawMessage and updatedAt."},
		a.postAction)
	add(a, operation{id: "update-action", bridge: true, method: "PATCH", paths: []string{"/api/messaging/action/{messageId}"}, tag: tag, errors: []int{404},
		summary: "Change what is shown of an action", about: "Fields that are given replace. Sockets hear it as a messageBroadcast with the same id."},
		a.updateAction)
}

func (a *API) postAction(ctx context.Context, in *submitPost) (*answer[MessageView], error) {
	m, err := in.message()
	if err != nil {
		return nil, fail(err)
	}
	m.SourceType = cmp.Or(m.SourceType, sourceAction)
	p := m.post(in.IdempotencyKey, true)
	p.Action = true
	posted, err := a.Messaging.Post(ctx, p)
	if err != nil {
		return nil, fail(err)
	}
	return created(viewMessage(posted.Message)), nil
}

type actionPatch struct {
	MessagePath
	Body struct {
		Content    *string        `json:"content,omitempty" minLength:"1"`
		RawMessage anyJSON        `json:"raw_message,omitempty"`
		SourceType *string        `json:"source_type,omitempty" maxLength:"200"`
		SourceID   *string        `json:"server_message_id,omitempty" maxLength:"1024" doc:"The platform's own id of the message"`
		InReplyTo  *ID            `json:"in_reply_to_message_id,omitempty"`
		AuthorID   *ID            `json:"author_id,omitempty"`
		Metadata   map[string]any `json:"metadata,omitempty"`
	}
}

func (a *API) updateAction(ctx context.Context, in *actionPatch) (*answer[MessageView], error) {
	b := &in.Body
	m, err := a.Messaging.EditMessage(ctx, eliza.ID(in.MessageID), messaging.Edit{
		Content: b.Content, Raw: json.RawMessage(b.RawMessage), SourceType: b.SourceType, SourceID: b.SourceID, Metadata: b.Metadata,
		InReplyTo: (*eliza.ID)(b.InReplyTo), AuthorID: (*eliza.ID)(b.AuthorID),
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewMessage(m)), nil
}
