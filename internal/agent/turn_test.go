package agent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

func call(name, arguments string) stubmodel.Reply {
	return stubmodel.Reply{Empty: true, ToolCalls: []stubmodel.ToolCall{{ID: "call_" + name, Name: name, Arguments: arguments}}}
}

func TestAPrivateMessageIsAnsweredStreamedAndRemembered(t *testing.T) {
	r := newRig(t)
	a := r.agent("Ada's friend")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	said := r.say(c, "hello there")
	e := r.ended(said.Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if e.Reply.Content != "You said: hello there" || e.Reply.InReplyTo != said.Message.ID || e.Reply.AuthorID != a.ID {
		t.Errorf("the reply is %+v", e.Reply)
	}
	var streamed strings.Builder
	next := 0
	for _, e := range r.soFar() {
		if chunk, is := e.(bus.StreamChunk); is {
			if chunk.Index != next || chunk.MessageID != said.Message.ID {
				t.Errorf("chunk %d of message %s at place %d", chunk.Index, chunk.MessageID, next)
			}
			next++
			streamed.WriteString(chunk.Text)
		}
	}
	if streamed.String() != e.Reply.Content {
		t.Errorf("streamed %q, stored %q", streamed.String(), e.Reply.Content)
	}
	memories, total, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{Type: eliza.MemoryMessages})
	if err != nil || total != 2 {
		t.Fatalf("%d memories, %v; want both sides", total, err)
	}
	for _, m := range memories {
		if m.RoomID != eliza.PerAgent(c.ID, a.ID) {
			t.Errorf("memory %q is in room %s", m.Content.Text, m.RoomID)
		}
	}
	run, err := r.agents.Run(t.Context(), a.ID, e.Delivery.RunID)
	if err != nil || run.Status != eliza.RunCompleted || run.Usage.Calls != 1 || run.Usage.OutputTokens == 0 {
		t.Errorf("run %+v, %v", run, err)
	}
}

func TestEveryMessageOfAFloodIsAnsweredInOrder(t *testing.T) {
	r := newRig(t)
	a := r.agent("Patient")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	var ids []eliza.ID
	for i := range 60 {
		ids = append(ids, r.say(c, fmt.Sprintf("message %d", i)).Message.ID)
	}
	for i, id := range ids {
		e := r.ended(id, a.ID)
		r.want(e, eliza.Replied, "")
		if want := fmt.Sprintf("You said: message %d", i); e.Reply.Content != want {
			t.Errorf("message %d is answered %q", i, e.Reply.Content)
		}
	}
	messages, err := r.store.Messages(t.Context(), c.ID, store.MessageQuery{Limit: 200})
	if err != nil || len(messages) != 120 {
		t.Fatalf("%d messages, %v", len(messages), err)
	}
	last := -1
	for i := len(messages) - 1; i >= 0; i-- {
		var n int
		if _, err := fmt.Sscanf(messages[i].Content, "You said: message %d", &n); err == nil {
			if n != last+1 {
				t.Fatalf("answer %d follows answer %d", n, last)
			}
			last = n
		}
	}
}

func TestWaitingMessagesByPolicy(t *testing.T) {
	for policy, want := range map[agent.Policy]struct {
		state  eliza.DeliveryState
		reason eliza.Reason
	}{
		agent.Fold:   {eliza.Replied, eliza.ReasonFolded},
		agent.Newest: {eliza.Ignored, eliza.ReasonSuperseded},
	} {
		t.Run(string(policy), func(t *testing.T) {
			hold, asked := make(chan struct{}), make(chan struct{}, 10)
			r := newRig(t, func(r *rig) {
				r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
					if c.LastUser == "first" {
						asked <- struct{}{}
						<-hold
					}
					return stubmodel.Reply{}
				}
			})
			a := r.agent("Busy", agent.PolicySetting+"="+string(policy))
			c := r.channel(eliza.TypeDM, r.person, a.ID)
			first := r.say(c, "first").Message
			<-asked
			waiting := r.say(c, "second").Message
			last := r.say(c, "third").Message
			close(hold)
			r.want(r.ended(first.ID, a.ID), eliza.Replied, "")
			e := r.ended(last.ID, a.ID)
			r.want(e, eliza.Replied, "")
			other := r.ended(waiting.ID, a.ID)
			r.want(other, want.state, want.reason)
			if policy == agent.Fold && other.Delivery.ReplyID != e.Delivery.ReplyID {
				t.Error("a folded message does not name the reply that answers it")
			}
		})
	}
}

func TestWhoAnswersInAGroup(t *testing.T) {
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
			switch {
			case strings.Contains(c.System, "You decide whether"):
				return stubmodel.Reply{Text: "IGNORE"}
			case strings.Contains(c.LastUser, "be quiet"):
				return call("MUTE_ROOM", "{}")
			case strings.Contains(c.LastUser, "follow us"):
				return call("FOLLOW_ROOM", "{}")
			}
			return stubmodel.Reply{Text: "here I am"}
		}
	})
	a := r.agent("Robin")
	c := r.channel(eliza.TypeGroup, r.person, eliza.NewID(), a.ID)
	for _, step := range []struct {
		text   string
		state  eliza.DeliveryState
		reason eliza.Reason
	}{
		{"nice weather today", eliza.Ignored, eliza.ReasonNotAddressed},
		{"robin, are you there?", eliza.Replied, ""},
		{"robinson is my neighbour", eliza.Ignored, eliza.ReasonNotAddressed},
		{"Robin, follow us", eliza.Replied, ""},
		{"nice weather again", eliza.Replied, ""},
		{"Robin, be quiet please", eliza.Replied, ""},
		{"still nice weather", eliza.Ignored, eliza.ReasonMuted},
		{"but what does @Robin think?", eliza.Replied, ""},
	} {
		r.want(r.ended(r.say(c, step.text).Message.ID, a.ID), step.state, step.reason)
	}
	fromUI := r.say(r.channel(eliza.TypeGroup, r.person, a.ID), "anybody?", func(p *messaging.Post) { p.SourceType = "client_chat" })
	r.want(r.ended(fromUI.Message.ID, a.ID), eliza.Replied, "")
}

func TestTheModelMayStaySilentSpeakByToolOrSayNothing(t *testing.T) {
	for name, step := range map[string]struct {
		reply  stubmodel.Reply
		state  eliza.DeliveryState
		reason eliza.Reason
		text   string
	}{
		"ignore":        {call("IGNORE", "{}"), eliza.Ignored, eliza.ReasonModelDecided, ""},
		"none":          {call("NONE", "{}"), eliza.Ignored, eliza.ReasonModelDecided, ""},
		"reply tool":    {call("reply", `{"text":"by tool"}`), eliza.Replied, "", "by tool"},
		"empty":         {stubmodel.Reply{Empty: true}, eliza.Failed, eliza.ReasonNoAnswer, ""},
		"text and tool": {stubmodel.Reply{Text: "noted", ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "REMEMBER", Arguments: `{"text":"likes tea"}`}}}, eliza.Replied, "", "noted"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			a := r.agent("Quiet")
			r.stub.Script(step.reply)
			e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "hi").Message.ID, a.ID)
			r.want(e, step.state, step.reason)
			if step.text != "" && e.Reply.Content != step.text {
				t.Errorf("the reply is %q", e.Reply.Content)
			}
		})
	}
}

func TestAnActionsResultGoesBackToTheModel(t *testing.T) {
	r := newRig(t)
	a := r.agent("Worker")
	r.stub.Script(call("NO_SUCH_THING", "{}"), call("REMEMBER", `{"text":"Ada likes tea"}`), stubmodel.Reply{Text: "I noted it."})
	e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "I like tea").Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if e.Reply.Content != "I noted it." || r.stub.Count() != 3 {
		t.Errorf("%q after %d calls", e.Reply.Content, r.stub.Count())
	}
	facts, total, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{Type: eliza.MemoryFacts})
	if err != nil || total != 1 || facts[0].Content.Text != "Ada likes tea" || facts[0].EntityID != r.person {
		t.Errorf("facts %+v, %v", facts, err)
	}
}

func TestAModelThatOnlyCallsToolsIsStopped(t *testing.T) {
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(stubmodel.Call) stubmodel.Reply { return call("UNMUTE_ROOM", "{}") }
	})
	a := r.agent("Restless")
	e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "hi").Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if r.stub.Count() != 4 || !strings.Contains(e.Reply.Content, "I will talk here again.") {
		t.Errorf("%d calls, then %q", r.stub.Count(), e.Reply.Content)
	}
}

func TestAFailingModelFailsTheDeliveryAndSaysWhy(t *testing.T) {
	r := newRig(t)
	a := r.agent("Unlucky")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	r.stub.Script(stubmodel.Reply{Status: 500, Message: "the model is on fire"})
	e := r.ended(r.say(c, "hi").Message.ID, a.ID)
	r.want(e, eliza.Failed, eliza.ReasonModelError)
	if !strings.Contains(e.Delivery.Detail, "on fire") {
		t.Errorf("the reason does not say why: %q", e.Delivery.Detail)
	}
	r.await("news of the failed stream", func(e bus.Event) bool { _, is := e.(bus.StreamFailed); return is })
	r.want(r.ended(r.say(c, "hi again").Message.ID, a.ID), eliza.Replied, "")
}

func TestATurnThatTakesTooLongEnds(t *testing.T) {
	r := newRig(t, func(r *rig) { r.options.TurnTimeout = 300 * time.Millisecond })
	a := r.agent("Slow")
	r.stub.Script(stubmodel.Reply{Hang: true})
	r.want(r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "hi").Message.ID, a.ID), eliza.Failed, eliza.ReasonTimeout)
}
