// Package api is the HTTP and Socket.IO face of the server. An [operation] is
// the one definition of an endpoint: its paths, its validation, its entry in
// the OpenAPI document and its handler. Errors become the documented envelope
// in envelope.go, and nowhere else.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/feed"
	"github.com/elizad/elizad/internal/job"
	"github.com/elizad/elizad/internal/logs"
	"github.com/elizad/elizad/internal/media"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/session"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/internal/webhook"
	"github.com/elizad/elizad/plugin"
)

// Options are what the face is made of.
type Options struct {
	Agents    *agent.Service
	Messaging *messaging.Service
	Sessions  *session.Service
	Jobs      *job.Service
	Budgets   *budget.Service
	Tasks     *task.Service
	Webhooks  *webhook.Service
	Bus       *bus.Bus
	Speech    *speech.Service
	Talks     *conversation.Service
	Media     *media.Library
	Signer    *media.Signer  // of addresses of files that need no key
	Models    []model.Choice // who serves which capability, for GET /api/models
	Log       *slog.Logger
	Logs      *logs.Ring // the newest lines of Log; nil keeps none but what clients report
	EnvFile   string     // the file .env that settings are read from at start

	Database   Database        // whose state health tells; nil tells nothing of it
	Version    string          // shown by health
	Access     *access.Service // the keys; nil leaves the server open to loopback
	Isolated   bool            // entities reach only the channels that they take part in
	Origins    []string        // origins of pages that may call; "*" for any, without credentials; empty for pages of this machine
	APIOrigins []string        // the same for what is under /api; empty for Origins
	Production bool            // browsers are told to use TLS and what pages may load
	Limits     Limits          // of requests by address; the zero value has none
	Proxies    []netip.Prefix  // whose X-Forwarded-For is believed
	MaxPayload int64           // bytes of a JSON body
	Stop       func()          // ends the server, for POST /api/stop
	Plugins    []plugin.Plugin // whose routes and panels are served
}

// API serves the whole of /api, the sockets and the reference page.
type API struct {
	Options
	huma      huma.API
	handler   http.Handler
	realtime  *realtime
	feeds     *feed.Hub
	started   time.Time
	limits    limits
	policies  []Policy
	openPaths map[string]bool // answer without a key
	openBelow []string        // beginnings of paths that do
	known     [][]string      // segments of every path, its method first
}

// New builds the face. Close ends its sockets.
func New(o Options) *API {
	a := &API{Options: o, started: time.Now(), limits: newLimits(o.Limits), openPaths: map[string]bool{}}
	if a.Access == nil {
		a.Access = access.New(access.Options{})
	}
	if a.Logs == nil {
		a.Logs = logs.New(1000, logs.NewMask(nil))
	}
	a.feeds = feed.New(a.Bus, rendered, feed.Limits{})
	router := chi.NewMux()
	router.Use(middleware.GetHead)
	router.NotFound(a.unknownPath)
	router.MethodNotAllowed(a.wrongMethod)
	a.huma = humachi.New(router, a.config())
	a.healthRoutes()
	a.agentRoutes()
	a.lifecycleRoutes()
	a.serverRoutes()
	a.channelRoutes()
	a.controlRoutes()
	a.messageRoutes()
	a.feedRoutes()
	a.editRoutes()
	a.searchRoutes()
	a.ingestRoutes()
	a.actionRoutes()
	a.externalRoutes()
	a.completeRoutes()
	a.sessionRoutes()
	a.jobRoutes()
	a.taskRoutes()
	a.titleRoutes()
	a.speechRoutes()
	a.conversationRoutes()
	a.mediaRoutes()
	a.serverLogRoutes()
	a.logStreamRoutes()
	a.debugRoutes()
	a.systemRoutes()
	a.teeRoutes()
	a.runRoutes()
	a.approvalRoutes()
	a.mcpRoutes()
	a.memoryRoutes()
	a.factRoutes()
	a.peopleRoutes()
	a.roomRoutes()
	a.worldRoutes()
	a.logRoutes()
	a.memoryGroupRoutes()
	a.memberRoutes()
	a.keyRoutes()
	a.budgetRoutes()
	a.webhookRoutes()
	a.panelRoutes()
	a.pluginRoutes()
	a.referencePage(router)
	a.realtime = newRealtime(a)
	a.realtime.mount(router)
	a.checkPolicies(router)
	a.learnPaths()
	a.handler = a.observe(a.guard(typed(router)))
	return a
}

// ServeHTTP answers every request of the server.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Close disconnects the sockets and ends the feeds.
func (a *API) Close() {
	a.EndFeeds()
	a.realtime.close()
}

// EndFeeds ends the feeds of channels once they have told what there is.
func (a *API) EndFeeds() { a.feeds.Close() }

// SweepFeeds forgets what nobody will ask for any more. It is due several
// times a minute.
func (a *API) SweepFeeds(ctx context.Context) error { return a.feeds.Sweep(ctx) }

// DismissSockets closes the sockets whose key is no longer good, for it was
// revoked by another process or has expired. It is due every few seconds.
func (a *API) DismissSockets(ctx context.Context) error {
	a.realtime.dismiss(ctx)
	return nil
}

// OpenAPI returns the document that describes every operation.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

func (a *API) config() huma.Config {
	c := huma.DefaultConfig("elizad", a.Version)
	c.Info.Description = "An agent server that speaks the ElizaOS REST and Socket.IO API."
	c.AllowAdditionalPropertiesByDefault = true
	c.CreateHooks = nil
	// huma lists 422 for whatever has an input; what it finds wrong is a 400 here.
	c.OnAddOperation = append(c.OnAddOperation, func(_ *huma.OpenAPI, op *huma.Operation) {
		if declared, _ := op.Metadata["errors"].([]int); !slices.Contains(declared, http.StatusUnprocessableEntity) {
			delete(op.Responses, "422")
		}
	})
	c.DocsPath, c.SchemasPath = "", ""
	c.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "apiKey", In: "header", Name: headerKey, Description: "Required when ELIZA_SERVER_AUTH_TOKEN is set."},
	}
	return c
}
