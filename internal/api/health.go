package api

import (
	"context"
	"net/http"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

func (a *API) healthRoutes() {
	add(a, operation{id: "get-health", agents: true, method: "GET", paths: []string{"/api/health", "/api/server/health"}, tag: "Health & Status",
		summary: "Health check", about: "Answers 503 with the same body while no agent runs, and while the database cannot be read or written.", errors: []int{503}}, a.health)
	add(a, operation{id: "get-server-health", method: "GET", paths: []string{"/health"}, tag: "Health & Status",
		summary: "Health check without a key", errors: []int{503}, needs: open}, a.openHealth)
	add(a, operation{id: "get-healthz", method: "GET", paths: []string{"/healthz"}, tag: "Health & Status",
		summary: "Liveness check without a key", about: "Answers 503 while the database cannot be read or written.", errors: []int{503}, needs: open}, a.healthz)
	add(a, operation{id: "ping", agents: true, method: "GET", paths: []string{"/api/ping", "/api/server/ping"}, tag: "Health & Status",
		summary: "Check whether the server answers"}, a.ping)
	add(a, operation{id: "hello", agents: true, method: "GET", paths: []string{"/api/hello", "/api/server/hello"}, tag: "Health & Status",
		summary: "Test endpoint"}, a.hello)
	add(a, operation{id: "get-status", agents: true, method: "GET", paths: []string{"/api/status", "/api/server/status"}, tag: "Health & Status",
		summary: "Number of running agents"}, a.status)
	add(a, operation{id: "stop-server", method: "POST", paths: []string{"/api/stop", "/api/server/stop"}, tag: "Health & Status",
		summary: "Stop the server", about: "Running turns are finished first.", needs: eliza.RightAdmin}, a.stop)
	add(a, operation{id: "list-models", agents: true, method: "GET", paths: []string{"/api/models"}, tag: "Models",
		summary: "Which model serves what, and why"}, a.models)
}

type health struct {
	Status       string       `json:"status" example:"OK"`
	Version      string       `json:"version"`
	Timestamp    string       `json:"timestamp" format:"date-time"`
	Dependencies dependencies `json:"dependencies"`
	AgentCount   *int         `json:"agentCount,omitempty"`
	Problem      string       `json:"problem,omitempty" doc:"What is wrong with the database and what helps"`
}

type dependencies struct {
	Agents   string `json:"agents" enum:"healthy,no_agents,unknown" doc:"unknown while the database cannot be read"`
	Database string `json:"database" enum:"healthy,incomplete,failing" doc:"failing: it cannot be read or written at the moment; incomplete: something that had been acknowledged was missing when the server started"`
}

// health counts the running agents, and asks the database.
func (a *API) health(ctx context.Context, _ *struct{}) (*bare[health], error) {
	h, _ := a.healthWith(ctx, "OK")
	return h, nil
}

func (a *API) openHealth(ctx context.Context, _ *struct{}) (*bare[health], error) {
	h, agents := a.healthWith(ctx, "DEGRADED")
	h.Body.AgentCount = &agents
	return h, nil
}

// healthWith says withoutAgents of a server that is well but runs no agent. It
// also returns how many run.
func (a *API) healthWith(ctx context.Context, withoutAgents string) (*bare[health], int) {
	state, problem := a.databaseHealth(ctx)
	h := plain(health{Status: "OK", Version: a.Version, Timestamp: eliza.Now().ISO(), Problem: problem, Dependencies: dependencies{Agents: "healthy", Database: state}})
	n, err := a.running(ctx)
	switch state {
	case databaseFailing:
		h.Status, h.Body.Status = http.StatusServiceUnavailable, "ERROR"
	case databaseIncomplete:
		h.Body.Status = "DEGRADED"
	}
	switch {
	case err != nil:
		h.Status, h.Body.Status, h.Body.Dependencies.Agents = http.StatusServiceUnavailable, "ERROR", "unknown"
	case n == 0:
		h.Status, h.Body.Dependencies.Agents = http.StatusServiceUnavailable, "no_agents"
		if h.Body.Status == "OK" {
			h.Body.Status = withoutAgents
		}
	}
	return h, n
}

type liveness struct {
	Status    string `json:"status" enum:"ok,error"`
	Timestamp string `json:"timestamp" format:"date-time"`
	Problem   string `json:"problem,omitempty" doc:"What is wrong and what helps"`
}

func (a *API) healthz(ctx context.Context, _ *struct{}) (*bare[liveness], error) {
	l := plain(liveness{Status: "ok", Timestamp: eliza.Now().ISO()})
	if state, problem := a.databaseHealth(ctx); state == databaseFailing {
		l.Status, l.Body.Status, l.Body.Problem = http.StatusServiceUnavailable, "error", problem
	}
	return l, nil
}

type pong struct {
	Pong      bool         `json:"pong"`
	Timestamp eliza.Millis `json:"timestamp"`
}

func (a *API) ping(context.Context, *struct{}) (*bare[pong], error) {
	return plain(pong{Pong: true, Timestamp: eliza.Now()}), nil
}

type note struct {
	Message string `json:"message"`
}

func (a *API) hello(context.Context, *struct{}) (*bare[note], error) {
	return plain(note{"Hello World!"}), nil
}

type serverStatus struct {
	Status     string `json:"status" example:"ok"`
	AgentCount int    `json:"agentCount"`
	Timestamp  string `json:"timestamp" format:"date-time"`
}

func (a *API) status(ctx context.Context, _ *struct{}) (*bare[serverStatus], error) {
	n, err := a.running(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return plain(serverStatus{Status: "ok", AgentCount: n, Timestamp: eliza.Now().ISO()}), nil
}

func (a *API) stop(ctx context.Context, _ *struct{}) (*bare[note], error) {
	a.log(ctx).Info("the server was asked to stop")
	a.Stop()
	return plain(note{"Server stopping..."}), nil
}

type modelList struct {
	Models  []model.Choice `json:"models"`
	Vectors vectorHealth   `json:"vectors" doc:"How the making of vectors stands"`
}

func (a *API) models(context.Context, *struct{}) (*answer[modelList], error) {
	return ok(modelList{a.Models, vectorHealth(a.Agents.VectorHealth())}), nil
}

func (a *API) running(ctx context.Context) (int, error) {
	agents, err := a.Agents.List(ctx)
	n := 0
	for _, agent := range agents {
		if agent.Status == eliza.Active {
			n++
		}
	}
	return n, err
}
