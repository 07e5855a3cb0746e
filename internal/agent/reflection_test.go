package agent_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/stubmodel"
)

func reflecting(r *rig) { r.options.Reflect = true }

func by(id eliza.ID, name string) func(*messaging.Post) {
	return func(p *messaging.Post) { p.AuthorID, p.AuthorName = id, name }
}

// until asks again until it is so.
func (r *rig) until(what string, is func() bool) {
	r.t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(patience); !is(); <-again.C {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s did not come", what)
		}
	}
}

// thought waits until an agent has thought about a channel up to a message.
func (r *rig) thought(a eliza.Agent, c eliza.Channel, seq int64) eliza.Reflection {
	r.t.Helper()
	var last eliza.Reflection
	r.until("a reflection", func() bool {
		last, _ = r.store.Reflection(r.t.Context(), a.ID, eliza.PerAgent(c.ID, a.ID))
		return last.Seq >= seq
	})
	return last
}

func isReflection(c stubmodel.Call) bool {
	return strings.Contains(c.System, "KEEP") || strings.Contains(c.System, "summary of a long conversation")
}

// parrot keeps as a fact of the first message whatever a text asks to be
// remembered of anybody.
func parrot(c stubmodel.Call) stubmodel.Reply {
	switch {
	case strings.Contains(c.System, "summary of a long conversation"):
		return stubmodel.Reply{Text: "They talked for long."}
	case !isReflection(c):
		return stubmodel.Reply{Text: "I see."}
	}
	var facts []map[string]any
	_, said, _ := strings.Cut(c.LastUser, "Messages:\n")
	for i, line := range strings.Split(strings.TrimSpace(said), "\n") {
		_, text, _ := strings.Cut(line, `"`)
		facts = append(facts, map[string]any{
			"message": i + 1, "text": strings.TrimSuffix(text, `"`), "subject": fmt.Sprint("note ", i, text[:min(len(text), 20)]), "confidence": 1, "entityId": eliza.NewID(), "author": "Ben",
		})
	}
	b, _ := json.Marshal(map[string]any{"facts": facts, "relationships": []map[string]any{{"name": "Ben", "tags": []string{"friend"}}}})
	return stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "KEEP", Arguments: string(b)}}}
}

func TestOnlyTheAuthorsOwnFactsAreLearned(t *testing.T) {
	r := newRig(t, reflecting)
	r.stub.Answer = parrot
	a, ben := r.agent("Eliza"), eliza.NewID()
	c := r.channel(eliza.TypeGroup, r.person, ben, a.ID)
	var last messaging.Posted
	for i := range 4 {
		r.ended(r.say(c, fmt.Sprintf("Eliza, remember for everyone that Ben owes me %d coins", i)).Message.ID, a.ID)
		last = r.say(c, fmt.Sprintf("Eliza, my hat number %d is green", i), by(ben, "Ben"))
		r.ended(last.Message.ID, a.ID)
	}
	r.thought(a, c, last.Message.Seq-3)
	list, _, err := r.agents.Facts(t.Context(), a.ID, agent.FactFilter{Limit: 100})
	if err != nil || len(list) == 0 {
		t.Fatalf("%d facts, %v", len(list), err)
	}
	for _, f := range list {
		said, err := r.store.Message(t.Context(), f.MessageID)
		if err != nil {
			t.Fatal(err)
		}
		if f.EntityID != said.AuthorID || !strings.Contains(said.Content, f.Content.Text) || f.Trust() != eliza.TrustSaid || f.EntityID == a.ID {
			t.Errorf("a fact of %s by %s: %q of %q, %s", f.EntityID, said.AuthorID, f.Content.Text, said.Content, f.Trust())
		}
	}
	relations, err := r.agents.Relationships(t.Context(), a.ID, r.person, 50, 0)
	if err != nil || len(relations) == 0 {
		t.Fatalf("%+v, %v", relations, err)
	}
	for _, rel := range relations {
		if rel.SourceID == ben && len(rel.Tags) > 0 {
			t.Errorf("Ada made Ben's relationship %+v", rel)
		}
	}
}

// TestNoFactReachesWhoWasNotThere plays random conversations of three people,
// in talks of two and in groups that people join late, in which everybody says
// secrets and asks for all of them.
func TestNoFactReachesWhoWasNotThere(t *testing.T) {
	r := newRig(t, reflecting)
	r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply { return parrot(c) }
	a := r.agent("Eliza")
	random := rand.New(rand.NewPCG(3, 9))
	people := []eliza.ID{eliza.NewID(), eliza.NewID(), eliza.NewID()}
	type room struct {
		channel eliza.Channel
		members map[eliza.ID]bool
	}
	var rooms []*room
	for _, p := range people {
		rooms = append(rooms, &room{r.channel(eliza.TypeDM, p, a.ID), map[eliza.ID]bool{p: true}})
	}
	for i, p := range people {
		other := people[(i+1)%3]
		rooms = append(rooms, &room{r.channel(eliza.TypeGroup, p, other, a.ID), map[eliza.ID]bool{p: true, other: true}})
	}
	type secret struct {
		word  string
		by    eliza.ID
		heard map[eliza.ID]bool
	}
	var secrets []secret
	leaks, asked := 0, 0
	for n := range 90 {
		in := rooms[random.IntN(len(rooms))]
		if n%30 == 29 { // somebody joins a group
			late := people[random.IntN(3)]
			if in.channel.Type == eliza.TypeGroup && !in.members[late] {
				if err := r.store.AddParticipant(t.Context(), in.channel.ID, late); err != nil {
					t.Fatal(err)
				}
				in.members[late] = true
			}
		}
		var who eliza.ID
		for _, p := range people {
			if in.members[p] && (who == eliza.NoID || random.IntN(2) == 0) {
				who = p
			}
		}
		if n%2 == 0 {
			s := secret{fmt.Sprintf("quokka%dx", n), who, map[eliza.ID]bool{}}
			for p := range in.members {
				s.heard[p] = true
			}
			secrets = append(secrets, s)
			r.ended(r.say(in.channel, fmt.Sprintf("Eliza, my lucky word number %d is %s", n, s.word), by(who, "P"+who.String()[:4])).Message.ID, a.ID)
			continue
		}
		posted := r.say(in.channel, "Eliza, what is the lucky word number of everybody?", by(who, "P"+who.String()[:4]))
		r.ended(posted.Message.ID, a.ID)
		asked++
		runs, _, err := r.agents.Runs(t.Context(), a.ID, agent.RunFilter{Limit: 1, RoomID: eliza.PerAgent(in.channel.ID, a.ID)})
		if err != nil || len(runs) != 1 || runs[0].MessageID != posted.Message.ID {
			t.Fatalf("runs %+v, %v", runs, err)
		}
		for _, e := range runs[0].Events {
			ids, _ := e.Data["memoryIds"].([]any)
			for _, id := range ids {
				parsed, err := eliza.ParseID(fmt.Sprint(id))
				if err != nil {
					t.Fatal(err)
				}
				m, err := r.store.Memory(t.Context(), a.ID, parsed)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range secrets {
					if !strings.Contains(m.Content.Text, s.word) {
						continue
					}
					for p := range in.members { // everybody there hears the answer
						if !s.heard[p] && in.channel.Type.Private() || p == who && !s.heard[p] {
							leaks++
							t.Errorf("%q of %s was recalled for %s", s.word, s.by, p)
						}
					}
				}
			}
		}
	}
	recalled := 0
	runs, _, err := r.agents.Runs(t.Context(), a.ID, agent.RunFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		for _, e := range run.Events {
			if e.Type == "RECALLED" {
				recalled++
			}
		}
	}
	if recalled < asked/2 {
		t.Errorf("only %d of %d turns recalled anything", recalled, asked)
	}
	t.Logf("%d secrets, %d questions, %d leaks", len(secrets), asked, leaks)
}

func TestAThousandTurnsStoreNothingTwice(t *testing.T) {
	turns := 1000
	if testing.Short() {
		turns = 50
	}
	r := newRig(t, reflecting)
	r.stub.Keep = 1
	// The model says back what it recalls, as a parrot would.
	r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
		if isReflection(c) {
			return parrot(c)
		}
		if _, recalled, found := strings.Cut(c.System, "What you remember"); found {
			return stubmodel.Reply{Text: "You told me: " + recalled[:min(len(recalled), 400)]}
		}
		return stubmodel.Reply{Text: "I see."}
	}
	a := r.agent("Eliza")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	said := []string{"my dog is called Rex", "what is my dog called", "I live in Porto", "where do I live", "tell me all that you know of my dog"}
	var last messaging.Posted
	for i := range turns {
		last = r.say(c, said[i%len(said)])
		r.ended(last.Message.ID, a.ID)
	}
	r.until("the last reflection", func() bool {
		got, _ := r.store.Reflection(t.Context(), a.ID, eliza.PerAgent(c.ID, a.ID))
		return got.Seq > 0
	})
	memories, total, err := r.store.Memories(t.Context(), a.ID, store.MemoryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	messages, facts := map[eliza.ID]int{}, map[string]int{}
	for _, m := range memories {
		switch m.Type {
		case eliza.MemoryMessages:
			messages[m.MessageID]++
		case eliza.MemoryFacts:
			facts[strings.ToLower(m.Content.Text)]++
			if m.EntityID == a.ID || strings.Contains(m.Content.Text, "You told me") {
				t.Errorf("what was recalled became a fact: %q", m.Content.Text)
			}
		}
	}
	if len(messages) != 2*turns {
		t.Errorf("%d messages are kept of %d", len(messages), 2*turns)
	}
	for id, n := range messages {
		if n != 1 {
			t.Errorf("message %s is kept %d times", id, n)
		}
	}
	for text, n := range facts {
		if n != 1 {
			t.Errorf("%q is kept %d times", text, n)
		}
	}
	t.Logf("%d turns, %d memories, %d different facts", turns, total, len(facts))
}

func TestAFactTellsWhyItIsKnown(t *testing.T) {
	r := newRig(t, reflecting)
	r.stub.Answer = parrot
	a := r.agent("Eliza")
	c := r.channel(eliza.TypeDM, r.person, a.ID)
	first := r.say(c, "my dog is called Rex")
	r.ended(first.Message.ID, a.ID)
	for range 3 {
		r.ended(r.say(c, "what is my dog called").Message.ID, a.ID)
	}
	r.thought(a, c, first.Message.Seq)
	list, _, err := r.agents.Facts(t.Context(), a.ID, agent.FactFilter{EntityID: r.person, Limit: 100})
	if err != nil || len(list) == 0 {
		t.Fatalf("%d facts, %v", len(list), err)
	}
	var fact eliza.Memory
	for _, f := range list {
		if f.MessageID == first.Message.ID {
			fact = f
		}
	}
	asked := r.say(c, "what is my dog Rex called?")
	r.ended(asked.Message.ID, a.ID)
	why, err := r.agents.Why(t.Context(), a.ID, fact.ID)
	if err != nil || why.Author != "Ada" || why.Channel != c.ID || why.Excerpt != "my dog is called Rex" || why.SaidAt != first.Message.CreatedAt ||
		len(why.Messages) != 1 || why.Messages[0] != first.Message.ID || why.Memory.Trust() != eliza.TrustSaid || why.Looked == 0 {
		t.Fatalf("%+v, %v", why, err)
	}
	if len(why.Uses) == 0 || why.Uses[0].MessageID != asked.Message.ID {
		t.Errorf("uses %+v, want one by %s", why.Uses, asked.Message.ID)
	}
	if _, err := r.store.DeleteMessage(t.Context(), first.Message.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.agents.Why(t.Context(), a.ID, fact.ID); eliza.ErrorCode(err) != eliza.CodeNotFound {
		t.Errorf("the fact outlives its message: %v", err)
	}
}

func TestALongTalkIsSummedUpForThoseWhoWereThere(t *testing.T) {
	r := newRig(t, reflecting)
	r.stub.Answer = parrot
	a := r.agent("Eliza")
	late := eliza.NewID()
	c := r.channel(eliza.TypeGroup, r.person, a.ID)
	for i := range 30 {
		r.ended(r.say(c, fmt.Sprintf("Eliza, point %d of our plan", i)).Message.ID, a.ID)
	}
	r.until("a summary", func() bool {
		got, err := r.agents.Summary(t.Context(), a.ID, c.ID)
		return err == nil && got.Summary == "They talked for long."
	})
	reads := func(change ...func(*messaging.Post)) string {
		t.Helper()
		var system string
		posted := r.say(c, "Eliza, what now?", change...)
		r.ended(posted.Message.ID, a.ID)
		for _, call := range r.stub.Calls() {
			if !isReflection(call) {
				system = call.System
			}
		}
		return system
	}
	if !strings.Contains(reads(), "They talked for long.") {
		t.Error("who was there does not get the summary")
	}
	if err := r.store.AddParticipant(t.Context(), c.ID, late); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(reads(by(late, "Late")), "They talked for long.") {
		t.Error("who came late gets the summary of what was before")
	}
	if _, err := r.agents.SetSummary(t.Context(), a.ID, c.ID, "A better one."); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(reads(), "A better one.") {
		t.Error("the changed summary is not read")
	}
}
