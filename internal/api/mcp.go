package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp"
)

func (a *API) mcpRoutes() {
	add(a, operation{id: "list-mcp-servers", method: "GET", paths: []string{"/api/agents/{agentId}/mcp"}, tag: "Agents", errors: []int{404},
		summary: "Tell how the MCP servers are that an agent's character names, and which tools they have",
		about:   "A server is connected when the agent first needs it; until then it is idle, and its tools are not known."}, a.listMCP)
}

type mcpServer struct {
	Name     string       `json:"name"`
	Type     string       `json:"type"`
	State    mcp.State    `json:"state" enum:"idle,connecting,ready,failed"`
	Approval mcp.Approval `json:"approval" doc:"Which calls wait for a person's yes: always; untrusted, unless an owner or admin asks and nobody else's words were read; never"`
	Error    string       `json:"lastError,omitempty"`
	Tools    []mcpTool    `json:"tools"`
	LeftOut  []mcpLeftOut `json:"leftOut" doc:"Tools of the server that the agent is not offered, and why"`
}

type mcpTool struct {
	Name        string `json:"name"`
	Action      string `json:"action" doc:"The action that it is to the agent"`
	Description string `json:"description"`
	Cut         bool   `json:"descriptionCut,omitempty" doc:"The server's description is longer than what is offered"`
}

type mcpLeftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

type mcpList struct {
	Servers []mcpServer `json:"servers"`
}

func (a *API) listMCP(ctx context.Context, in *AgentPath) (*answer[mcpList], error) {
	list, err := a.Agents.MCP(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(mcpList{views(list, viewMCP)}), nil
}

func viewMCP(s mcp.Status) mcpServer {
	return mcpServer{s.Name, s.Type, s.State, s.Approval, s.Error,
		views(s.Tools, func(t mcp.Tool) mcpTool { return mcpTool{t.Name, t.Action, t.Description, t.Cut} }),
		views(s.LeftOut, func(l mcp.LeftOut) mcpLeftOut { return mcpLeftOut(l) })}
}
