package api

import (
	"context"
	"fmt"
	"runtime"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) debugRoutes() {
	const tag = "Server Debugging"
	add(a, operation{id: "debug-servers", method: "GET", paths: []string{"/api/server/debug/servers"}, tag: tag,
		summary: "Message servers with their agents, and how the server itself is doing"}, a.debugServers)
	add(a, operation{id: "list-servers", method: "GET", paths: []string{"/api/server/servers"}, tag: tag,
		summary: "Message servers with their agents"}, a.listDebugServers)
}

type debugServer struct {
	serverView
	Status string     `json:"status" example:"active"`
	Agents []eliza.ID `json:"agents"`
}

type debugInfo struct {
	Success bool          `json:"success"`
	Servers []debugServer `json:"servers"`
	Count   int           `json:"count"`
	Data    debugData     `json:"data" doc:"What @elizaos/api-client reads"`
}

type debugData struct {
	Runtime     debugRuntime      `json:"runtime"`
	Environment map[string]string `json:"environment"`
	Servers     []debugServer     `json:"servers"`
}

type debugRuntime struct {
	Agents      []debugAgent `json:"agents"`
	Connections int          `json:"connections" doc:"Open sockets"`
	Memory      debugMemory  `json:"memory"`
}

type debugAgent struct {
	ID     eliza.ID          `json:"id"`
	Name   string            `json:"name"`
	Status eliza.AgentStatus `json:"status"`
}

type debugMemory struct {
	HeapBytes  uint64 `json:"heapBytes"`
	TotalBytes uint64 `json:"totalBytes" doc:"Taken from the operating system"`
	Goroutines int    `json:"goroutines"`
}

func (a *API) serversWithAgents(ctx context.Context) ([]debugServer, error) {
	servers, err := a.Messaging.Servers(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]debugServer, len(servers))
	for i, s := range servers {
		agents, err := a.Messaging.ServerAgents(ctx, s.ID)
		if err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound { // deleted meanwhile
			return nil, fmt.Errorf("agents of a message server: %w", err)
		}
		list[i] = debugServer{viewServer(s), string(eliza.Active), orEmpty(agents)}
	}
	return list, nil
}

func (a *API) debugServers(ctx context.Context, _ *struct{}) (*bare[debugInfo], error) {
	servers, err := a.serversWithAgents(ctx)
	if err != nil {
		return nil, fail(err)
	}
	agents, err := a.Agents.List(ctx)
	if err != nil {
		return nil, fail(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return plain(debugInfo{true, servers, len(servers), debugData{
		Runtime: debugRuntime{
			Agents:      views(agents, func(a eliza.AgentEntry) debugAgent { return debugAgent{a.ID, a.Name, a.Status} }),
			Connections: a.realtime.all.Len(),
			Memory:      debugMemory{memory.HeapAlloc, memory.Sys, runtime.NumGoroutine()},
		},
		Environment: map[string]string{"version": a.Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH},
		Servers:     servers,
	}}), nil
}

type debugServerList struct {
	Servers []debugServer `json:"servers"`
}

func (a *API) listDebugServers(ctx context.Context, _ *struct{}) (*bare[debugServerList], error) {
	servers, err := a.serversWithAgents(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return plain(debugServerList{servers}), nil
}
