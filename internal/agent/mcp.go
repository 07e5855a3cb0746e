package agent

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp"
)

// learnTools makes the tools of the servers that the character names actions of
// the turn.
func (t *Turn) learnTools(ctx context.Context) {
	if t.service.options.MCP == nil || !mcp.Names(&t.Agent.Character) || t.own != nil {
		return
	}
	var actions []Action
	for _, tool := range t.service.options.MCP.Tools(ctx, &t.Agent, t.decision != nil) {
		actions = append(actions, Action{
			Name: tool.Action, Description: tool.Description, Parameters: tool.Parameters, Foreign: true, Outside: true, Data: true, Needs: toolNeeds(tool.Approval),
			Run: func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
				return t.useTool(ctx, tool, arguments)
			},
		})
	}
	t.own = newActionSet(actions)
}

// reserve keeps the names of what is built in, and of what plugins bring, from
// the tools of servers, which are offered beside it.
func (s *Service) reserve() {
	if s.options.MCP == nil {
		return
	}
	offered := 0
	for _, a := range s.actions.all {
		if !a.Implied {
			offered++
		}
	}
	s.options.MCP.Reserve(offered, slices.Collect(maps.Keys(s.actions.byName)))
}

func toolNeeds(a mcp.Approval) Authority {
	switch a {
	case mcp.Never:
		return ByAnyone
	case mcp.Untrusted:
		return ByOwner
	}
	return ByApproval
}

func (t *Turn) useTool(ctx context.Context, tool mcp.Tool, arguments json.RawMessage) (string, error) {
	began := time.Now()
	said, err := t.service.options.MCP.Call(ctx, &t.Agent, tool, arguments)
	body := map[string]any{"server": tool.Server, "tool": tool.Name, "arguments": arguments, "result": said, "executionTime": time.Since(began).Milliseconds()}
	if err != nil {
		body["error"] = eliza.ErrorMessage(err)
	}
	t.addLog("useTool", err, body)
	return said, err
}

// MCP tells how the servers are that an agent's character names. Error codes:
// NOT_FOUND, DB_ERROR.
func (s *Service) MCP(ctx context.Context, agent eliza.ID) ([]mcp.Status, error) {
	a, err := s.Agent(ctx, agent)
	if err != nil || s.options.MCP == nil {
		return nil, err
	}
	return s.options.MCP.Status(&a), nil
}
