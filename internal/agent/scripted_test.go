package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/plugin"
)

// scriptedModel is a model that answers as a test says. The turn sees what
// providers make of a server's answer, so thoughts, problems and omissions are
// already told apart.
type scriptedModel struct {
	mu       sync.Mutex
	requests []model.Request
	answer   func(n int, req model.Request) (model.Answer, error) // n is 1 for the first call
}

func (s *scriptedModel) Generate(_ context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	s.mu.Lock()
	s.requests = append(s.requests, req)
	n := len(s.requests)
	s.mu.Unlock()
	a, err := s.answer(n, req)
	if chunk != nil {
		half := len(a.Text) / 2
		for _, piece := range []string{a.Text[:half], a.Text[half:]} {
			if piece != "" {
				chunk(piece)
			}
		}
	}
	return a, err
}

func (s *scriptedModel) asked() []model.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]model.Request{}, s.requests...)
}

// inTurn answers each call with the next of these, and the last one from then
// on.
func inTurn(answers ...model.Answer) *scriptedModel {
	return &scriptedModel{answer: func(n int, _ model.Request) (model.Answer, error) { return answers[min(n, len(answers))-1], nil }}
}

func wants(text string, calls ...model.ToolCall) model.Answer {
	return model.Answer{Text: text, ToolCalls: calls}
}

var callNumber atomic.Int64

func toolCall(name, arguments string) model.ToolCall {
	return model.ToolCall{ID: fmt.Sprintf("call_%d", callNumber.Add(1)), Name: name, Arguments: json.RawMessage(arguments)}
}

// looking is a plugin with an action whose result informs the answer, and one
// that fails; it counts.
func looking(looked *atomic.Int32) plugin.Plugin {
	place := json.RawMessage(`{"type":"object","properties":{"place":{"type":"string"},"days":{"type":"integer"}}}`)
	return plugin.Plugin{Name: "tides", Actions: []plugin.Action{
		{Name: "LOOK_UP_TIDE", Description: "When the tide is high", Parameters: place, Run: func(_ context.Context, _ *plugin.Turn, arguments json.RawMessage) (string, error) {
			looked.Add(1)
			return "High tide is at 14:07, for " + string(arguments), nil
		}},
		{Name: "BREAK_DOWN", Description: "Fails", Run: func(context.Context, *plugin.Turn, json.RawMessage) (string, error) {
			looked.Add(1)
			return "", errors.New("no tide table")
		}},
	}}
}

func newScripted(t *testing.T, m *scriptedModel, looked *atomic.Int32, change ...func(*rig)) *rig {
	return newRig(t, append([]func(*rig){func(r *rig) {
		r.text, r.options.Plugins = m, []plugin.Plugin{looking(looked)}
	}}, change...)...)
}

// answered has a person say something in private, and holds what was streamed
// to what was stored.
func (r *rig) answered(a eliza.Agent, text string) bus.DeliveryEnded {
	r.t.Helper()
	said := r.say(r.channel(eliza.TypeDM, r.person, a.ID), text)
	e := r.ended(said.Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if got := r.streamed(said.Message.ID); got != e.Reply.Content {
		r.t.Errorf("streamed %q, stored %q", got, e.Reply.Content)
	}
	return e
}

// events are what a run tells of one kind.
func (r *rig) runEvents(a eliza.Agent, run eliza.ID, kind string) (found []map[string]any) {
	r.t.Helper()
	got, err := r.agents.Run(r.t.Context(), a.ID, run)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range got.Events {
		if e.Type == kind {
			found = append(found, e.Data)
		}
	}
	return found
}

// sent is all that a request shows a model of the conversation.
func sent(req model.Request) string {
	var b strings.Builder
	b.WriteString(req.System)
	for _, turn := range req.Turns {
		b.WriteString("\n" + string(turn.Role) + ": " + turn.Text)
	}
	return b.String()
}
