package agent_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

// TestThoughtsAreKeptApart follows what a model says to itself: it is stored
// with the reply, and no model and no person reads it as words.
func TestThoughtsAreKeptApart(t *testing.T) {
	var looked atomic.Int32
	m := inTurn(
		model.Answer{Text: "Let me look.", Thought: "secret plan", ToolCalls: []model.ToolCall{toolCall("LOOK_UP_TIDE", `{}`)}},
		model.Answer{Text: "At 14:07.", Thought: "\nsecond secret\n"},
		model.Answer{Text: "You are welcome."},
	)
	r := newScripted(t, m, &looked)
	a := r.agent("Keeper")
	room := r.channel(eliza.TypeDM, r.person, a.ID)
	said := r.say(room, "When is high tide?")
	e := r.ended(said.Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if e.Reply.Content != "Let me look.\n\nAt 14:07." || e.Content.Thought != "secret plan\n\nsecond secret" || !strings.Contains(string(e.Reply.Raw), "secret plan") {
		t.Errorf("answered %q with the thought %q, raw %s", e.Reply.Content, e.Content.Thought, e.Reply.Raw)
	}
	if streamed := r.streamed(said.Message.ID); strings.Contains(streamed, "secret") {
		t.Errorf("streamed %q", streamed)
	}
	kept, _, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{Type: eliza.MemoryMessages, EntityID: a.ID})
	if err != nil || len(kept) != 1 || kept[0].Content.Thought != e.Content.Thought || strings.Contains(kept[0].Content.Text, "secret") {
		t.Errorf("remembered %+v, %v", kept, err)
	}
	r.want(r.ended(r.say(room, "Thank you. Any secret plan?").Message.ID, a.ID), eliza.Replied, "")
	if _, _, err := r.agents.Title(t.Context(), a.ID, room.ID, 10, 0); err != nil {
		t.Error(err)
	}
	for i, req := range m.asked() {
		if all := sent(req); strings.Contains(all, "second secret") || i == 1 && strings.Contains(all, "secret") {
			t.Errorf("request %d shows a thought: %s", i+1, all)
		}
	}
}

func TestAThoughtIsBounded(t *testing.T) {
	var looked atomic.Int32
	r := newScripted(t, inTurn(model.Answer{Text: "Yes.", Thought: "first " + strings.Repeat("ü", 1<<20) + " last"}), &looked)
	e := r.answered(r.agent("Keeper"), "hello")
	if got := e.Content.Thought; len(got) > 16<<10 || !strings.HasPrefix(got, "first ü") || !strings.HasSuffix(got, "ü last") {
		t.Errorf("%d bytes are kept of a thought", len(got))
	}
}

// TestAnInterruptedTurnKeepsItsThought has a person speak on while the model
// writes.
func TestAnInterruptedTurnKeepsItsThought(t *testing.T) {
	var looked atomic.Int32
	writing, spoken := make(chan struct{}), make(chan struct{})
	m := &scriptedModel{answer: func(n int, _ model.Request) (model.Answer, error) {
		if n == 1 {
			return model.Answer{Text: "Let me look.", Thought: "secret plan", ToolCalls: []model.ToolCall{toolCall("LOOK_UP_TIDE", `{}`)}}, nil
		}
		close(writing)
		<-spoken
		return model.Answer{}, &model.CallError{Provider: "scripted", Message: "the call was ended"}
	}}
	r := newScripted(t, m, &looked)
	a := r.agent("Keeper")
	said := r.say(r.channel(eliza.TypeDM, r.person, a.ID), "When is high tide?", func(p *messaging.Post) { p.SourceType = eliza.SourceVoice })
	<-writing
	r.agents.Interrupt(a.ID, said.Message.ID, "Let me")
	close(spoken)
	e := r.ended(said.Message.ID, a.ID)
	r.want(e, eliza.Replied, "")
	if e.Reply.Content != "Let me" || e.Content.Thought != "secret plan" {
		t.Errorf("answered %q with the thought %q", e.Reply.Content, e.Content.Thought)
	}
}

// TestAnAnswerInElizaOSsFormIsReadUnasked has a model write XML although its
// prompt asks for words.
func TestAnAnswerInElizaOSsFormIsReadUnasked(t *testing.T) {
	r := newRig(t)
	a := r.agent("Robin")
	const block = "<response><thought>secret plan</thought><actions>REPLY, FOLLOW_ROOM, HUGGED</actions><text>Hello there.</text></response>"
	for said, want := range map[string]string{block: "Hello there.", "```xml\n" + block + "\n```": "Hello there.", "Look: " + block: "Look: " + block} {
		r.stub.Script(stubmodel.Reply{Text: said})
		e := r.answered(a, "hello")
		thought := "secret plan"
		if want != "Hello there." {
			thought = ""
		}
		if e.Reply.Content != want || e.Content.Thought != thought {
			t.Errorf("%q is answered as %q with the thought %q", said, e.Reply.Content, e.Content.Thought)
		}
	}
	r.stub.Script(stubmodel.Reply{Text: "<response><thought>not for me</thought><actions>IGNORE</actions><text></text></response>"})
	said := r.say(r.channel(eliza.TypeDM, r.person, a.ID), "hello")
	r.want(r.ended(said.Message.ID, a.ID), eliza.Ignored, eliza.ReasonModelDecided)
	if got := r.streamed(said.Message.ID); got != "" {
		t.Errorf("streamed %q", got)
	}
}

// TestWhatAModelHeldBackIsSaidPlainly ends calls in ways of their own, after a
// part of the answer.
func TestWhatAModelHeldBackIsSaidPlainly(t *testing.T) {
	for kind, want := range map[model.FailureKind]string{
		model.ContentFilter:  "The provider held the answer back (content filter).",
		model.ContextTooLong: "The conversation is too long for the model: scripted answered 400: no",
		"":                   "The model did not answer: scripted answered 400: no",
	} {
		var looked atomic.Int32
		m := &scriptedModel{answer: func(int, model.Request) (model.Answer, error) {
			return model.Answer{Text: "The way to do it"}, &model.CallError{Provider: "scripted", Kind: kind, Status: 400, Message: "no"}
		}}
		r := newScripted(t, m, &looked)
		a := r.agent("Keeper")
		e := r.ended(r.say(r.channel(eliza.TypeDM, r.person, a.ID), "how?").Message.ID, a.ID)
		r.want(e, eliza.Failed, eliza.ReasonModelError)
		var failed bus.StreamFailed
		r.await("news of the failed stream", func(e bus.Event) (is bool) { failed, is = e.(bus.StreamFailed); return is })
		if e.Delivery.Detail != want || failed.Error != want || failed.Partial != "The way to do it" {
			t.Errorf("%q: told %q, then %+v", kind, e.Delivery.Detail, failed)
		}
	}
}

func TestTheRunTellsWhatWasNotSent(t *testing.T) {
	var looked atomic.Int32
	r := newScripted(t, inTurn(model.Answer{Text: "Yes.", Omitted: []string{"Three messages were left out."}}), &looked)
	a := r.agent("Keeper")
	e := r.answered(a, "hello")
	told := r.runEvents(a, e.Delivery.RunID, "CONTEXT_TRIMMED")
	if len(told) != 1 {
		t.Fatalf("the run tells of %v", told)
	}
	if list, _ := told[0]["omitted"].([]any); len(list) != 1 || list[0] != "Three messages were left out." {
		t.Errorf("the run tells of %v", told)
	}
}
