package agent_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/plugin"
	"github.com/elizad/elizad/test/stubmodel"
)

// vault is a plugin with one action that always asks; it counts what is done.
func vault(done *atomic.Int32, with *atomic.Value) plugin.Plugin {
	return plugin.Plugin{Name: "vault", Actions: []plugin.Action{{
		Name: "OPEN_VAULT", Description: "Opens the vault", Needs: plugin.ByApproval,
		Run: func(_ context.Context, _ *plugin.Turn, arguments json.RawMessage) (string, error) {
			done.Add(1)
			with.Store(string(arguments))
			return "The vault is open.", nil
		},
	}}}
}

func (r *rig) requested(agent eliza.ID) (a eliza.Approval) {
	r.t.Helper()
	r.await("a request for approval", func(e bus.Event) bool {
		asked, is := e.(bus.ApprovalRequested)
		if is && asked.Approval.AgentID == agent {
			a = asked.Approval
		}
		return is && asked.Approval.AgentID == agent
	})
	return a
}

// TestAnApprovedCallIsDoneOnceAfterARestart has a turn wait for a person over
// a restart, among calls before and after the one that waits.
func TestAnApprovedCallIsDoneOnceAfterARestart(t *testing.T) {
	for name, c := range map[string]struct {
		yes     bool
		restart bool
		done    int32
		said    string // to the model
	}{
		"yes":                   {true, false, 1, "The vault is open."},
		"yes after a restart":   {true, true, 1, "The vault is open."},
		"no":                    {false, false, 0, "Not done: Olga said no."},
		"no, after the restart": {false, true, 0, "Not done: Olga said no."},
	} {
		t.Run(name, func(t *testing.T) {
			var done atomic.Int32
			var with atomic.Value
			r := newRig(t, func(r *rig) { r.options.Plugins = []plugin.Plugin{vault(&done, &with)} })
			a := r.agent("Keeper")
			room := r.channel(eliza.TypeDM, r.person, a.ID)
			r.stub.Script(stubmodel.Reply{Empty: true, ToolCalls: []stubmodel.ToolCall{
				{ID: "1", Name: "REMEMBER", Arguments: `{"text":"Ada has a vault"}`}, {ID: "2", Name: "OPEN_VAULT", Arguments: `{"door":7}`}, {ID: "3", Name: "REMEMBER", Arguments: `{"text":"it has a door"}`},
			}}, stubmodel.Reply{Text: "So be it."})
			asked := r.say(room, "open the vault").Message
			request := r.requested(a.ID)
			if request.Action != "OPEN_VAULT" || request.Arguments != `{"door":7}` || request.EntityID != r.person || request.Why == "" || done.Load() != 0 {
				t.Fatalf("the request is %+v, done %d times", request, done.Load())
			}
			deliveries, err := r.store.Deliveries(t.Context(), asked.ID)
			if err != nil || deliveries[0].State != eliza.Pending || deliveries[0].Reason != eliza.ReasonAwaitingApproval || deliveries[0].Detail == "" {
				t.Fatalf("the delivery is %+v, %v", deliveries, err)
			}
			if c.restart {
				r.stop()
				r.start()
				if err := r.agents.Reclaim(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.agents.Decide(t.Context(), request.ID, c.yes, "Olga"); err != nil {
				t.Fatal(err)
			}
			e := r.ended(asked.ID, a.ID)
			r.want(e, eliza.Replied, "")
			if e.Reply.Content != "So be it." || done.Load() != c.done {
				t.Errorf("answered %q, done %d times", e.Reply.Content, done.Load())
			}
			if !strings.Contains(string(r.stub.Last().Body), c.said) {
				t.Errorf("the model is not told %q: %s", c.said, r.stub.Last().Body)
			}
			if c.yes && with.Load() != `{"door":7}` {
				t.Errorf("done with %v", with.Load())
			}
			_, facts, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{Type: eliza.MemoryFacts})
			if err != nil || facts != 2 {
				t.Errorf("%d facts, %v", facts, err)
			}
			run, err := r.agents.Run(t.Context(), a.ID, request.RunID)
			if err != nil || run.Status != eliza.RunCompleted || run.ID != e.Delivery.RunID {
				t.Errorf("run %+v, %v", run, err)
			}
			if _, err := r.agents.Decide(t.Context(), request.ID, true, "Olga"); eliza.ErrorCode(err) != eliza.CodeConflict {
				t.Errorf("it was decided twice: %v", err)
			}
		})
	}
}

// TestAWaitingTurnHoldsNobodyUp answers what comes after it.
func TestAWaitingTurnHoldsNobodyUp(t *testing.T) {
	var done atomic.Int32
	var with atomic.Value
	r := newRig(t, func(r *rig) { r.options.Plugins = []plugin.Plugin{vault(&done, &with)} })
	a := r.agent("Keeper", "waitingMessages=fold")
	room := r.channel(eliza.TypeDM, r.person, a.ID)
	r.stub.Script(call("OPEN_VAULT", `{}`))
	first := r.say(room, "open the vault").Message
	request := r.requested(a.ID)
	second := r.say(room, "and how are you?").Message
	r.want(r.ended(second.ID, a.ID), eliza.Replied, "")
	if _, err := r.agents.Decide(t.Context(), request.ID, true, "Olga"); err != nil {
		t.Fatal(err)
	}
	r.want(r.ended(first.ID, a.ID), eliza.Replied, "")
}

func TestSoManyRequestsWaitAndNoMore(t *testing.T) {
	var done atomic.Int32
	var with atomic.Value
	r := newRig(t, func(r *rig) { r.options.Plugins = []plugin.Plugin{vault(&done, &with)} })
	a := r.agent("Keeper")
	room := r.channel(eliza.TypeDM, r.person, a.ID)
	r.stub.Script(stubmodel.Reply{Empty: true, ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "OPEN_VAULT", Arguments: "{}"}}, Times: 101})
	for range 100 {
		r.say(room, "open it")
	}
	last := r.ended(r.say(room, "open it").Message.ID, a.ID)
	r.want(last, eliza.Replied, "")
	run, err := r.agents.Run(t.Context(), a.ID, last.Delivery.RunID)
	if err != nil {
		t.Fatal(err)
	}
	told, _ := json.Marshal(run.Events)
	if !strings.Contains(string(told), "100 requests wait") || done.Load() != 0 {
		t.Errorf("done %d times: %s", done.Load(), told)
	}
}

func TestNobodySaysYesInTime(t *testing.T) {
	var done atomic.Int32
	var with atomic.Value
	r := newRig(t, func(r *rig) {
		r.options.Plugins, r.options.ApprovalTime = []plugin.Plugin{vault(&done, &with)}, time.Millisecond
	})
	a := r.agent("Keeper")
	r.stub.Script(call("OPEN_VAULT", `{}`), stubmodel.Reply{Empty: true})
	asked := r.say(r.channel(eliza.TypeDM, r.person, a.ID), "open the vault").Message
	request := r.requested(a.ID)
	for until := time.Now().Add(patience); ; {
		if err := r.agents.ExpireApprovals(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a, err := r.agents.Approval(t.Context(), request.ID); err != nil || a.State != eliza.ApprovalPending || time.Now().After(until) {
			break
		}
	}
	e := r.ended(asked.ID, a.ID)
	r.want(e, eliza.Replied, "")
	decided, err := r.agents.Approval(t.Context(), request.ID)
	if diff := cmp.Diff([]any{"Not done: nobody said yes in time.", eliza.ApprovalExpired, int32(0)}, []any{e.Reply.Content, decided.State, done.Load()}); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
}

// TestAWaitingTurnKeepsWhatWasSaidAndAsked has a turn wait after it has
// written, looked something up twice, and thought.
func TestAWaitingTurnKeepsWhatWasSaidAndAsked(t *testing.T) {
	for name, c := range map[string]struct {
		yes   bool
		after model.Answer // what the model answers to the decision
		calls int
		text  string
	}{
		"yes":              {true, wants("", toolCall("LOOK_UP_TIDE", `{}`)), 5, "Let me look.\n\nI need the vault.\n\nDone."},
		"no":               {false, wants("Then not."), 4, "Let me look.\n\nI need the vault.\n\nThen not."},
		"no, and no words": {false, wants(""), 4, "Let me look.\n\nI need the vault.\n\nHigh tide is at 14:07, for {} Not done: Olga said no."},
	} {
		t.Run(name, func(t *testing.T) {
			var looked, done atomic.Int32
			var with atomic.Value
			tide := toolCall("LOOK_UP_TIDE", `{}`)
			m := inTurn(
				model.Answer{Text: "Let me look.", Thought: "first", ToolCalls: []model.ToolCall{tide}},
				model.Answer{Thought: "second", ToolCalls: []model.ToolCall{tide}},
				model.Answer{Text: "I need the vault.", ToolCalls: []model.ToolCall{toolCall("OPEN_VAULT", `{"door":7}`)}},
				c.after, wants("Done."))
			r := newScripted(t, m, &looked, func(r *rig) {
				r.options.MaxSteps, r.options.Plugins = 10, []plugin.Plugin{looking(&looked), vault(&done, &with)}
			})
			a := r.agent("Keeper")
			asked := r.say(r.channel(eliza.TypeDM, r.person, a.ID), "open the vault").Message
			request := r.requested(a.ID)
			r.stop()
			r.start()
			if err := r.agents.Reclaim(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := r.agents.Decide(t.Context(), request.ID, c.yes, "Olga"); err != nil {
				t.Fatal(err)
			}
			e := r.ended(asked.ID, a.ID)
			r.want(e, eliza.Replied, "")
			if e.Reply.Content != c.text || e.Content.Thought != "first\n\nsecond" || looked.Load() != 1 || r.streamed(asked.ID) != c.text {
				t.Errorf("answered %q with the thought %q after %d looks, streamed %q", e.Reply.Content, e.Content.Thought, looked.Load(), r.streamed(asked.ID))
			}
			requests := m.asked()
			if len(requests) != c.calls || c.yes && len(requests[c.calls-1].Tools) != 0 {
				t.Errorf("%d calls, want %d, tools in the last: %d", len(requests), c.calls, len(requests[len(requests)-1].Tools))
			}
		})
	}
}
