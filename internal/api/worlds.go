package api

import (
	"cmp"
	"context"
	"maps"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) worldRoutes() {
	const tag, all, one = "World Management", "/api/agents/{agentId}/worlds", "/api/agents/{agentId}/worlds/{worldId}"
	add(a, operation{id: "list-all-worlds", method: "GET", paths: []string{"/api/agents/worlds"}, tag: tag, summary: "List the worlds of all agents"}, a.listAllWorlds)
	add(a, operation{id: "list-worlds", method: "GET", paths: []string{all}, tag: tag, summary: "List an agent's worlds", errors: []int{404}}, a.listWorlds)
	add(a, operation{id: "get-world", method: "GET", paths: []string{one}, tag: tag, summary: "Get a world", errors: []int{404},
		about: "A world is how one agent sees a message server: it is found by its own id and by the server's."}, a.getWorld)
	add(a, operation{id: "create-world", method: "POST", paths: []string{all}, tag: tag, status: 201, summary: "Create a world, or join one", errors: []int{404},
		about: "With a name a world is made. With a worldId and no name the agent gets its own view of that world, or of the message server of that id."}, a.createWorld)
	add(a, operation{id: "update-world", method: "PATCH", paths: []string{one}, tag: tag, summary: "Change a world", errors: []int{404}}, a.updateWorld)
}

// The keys of a world's metadata that are also fields of its answer.
const (
	worldSourceType = "sourceType"
	worldSourceID   = "sourceId"
	worldSettings   = "settings"
)

type worldView struct {
	ID              eliza.ID       `json:"id"`
	AgentID         eliza.ID       `json:"agentId"`
	Name            string         `json:"name"`
	MessageServerID eliza.ID       `json:"messageServerId"`
	ServerID        eliza.ID       `json:"serverId" doc:"The same as messageServerId"`
	SourceType      string         `json:"sourceType,omitempty"`
	SourceID        string         `json:"sourceId,omitempty"`
	Metadata        map[string]any `json:"metadata"`
	CreatedAt       string         `json:"createdAt" format:"date-time"`
}

func viewWorld(w eliza.World) worldView {
	if w.Metadata == nil {
		w.Metadata = map[string]any{}
	}
	v := worldView{ID: w.ID, AgentID: w.AgentID, Name: w.Name, MessageServerID: w.ServerID, ServerID: w.ServerID, Metadata: w.Metadata, CreatedAt: w.CreatedAt.ISO()}
	v.SourceType, _ = w.Metadata[worldSourceType].(string)
	v.SourceID, _ = w.Metadata[worldSourceID].(string)
	return v
}

// worldAnswer is a world for each kind of client: its fields, the same under
// world, and what @elizaos/api-client names the result of joining and setting.
type worldAnswer struct {
	worldView
	World    worldView      `json:"world" doc:"The same again"`
	WorldID  eliza.ID       `json:"worldId" doc:"The same as id"`
	Settings map[string]any `json:"settings"`
	Success  bool           `json:"success"`
}

func answerWorld(w eliza.World) worldAnswer {
	v := viewWorld(w)
	settings, _ := w.Metadata[worldSettings].(map[string]any)
	if settings == nil {
		settings = map[string]any{}
	}
	return worldAnswer{v, v, w.ID, settings, true}
}

type worldList struct {
	Worlds []worldView `json:"worlds"`
}

func (a *API) listAllWorlds(ctx context.Context, _ *struct{}) (*answer[worldList], error) {
	worlds, err := a.Agents.AllWorlds(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return ok(worldList{views(worlds, viewWorld)}), nil
}

func (a *API) listWorlds(ctx context.Context, in *AgentPath) (*answer[worldList], error) {
	worlds, err := a.Agents.Worlds(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(worldList{views(worlds, viewWorld)}), nil
}

// WorldPath names a world of an agent in a path.
type WorldPath struct {
	AgentPath
	WorldID ID `path:"worldId"`
}

func (a *API) getWorld(ctx context.Context, in *WorldPath) (*answer[worldAnswer], error) {
	w, err := a.Agents.World(ctx, eliza.ID(in.AgentID), eliza.ID(in.WorldID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(answerWorld(w)), nil
}

type worldBody struct {
	AgentPath
	Body struct {
		ServerRef
		Name       string         `json:"name,omitempty" maxLength:"500" doc:"Required, unless the agent joins a world"`
		WorldID    *ID            `json:"worldId,omitempty" doc:"The world or message server to join"`
		SourceType string         `json:"sourceType,omitempty" maxLength:"200"`
		SourceID   string         `json:"sourceId,omitempty" maxLength:"1000"`
		Metadata   map[string]any `json:"metadata,omitempty"`
	}
}

func (a *API) createWorld(ctx context.Context, in *worldBody) (*answer[worldAnswer], error) {
	b, agent := &in.Body, eliza.ID(in.AgentID)
	if b.Name == "" && b.WorldID != nil { // the default message server's id is zero
		w, err := a.Agents.JoinWorld(ctx, agent, eliza.ID(*b.WorldID))
		if err != nil {
			return nil, fail(err)
		}
		return created(answerWorld(w)), nil
	}
	if b.Name == "" {
		return nil, fail(&eliza.Error{Code: eliza.CodeBadRequest, Message: "World name is required", Details: "name: expected a text that is not empty"})
	}
	metadata := maps.Clone(b.Metadata)
	for key, value := range map[string]string{worldSourceType: b.SourceType, worldSourceID: b.SourceID} {
		if value != "" {
			metadata = mergeShallow(metadata, map[string]any{key: value})
		}
	}
	w, err := a.Agents.CreateWorld(ctx, eliza.World{AgentID: agent, Name: b.Name, ServerID: b.id(), Metadata: metadata})
	if err != nil {
		return nil, fail(err)
	}
	return created(answerWorld(w)), nil
}

type worldPatch struct {
	WorldPath
	Body struct {
		Name     string         `json:"name,omitempty" maxLength:"500"`
		Metadata map[string]any `json:"metadata,omitempty" doc:"Merged into what there is, key by key; null removes a key"`
		Settings map[string]any `json:"settings,omitempty" doc:"Merged into metadata.settings in the same way"`
	}
}

func (a *API) updateWorld(ctx context.Context, in *worldPatch) (*answer[worldAnswer], error) {
	b := &in.Body
	w, err := a.Agents.UpdateWorld(ctx, eliza.ID(in.AgentID), eliza.ID(in.WorldID), func(w *eliza.World) error {
		w.Name = cmp.Or(b.Name, w.Name)
		w.Metadata = mergeShallow(w.Metadata, b.Metadata)
		if b.Settings != nil {
			settings, _ := w.Metadata[worldSettings].(map[string]any)
			w.Metadata[worldSettings] = mergeShallow(settings, b.Settings)
		}
		return nil
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(answerWorld(w)), nil
}
