package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/logs"
)

func (a *API) logStreamRoutes() {
	add(a, operation{id: "stream-server-logs", method: "GET", paths: []string{"/api/server/logs/stream"}, tag: "Server Logs", streams: true, agents: true,
		errors: []int{503}, summary: "Follow the server's log as server-sent events",
		about: "After ready, each line is an event log with an id; level is the least one. With Last-Event-ID, which browsers send by themselves when they connect again, " +
			"the lines after that one come first, as far as they are kept. A reader that is slow is told how many lines were left out. " +
			"A key of one agent gets the lines about it."}, a.streamServerLogs)
}

type logStreamQuery struct {
	Level       string `query:"level" enum:"all,trace,debug,success,progress,log,info,warn,error,fatal" doc:"The least level; all when absent"`
	AgentName   string `query:"agentName" maxLength:"500" doc:"all when absent"`
	AgentID     string `query:"agentId" maxLength:"36" doc:"all when absent"`
	LastEventID string `header:"Last-Event-ID" maxLength:"100" doc:"The id of the last line that was read"`
}

func (a *API) streamServerLogs(ctx context.Context, q *logStreamQuery) (*huma.StreamResponse, error) {
	grant := visitOf(ctx).grant
	f, err := a.linesOf(ctx, q.AgentName, q.AgentID, grant.Agent)
	if err != nil {
		return nil, fail(err)
	}
	f.Level, _ = logs.Level(q.Level)
	reader, err := a.Logs.Subscribe(f, q.LastEventID)
	if err != nil {
		return nil, fail(err)
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer reader.Close()
		s := newEventStream(h)
		defer s.close()
		if h.Method() != http.MethodHead {
			a.streamLog(h.Context(), s, reader, grant)
		}
	}}, nil
}

// streamLog sends lines until the client is gone, the server stops or the key
// is no longer good.
func (a *API) streamLog(ctx context.Context, s *eventStream, reader *logs.Reader, grant access.Grant) {
	s.send(reader.ID(), "ready", struct{}{})
	for s.err == nil && a.Access.Lives(ctx, grant) {
		wait, cancel := context.WithTimeout(ctx, keepAlive)
		lines, missed, err := reader.Next(wait)
		cancel()
		switch {
		case err == nil:
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			s.comment("keep-alive")
		default:
			return
		}
		if missed > 0 {
			s.put("", "log", leftOut(missed))
		}
		for i := range lines {
			l := a.viewLine(&lines[i])
			s.put(l.ID, "log", l)
		}
		s.write()
	}
}
