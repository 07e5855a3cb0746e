package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/logs"
)

func (a *API) serverLogRoutes() {
	const tag = "Server Logs"
	paths := []string{"/api/server/logs"}
	add(a, operation{id: "list-server-logs", method: "GET", paths: paths, tag: tag, agents: true, summary: "The newest lines of the server's log, oldest first",
		about: "Secrets are masked. Only the newest lines are kept, in memory. A key of one agent gets the lines about it."}, a.listServerLogs)
	add(a, operation{id: "post-server-logs", method: "POST", paths: paths, tag: tag,
		summary: "The same with the conditions in the body, or add lines of a client", about: "With logs the lines are kept beside the server's own."}, a.postServerLogs)
	add(a, operation{id: "clear-server-logs", needs: eliza.RightAdmin, method: "DELETE", paths: paths, tag: tag, summary: "Forget the lines that are kept"}, a.clearServerLogs)
}

// LogQuery chooses lines of the log.
type LogQuery struct {
	Since     int64  `query:"since" json:"since,omitempty" minimum:"0" doc:"Milliseconds since 1970; an hour ago when absent"`
	Level     string `query:"level" json:"level,omitempty" enum:"all,trace,debug,success,progress,log,info,warn,error,fatal" doc:"The least level; all when absent"`
	AgentName string `query:"agentName" json:"agentName,omitempty" maxLength:"500" doc:"all when absent"`
	AgentID   string `query:"agentId" json:"agentId,omitempty" maxLength:"36" doc:"all when absent"`
	Limit     int    `query:"limit" json:"limit,omitempty" minimum:"0" maximum:"1000" doc:"100 when absent"`
}

type logLine struct {
	ID        string       `json:"id,omitempty" doc:"For Last-Event-ID of /api/server/logs/stream"`
	Time      eliza.Millis `json:"time"`
	Level     int          `json:"level" doc:"10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal"`
	Text      string       `json:"msg"`
	AgentName string       `json:"agentName,omitempty"`
	AgentID   eliza.ID     `json:"agentId,omitzero"`
	LeftOut   int          `json:"leftOut,omitempty" doc:"Live only: so many lines were left out before this one"`

	category string
}

func (a *API) viewLine(l *logs.Line) logLine {
	return logLine{ID: a.Logs.ID(l), Time: l.At, Level: l.Level, Text: l.Text, AgentName: l.Agent, AgentID: l.AgentID, category: l.Category()}
}

const (
	allLines  = "all"
	levelWarn = 40
)

type logList struct {
	Logs      []logLine `json:"logs"`
	Count     int       `json:"count"`
	Total     int       `json:"total" doc:"Lines that are kept"`
	Requested string    `json:"requestedLevel"`
	Level     string    `json:"level"`
	AgentName string    `json:"agentName"`
	AgentID   string    `json:"agentId"`
	Levels    []string  `json:"levels"`
}

func (a *API) listServerLogs(ctx context.Context, q *LogQuery) (*bare[logList], error) {
	list, err := a.serverLogs(ctx, q)
	if err != nil {
		return nil, fail(err)
	}
	return plain(list), nil
}

func (a *API) serverLogs(ctx context.Context, q *LogQuery) (logList, error) {
	list := logList{
		Requested: cmp.Or(q.Level, allLines), Level: cmp.Or(q.Level, allLines), AgentName: cmp.Or(q.AgentName, allLines), AgentID: cmp.Or(q.AgentID, allLines),
		Levels: logs.Levels,
	}
	f, err := a.linesOf(ctx, q.AgentName, q.AgentID, visitOf(ctx).grant.Agent)
	if err != nil {
		return list, err
	}
	f.Since = eliza.Millis(cmp.Or(q.Since, time.Now().Add(-time.Hour).UnixMilli()))
	f.Level, _ = logs.Level(list.Level)
	lines, total := a.Logs.Lines(f, cmp.Or(q.Limit, 100))
	list.Logs = views(lines, func(l logs.Line) logLine { return a.viewLine(&l) })
	list.Count, list.Total = len(list.Logs), total
	return list, nil
}

// linesOf chooses lines by the agent that they are about, by its name and id; a
// key of one agent has only those about that one. Error codes: INVALID_ID,
// FORBIDDEN, DB_ERROR.
func (a *API) linesOf(ctx context.Context, name, id string, only eliza.ID) (f logs.Filter, err error) {
	if id != "" && id != allLines {
		if f.AgentID, err = eliza.ParseID(id); err != nil {
			return f, eliza.Errorf(eliza.CodeInvalidID, "Invalid agent ID format")
		}
	}
	if only != eliza.NoID {
		if f.AgentID != eliza.NoID && f.AgentID != only {
			return f, eliza.Errorf(eliza.CodeForbidden, otherAgent)
		}
		f.AgentID = only
	}
	if name == "" || name == allLines {
		return f, nil
	}
	f.Agent = name
	agents, err := a.Agents.List(ctx)
	if err != nil {
		return f, fmt.Errorf("find the agents of a name: %w", err)
	}
	for i := range agents {
		if agents[i].Name == name {
			f.Named = append(f.Named, agents[i].ID)
		}
	}
	return f, nil
}

type logPost struct {
	LogQuery
	Body *struct {
		LogQuery
		Logs []clientLine `json:"logs,omitempty" maxItems:"1000" doc:"Lines to keep"`
	}
}

// clientLine is a line that a client has to report.
type clientLine struct {
	Level    string         `json:"level,omitempty" enum:"trace,debug,success,progress,log,info,warn,error,fatal" doc:"info when absent"`
	Message  string         `json:"message" maxLength:"8192"`
	Source   string         `json:"source,omitempty" maxLength:"200"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

type receivedLogs struct {
	Received *int `json:"received,omitempty" doc:"Of the lines that were sent"`
	logList
}

// postServerLogs lists lines, also when it took some in: a program that only
// wanted to read them finds them all the same.
func (a *API) postServerLogs(ctx context.Context, in *logPost) (*bare[receivedLogs], error) {
	q := in.LogQuery
	var answer receivedLogs
	if in.Body != nil {
		b := &in.Body.LogQuery
		q = LogQuery{
			Since: cmp.Or(b.Since, q.Since), Level: cmp.Or(b.Level, q.Level), AgentName: cmp.Or(b.AgentName, q.AgentName),
			AgentID: cmp.Or(b.AgentID, q.AgentID), Limit: cmp.Or(b.Limit, q.Limit),
		}
		for _, l := range in.Body.Logs {
			a.keepLine(&l)
		}
		if n := len(in.Body.Logs); n > 0 {
			answer.Received = &n
		}
	}
	var err error
	if answer.logList, err = a.serverLogs(ctx, &q); err != nil {
		return nil, fail(err)
	}
	return plain(answer), nil
}

func (a *API) keepLine(c *clientLine) {
	level, _ := logs.Level(cmp.Or(c.Level, "info"))
	attrs := []slog.Attr{slog.String("source", cmp.Or(c.Source, "client"))}
	for _, name := range slices.Sorted(maps.Keys(c.Metadata)) {
		attrs = append(attrs, slog.Any(name, c.Metadata[name]))
	}
	a.Logs.Keep(level, c.Message, attrs...)
}

type statusMessage struct {
	Status  string `json:"status" example:"success"`
	Message string `json:"message"`
}

func (a *API) clearServerLogs(context.Context, *struct{}) (*bare[statusMessage], error) {
	a.Logs.Clear()
	return plain(statusMessage{"success", "Logs cleared successfully"}), nil
}
