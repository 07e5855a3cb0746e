package api

import (
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) editRoutes() {
	const tag, one, old = "Messages", "/api/messaging/channels/{channelId}", "/api/messaging/central-channels/{channelId}"
	add(a, operation{id: "edit-message", method: "PATCH", paths: []string{"/api/messaging/messages/{messageId}"}, tag: tag,
		summary: "Change what a message says", about: "The channel's sockets hear it as a messageBroadcast with the same id and updatedAt.",
		errors: []int{404}}, a.editMessage)
	add(a, operation{id: "delete-messages-of-author", method: "DELETE", paths: []string{one + "/messages/all", old + "/messages/all"}, tag: tag,
		summary: "Delete what one user said in a channel", errors: []int{404}}, a.deleteMessagesOf)
}

type messageEdit struct {
	MessagePath
	Body struct {
		Content    *string        `json:"content,omitempty" minLength:"1"`
		RawMessage anyJSON        `json:"raw_message,omitempty" doc:"Replaces what came along"`
		RawCamel   anyJSON        `json:"rawMessage,omitempty" doc:"Another name of raw_message"`
		Metadata   map[string]any `json:"metadata,omitempty" doc:"Replaces the metadata"`
	}
}

func (a *API) editMessage(ctx context.Context, in *messageEdit) (*answer[listedMessage], error) {
	b := &in.Body
	if b.RawMessage == nil {
		b.RawMessage = b.RawCamel
	}
	if b.Content == nil && b.RawMessage == nil && b.Metadata == nil {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "content: nothing to change is given"))
	}
	m, err := a.Messaging.EditMessage(ctx, eliza.ID(in.MessageID), messaging.Edit{Content: b.Content, Raw: json.RawMessage(b.RawMessage), Metadata: b.Metadata})
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewListed(m)), nil
}

type authorMessages struct {
	ChannelPath
	UserID ID `query:"userId" doc:"Whose messages"`
}

type deletedCount struct {
	Deleted int `json:"deleted"`
	Count   int `json:"deletedCount" doc:"The same, under its older name"`
}

type deletedAnswer struct {
	Success bool `json:"success"`
	deletedCount
	Data deletedCount `json:"data"`
}

func (a *API) deleteMessagesOf(ctx context.Context, in *authorMessages) (*bare[deletedAnswer], error) {
	if eliza.ID(in.UserID) == eliza.NoID {
		return nil, fail(eliza.Errorf(eliza.CodeMissingParam, "userId is required"))
	}
	n, err := a.Messaging.DeleteMessagesOf(ctx, eliza.ID(in.ChannelID), eliza.ID(in.UserID))
	if err != nil {
		return nil, fail(err)
	}
	return plain(deletedAnswer{true, deletedCount{n, n}, deletedCount{n, n}}), nil
}
