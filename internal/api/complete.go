package api

import (
	"context"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) completeRoutes() {
	add(a, operation{id: "complete", bridge: true, method: "POST", paths: []string{"/api/messaging/complete"}, tag: "Messages", errors: []int{404, 408, 409},
		summary: "Say that an agent elsewhere is finished, or have one answer a prompt",
		about: "With channel_id or messageId the channel's sockets hear messageComplete. With agentId, roomId, userId and prompt the prompt is said " +
			"in that channel, which is made when it is not there, and the agent's answer is returned."}, a.complete)
}

type completeBody struct {
	Body struct {
		ServerRef
		ChannelID    ID     `json:"channel_id,omitempty" doc:"Where somebody is finished"`
		ChannelCamel ID     `json:"channelId,omitempty" doc:"Another name of channel_id"`
		MessageID    ID     `json:"messageId,omitempty" doc:"With which message somebody is finished"`
		Status       string `json:"status,omitempty" enum:"completed,failed" doc:"How it went"`
		Error        string `json:"error,omitempty" maxLength:"2000" doc:"Why it failed"`
		AgentID      ID     `json:"agentId,omitempty" doc:"Who shall answer"`
		RoomID       ID     `json:"roomId,omitempty" doc:"The channel"`
		UserID       ID     `json:"userId,omitempty" doc:"Who asks"`
		Prompt       string `json:"prompt,omitempty"`
	}
}

type completed struct {
	Success bool          `json:"success"`
	Message string        `json:"message"`
	Data    completedData `json:"data"`
}

type completedData struct {
	Success   bool     `json:"success"`
	Response  *string  `json:"response,omitempty" doc:"The answer to a prompt"`
	MessageID eliza.ID `json:"messageId,omitzero"`
}

func (a *API) complete(ctx context.Context, in *completeBody) (*bare[completed], error) {
	b := &in.Body
	if b.ChannelID == ID(eliza.NoID) {
		b.ChannelID = b.ChannelCamel
	}
	switch {
	case b.Prompt != "" || b.AgentID != ID(eliza.NoID):
		return a.completePrompt(ctx, in)
	case b.MessageID == ID(eliza.NoID) && b.ChannelID == ID(eliza.NoID):
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "channel_id: this, messageId or prompt is required"))
	}
	t := bus.TurnReported{ChannelID: eliza.ID(b.ChannelID), ServerID: b.id(), MessageID: eliza.ID(b.MessageID), Error: b.Error}
	if b.Status == "failed" && t.Error == "" {
		t.Error = "The agent failed."
	}
	if err := a.Messaging.ReportTurn(ctx, t); err != nil {
		return nil, fail(err)
	}
	return plain(completed{true, "Completion event emitted", completedData{Success: true, MessageID: t.MessageID}}), nil
}

func (a *API) completePrompt(ctx context.Context, in *completeBody) (*bare[completed], error) {
	b := &in.Body
	if err := require(requiredID{"agentId", b.AgentID}, requiredID{"roomId", b.RoomID}, requiredID{"userId", b.UserID}); err != nil {
		return nil, fail(err)
	}
	if b.Prompt == "" {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "prompt: a text is required"))
	}
	if err := a.ensureConversation(ctx, eliza.ID(b.RoomID), eliza.ID(b.AgentID), eliza.ID(b.UserID)); err != nil {
		return nil, fail(err)
	}
	m, o, err := a.answered(ctx, messaging.Post{
		ChannelID: eliza.ID(b.RoomID), AuthorID: eliza.ID(b.UserID), Content: b.Prompt, SourceType: "client_chat",
	})
	if err == nil {
		err = o.waiting()
	}
	if err != nil {
		return nil, err
	}
	response := ""
	if o.answer != nil {
		response = o.answer.Text
	}
	return plain(completed{true, "The agent has answered", completedData{Success: true, Response: &response, MessageID: m.ID}}), nil
}
