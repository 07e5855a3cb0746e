package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) memberRoutes() {
	add(a, operation{id: "list-members", method: "GET", tag: "Group Management", summary: "List who takes part in a channel", errors: []int{404},
		about: "Those who came first come first. People have the name under which they last wrote, or by which an agent of the channel knows them.",
		paths: []string{"/api/channels/{channelId}/members", "/api/messaging/channels/{channelId}/members", "/api/messaging/central-channels/{channelId}/members"}}, a.listMembers)
}

type memberList struct {
	Members []memberView `json:"members"`
}

type memberView struct {
	ID       eliza.ID     `json:"id" doc:"The same as userId"`
	UserID   eliza.ID     `json:"userId"`
	Name     string       `json:"name" example:"John Doe"`
	Role     string       `json:"role" enum:"admin,member,guest" doc:"Every participant is a member: channels know no other role"`
	IsAgent  bool         `json:"isAgent"`
	JoinedAt eliza.Millis `json:"joinedAt" example:"1705315800000"`
}

func (a *API) listMembers(ctx context.Context, in *ChannelPath) (*answer[memberList], error) {
	members, err := a.Messaging.Members(ctx, eliza.ID(in.ChannelID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(memberList{views(members, func(m messaging.Member) memberView {
		return memberView{m.ID, m.ID, m.Name, "member", m.Agent, m.JoinedAt}
	})}), nil
}
