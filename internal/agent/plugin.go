package agent

import (
	"context"
	"encoding/json"
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
			actions = append(actions, Action{
				Name: a.Name, Similes: a.Similes, Description: a.Description, Parameters: a.Parameters, Foreign: true, Needs: needsOf(a.Needs),
				Run: func(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
					seen := t.seenBy()
					return apart.Do(ctx, pluginAction, "the action "+a.Name, func(ctx context.Context) (string, error) { return a.Run(ctx, seen, arguments) })
				},
			})
		}
		for _, provider := range p.Providers {
			providers = append(providers, Provider{
				Name: provider.Name, Description: provider.Description,
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
			s.evaluators = append(s.evaluators, func(ctx context.Context, agent *eliza.Agent, seen *plugin.Turn) {
				_, err := apart.Do(ctx, pluginEvaluator, "the evaluator "+e.Name, func(ctx context.Context) (struct{}, error) { return struct{}{}, e.Run(ctx, seen) })
				if err != nil {
					s.log.Error("a plugin failed", "plugin", p.Name, "evaluator", e.Name, "agent", agent.Name, "agentId", agent.ID, "error", err)
				}
			})
		}
	}
	s.actions, s.providers = newActionSet(actions), newProviderSet(providers)
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

// evaluate has the evaluators look at a turn that has ended, in the
// background.
func (s *Service) evaluate(t *Turn) {
	if len(s.evaluators) == 0 {
		return
	}
	seen, agent := t.seenBy(), t.Agent
	ctx := budget.With(context.Background(), t.payer)
	s.evaluating.Go(func() {
		for _, evaluate := range s.evaluators {
			each := *seen
			evaluate(ctx, &agent, &each)
		}
	})
}
