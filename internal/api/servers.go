package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) serverRoutes() {
	const tag = "Message Servers"
	add(a, operation{id: "get-current-message-server", method: "GET", paths: []string{"/api/messaging/message-server/current"}, tag: tag,
		summary: "The message server of this server"}, a.currentServer)
	add(a, operation{id: "list-message-servers", method: "GET", paths: []string{"/api/messaging/message-servers"}, tag: tag,
		summary: "List message servers"}, a.listServers)
	add(a, operation{id: "list-central-servers", method: "GET", paths: []string{"/api/messaging/central-servers"}, tag: tag,
		summary: "List message servers, under the name of older clients"}, a.listCentralServers)
	add(a, operation{id: "create-message-server", method: "POST", paths: []string{"/api/messaging/message-servers", "/api/messaging/servers"}, tag: tag,
		summary: "Create a message server", status: 201}, a.createServer)
	one := []string{"/api/messaging/message-servers/{messageServerId}", "/api/messaging/servers/{messageServerId}", "/api/messaging/central-servers/{messageServerId}"}
	add(a, operation{id: "get-message-server", method: "GET", paths: one, tag: tag, summary: "Get a message server", errors: []int{404}}, a.getServer)
	add(a, operation{id: "update-message-server", method: "PATCH", paths: one, tag: tag, summary: "Change a message server", errors: []int{404}}, a.updateServer)
	add(a, operation{id: "delete-message-server", method: "DELETE", paths: one, tag: tag, status: 204, errors: []int{404, 409},
		summary: "Delete a message server with its channels and messages", about: "The default one cannot be deleted."}, a.deleteServer)
	add(a, operation{id: "sync-message-server-channels", method: "POST", tag: tag, errors: []int{404},
		paths:   []string{"/api/messaging/message-servers/{messageServerId}/sync-channels", "/api/messaging/servers/{messageServerId}/sync-channels"},
		summary: "Make the channels of a platform known", about: "A channel is known by its sourceId, or by its name where it has none; name and type follow, others are made."},
		a.syncChannels)
	add(a, operation{id: "list-message-server-channels", method: "GET", tag: tag, summary: "List the channels of a message server",
		paths: []string{"/api/messaging/message-servers/{messageServerId}/channels", "/api/messaging/central-servers/{messageServerId}/channels",
			"/api/messaging/servers/{messageServerId}/channels"}}, a.listServerChannels)
	add(a, operation{id: "list-message-server-agents", method: "GET", tag: tag, summary: "List the agents of a message server", errors: []int{404},
		paths: []string{"/api/messaging/message-servers/{messageServerId}/agents", "/api/messaging/servers/{messageServerId}/agents"}}, a.listServerAgents)
	add(a, operation{id: "add-message-server-agent", method: "POST", tag: tag, summary: "Add an agent to a message server", status: 201, errors: []int{404},
		paths: []string{"/api/messaging/message-servers/{messageServerId}/agents", "/api/messaging/servers/{messageServerId}/agents"}}, a.addServerAgent)
	add(a, operation{id: "remove-message-server-agent", method: "DELETE", tag: tag, summary: "Remove an agent from a message server", errors: []int{404},
		paths: []string{"/api/messaging/message-servers/{messageServerId}/agents/{agentId}", "/api/messaging/servers/{messageServerId}/agents/{agentId}"}}, a.removeServerAgent)
	add(a, operation{id: "list-agent-message-servers", method: "GET", tag: tag, summary: "List the message servers of an agent",
		paths: []string{"/api/messaging/agents/{agentId}/message-servers", "/api/messaging/agents/{agentId}/servers"}}, a.listAgentServers)
}

// ServerPath names a message server in a path.
type ServerPath struct {
	MessageServerID ID `path:"messageServerId"`
}

type serverView struct {
	ID         eliza.ID       `json:"id"`
	Name       string         `json:"name"`
	SourceType string         `json:"sourceType"`
	SourceID   string         `json:"sourceId,omitempty"`
	Metadata   map[string]any `json:"metadata,omitempty"`
	CreatedAt  string         `json:"createdAt" format:"date-time"`
	UpdatedAt  string         `json:"updatedAt" format:"date-time"`
}

func viewServer(s eliza.MessageServer) serverView {
	return serverView{s.ID, s.Name, s.SourceType, s.SourceID, s.Metadata, s.CreatedAt.ISO(), s.UpdatedAt.ISO()}
}

type currentServer struct {
	MessageServerID eliza.ID `json:"messageServerId"`
}

func (a *API) currentServer(context.Context, *struct{}) (*answer[currentServer], error) {
	return ok(currentServer{eliza.DefaultServerID}), nil
}

type serverList struct {
	MessageServers []serverView `json:"messageServers"`
}

func (a *API) listServers(ctx context.Context, _ *struct{}) (*answer[serverList], error) {
	servers, err := a.Messaging.Servers(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return ok(serverList{views(servers, viewServer)}), nil
}

type centralServerList struct {
	Servers []serverView `json:"servers"`
}

func (a *API) listCentralServers(ctx context.Context, _ *struct{}) (*answer[centralServerList], error) {
	servers, err := a.Messaging.Servers(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return ok(centralServerList{views(servers, viewServer)}), nil
}

type serverBody struct {
	Body struct {
		Name       string         `json:"name" minLength:"1" maxLength:"200"`
		SourceType string         `json:"sourceType,omitempty" maxLength:"200"`
		SourceID   string         `json:"sourceId,omitempty" maxLength:"1000"`
		Metadata   map[string]any `json:"metadata,omitempty"`
	}
}

type serverAnswer struct {
	serverView            // its fields, which is what @elizaos/api-client reads
	Server     serverView `json:"server"`
}

func (a *API) createServer(ctx context.Context, in *serverBody) (*answer[serverAnswer], error) {
	s, err := a.Messaging.CreateServer(ctx, eliza.MessageServer{
		Name: in.Body.Name, SourceType: in.Body.SourceType, SourceID: in.Body.SourceID, Metadata: in.Body.Metadata,
	})
	if err != nil {
		return nil, fail(err)
	}
	return created(serverAnswer{viewServer(s), viewServer(s)}), nil
}

func (a *API) getServer(ctx context.Context, in *ServerPath) (*answer[serverView], error) {
	s, err := a.Messaging.Server(ctx, eliza.ID(in.MessageServerID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewServer(s)), nil
}

type serverPatch struct {
	ServerPath
	Body struct {
		Name       string         `json:"name,omitempty" maxLength:"200"`
		SourceType string         `json:"sourceType,omitempty" maxLength:"200"`
		SourceID   string         `json:"sourceId,omitempty" maxLength:"1000"`
		Metadata   map[string]any `json:"metadata,omitempty" doc:"Replaces the metadata"`
	}
}

func (a *API) updateServer(ctx context.Context, in *serverPatch) (*answer[serverView], error) {
	b := &in.Body
	s, err := a.Messaging.UpdateServer(ctx, eliza.ID(in.MessageServerID), func(s *eliza.MessageServer) error {
		s.Name, s.SourceType, s.SourceID = cmp.Or(b.Name, s.Name), cmp.Or(b.SourceType, s.SourceType), cmp.Or(b.SourceID, s.SourceID)
		if b.Metadata != nil {
			s.Metadata = b.Metadata
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewServer(s)), nil
}

func (a *API) deleteServer(ctx context.Context, in *ServerPath) (*none, error) {
	if err := a.Messaging.DeleteServer(ctx, eliza.ID(in.MessageServerID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

type channelSync struct {
	ServerPath
	Body struct {
		Channels []syncedChannel `json:"channels" maxItems:"1000"`
	}
}

type syncedChannel struct {
	Name     string `json:"name" minLength:"1" maxLength:"500"`
	Type     string `json:"type,omitempty" doc:"GROUP when absent"`
	SourceID string `json:"sourceId,omitempty" maxLength:"1000" doc:"The platform's own id"`
}

type syncResult struct {
	Synced  int `json:"synced" doc:"How many channels were named"`
	Created int `json:"created"`
	Updated int `json:"updated"`
}

func (a *API) syncChannels(ctx context.Context, in *channelSync) (*answer[syncResult], error) {
	server, err := a.Messaging.Server(ctx, eliza.ID(in.MessageServerID))
	if err != nil {
		return nil, fail(err)
	}
	list := make([]eliza.Channel, len(in.Body.Channels))
	for i, c := range in.Body.Channels {
		kind, err := eliza.ParseChannelType(cmp.Or(c.Type, string(eliza.TypeGroup)))
		if err != nil {
			return nil, fail(err)
		}
		list[i] = eliza.Channel{Name: c.Name, Type: kind, SourceID: c.SourceID, SourceType: server.SourceType}
	}
	made, changed, err := a.Messaging.SyncChannels(ctx, server.ID, list)
	if err != nil {
		return nil, fail(err)
	}
	return ok(syncResult{len(list), made, changed}), nil
}

type channelList struct {
	Channels []channelView `json:"channels"`
}

func (a *API) listServerChannels(ctx context.Context, in *ServerPath) (*answer[channelList], error) {
	channels, err := a.Messaging.Channels(ctx, eliza.ID(in.MessageServerID), visitOf(ctx).entity)
	if err != nil {
		return nil, fail(err)
	}
	return ok(channelList{views(channels, viewChannel)}), nil
}

type serverAgents struct {
	MessageServerID eliza.ID   `json:"messageServerId"`
	Agents          []eliza.ID `json:"agents"`
}

func (a *API) listServerAgents(ctx context.Context, in *ServerPath) (*answer[serverAgents], error) {
	id := eliza.ID(in.MessageServerID)
	agents, err := a.Messaging.ServerAgents(ctx, id)
	if err != nil {
		return nil, fail(err)
	}
	return ok(serverAgents{id, orEmpty(agents)}), nil
}

type agentIDBody struct {
	AgentID ID `json:"agentId"`
}

type serverAgentAdd struct {
	ServerPath
	Body agentIDBody
}

type serverAgentChange struct {
	MessageServerID eliza.ID `json:"messageServerId"`
	AgentID         eliza.ID `json:"agentId"`
	Message         string   `json:"message"`
}

func (a *API) addServerAgent(ctx context.Context, in *serverAgentAdd) (*answer[serverAgentChange], error) {
	server, agent := eliza.ID(in.MessageServerID), eliza.ID(in.Body.AgentID)
	if err := a.Messaging.AddServerAgent(ctx, server, agent); err != nil {
		return nil, fail(err)
	}
	return created(serverAgentChange{server, agent, "Agent added to message server successfully"}), nil
}

type serverAgentPath struct {
	ServerPath
	AgentPath
}

func (a *API) removeServerAgent(ctx context.Context, in *serverAgentPath) (*answer[serverAgentChange], error) {
	server, agent := eliza.ID(in.MessageServerID), eliza.ID(in.AgentID)
	if err := a.Messaging.RemoveServerAgent(ctx, server, agent); err != nil {
		return nil, fail(err)
	}
	return ok(serverAgentChange{server, agent, "Agent removed from message server successfully"}), nil
}

type agentServers struct {
	AgentID        eliza.ID   `json:"agentId"`
	MessageServers []eliza.ID `json:"messageServers"`
	Servers        []eliza.ID `json:"servers" doc:"The same, under the name of older clients"`
}

func (a *API) listAgentServers(ctx context.Context, in *AgentPath) (*answer[agentServers], error) {
	servers, err := a.Messaging.AgentServers(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	servers = orEmpty(servers)
	return ok(agentServers{eliza.ID(in.AgentID), servers, servers}), nil
}

// views shows each of a list.
func views[T, V any](list []T, view func(T) V) []V {
	shown := make([]V, len(list))
	for i, item := range list {
		shown[i] = view(item)
	}
	return shown
}

// orEmpty makes an absent list an empty one, which JSON shows as [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
