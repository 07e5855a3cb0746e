package storetest

import (
	"fmt"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// room makes Eliza's room of the channel, which lessons are about.
func (p place) room(t *testing.T) eliza.Room {
	t.Helper()
	r := eliza.Room{ID: eliza.PerAgent(p.channel.ID, p.eliza.ID), AgentID: p.eliza.ID, ChannelID: p.channel.ID, Name: "r", Type: eliza.TypeGroup, CreatedAt: eliza.Now()}
	ok(t, p.EnsureView(p.ctx, store.View{Room: r, Entities: []eliza.Entity{{ID: p.alice, AgentID: p.eliza.ID, Names: []string{"Alice"}, CreatedAt: 1}}}))
	return r
}

// fact is one that Alice said of herself at a moment.
func (p place) fact(text, subject string, at eliza.Millis, message eliza.ID) eliza.Memory {
	m := p.memory(p.eliza, text)
	m.ID, m.Type, m.MessageID, m.CreatedAt = eliza.FactID(message, p.eliza.ID, text), eliza.MemoryFacts, message, at
	m.Metadata = map[string]any{"subject": subject, "trust": "said"}
	return m
}

// teach stores a lesson of facts after the last one.
func (p place) teach(t *testing.T, seq int64, facts ...eliza.Memory) {
	t.Helper()
	ok(t, p.Learn(p.ctx, store.Lesson{
		Reflection: eliza.Reflection{AgentID: p.eliza.ID, RoomID: eliza.PerAgent(p.channel.ID, p.eliza.ID), Seq: seq, UpdatedAt: 1}, Before: seq - 1, Facts: facts,
	}))
}

// holds lists Alice's facts that hold, the newest first.
func (p place) holds(t *testing.T) (list []string) {
	t.Helper()
	facts, _, err := p.Memories(p.ctx, p.eliza.ID, store.MemoryQuery{Type: eliza.MemoryFacts, EntityID: p.alice, Current: true})
	ok(t, err)
	for _, f := range facts {
		list = append(list, f.Content.Text)
	}
	return list
}

var factTests = map[string]func(*testing.T, place){
	"gives way to a newer one on the same subject, and is kept": func(t *testing.T, p place) {
		p.room(t)
		first, second := p.fact("my dog is called Rex", "dog name", 1000, eliza.NewID()), p.fact("my dog is called Max", "dog name", 2000, eliza.NewID())
		p.teach(t, 1, first, p.fact("I like tea", "taste tea", 1500, eliza.NewID()))
		q := store.RecallQuery{RoomID: first.RoomID, Text: "dog called"}
		equal(t, "recalled before", texts(p.recall(t, q)), []string{"my dog is called Rex"})
		ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: first.ID, Vector: []float32{1, 2}}}))
		p.teach(t, 2, second)
		equal(t, "that hold", p.holds(t), []string{"my dog is called Max", "I like tea"})
		equal(t, "recalled", texts(p.recall(t, q)), []string{"my dog is called Max"})
		q.RoomID = eliza.NoID
		equal(t, "recalled of everything", texts(p.recall(t, q)), []string{"my dog is called Max"})
		q.Vector, q.Model = []float32{1, 2}, "m"
		equal(t, "recalled by vector", texts(p.recall(t, q)), []string{"my dog is called Max"})
		old, err := p.Memory(p.ctx, p.eliza.ID, first.ID)
		ok(t, err)
		if old.ValidUntil != 2000 || old.Metadata["supersededBy"] != second.ID.String() {
			t.Errorf("the older one: %+v", old)
		}
		took, err := p.Supersedes(p.ctx, p.eliza.ID, p.alice, second.ID)
		ok(t, err)
		equal(t, "supersedes", took, []eliza.ID{first.ID})
		// One that was said earlier but is heard of later is over from the start.
		p.teach(t, 3, p.fact("my dog is called Ben", "dog name", 1800, eliza.NewID()))
		equal(t, "that hold", p.holds(t), []string{"my dog is called Max", "I like tea"})
		left, err := p.Unembedded(p.ctx, "m", 0, 10)
		ok(t, err)
		if len(left) != 2 {
			t.Errorf("%d facts wait for a vector, want those that hold", len(left))
		}
		there, err := p.HasFacts(p.ctx, p.eliza.ID, first.RoomID, eliza.NoID)
		ok(t, err)
		if !there {
			t.Error("no facts of the room")
		}
	},
	"is one, however often it is said, and goes with the last message that says it": func(t *testing.T, p place) {
		p.room(t)
		one, two := p.accept(t, p.says("I live in Porto")).Message, p.accept(t, p.says("i live in PORTO")).Message
		fact := p.fact("I live in Porto", "home", 1000, one.ID)
		p.teach(t, 1, fact)
		p.teach(t, 2, p.fact("i live in PORTO", "home", 2000, two.ID), fact)
		equal(t, "that hold", p.holds(t), []string{"I live in Porto"})
		sources, err := p.Sources(p.ctx, fact.ID)
		ok(t, err)
		if len(sources) != 2 {
			t.Errorf("sources %v", sources)
		}
		_, err = p.DeleteMessage(p.ctx, one.ID)
		ok(t, err)
		equal(t, "that hold while a source is there", p.holds(t), []string{"I live in Porto"})
		_, err = p.DeleteMessagesOf(p.ctx, p.channel.ID, p.alice)
		ok(t, err)
		if left := p.holds(t); len(left) != 0 {
			t.Errorf("without a source there are %v", left)
		}
	},
	"is learned once": func(t *testing.T, p place) {
		p.room(t)
		lesson := store.Lesson{
			Reflection:    eliza.Reflection{AgentID: p.eliza.ID, RoomID: eliza.PerAgent(p.channel.ID, p.eliza.ID), Seq: 7, Summary: "They met.", SummarySeq: 5, SummaryFrom: 10, SummaryTo: 20, UpdatedAt: 30},
			Facts:         []eliza.Memory{p.fact("I like tea", "", 1000, eliza.NewID())},
			Relationships: []eliza.Relationship{{AgentID: p.eliza.ID, SourceID: p.alice, TargetID: p.eliza.ID, Interactions: 3, Tags: []string{"friend"}, LastAt: 900, CreatedAt: 800}},
			Names:         []eliza.Entity{{ID: p.alice, AgentID: p.eliza.ID, Names: []string{"Al"}, CreatedAt: 1}},
		}
		ok(t, p.Learn(p.ctx, lesson))
		wantCode(t, p.Learn(p.ctx, lesson), eliza.CodeConflict)
		got, err := p.Reflection(p.ctx, p.eliza.ID, lesson.Reflection.RoomID)
		ok(t, err)
		equal(t, "reflection", got, lesson.Reflection)
		lesson.Before, lesson.Reflection.Seq, lesson.Names = 7, 9, nil
		lesson.Relationships[0].Tags, lesson.Relationships[0].LastAt = []string{"friend", "colleague"}, 950
		ok(t, p.Learn(p.ctx, lesson))
		if facts := p.holds(t); len(facts) != 1 {
			t.Errorf("facts %v", facts)
		}
		list, err := p.Relationships(p.ctx, p.eliza.ID, store.RelationshipQuery{EntityID: p.eliza.ID})
		ok(t, err)
		if len(list) != 1 || list[0].Interactions != 6 || list[0].LastAt != 950 || fmt.Sprint(list[0].Tags) != "[friend colleague]" {
			t.Errorf("relationships %+v", list)
		}
		alice, err := p.Entity(p.ctx, p.eliza.ID, p.alice)
		ok(t, err)
		equal(t, "names", alice.Names, []string{"Alice", "Al"})
		lesson.Reflection.RoomID = eliza.NewID()
		wantCode(t, p.Learn(p.ctx, lesson), eliza.CodeNotFound)
		changed, err := p.UpdateRelationship(p.ctx, p.eliza.ID, list[0].ID, func(r *eliza.Relationship) error { r.Tags = []string{"boss"}; return nil })
		ok(t, err)
		equal(t, "tags", changed.Tags, []string{"boss"})
		ok(t, p.DeleteRelationship(p.ctx, p.eliza.ID, list[0].ID))
		wantCode(t, p.DeleteRelationship(p.ctx, p.eliza.ID, list[0].ID), eliza.CodeNotFound)
		sums, err := p.Summaries(p.ctx, p.eliza.ID, 10, 0)
		ok(t, err)
		if len(sums) != 1 || sums[0].Summary != "They met." {
			t.Errorf("summaries %+v", sums)
		}
		set, err := p.SetSummary(p.ctx, p.eliza.ID, sums[0].RoomID, "")
		ok(t, err)
		if set.Summary != "" || set.SummarySeq != 5 {
			t.Errorf("removed: %+v", set)
		}
		_, err = p.SetSummary(p.ctx, p.eliza.ID, sums[0].RoomID, "x")
		wantCode(t, err, eliza.CodeNotFound)
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		_, err = p.Reflection(p.ctx, p.eliza.ID, sums[0].RoomID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"keeps a thousand of one entity, those that hold first": func(t *testing.T, p place) {
		p.room(t)
		var facts []eliza.Memory
		for i := range 1100 {
			facts = append(facts, p.fact(fmt.Sprintf("I know %d", i), fmt.Sprint(i), eliza.Millis(1000+i), eliza.NewID()))
		}
		facts = append(facts, p.fact("I know more", "1050", 5000, eliza.NewID()))
		_, err := p.CreateMemories(p.ctx, facts[:1000])
		ok(t, err)
		p.teach(t, 1, facts[1000:]...)
		all, total, err := p.Memories(p.ctx, p.eliza.ID, store.MemoryQuery{Type: eliza.MemoryFacts, EntityID: p.alice})
		ok(t, err)
		if total != 1000 || all[0].Content.Text != "I know more" || all[999].Content.Text != "I know 100" {
			t.Errorf("%d facts, from %q to %q", total, all[0].Content.Text, all[len(all)-1].Content.Text)
		}
	},
	"tells since when somebody is there": func(t *testing.T, p place) {
		room := p.room(t)
		since, err := p.PresentSince(p.ctx, p.eliza.ID, room.ID, p.channel.ID, p.alice)
		ok(t, err)
		members, err := p.Participants(p.ctx, p.channel.ID)
		ok(t, err)
		if since != members[0].JoinedAt {
			t.Errorf("a member is there since %d", since)
		}
		bob := eliza.NewID()
		if since, err = p.PresentSince(p.ctx, p.eliza.ID, room.ID, p.channel.ID, bob); err != nil || since != 0 {
			t.Errorf("a stranger is there since %d, %v", since, err)
		}
		m := p.memory(p.eliza, "lighthouse of Bob")
		m.EntityID, m.CreatedAt = bob, 77
		ok(t, p.CreateMemory(p.ctx, m))
		if since, err = p.PresentSince(p.ctx, p.eliza.ID, room.ID, p.channel.ID, bob); err != nil || since != 77 {
			t.Errorf("one who spoke is there since %d, %v", since, err)
		}
		early := p.memory(p.eliza, "lighthouse of Alice")
		early.CreatedAt = 50
		ok(t, p.CreateMemory(p.ctx, early))
		q := store.RecallQuery{RoomID: m.RoomID, Text: "lighthouse", Witness: bob, Since: 77}
		for range 2 { // from the disk and from memory
			equal(t, "what Bob heard", texts(p.recall(t, q)), []string{"lighthouse of Bob"})
		}
		q.Witness, q.Since = p.alice, 60
		equal(t, "what Alice heard and said", len(p.recall(t, q)), 2)
		q.Witness, q.By, q.After = eliza.NoID, bob, 76
		equal(t, "what Bob said", texts(p.recall(t, q)), []string{"lighthouse of Bob"})
	},
}
