package storetest

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// heard has Alice say something that Eliza keeps, in words that recall finds.
func (p place) heard(t *testing.T, text string) eliza.Message {
	t.Helper()
	m := p.accept(t, p.says(text)).Message
	kept := p.memory(p.eliza, text)
	kept.ID, kept.MessageID = m.MemoryID(p.eliza.ID), m.ID
	ok(t, p.CreateMemory(p.ctx, kept))
	return m
}

// remembered are the texts that Eliza keeps of what Alice said, and that she
// recalls.
func (p place) remembered(t *testing.T) (kept, recalled []string) {
	t.Helper()
	list, _, err := p.Memories(p.ctx, p.eliza.ID, store.MemoryQuery{Type: eliza.MemoryMessages})
	ok(t, err)
	for _, m := range list {
		kept = append(kept, m.Content.Text)
	}
	return kept, texts(p.recall(t, store.RecallQuery{RoomID: eliza.PerAgent(p.channel.ID, p.eliza.ID), Text: "harbour", Limit: 10}))
}

// summed gives Eliza a summary of the channel that reaches as far as a message.
func (p place) summed(t *testing.T, m eliza.Message) {
	t.Helper()
	ok(t, p.Learn(p.ctx, store.Lesson{Reflection: eliza.Reflection{
		AgentID: p.eliza.ID, RoomID: eliza.PerAgent(p.channel.ID, p.eliza.ID), Seq: m.Seq, Summary: "They spoke of the harbour.", SummarySeq: m.Seq,
	}}))
}

func (p place) summary(t *testing.T) string {
	t.Helper()
	r, err := p.Reflection(p.ctx, p.eliza.ID, eliza.PerAgent(p.channel.ID, p.eliza.ID))
	ok(t, err)
	return r.Summary
}

var forgetTests = map[string]func(*testing.T, place){
	"a message that is deleted is forgotten, alone": func(t *testing.T, p place) {
		p.room(t)
		first := p.heard(t, "the harbour opens")
		p.summed(t, first)
		second := p.heard(t, "the harbour closes")
		if _, recalled := p.remembered(t); len(recalled) != 2 { // which keeps the words at hand
			t.Fatalf("recalled %q", recalled)
		}
		_, err := p.DeleteMessage(p.ctx, second.ID)
		ok(t, err)
		kept, recalled := p.remembered(t)
		equal(t, "kept", kept, []string{"the harbour opens"})
		equal(t, "recalled", recalled, []string{"the harbour opens"})
		equal(t, "a summary that did not reach so far", p.summary(t), "They spoke of the harbour.")
		_, err = p.DeleteMessage(p.ctx, first.ID)
		ok(t, err)
		equal(t, "a summary that took it in", p.summary(t), "")
	},
	"nothing is learned from a message that was deleted meanwhile": func(t *testing.T, p place) {
		p.room(t)
		m := p.heard(t, "I live at the harbour")
		lesson := store.Lesson{
			Reflection: eliza.Reflection{AgentID: p.eliza.ID, RoomID: eliza.PerAgent(p.channel.ID, p.eliza.ID), Seq: m.Seq},
			Read:       []eliza.ID{m.ID}, Facts: []eliza.Memory{p.fact("I live at the harbour", "home", 1000, m.ID)},
		}
		_, err := p.DeleteMessage(p.ctx, m.ID)
		ok(t, err)
		wantCode(t, p.Learn(p.ctx, lesson), eliza.CodeConflict)
		if facts := p.holds(t); len(facts) != 0 {
			t.Errorf("it learned %v", facts)
		}
	},
	"an author's messages that are deleted are forgotten": func(t *testing.T, p place) {
		p.room(t)
		p.heard(t, "the harbour opens")
		own := p.memory(p.eliza, "I watch the harbour")
		own.EntityID = p.eliza.ID
		ok(t, p.CreateMemory(p.ctx, own))
		_, err := p.DeleteMessagesOf(p.ctx, p.channel.ID, p.alice)
		ok(t, err)
		kept, recalled := p.remembered(t)
		equal(t, "kept", kept, []string{"I watch the harbour"})
		equal(t, "recalled", recalled, []string{"I watch the harbour"})
	},
	"what was said in a channel is forgotten with it": func(t *testing.T, p place) {
		for name, end := range map[string]func() error{
			"cleared": func() error { _, err := p.ClearChannel(p.ctx, p.channel.ID); return err },
			"deleted": func() error { return p.DeleteChannel(p.ctx, p.channel.ID) },
		} {
			p.channel = p.newChannel(t, eliza.TypeDM, p.alice, p.eliza.ID)
			p.room(t)
			p.summed(t, p.heard(t, "the harbour opens"))
			elsewhere := p.memory(p.eliza, "the harbour elsewhere")
			elsewhere.RoomID = eliza.NewID()
			ok(t, p.CreateMemory(p.ctx, elsewhere))
			document := p.memory(p.eliza, "the harbour in a document")
			document.Type = eliza.MemoryKnowledge
			ok(t, p.CreateMemory(p.ctx, document))
			ok(t, end())
			kept, _ := p.remembered(t)
			equal(t, name+": kept", kept, []string{"the harbour elsewhere"})
			_, err := p.Memory(p.ctx, p.eliza.ID, document.ID)
			ok(t, err)
			equal(t, name+": summary", p.summary(t), "")
			ok(t, p.DeleteMemory(p.ctx, p.eliza.ID, elsewhere.ID))
		}
	},
	"what was said on a message server is forgotten with it": func(t *testing.T, p place) {
		server := eliza.MessageServer{ID: eliza.NewID(), Name: "guild"}
		ok(t, p.CreateServer(p.ctx, server))
		m := p.memory(p.eliza, "the harbour of the guild")
		m.RoomID = eliza.NewID()
		ok(t, p.EnsureView(p.ctx, store.View{Room: eliza.Room{ID: m.RoomID, AgentID: p.eliza.ID, ServerID: server.ID, Type: eliza.TypeGroup}}))
		ok(t, p.CreateMemory(p.ctx, m))
		ok(t, p.DeleteServer(p.ctx, server.ID))
		_, err := p.Memory(p.ctx, p.eliza.ID, m.ID)
		wantCode(t, err, eliza.CodeNotFound)
		wantCode(t, p.DeleteServer(p.ctx, server.ID), eliza.CodeNotFound)
	},
}
