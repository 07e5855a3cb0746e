package agent

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin"
)

// How long what a plugin brings may take.
const (
	pluginAction    = time.Minute
	pluginProvider  = 5 * time.Second
	pluginEvaluator = time.Minute
	pluginValidate  = time.Second
)

// seenBy is the turn as plugins see it.
func (t *Turn) seenBy() *plugin.Turn {
	a, m := &t.Agent, &t.Message
	return &plugin.Turn{
		AgentID: a.ID.String(), AgentName: a.Name, RoomID: t.Room.ID.String(), Reply: t.text.String(), Setting: a.Character.Setting,
		Message: plugin.Message{ID: m.ID.String(), ChannelID: m.ChannelID.String(), AuthorID: m.AuthorID.String(), AuthorName: t.Speaker, Text: m.Content},
	}
}

// extend adds what plugins bring to what is built in.
func (s *Service) extend(plugins []plugin.Plugin) {
	actions, providers := builtinActions(), builtinProviders()
	if s.options.Tasks != nil {
		actions = append(actions, reminderActions()...)
	}
	for _, p := range plugins {
		for _, a := range p.Actions {
			about := a.Description
			if len(a.Examples) > 0 {
				about += ". Such as: " + strings.Join(a.Examples, "; ")
			}
			actions = append(actions, Action{
				Name: a.Name, Similes: a.Similes, Description: about, Offered: s.offered(p.Name, &a), Parameters: a.Parameters, Foreign: true, Needs: needsOf(a.Needs),
				Run: func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
					seen := t.seenBy()
					return apart.Do(ctx, pluginAction, "the action "+a.Name, func(ctx context.Context) (string, error) { return a.Run(ctx, seen, arguments) })
				},
			})
		}
		for _, provider := range p.Providers {
			providers = append(providers, Provider{
				Name: provider.Name, Description: provider.Description, Position: provider.Position, Dynamic: provider.Dynamic, Private: provider.Private,
				Get: func(ctx context.Context, t *Turn) (string, error) {
					seen := t.seenBy()
					text, err := apart.Do(ctx, pluginProvider, "the provider "+provider.Name, func(ctx context.Context) (string, error) { return provider.Get(ctx, seen) })
					if text != "" {
						t.untrust("what "+provider.Name+" says", eliza.NoID)
					}
					return text, err
				},
			})
		}
		for _, e := range p.Evaluators {
			s.evaluators = append(s.evaluators, evaluator{e.AlwaysRun, func(ctx context.Context, agent *eliza.Agent, seen *plugin.Turn) {
				_, err := apart.Do(ctx, pluginEvaluator, "the evaluator "+e.Name, func(ctx context.Context) (struct{}, error) {
					if e.Validate != nil && !e.Validate(ctx, seen) {
						return struct{}{}, nil
					}
					return struct{}{}, e.Run(ctx, seen)
				})
				if err != nil {
					s.log.Error("a plugin failed", "plugin", p.Name, "evaluator", e.Name, "agent", agent.Name, "agentId", agent.ID, "error", err)
				}
			}})
		}
	}
	s.actions, s.providers = newActionSet(s.fit(actions)), newProviderSet(providers)
	s.reserve()
}

// needsOf reads what a plugin says; what is no authority asks each time.
func needsOf(a plugin.Authority) Authority {
	switch a {
	case plugin.ByAnyone:
		return ByAnyone
	case plugin.ByRequester:
		return ByRequester
	case plugin.ByOwner:
		return ByOwner
	}
	return ByApproval
}

// offered asks a plugin whether its action makes sense in a turn; one that
// does not answer in time does not.
func (s *Service) offered(name string, a *plugin.Action) func(*Turn) bool {
	if a.Validate == nil {
		return nil
	}
	return func(t *Turn) bool {
		seen := t.seenBy()
		yes, err := apart.Do(context.Background(), pluginValidate, "the action "+a.Name, func(ctx context.Context) (bool, error) { return a.Validate(ctx, seen), nil })
		if err != nil {
			s.log.Error("a plugin failed", "plugin", name, "action", a.Name, "agent", t.Agent.Name, "agentId", t.Agent.ID, "error", err)
		}
		return yes
	}
}

// evaluator looks at a turn that has ended.
type evaluator struct {
	always bool // also at one without a reply
	run    func(context.Context, *eliza.Agent, *plugin.Turn)
}

// evaluate has the evaluators look at a turn that has ended, in the
// background.
func (s *Service) evaluate(t *Turn, replied bool) {
	var due []evaluator
	for _, e := range s.evaluators {
		if replied || e.always {
			due = append(due, e)
		}
	}
	if len(due) == 0 {
		return
	}
	seen, agent := t.seenBy(), t.Agent
	ctx := budget.With(context.Background(), t.payer)
	s.evaluating.Go(func() {
		for _, e := range due {
			each := *seen
			e.run(ctx, &agent, &each)
		}
	})
}
