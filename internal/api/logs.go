package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) logRoutes() {
	const tag, all, one = "Agent Logs", "/api/agents/{agentId}/logs", "/api/agents/{agentId}/logs/{logId}"
	add(a, operation{id: "list-logs", method: "GET", paths: []string{all}, tag: tag, summary: "List an agent's log, newest first", errors: []int{404},
		about: "What the agent did in its turns: model calls, actions and run events. The server's own log is another one."}, a.listLogs)
	add(a, operation{id: "get-log", method: "GET", paths: []string{one}, tag: tag, summary: "Get one row of an agent's log", errors: []int{404}}, a.getLog)
	add(a, operation{id: "delete-log", method: "DELETE", paths: []string{one}, tag: tag, status: 204,
		summary: "Delete one row of an agent's log", errors: []int{404}}, a.deleteLog)
}

type logQuery struct {
	AgentPath
	Limit        int      `query:"limit" default:"100" minimum:"1" maximum:"1000"`
	Count        int      `query:"count" minimum:"1" maximum:"1000" doc:"Another name of limit"`
	Offset       int      `query:"offset" minimum:"0"`
	Level        string   `query:"level" enum:"trace,debug,info,warn,error,fatal,all"`
	RoomID       ID       `query:"roomId" doc:"The agent's room, or the channel it sees there"`
	Type         string   `query:"type" maxLength:"200" example:"useModel:TEXT_LARGE"`
	ExcludeTypes []string `query:"excludeTypes,explode" maxItems:"50" doc:"Types, or parts of a row's modelType, to leave out; may come several times"`
	Since        Moment   `query:"since"`
	Until        Moment   `query:"until"`
	From         Moment   `query:"from" doc:"Another name of since"`
	To           Moment   `query:"to" doc:"Another name of until"`
	Search       string   `query:"search" maxLength:"500" doc:"Contained in the type or the body, in any case"`
}

type logView struct {
	ID        eliza.ID       `json:"id"`
	AgentID   eliza.ID       `json:"agentId"`
	EntityID  eliza.ID       `json:"entityId"`
	RoomID    eliza.ID       `json:"roomId"`
	Type      string         `json:"type"`
	Level     string         `json:"level"`
	Body      map[string]any `json:"body"`
	CreatedAt string         `json:"createdAt" format:"date-time"`
	Timestamp eliza.Millis   `json:"timestamp" doc:"createdAt in milliseconds"`
}

func viewLog(l eliza.Log) logView {
	if l.Body == nil {
		l.Body = map[string]any{}
	}
	return logView{l.ID, l.AgentID, l.EntityID, l.RoomID, l.Type, l.Level, l.Body, l.CreatedAt.ISO(), l.CreatedAt}
}

func (a *API) listLogs(ctx context.Context, in *logQuery) (*answer[[]logView], error) {
	if in.Level == "all" {
		in.Level = ""
	}
	logs, err := a.Agents.Logs(ctx, eliza.ID(in.AgentID), agent.LogFilter{
		Room: eliza.ID(in.RoomID), Type: in.Type, Level: in.Level, ExcludeTypes: in.ExcludeTypes, Search: in.Search,
		From: cmp.Or(in.Since.at, in.From.at), To: cmp.Or(in.Until.at, in.To.at), Limit: cmp.Or(in.Count, in.Limit), Offset: in.Offset,
	})
	if err != nil {
		return nil, fail(err)
	}
	return ok(views(logs, viewLog)), nil
}

type logPath struct {
	AgentPath
	LogID ID `path:"logId"`
}

func (a *API) getLog(ctx context.Context, in *logPath) (*answer[logView], error) {
	l, err := a.Agents.Log(ctx, eliza.ID(in.AgentID), eliza.ID(in.LogID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewLog(l)), nil
}

func (a *API) deleteLog(ctx context.Context, in *logPath) (*none, error) {
	if err := a.Agents.DeleteLog(ctx, eliza.ID(in.AgentID), eliza.ID(in.LogID)); err != nil {
		return nil, fail(err)
	}
	return &none{Status: http.StatusNoContent}, nil
}
