package api

import (
	"context"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) systemRoutes() {
	const tag = "System"
	add(a, operation{id: "get-version", agents: true, method: "GET", paths: []string{"/api/system/version"}, tag: tag, summary: "Version and uptime"}, a.version)
	add(a, operation{id: "get-config", agents: true, method: "GET", paths: []string{"/api/system/config"}, tag: tag, summary: "What a client must know before it begins"}, a.clientConfig)
	env := []string{"/api/system/env/local", "/api/system/environment/local"}
	add(a, operation{id: "get-environment", needs: eliza.RightAdmin, method: "GET", paths: env, tag: tag, summary: "The names in the file .env, with every value masked"}, a.getEnvironment)
	add(a, operation{id: "update-environment", needs: eliza.RightAdmin, method: "POST", paths: env, tag: tag, errors: []int{403}, summary: "Change variables of the file .env",
		about: "Other lines stay as they are; null removes a variable; a masked value that comes back changes nothing. While no key is set, only a program " +
			"on this machine that is no browser may do it. The server reads the file when it starts."}, a.updateEnvironment)
}

type versionInfo struct {
	Version     string  `json:"version"`
	Source      string  `json:"source" example:"server"`
	Timestamp   string  `json:"timestamp" format:"date-time"`
	Environment string  `json:"environment" example:"production"`
	Uptime      float64 `json:"uptime" doc:"Seconds"`
}

func (a *API) version(context.Context, *struct{}) (*bare[versionInfo], error) {
	return plain(versionInfo{a.Version, "server", eliza.Now().ISO(), "production", time.Since(a.started).Seconds()}), nil
}

type clientConfig struct {
	RequiresAuth bool `json:"requiresAuth" doc:"Whether X-API-KEY is needed"`
}

func (a *API) clientConfig(ctx context.Context, _ *struct{}) (*answer[clientConfig], error) {
	return ok(clientConfig{!a.Access.Open(ctx)}), nil
}
