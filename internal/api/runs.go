package api

import (
	"context"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) runRoutes() {
	const tag = "Runs"
	add(a, operation{id: "list-runs", method: "GET", paths: []string{"/api/agents/{agentId}/runs"}, tag: tag,
		summary: "List an agent's turns, newest first", errors: []int{404}}, a.listRuns)
	add(a, operation{id: "get-run", method: "GET", paths: []string{"/api/agents/{agentId}/runs/{runId}"}, tag: tag,
		summary: "Get a turn with its steps", errors: []int{404}}, a.getRun)
}

type runQuery struct {
	AgentPath
	RoomID ID     `query:"roomId"`
	Status string `query:"status" enum:"started,completed,timeout,error,all"`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100"`
	From   Moment `query:"from"`
	To     Moment `query:"to"`
}

type runList struct {
	Runs    []runView `json:"runs"`
	Total   int       `json:"total"`
	HasMore bool      `json:"hasMore"`
}

type runView struct {
	RunID      eliza.ID        `json:"runId"`
	Status     eliza.RunStatus `json:"status"`
	StartedAt  eliza.Millis    `json:"startedAt"`
	EndedAt    eliza.Millis    `json:"endedAt"`
	DurationMs eliza.Millis    `json:"durationMs"`
	MessageID  eliza.ID        `json:"messageId"`
	RoomID     eliza.ID        `json:"roomId"`
	EntityID   eliza.ID        `json:"entityId"`
	Error      string          `json:"error,omitempty"`
	Usage      usageView       `json:"usage"`
	Counts     runCounts       `json:"counts"`
	Metadata   map[string]any  `json:"metadata"`
}

// usageView is what the model calls of a turn took.
type usageView struct {
	InputTokens   int          `json:"inputTokens"`
	OutputTokens  int          `json:"outputTokens"`
	ModelCalls    int          `json:"modelCalls" doc:"Tries included"`
	ModelMillis   eliza.Millis `json:"modelMillis" doc:"Time spent waiting for models"`
	CostMicros    *int64       `json:"costMicros" nullable:"true" doc:"In millionths of the unit of the price table; null when no price of the calls is known"`
	UnpricedCalls int          `json:"unpricedCalls,omitempty" doc:"How many of the calls have no known price and are not in the cost"`
}

func viewUsage(u eliza.Usage) usageView {
	return usageView{u.InputTokens, u.OutputTokens, u.Calls, u.ModelMillis, u.KnownCost(), u.Unpriced}
}

type runCounts struct {
	Actions    int `json:"actions"`
	ModelCalls int `json:"modelCalls"`
	Errors     int `json:"errors"`
	Evaluators int `json:"evaluators"`
}

func viewRun(r eliza.Run) runView {
	v := runView{
		RunID: r.ID, Status: r.Status, StartedAt: r.StartedAt, EndedAt: r.EndedAt, DurationMs: r.EndedAt - r.StartedAt, MessageID: r.MessageID,
		RoomID: r.RoomID, EntityID: r.EntityID, Error: r.Error, Usage: viewUsage(r.Usage), Metadata: map[string]any{},
	}
	for _, e := range r.Events {
		switch e.Type {
		case "ACTION_COMPLETED":
			v.Counts.Actions++
		case "MODEL_USED":
			v.Counts.ModelCalls++
		case "EVALUATOR_COMPLETED":
			v.Counts.Evaluators++
		}
		if e.Data["error"] != nil && e.Data["error"] != "" || e.Data["success"] == false {
			v.Counts.Errors++
		}
	}
	return v
}

func (a *API) listRuns(ctx context.Context, in *runQuery) (*answer[runList], error) {
	f := agent.RunFilter{RoomID: eliza.ID(in.RoomID), Status: eliza.RunStatus(in.Status), From: in.From.at, To: in.To.at, Limit: in.Limit}
	if in.Status == "all" {
		f.Status = ""
	}
	runs, total, err := a.Agents.Runs(ctx, eliza.ID(in.AgentID), f)
	if err != nil {
		return nil, fail(err)
	}
	return ok(runList{Runs: views(runs, viewRun), Total: total, HasMore: total > len(runs)}), nil
}

type runPath struct {
	AgentPath
	RunID ID `path:"runId"`
}

type runDetail struct {
	Summary runView          `json:"summary"`
	Events  []eliza.RunEvent `json:"events"`
}

func (a *API) getRun(ctx context.Context, in *runPath) (*answer[runDetail], error) {
	r, err := a.Agents.Run(ctx, eliza.ID(in.AgentID), eliza.ID(in.RunID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(runDetail{viewRun(r), orEmpty(r.Events)}), nil
}
