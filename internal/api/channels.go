package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/media"
)

func (a *API) channelRoutes() {
	const tag, one, old = "Channels", "/api/messaging/channels/{channelId}", "/api/messaging/central-channels/{channelId}"
	add(a, operation{id: "create-channel", method: "POST", tag: tag, summary: "Create a channel with its participants", status: 201, errors: []int{404},
		paths: []string{"/api/messaging/channels", "/api/messaging/central-channels"}}, a.createChannel)
	add(a, operation{id: "create-group-channel", method: "POST", paths: []string{"/api/messaging/group-channels"}, tag: tag, status: 201, errors: []int{404},
		summary: "Create a group with its participants, as older clients ask for it"}, a.createGroupChannel)
	add(a, operation{id: "get-dm-channel", method: "GET", paths: []string{"/api/messaging/dm-channel"}, tag: tag,
		summary: "Find or make the DM channel of two entities"}, a.dmChannel)
	add(a, operation{id: "get-channel", method: "GET", tag: tag, summary: "Get a channel", errors: []int{404},
		paths: []string{one + "/details", old + "/details", one, old}}, a.getChannel)
	add(a, operation{id: "update-channel", method: "PATCH", paths: []string{one, old}, tag: tag, summary: "Change a channel", errors: []int{404}}, a.updateChannel)
	add(a, operation{id: "delete-channel", method: "DELETE", paths: []string{one, old}, tag: tag, status: 204,
		summary: "Delete a channel with its messages", errors: []int{404}}, a.deleteChannel)
	add(a, operation{id: "list-participants", method: "GET", paths: []string{one + "/participants", old + "/participants"}, tag: tag,
		summary: "List the ids of a channel's participants", errors: []int{404}}, a.listParticipants)
	add(a, operation{id: "add-channel-agent", method: "POST", paths: []string{one + "/agents", old + "/agents"}, tag: tag, status: 201,
		summary: "Add an agent to a channel", errors: []int{404}}, a.addChannelAgent)
	add(a, operation{id: "list-channel-agents", method: "GET", paths: []string{one + "/agents", old + "/agents"}, tag: tag,
		summary: "List the participants of a channel", errors: []int{404}}, a.listChannelAgents)
	add(a, operation{id: "remove-channel-agent", method: "DELETE", paths: []string{one + "/agents/{agentId}", old + "/agents/{agentId}"}, tag: tag,
		summary: "Remove an agent from a channel", errors: []int{404}}, a.removeChannelAgent)
}

// ChannelPath names a channel in a path.
type ChannelPath struct {
	ChannelID ID `path:"channelId"`
}

type channelView struct {
	ID              eliza.ID          `json:"id"`
	MessageServerID eliza.ID          `json:"messageServerId"`
	Name            string            `json:"name"`
	Type            eliza.ChannelType `json:"type"`
	SourceType      string            `json:"sourceType,omitempty"`
	SourceID        string            `json:"sourceId,omitempty"`
	Topic           string            `json:"topic,omitempty"`
	Metadata        map[string]any    `json:"metadata"`
	CreatedAt       string            `json:"createdAt" format:"date-time"`
	UpdatedAt       string            `json:"updatedAt" format:"date-time"`
}

func viewChannel(c eliza.Channel) channelView {
	if c.Metadata == nil {
		c.Metadata = map[string]any{}
	}
	if _, there := c.Metadata[participantsKey]; there {
		c.Metadata = maps.Clone(c.Metadata)
		delete(c.Metadata, participantsKey)
	}
	return channelView{c.ID, c.ServerID, c.Name, c.Type, c.SourceType, c.SourceID, c.Topic, c.Metadata, c.CreatedAt.ISO(), c.UpdatedAt.ISO()}
}

// participantsKey is where @elizaos/api-client looks for a channel's
// participants before it changes them. It is made for each answer about one
// channel, whatever metadata were stored under it.
const participantsKey = "participantCentralUserIds"

// withParticipants adds who takes part to what is shown of a channel.
func (a *API) withParticipants(ctx context.Context, c eliza.Channel) (channelView, error) {
	list, err := a.Messaging.Participants(ctx, c.ID)
	if err != nil {
		return channelView{}, err
	}
	v := viewChannel(c)
	v.Metadata = maps.Clone(v.Metadata)
	v.Metadata[participantsKey] = orEmpty(list)
	return v, nil
}

// ServerRef is the message server in a body, under the names it has had.
type ServerRef struct {
	MessageServerID    ID `json:"message_server_id,omitempty" doc:"The message server; the default one when absent"`
	MessageServerCamel ID `json:"messageServerId,omitempty" doc:"Another name of message_server_id"`
	ServerID           ID `json:"server_id,omitempty" doc:"Its name in older versions"`
	ServerCamel        ID `json:"serverId,omitempty" doc:"Its name in older versions"`
}

func (s ServerRef) id() eliza.ID {
	return eliza.ID(cmp.Or(s.MessageServerID, s.MessageServerCamel, s.ServerID, s.ServerCamel))
}

type channelBody struct {
	Body struct {
		ServerRef
		Name           string         `json:"name" minLength:"1" maxLength:"500"`
		Type           string         `json:"type,omitempty" doc:"GROUP when absent"`
		Participants   []ID           `json:"participantCentralUserIds,omitempty" maxItems:"10000"`
		ParticipantIDs []ID           `json:"participantIds,omitempty" maxItems:"10000" doc:"Another name of participantCentralUserIds"`
		SourceType     string         `json:"sourceType,omitempty"`
		SourceID       string         `json:"sourceId,omitempty"`
		Topic          string         `json:"topic,omitempty"`
		Description    string         `json:"description,omitempty" doc:"Another name of topic"`
		Metadata       map[string]any `json:"metadata,omitempty"`
	}
}

func (a *API) createChannel(ctx context.Context, in *channelBody) (*answer[channelView], error) {
	b := &in.Body
	kind := eliza.TypeGroup
	if b.Type != "" {
		var err error
		if kind, err = eliza.ParseChannelType(b.Type); err != nil {
			return nil, fail(err)
		}
	}
	c, err := a.Messaging.CreateChannel(ctx, eliza.Channel{
		ServerID: b.id(), Name: b.Name, Type: kind, SourceType: b.SourceType, SourceID: b.SourceID, Topic: cmp.Or(b.Topic, b.Description), Metadata: b.Metadata,
	}, ids(append(b.Participants, b.ParticipantIDs...)))
	if err != nil {
		return nil, fail(err)
	}
	return created(viewChannel(c)), nil
}

type dmQuery struct {
	CurrentUserID ID `query:"currentUserId"`
	TargetUserID  ID `query:"targetUserId"`
	UserID1       ID `query:"userId1" doc:"Older name of currentUserId"`
	UserID2       ID `query:"userId2" doc:"Older name of targetUserId"`
	ServerID      ID `query:"dmServerId"`
}

func (a *API) dmChannel(ctx context.Context, in *dmQuery) (*answer[channelView], error) {
	current, target := eliza.ID(cmp.Or(in.CurrentUserID, in.UserID1)), eliza.ID(cmp.Or(in.TargetUserID, in.UserID2))
	if current == eliza.NoID || target == eliza.NoID {
		return nil, fail(eliza.Errorf(eliza.CodeMissingParam, "currentUserId and targetUserId are required"))
	}
	c, err := a.Messaging.DirectChannel(ctx, eliza.ID(in.ServerID), current, target)
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewChannel(c)), nil
}

func (a *API) getChannel(ctx context.Context, in *ChannelPath) (*answer[channelView], error) {
	c, err := a.Messaging.Channel(ctx, eliza.ID(in.ChannelID))
	if err != nil {
		return nil, fail(err)
	}
	v, err := a.withParticipants(ctx, c)
	if err != nil {
		return nil, fail(err)
	}
	return ok(v), nil
}

type groupChannel struct {
	Body struct {
		Name         string `json:"name" minLength:"1" maxLength:"500"`
		Participants []ID   `json:"participants" maxItems:"10000"`
		Description  string `json:"description,omitempty"`
	}
}

type channelAnswer struct {
	channelView             // its fields, as create-channel answers
	Channel     channelView `json:"channel"`
}

func (a *API) createGroupChannel(ctx context.Context, in *groupChannel) (*answer[channelAnswer], error) {
	c, err := a.Messaging.CreateChannel(ctx, eliza.Channel{Name: in.Body.Name, Type: eliza.TypeGroup, Topic: in.Body.Description}, ids(in.Body.Participants))
	if err != nil {
		return nil, fail(err)
	}
	return created(channelAnswer{viewChannel(c), viewChannel(c)}), nil
}

type channelPatch struct {
	ChannelPath
	Body struct {
		Name         string         `json:"name,omitempty" maxLength:"500"`
		Topic        string         `json:"topic,omitempty"`
		Description  string         `json:"description,omitempty" doc:"Another name of topic"`
		Participants []ID           `json:"participantCentralUserIds,omitempty" maxItems:"10000" doc:"Replaces all participants"`
		Metadata     map[string]any `json:"metadata,omitempty" doc:"Replaces the metadata"`
	}
}

func (a *API) updateChannel(ctx context.Context, in *channelPatch) (*answer[channelView], error) {
	b := &in.Body
	var participants []eliza.ID
	if b.Participants != nil {
		participants = ids(b.Participants)
	}
	c, err := a.Messaging.UpdateChannel(ctx, eliza.ID(in.ChannelID), participants, func(c *eliza.Channel) error {
		c.Name = cmp.Or(b.Name, c.Name)
		c.Topic = cmp.Or(b.Topic, b.Description, c.Topic)
		if b.Metadata != nil {
			c.Metadata = b.Metadata
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	v, err := a.withParticipants(ctx, c)
	if err != nil {
		return nil, fail(err)
	}
	return ok(v), nil
}

func (a *API) deleteChannel(ctx context.Context, in *ChannelPath) (*none, error) {
	if err := a.Messaging.DeleteChannel(ctx, eliza.ID(in.ChannelID)); err != nil {
		return nil, fail(err)
	}
	a.forget(ctx, media.Place{Kind: media.Channels, Owner: eliza.ID(in.ChannelID)})
	return &none{Status: http.StatusNoContent}, nil
}

func (a *API) listParticipants(ctx context.Context, in *ChannelPath) (*answer[[]eliza.ID], error) {
	list, err := a.Messaging.Participants(ctx, eliza.ID(in.ChannelID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(orEmpty(list)), nil
}

type channelAgentAdd struct {
	ChannelPath
	Body agentIDBody
}

type channelAgentChange struct {
	ChannelID eliza.ID `json:"channelId"`
	AgentID   eliza.ID `json:"agentId"`
	Message   string   `json:"message"`
}

func (a *API) addChannelAgent(ctx context.Context, in *channelAgentAdd) (*answer[channelAgentChange], error) {
	channel, agent := eliza.ID(in.ChannelID), eliza.ID(in.Body.AgentID)
	if _, err := a.Agents.Agent(ctx, agent); err != nil {
		return nil, fail(err)
	}
	if err := a.Messaging.AddParticipant(ctx, channel, agent); err != nil {
		return nil, fail(err)
	}
	return created(channelAgentChange{channel, agent, "Agent added to channel successfully"}), nil
}

type channelMembers struct {
	ChannelID    eliza.ID   `json:"channelId"`
	Participants []eliza.ID `json:"participants"`
}

func (a *API) listChannelAgents(ctx context.Context, in *ChannelPath) (*answer[channelMembers], error) {
	list, err := a.Messaging.Participants(ctx, eliza.ID(in.ChannelID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(channelMembers{eliza.ID(in.ChannelID), orEmpty(list)}), nil
}

type channelAgentPath struct {
	ChannelPath
	AgentPath
}

func (a *API) removeChannelAgent(ctx context.Context, in *channelAgentPath) (*answer[channelAgentChange], error) {
	channel, agent := eliza.ID(in.ChannelID), eliza.ID(in.AgentID)
	if err := a.Messaging.RemoveParticipant(ctx, channel, agent); err != nil {
		return nil, fail(err)
	}
	return ok(channelAgentChange{channel, agent, "Agent removed from channel successfully"}), nil
}

func ids(list []ID) []eliza.ID {
	return views(list, func(id ID) eliza.ID { return eliza.ID(id) })
}
