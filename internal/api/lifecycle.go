package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) lifecycleRoutes() {
	add(a, operation{id: "start-agent", method: "POST", paths: []string{"/api/agents/{agentId}/start"}, tag: "Agent Lifecycle",
		summary: "Start an agent", about: "One that runs already stays running.", errors: []int{404}}, a.startAgent)
	add(a, operation{id: "stop-agent", method: "POST", paths: []string{"/api/agents/{agentId}/stop"}, tag: "Agent Lifecycle",
		summary: "Stop an agent", about: "What waits for it is answered when it is started again.", errors: []int{404}}, a.stopAgent)
}

type agentState struct {
	ID      eliza.ID          `json:"id"`
	Name    string            `json:"name"`
	Status  eliza.AgentStatus `json:"status" enum:"active,inactive"`
	Message string            `json:"message,omitempty"`
}

func (a *API) startAgent(ctx context.Context, in *AgentPath) (*answer[agentState], error) {
	agent, err := a.Agents.Start(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(agentState{ID: agent.ID, Name: agent.Name, Status: agent.Status}), nil
}

func (a *API) stopAgent(ctx context.Context, in *AgentPath) (*answer[agentState], error) {
	agent, err := a.Agents.Stop(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(agentState{ID: agent.ID, Name: agent.Name, Status: agent.Status, Message: "Agent stopped"}), nil
}
