package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) titleRoutes() {
	const one, old = "/api/messaging/channels/{channelId}", "/api/messaging/central-channels/{channelId}"
	add(a, operation{id: "generate-channel-title", method: "POST", tag: "Channels", errors: []int{404, 408},
		paths:   []string{one + "/generate-title", old + "/generate-title", one + "/title", old + "/title"},
		summary: "Have an agent's model give a conversation a title",
		about:   "The title is null, with a reason, when there are fewer than four messages. Nothing is stored."}, a.generateTitle)
}

type titlePost struct {
	ChannelPath
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"How many messages the model reads"`
	Before Moment `query:"before" doc:"Only messages before this moment"`
	Body   agentIDBody
}

type channelTitle struct {
	Title     *string  `json:"title" nullable:"true"`
	ChannelID eliza.ID `json:"channelId"`
	Reason    string   `json:"reason,omitempty" doc:"Why there is no title"`
}

func (a *API) generateTitle(ctx context.Context, in *titlePost) (*answer[channelTitle], error) {
	channel := eliza.ID(in.ChannelID)
	title, why, err := a.Agents.Title(ctx, eliza.ID(in.Body.AgentID), channel, in.Limit, in.Before.at)
	if err != nil {
		return nil, fail(err)
	}
	t := channelTitle{ChannelID: channel, Reason: why}
	if why == "" {
		t.Title = &title
	}
	return ok(t), nil
}
