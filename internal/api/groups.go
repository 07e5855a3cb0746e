package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) memoryGroupRoutes() {
	const tag, group = "Group Management", "/api/memory/groups/{messageServerId}"
	add(a, operation{id: "create-memory-group", method: "POST", paths: []string{group}, tag: tag, status: 201, errors: []int{404},
		summary: "Create a room for each of several agents, or worlds for all of a message server",
		about: "With agentIds each agent gets a room in its view of the world; agents that could not are told in errors, with status 207 when others could. " +
			"Without agentIds every agent of the message server gets its view of it, and worldId names them all."}, a.createMemoryGroup)
	add(a, operation{id: "delete-memory-group", method: "DELETE", paths: []string{group}, tag: tag, status: 204, errors: []int{404},
		summary: "Delete a world as every agent sees it, with rooms and memories", about: "The id is that of the message server or of the world."}, a.deleteMemoryGroup)
	add(a, operation{id: "clear-memory-group", method: "DELETE", paths: []string{group + "/memories"}, tag: tag, status: 204, errors: []int{404},
		summary: "Delete what every agent remembers of a world", about: "The id is that of the message server or of the world."}, a.clearMemoryGroup)
}

type memoryGroupBody struct {
	ServerPath
	Body struct {
		AgentIDs        []ID           `json:"agentIds,omitempty" maxItems:"1000" uniqueItems:"true"`
		WorldID         ID             `json:"worldId,omitempty" doc:"The message server's when absent"`
		Name            string         `json:"name,omitempty" maxLength:"500"`
		Source          string         `json:"source,omitempty" maxLength:"200" doc:"client when absent"`
		Metadata        map[string]any `json:"metadata,omitempty"`
		MessageServerID ID             `json:"messageServerId,omitempty" doc:"The same as in the path; asks for worlds when there are no agentIds"`
		Description     string         `json:"description,omitempty" maxLength:"10000"`
	}
}

// memoryGroupAnswer is the envelope of a group: rooms, or the worlds of a server.
type memoryGroupAnswer struct {
	Status int
	Body   struct {
		Success bool               `json:"success" doc:"False when not all agents got a room"`
		Data    any                `json:"data"`
		Errors  []memoryGroupError `json:"errors,omitempty"`
	}
}

type memoryGroupRoom struct {
	ID      eliza.ID          `json:"id"`
	Name    string            `json:"name"`
	AgentID eliza.ID          `json:"agentId"`
	Source  string            `json:"source"`
	WorldID eliza.ID          `json:"worldId"`
	Type    eliza.ChannelType `json:"type"`
}

type memoryGroupError struct {
	AgentID eliza.ID   `json:"agentId"`
	Code    eliza.Code `json:"code"`
	Message string     `json:"message"`
}

type memoryGroupWorlds struct {
	WorldID eliza.ID    `json:"worldId" doc:"Names the agents' views of the message server wherever a world is asked for"`
	Worlds  []worldView `json:"worlds"`
}

func (a *API) createMemoryGroup(ctx context.Context, in *memoryGroupBody) (*memoryGroupAnswer, error) {
	b := &in.Body
	if b.AgentIDs != nil && len(b.AgentIDs) == 0 || b.AgentIDs == nil && b.MessageServerID == (ID{}) && b.Name == "" && b.Description == "" {
		return nil, fail(eliza.Errorf(eliza.CodeBadRequest, "agentIds must be a non-empty array"))
	}
	if b.AgentIDs == nil {
		return a.createServerWorlds(ctx, in)
	}
	server := eliza.ID(in.MessageServerID)
	if _, err := a.Messaging.Server(ctx, server); err != nil {
		return nil, fail(err)
	}
	world := eliza.ID(b.WorldID)
	if b.WorldID == (ID{}) {
		world = server
	}
	rooms := []memoryGroupRoom{}
	var first error
	out := &memoryGroupAnswer{Status: http.StatusCreated}
	for _, id := range b.AgentIDs {
		r, err := a.Agents.GroupRoom(ctx, eliza.Room{
			AgentID: eliza.ID(id), WorldID: world, ServerID: server, Name: cmp.Or(b.Name, "Chat "+time.Now().UTC().Format("2006-01-02 15:04:05")),
			Source: cmp.Or(b.Source, "client"), Type: eliza.TypeAPI, Metadata: b.Metadata,
		})
		if err != nil {
			first = cmp.Or(first, err)
			f := fail(err)
			out.Body.Errors = append(out.Body.Errors, memoryGroupError{eliza.ID(id), eliza.Code(f.Problem.Code), f.Problem.Message})
			continue
		}
		rooms = append(rooms, memoryGroupRoom{r.ID, r.Name, r.AgentID, r.Source, r.WorldID, r.Type})
	}
	if len(rooms) == 0 {
		return nil, fail(first)
	}
	if first != nil {
		out.Status = http.StatusMultiStatus
	}
	out.Body.Success, out.Body.Data = first == nil, rooms
	return out, nil
}

func (a *API) createServerWorlds(ctx context.Context, in *memoryGroupBody) (*memoryGroupAnswer, error) {
	server := eliza.ID(in.MessageServerID)
	b := &in.Body
	worlds, err := a.Agents.ServerWorlds(ctx, server, func(w *eliza.World) error {
		w.Name = cmp.Or(b.Name, w.Name)
		w.Metadata = mergeShallow(w.Metadata, b.Metadata)
		if b.Description != "" {
			w.Metadata["description"] = b.Description
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	out := &memoryGroupAnswer{Status: http.StatusCreated}
	out.Body.Success, out.Body.Data = true, memoryGroupWorlds{server, views(worlds, viewWorld)}
	return out, nil
}

func (a *API) deleteMemoryGroup(ctx context.Context, in *ServerPath) (*none, error) {
	if err := a.Agents.DeleteWorlds(ctx, eliza.ID(in.MessageServerID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}

func (a *API) clearMemoryGroup(ctx context.Context, in *ServerPath) (*none, error) {
	if err := a.Agents.ClearWorlds(ctx, eliza.ID(in.MessageServerID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}
