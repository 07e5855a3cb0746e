package agent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin"
	"github.com/elizad/elizad/test/stubmodel"
)

// TestStateIsComposedInOrderAndOnRequest asks for state that is not given by
// itself, with providers beside it that break.
func TestStateIsComposedInOrderAndOnRequest(t *testing.T) {
	r := newRig(t, func(r *rig) {
		r.options.Plugins = []plugin.Plugin{{Name: "tides", Providers: []plugin.Provider{
			{Name: "TIDES", Get: func(context.Context, *plugin.Turn) (string, error) { return "High water at noon.", nil }},
			{Name: "BROKEN", Get: func(context.Context, *plugin.Turn) (string, error) { panic("no tide table") }},
			{Name: "FAILING", Get: func(context.Context, *plugin.Turn) (string, error) { return "half", errors.New("no tide table") }},
		}}}
	})
	a := r.agent("Robin")
	r.stub.Script(call("GET_STATE", `{"providers":["recent_messages","ANXIETY","NO_SUCH","PROVIDERS"]}`))
	e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "when is high water?").Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if got := e.Reply.Content; got != "You said: when is high water?" {
		t.Errorf("the reply is %q", got)
	}
	calls := r.stub.Calls()
	system := calls[0].System
	at := -1
	for _, piece := range []string{"You are Robin.", "It is ", "You talk with Ada alone.", "High water at noon."} {
		next := strings.Index(system, piece)
		if next <= at {
			t.Errorf("%q is not at its place in %q", piece, system)
		}
		at = next
	}
	if strings.Contains(system, "half") || strings.Contains(system, "What was said last") {
		t.Errorf("too much is told: %q", system)
	}
	result := gjson.GetBytes(calls[1].Body, `messages.#(role=="tool").content`).String()
	for _, piece := range []string{"What you can look up:\n- ANXIETY", "Answer what was asked.", "Ada: when is high water?"} {
		if !strings.Contains(result, piece) {
			t.Errorf("%q is missing from what was looked up: %q", piece, result)
		}
	}
	run, err := r.agents.Run(t.Context(), a.ID, e.Delivery.RunID)
	if err != nil {
		t.Fatal(err)
	}
	var broken []any
	for _, event := range run.Events {
		if event.Type == "PROVIDER_FAILED" {
			broken = append(broken, event.Data["provider"])
		}
	}
	if len(broken) != 2 || broken[0] != "BROKEN" || broken[1] != "FAILING" {
		t.Errorf("the run names %v as broken", broken)
	}
}

func TestACharacterSaysHowOftenItsModelIsAsked(t *testing.T) {
	for setting, want := range map[string]int64{"USE_MULTI_STEP=false": 1, "MAX_MULTISTEP_ITERATIONS=2": 2, "MAX_MULTISTEP_ITERATIONS=1000": 20, "MAX_MULTISTEP_ITERATIONS=many": 4} {
		r := newRig(t, func(r *rig) {
			r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
				return call("REMEMBER", fmt.Sprintf(`{"text":"fact %d"}`, c.Number))
			}
		})
		a := r.agent("Restless", setting)
		r.want(r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "hi").Message.ID, a.ID), eliza.Replied, "")
		if got := r.stub.Count(); got != want {
			t.Errorf("%s: the model was asked %d times, want %d", setting, got, want)
		}
	}
}

func TestATurnTakesSoManyActionsAndNoMore(t *testing.T) {
	many := make([]stubmodel.ToolCall, 30)
	for i := range many {
		many[i] = stubmodel.ToolCall{ID: string(rune('a' + i)), Name: "REMEMBER", Arguments: `{"text":"fact ` + string(rune('a'+i)) + `"}`}
	}
	r := newRig(t)
	a := r.agent("Busy")
	r.stub.Script(stubmodel.Reply{Text: "noted", ToolCalls: many})
	e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "much").Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	_, total, err := r.agents.Memories(t.Context(), a.ID, agent.MemoryFilter{Type: eliza.MemoryFacts})
	if err != nil || total != 20 {
		t.Errorf("%d facts, %v", total, err)
	}
}
