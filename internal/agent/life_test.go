package agent_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestAStoppedAgentIgnoresWhatComesAndAnswersWhatWaited(t *testing.T) {
	hold, asked := make(chan struct{}), make(chan struct{}, 10)
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(stubmodel.Call) stubmodel.Reply {
			asked <- struct{}{}
			<-hold
			return stubmodel.Reply{}
		}
	})
	a := r.agent("Sleeper")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	first := r.say(c, "first").Message
	<-asked
	waited := r.say(c, "second").Message
	if _, err := r.agents.Stop(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	ignored := r.say(c, "third")
	if d := ignored.Deliveries[0]; d.State != eliza.Ignored || d.Reason != eliza.ReasonAgentStopped {
		t.Fatalf("a stopped agent owes %s (%s)", d.State, d.Reason)
	}
	close(hold)
	r.want(r.ended(first.ID, a.ID), eliza.Replied, "")
	if _, err := r.agents.Stop(t.Context(), a.ID); eliza.ErrorCode(err) != eliza.CodeNotFound {
		t.Errorf("stopping twice: %v", err)
	}
	if _, err := r.agents.Start(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	r.want(r.ended(waited.ID, a.ID), eliza.Replied, "")
}

func TestAChangedCharacterIsSeenByTheNextTurn(t *testing.T) {
	r := newRig(t)
	a := r.agent("Actor")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	r.ended(r.say(c, "hi").Message.ID, a.ID)
	_, err := r.agents.Update(t.Context(), a.ID, func(a *eliza.Agent) error {
		a.Character.System = "You are a pirate now."
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.ended(r.say(c, "and now?").Message.ID, a.ID)
	if system := r.stub.Last().System; !strings.Contains(system, "You are a pirate now.") {
		t.Errorf("the model read %q", system)
	}
}

func TestADeletedAgentLeavesItsWordsAndNothingElse(t *testing.T) {
	r := newRig(t)
	a := r.agent("Passing")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	r.ended(r.say(c, "hi").Message.ID, a.ID)
	if err := r.agents.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	messages, err := r.store.Messages(t.Context(), c.ID, store.MessageQuery{})
	if err != nil || len(messages) != 2 {
		t.Errorf("%d messages, %v; both stay", len(messages), err)
	}
	if _, total, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{}); err != nil || total != 0 {
		t.Errorf("%d memories, %v", total, err)
	}
	if posted := r.say(c, "anybody?"); len(posted.Deliveries) != 0 {
		t.Errorf("a deleted agent owes %d answers", len(posted.Deliveries))
	}
	if _, err := r.agents.Agent(t.Context(), a.ID); eliza.ErrorCode(err) != eliza.CodeNotFound {
		t.Errorf("the agent is still found: %v", err)
	}
}

func TestAServerThatStopsHandsItsTurnsToTheNext(t *testing.T) {
	var mu sync.Mutex
	hanging := true
	asked := make(chan struct{}, 10)
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(stubmodel.Call) stubmodel.Reply {
			mu.Lock()
			defer mu.Unlock()
			asked <- struct{}{}
			return stubmodel.Reply{Hang: hanging}
		}
	})
	a := r.agent("Survivor")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	first, second := r.say(c, "first").Message, r.say(c, "second").Message
	<-asked
	r.stopNow()
	mu.Lock()
	hanging = false
	mu.Unlock()
	r.start()
	r.want(r.ended(first.ID, a.ID), eliza.Replied, "")
	e := r.ended(second.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if e.Delivery.Attempts != 0 {
		t.Errorf("a delivery that was handed back counts %d attempts", e.Delivery.Attempts)
	}
}

func TestAgentsThatOnlyTalkToEachOtherAreEnded(t *testing.T) {
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(stubmodel.Call) stubmodel.Reply {
			return stubmodel.Reply{Text: "Tick and Tock, what do you think?"}
		}
	})
	a, b := r.agent("Tick"), r.agent("Tock")
	r.say(r.channel(eliza.TypeGroup, r.person, a.ID, b.ID), "Tick, say hello to Tock")
	// A reply whose hearers are past the limit is stored with deliveries that
	// have ended already.
	r.await("the loop guard", func(e bus.Event) bool {
		posted, is := e.(bus.MessagePosted)
		if !is || len(posted.Deliveries) == 0 || posted.Deliveries[0].Reason != eliza.ReasonLoopGuard {
			return false
		}
		return posted.Message.Hops == 4 && posted.Deliveries[0].State == eliza.Ignored && posted.Deliveries[0].Detail != ""
	})
}

func TestADeletedMessageIsNotAnswered(t *testing.T) {
	hold, asked := make(chan struct{}), make(chan struct{}, 10)
	r := newRig(t, func(r *rig) {
		r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
			asked <- struct{}{}
			<-hold
			return stubmodel.Reply{}
		}
	})
	a := r.agent("Careful")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	running := r.say(c, "first").Message
	<-asked
	waiting := r.say(c, "second").Message
	for _, m := range []eliza.ID{running.ID, waiting.ID} {
		if err := r.messaging.DeleteMessage(t.Context(), c.ID, m); err != nil {
			t.Fatal(err)
		}
	}
	close(hold)
	r.want(r.ended(r.say(c, "third").Message.ID, a.ID), eliza.Replied, "")
	messages, err := r.store.Messages(t.Context(), c.ID, store.MessageQuery{})
	if err != nil || len(messages) != 2 {
		t.Errorf("%d messages, %v; want the third and its reply", len(messages), err)
	}
}
