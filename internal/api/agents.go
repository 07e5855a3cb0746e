package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/media"
)

func (a *API) agentRoutes() {
	add(a, operation{id: "list-agents", agents: true, method: "GET", paths: []string{"/api/agents"}, tag: "Agent Management", summary: "List all agents"}, a.listAgents)
	add(a, operation{id: "get-agent", method: "GET", paths: []string{"/api/agents/{agentId}"}, tag: "Agent Management",
		summary: "Get one agent with its character", about: "Secrets are masked.", errors: []int{404}}, a.getAgent)
	add(a, operation{id: "create-agent", method: "POST", paths: []string{"/api/agents"}, tag: "Agent Management", status: 201,
		summary: "Create an agent", about: "Takes a character, bare or under characterJson or agent. The agent is created inactive. Posting the same character again returns the agent; another character for an agent that exists is refused with 409.",
		errors: []int{409}}, a.createAgent)
	add(a, operation{id: "update-agent", method: "PATCH", paths: []string{"/api/agents/{agentId}"}, tag: "Agent Management",
		summary: "Change an agent's character", about: "Objects are merged deeply, null removes a key, everything else is replaced. A running agent sees the change in its next turn.",
		errors: []int{404}}, a.updateAgent)
	add(a, operation{id: "delete-agent", method: "DELETE", paths: []string{"/api/agents/{agentId}"}, tag: "Agent Management", status: 204,
		summary: "Delete an agent with everything it owns", errors: []int{404, 408, 409}}, a.deleteAgent)
}

// AgentPath names an agent in a path.
type AgentPath struct {
	AgentID ID `path:"agentId"`
}

type agentList struct {
	Agents []agentEntry `json:"agents"`
}

type agentEntry struct {
	ID            eliza.ID          `json:"id"`
	Name          string            `json:"name"`
	CharacterName string            `json:"characterName"`
	Bio           string            `json:"bio" doc:"The first line of it"`
	Status        eliza.AgentStatus `json:"status" enum:"active,inactive"`
}

func (a *API) listAgents(ctx context.Context, _ *struct{}) (*answer[agentList], error) {
	agents, err := a.Agents.List(ctx)
	if err != nil {
		return nil, fail(err)
	}
	list := agentList{Agents: make([]agentEntry, 0, len(agents))}
	for _, agent := range agents {
		if a.permitNamed(ctx, agent.ID) != nil {
			continue
		}
		list.Agents = append(list.Agents, agentEntry{ID: agent.ID, Name: agent.Name, CharacterName: agent.Name, Status: agent.Status, Bio: agent.Bio})
	}
	return ok(list), nil
}

func (a *API) getAgent(ctx context.Context, in *AgentPath) (*answer[map[string]any], error) {
	agent, err := a.Agents.Agent(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	return agentAnswer(&agent)
}

type characterBody struct {
	Body map[string]any
}

func (a *API) createAgent(ctx context.Context, in *characterBody) (*answer[map[string]any], error) {
	var source any = in.Body
	for _, key := range []string{"characterJson", "agent"} {
		if nested, there := in.Body[key]; there {
			source = nested
			break
		}
	}
	c, err := characterFrom(unmask(nil, source))
	if err != nil {
		return nil, as(eliza.CodeCreate, http.StatusBadRequest, err)
	}
	agent, err := a.Agents.Create(ctx, c)
	if err != nil {
		return nil, fail(err)
	}
	character, err := masked(&agent.Character)
	if err != nil {
		return nil, fail(err)
	}
	return created(map[string]any{"id": agent.ID, "character": character}), nil
}

type agentPatch struct {
	AgentPath
	Body map[string]any
}

func (a *API) updateAgent(ctx context.Context, in *agentPatch) (*answer[map[string]any], error) {
	agent, err := a.Agents.Update(ctx, eliza.ID(in.AgentID), func(agent *eliza.Agent) error {
		before, err := asMap(agent.Character)
		if err != nil {
			return err
		}
		patch, _ := unmask(before, in.Body).(map[string]any)
		for _, fixed := range []string{"id", "status", "enabled", "createdAt", "updatedAt"} {
			delete(patch, fixed)
		}
		agent.Character, err = characterFrom(merge(before, patch))
		return err
	})
	if err != nil {
		return nil, fail(err)
	}
	return agentAnswer(&agent)
}

type agentDelete struct {
	AgentPath
	DeleteAllData bool `query:"deleteAllData" doc:"Kept for its callers: an agent's data never outlive it"`
}

func (a *API) deleteAgent(ctx context.Context, in *agentDelete) (*none, error) {
	if err := a.Agents.Delete(ctx, eliza.ID(in.AgentID)); err != nil {
		return nil, fail(err)
	}
	a.forget(ctx, media.Place{Kind: media.Agents, Owner: eliza.ID(in.AgentID)}, media.Place{Kind: media.Generated, Owner: eliza.ID(in.AgentID)})
	return &none{Status: http.StatusNoContent}, nil
}

// emptyFields are what clients go through without looking whether it is there:
// ElizaOS 1.7.2 always has them.
var emptyFields = map[string]any{
	"username": "", "bio": []string{}, "messageExamples": []string{}, "postExamples": []string{}, "topics": []string{}, "adjectives": []string{},
	"knowledge": []string{}, "plugins": []string{}, "settings": map[string]any{},
}

// agentAnswer shows an agent as its character with the row's fields added.
func agentAnswer(agent *eliza.Agent) (*answer[map[string]any], error) {
	all, err := masked(&agent.Character)
	if err != nil {
		return nil, fail(err)
	}
	for name, empty := range emptyFields {
		if _, there := all[name]; !there {
			all[name] = empty
		}
	}
	style, _ := all["style"].(map[string]any)
	if style == nil {
		style = map[string]any{}
		all["style"] = style
	}
	for _, of := range []string{"all", "chat", "post"} {
		if style[of] == nil {
			style[of] = []string{}
		}
	}
	all["id"], all["status"], all["enabled"] = agent.ID, agent.Status, agent.Enabled
	all["createdAt"], all["updatedAt"] = agent.CreatedAt, agent.UpdatedAt
	return ok(all), nil
}

func characterFrom(v any) (eliza.Character, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return eliza.Character{}, fmt.Errorf("encode character: %w", err)
	}
	return eliza.ParseCharacter(b)
}

func asMap(v any) (map[string]any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return m, nil
}

// merge puts patch over base: objects deeply, null removes, all else replaces.
func merge(base, patch map[string]any) map[string]any {
	merged := maps.Clone(base)
	if merged == nil {
		merged = map[string]any{}
	}
	for key, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(merged, key)
		case map[string]any:
			inner, _ := merged[key].(map[string]any)
			merged[key] = merge(inner, value)
		default:
			merged[key] = value
		}
	}
	return merged
}

// mask stands for a secret that is set.
const mask = "********"

// masked is a character without its secrets' values.
func masked(c *eliza.Character) (map[string]any, error) {
	shown, err := c.MapSecrets(func(string, any) (any, error) { return mask, nil })
	if err != nil {
		return nil, fmt.Errorf("mask secrets: %w", err)
	}
	return asMap(shown)
}

// unmask returns value with what was there before in the place of each mask
// that came back, and without a mask for which there was nothing.
func unmask(before, value any) any {
	switch value := value.(type) {
	case map[string]any:
		old, _ := before.(map[string]any)
		shown := make(map[string]any, len(value))
		for key, v := range value {
			if v != mask {
				shown[key] = unmask(old[key], v)
			} else if old[key] != nil {
				shown[key] = old[key]
			}
		}
		return shown
	case []any:
		old, _ := before.([]any)
		kept := make([]any, 0, len(value))
		for i, v := range value {
			switch {
			case v != mask && i < len(old):
				kept = append(kept, unmask(old[i], v))
			case v != mask:
				kept = append(kept, unmask(nil, v))
			case i < len(old):
				kept = append(kept, old[i])
			}
		}
		return kept
	}
	return value
}
