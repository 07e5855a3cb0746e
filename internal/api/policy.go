package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/eliza"
)

// open is what an operation needs that answers without a key.
const open eliza.Right = "open"

// Policy says who may use a route or a socket event.
type Policy struct {
	Method string // of HTTP; * for any, EVENT for an event of a socket
	Path   string // or the event's name
	Needs  eliza.Right
	// Agents may use it with a key of one agent: it names the agent or a
	// channel, or gives what concerns no agent.
	Agents bool
	// Shared is what belongs to nobody in particular: it tells of others'
	// words, or speaks in their names.
	Shared bool
}

// Methods of policies that are none of HTTP's.
const (
	anyMethod   = "*"
	socketEvent = "EVENT"
)

// rightOf is what a method needs where nothing else is said.
func rightOf(method string) eliza.Right {
	switch method {
	case http.MethodGet, http.MethodHead:
		return eliza.RightRead
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return eliza.RightWrite
	}
	return ""
}

// declare notes a policy. A route that has none keeps the server from starting.
func (a *API) declare(p Policy) Policy {
	if p.Needs != open && !p.Needs.Covers(eliza.RightRead) {
		panic(fmt.Sprintf("%s %s has no access policy", p.Method, p.Path))
	}
	a.policies = append(a.policies, p)
	if below, all := strings.CutSuffix(p.Path, "*"); p.Needs == open && all {
		a.openBelow = append(a.openBelow, below)
	} else if p.Needs == open {
		a.openPaths[p.Path] = true
	}
	return p
}

// Policies lists who may use what.
func (a *API) Policies() []Policy { return a.policies }

// checkPolicies panics when the router has a route without a policy.
func (a *API) checkPolicies(router chi.Routes) {
	declared := map[string]bool{}
	for _, p := range a.policies {
		declared[p.Method+" "+p.Path] = true
	}
	err := chi.Walk(router, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !declared[method+" "+path] && !declared[anyMethod+" "+path] {
			return fmt.Errorf("%s %s has no access policy", method, path)
		}
		return nil
	})
	if err != nil {
		panic(err.Error())
	}
}

// scoped reports whether a path names what a key of one agent is bound to.
func scoped(path string) bool {
	for _, name := range []string{"{agentId}", "{channelId}", "{sessionId}", "{jobId}", "{messageId}"} {
		if strings.Contains(path, name) {
			return true
		}
	}
	return false
}

// allowed is the middleware of an operation that holds a request to its policy.
func (a *API) allowed(p Policy) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		r, w := humachi.Unwrap(c)
		err := a.permit(r.Context(), p, c.Param)
		if err == nil && a.Isolated {
			err = a.isolate(r, p, c.Param)
		}
		if err == nil && strings.Contains(p.Path, "{channelId}") {
			err = a.channelID(r.Context(), w.Header(), c.Param("channelId"))
		}
		if err != nil {
			a.log(r.Context()).Warn("a request was not allowed", "address", visitOf(r.Context()).address, "method", r.Method, "path", r.URL.Path)
			writeFailure(w, err)
			return
		}
		next(c)
	}
}

// permit compares what a request was granted with what it needs.
func (a *API) permit(ctx context.Context, p Policy, param func(string) string) error {
	v := visitOf(ctx)
	if p.Needs == open {
		return nil
	}
	if !v.granted {
		return eliza.Errorf(eliza.CodeUnauthorized, unauthorized)
	}
	if !v.grant.Right.Covers(p.Needs) {
		return lacks(v.grant, p.Needs)
	}
	if v.grant.Agent == eliza.NoID {
		return nil
	}
	return a.permitAgent(ctx, v.grant, p, param)
}

func lacks(g access.Grant, needs eliza.Right) error {
	return eliza.Errorf(eliza.CodeForbidden, "This key has the right to %s; %s is needed", g.Right, needs)
}

const otherAgent = "This key is good for one agent and its channels only"

// permitAgent holds a key of one agent to it: every agent and every channel
// that the path names must be its own.
func (a *API) permitAgent(ctx context.Context, g access.Grant, p Policy, param func(string) string) error {
	if p.Agents {
		return nil
	}
	if !scoped(p.Path) {
		return eliza.Errorf(eliza.CodeForbidden, otherAgent)
	}
	if named := param("agentId"); named != "" {
		if id, err := eliza.ParseID(named); err != nil || id != g.Agent {
			return eliza.Errorf(eliza.CodeForbidden, otherAgent)
		}
	}
	channel, err := a.namedChannel(ctx, param)
	if err != nil {
		return eliza.Errorf(eliza.CodeForbidden, otherAgent)
	}
	if channel != "" {
		return a.permitChannel(ctx, g, channel)
	}
	return nil
}

// namedChannel is the channel that a path names: by its own id, by that of a
// session or job, which is the same, or by that of a message. "" for none.
func (a *API) namedChannel(ctx context.Context, param func(string) string) (string, error) {
	channel, message := cmp.Or(param("channelId"), param("sessionId"), param("jobId")), param("messageId")
	if channel != "" || message == "" {
		return channel, nil
	}
	id, err := eliza.ParseID(message)
	if err != nil {
		return "", err
	}
	m, err := a.Messaging.Message(ctx, id)
	return m.ChannelID.String(), err
}

// permitChannel lets a key of one agent into the channels it takes part in.
func (a *API) permitChannel(ctx context.Context, g access.Grant, channel string) error {
	id, err := eliza.ParseID(channel)
	if err == nil {
		var members []eliza.ID
		if members, err = a.Messaging.Participants(ctx, id); err == nil {
			for _, m := range members {
				if m == g.Agent {
					return nil
				}
			}
		}
	}
	return eliza.Errorf(eliza.CodeForbidden, otherAgent)
}

// permitNamed is permitAgent for an agent that stands in a body.
func (a *API) permitNamed(ctx context.Context, agent eliza.ID) error {
	if g := visitOf(ctx).grant; g.Agent != eliza.NoID && g.Agent != agent {
		return eliza.Errorf(eliza.CodeForbidden, otherAgent)
	}
	return nil
}

// permitOpening is permitChannel for a channel that is made when it is not
// there, with the agent in it.
func (a *API) permitOpening(ctx context.Context, g access.Grant, channel eliza.ID) error {
	if g.Agent == eliza.NoID || channel == eliza.NoID {
		return nil
	}
	if _, err := a.Messaging.Channel(ctx, channel); eliza.ErrorCode(err) == eliza.CodeNotFound {
		return nil
	}
	return a.permitChannel(ctx, g, channel.String())
}

// channelID counts ids of channels that are none.
func (a *API) channelID(ctx context.Context, h http.Header, given string) error {
	if _, err := eliza.ParseID(given); err == nil {
		return nil
	}
	return a.limits.channelIDs.take(h, visitOf(ctx).address)
}
