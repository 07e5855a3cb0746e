package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin"
)

// pluginTime is how long a route of a plugin may take.
const pluginTime = 2 * time.Minute

// panelPolicy keeps a panel to itself: it shows what is in it, and its forms
// ask for it again.
const panelPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-forms"

func (a *API) panelRoutes() {
	const tag = "Panels"
	add(a, operation{id: "list-panels", method: "GET", paths: []string{"/api/agents/{agentId}/panels"}, tag: tag, errors: []int{404},
		summary: "List the panels of an agent", about: "A panel is a page of a plugin, to be shown in a frame. With a key set its url is good for a day without the key."}, a.listPanels)
	add(a, operation{id: "get-panel", method: "GET", paths: []string{"/api/agents/{agentId}/panels/{panelId}"}, tag: tag, errors: []int{404},
		summary: "A panel of an agent, as HTML", files: []string{"text/html"}}, a.getPanel)
}

func (a *API) pluginRoutes() {
	for _, p := range a.Plugins {
		for i := range p.Routes {
			r := &p.Routes[i]
			op := operation{
				method: r.Method, tag: "Plugin " + p.Name, summary: cmp.Or(r.Description, r.Name, "A route of the plugin "+p.Name), errors: []int{404, 409, 415, 504},
				id: strings.Trim(unnamed.ReplaceAllString(fmt.Sprintf("%s-%s-%s", p.Name, strings.ToLower(r.Method), r.Path), "-"), "-"), file: max(r.MaxBody, a.MaxPayload), raw: r.Method != http.MethodGet, gives: success[any]{},
			}
			if r.Public && r.Method == http.MethodGet && r.Name != "" {
				op.files, op.gives = []string{"text/html"}, nil
			}
			op.parts = r.Path
			named := op
			named.paths = []string{"/api/agents/{agentId}/plugins/" + p.Name + r.Path}
			add(a, named, func(ctx context.Context, in *agentPlugin) (*huma.StreamResponse, error) {
				return a.callPlugin(ctx, r, eliza.ID(in.AgentID), in.request)
			})
			op.id, op.paths, op.agents = op.id+"-of", []string{"/api/" + p.Name + r.Path}, true
			add(a, op, func(ctx context.Context, in *queriedPlugin) (*huma.StreamResponse, error) {
				return a.callPlugin(ctx, r, eliza.ID(in.AgentID), in.request)
			})
		}
	}
}

var unnamed = regexp.MustCompile(`[^a-z0-9]+`)

type agentPlugin struct {
	AgentPath
	Upload
}

type queriedPlugin struct {
	AgentID ID `query:"agentId" required:"true" doc:"The agent that it is asked of"`
	Upload
}

// callPlugin has a plugin answer.
func (a *API) callPlugin(ctx context.Context, route *plugin.Route, agent eliza.ID, c huma.Context) (*huma.StreamResponse, error) {
	if err := a.permitNamed(ctx, agent); err != nil {
		return nil, fail(err)
	}
	if _, err := a.Agents.Agent(ctx, agent); err != nil {
		return nil, fail(err)
	}
	r, w := humachi.Unwrap(c)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, max(route.MaxBody, a.MaxPayload)))
	if err != nil {
		if errors.As(err, new(*http.MaxBytesError)) {
			return nil, fail(eliza.Errorf(eliza.CodeTooLarge, "The body is too large"))
		}
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "body: it broke off"))
	}
	return a.answerOf(ctx, route, plugin.NewRequest(agent.String(), r.URL.Query(), r.Header, body, c.Param))
}

// answerOf writes what a route of a plugin answers.
func (a *API) answerOf(ctx context.Context, route *plugin.Route, request *plugin.Request) (*huma.StreamResponse, error) {
	answer, err := apart.Do(ctx, pluginTime, "a route of a plugin", func(ctx context.Context) (*plugin.Answer, error) { return route.Handle(ctx, request) })
	if err == nil && answer == nil {
		err = errors.New("a route of a plugin answered nothing")
	}
	if err != nil {
		return nil, fail(err)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		status := cmp.Or(answer.Status, http.StatusOK)
		if answer.HTML != "" {
			c.SetHeader("Content-Type", "text/html; charset=utf-8")
			c.SetHeader("Content-Security-Policy", panelPolicy)
			c.SetHeader("Cache-Control", "no-store")
			c.SetStatus(status)
			_, _ = io.WriteString(c.BodyWriter(), answer.HTML)
			return
		}
		c.SetHeader("Content-Type", "application/json")
		c.SetStatus(status)
		if err := jsonFormat.Marshal(c.BodyWriter(), success[any]{true, answer.Data}); err != nil {
			a.log(ctx).Error("an answer of a plugin is not JSON", "error", err)
		}
	}}, nil
}

// panelOf is a page of a plugin.
type panelOf struct {
	id, name, about, path string
	route                 *plugin.Route
}

func (a *API) panels() (list []panelOf) {
	for _, p := range a.Plugins {
		for i := range p.Routes {
			r := &p.Routes[i]
			if !r.Public || r.Method != http.MethodGet || r.Name == "" {
				continue
			}
			id := p.Name
			if slug := strings.Trim(unnamed.ReplaceAllString(strings.ToLower(r.Name), "-"), "-"); slug != p.Name {
				id += "-" + slug
			}
			list = append(list, panelOf{id, r.Name, r.Description, p.Name + r.Path, r})
		}
	}
	return list
}

type panelView struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	URL         string `json:"url" doc:"Below the server's address; for a frame"`
	Path        string `json:"path" doc:"The same page at the plugin's own address, as ElizaOS 1.7.2 has it"`
}

func (a *API) listPanels(ctx context.Context, in *AgentPath) (*answer[[]panelView], error) {
	if _, err := a.Agents.Agent(ctx, eliza.ID(in.AgentID)); err != nil {
		return nil, fail(err)
	}
	id := eliza.ID(in.AgentID).String()
	list := []panelView{}
	for _, p := range a.panels() {
		v := panelView{p.id, p.name, p.about, "/api/agents/" + id + "/panels/" + p.id, "/api/agents/" + id + "/plugins/" + p.path + "?agentId=" + id}
		if !a.Access.Open(ctx) {
			v.URL = a.Signer.Sign(v.URL, time.Now().Add(linkTime))
		}
		list = append(list, v)
	}
	return ok(list), nil
}

type panelPath struct {
	AgentPath
	PanelID string `path:"panelId" maxLength:"100"`
	Upload
}

func (a *API) getPanel(ctx context.Context, in *panelPath) (*huma.StreamResponse, error) {
	for _, p := range a.panels() {
		if p.id != in.PanelID {
			continue
		}
		if _, err := a.Agents.Agent(ctx, eliza.ID(in.AgentID)); err != nil {
			return nil, fail(err)
		}
		r, _ := humachi.Unwrap(in.request)
		return a.answerOf(ctx, p.route, plugin.NewRequest(eliza.ID(in.AgentID).String(), r.URL.Query(), r.Header, nil, func(string) string { return "" }))
	}
	return nil, fail(eliza.NotFound("Panel"))
}

// signedPanel reports whether a path is a panel's, whose address may be signed.
func signedPanel(u *url.URL) bool {
	rest, is := strings.CutPrefix(u.Path, "/api/agents/")
	_, rest, _ = strings.Cut(rest, "/")
	return is && strings.HasPrefix(rest, "panels/")
}
