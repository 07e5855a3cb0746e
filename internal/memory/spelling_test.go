package memory_test

import (
	"log/slog"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
)

func TestSpellingDoesNotMatterToRecall(t *testing.T) {
	p := newPlace(t, nil)
	s := memory.New(p.store, nil, slog.New(slog.DiscardHandler))
	said := map[string]eliza.ID{}
	for text, author := range map[string]string{"my fiancée’s name is Zoë": "Ann", "私の犬はポチです": "Ann", "the boat is blue": "Jörg Weiß", "a blue boat": "Bob"} {
		m := eliza.Memory{ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryMessages, EntityID: p.person, RoomID: p.room,
			Content: eliza.Content{Text: text}, Metadata: map[string]any{"senderName": author}, CreatedAt: eliza.Now()}
		if err := p.store.CreateMemory(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		said[text] = m.ID
	}
	for question, want := range map[string]string{
		"what is the name of my fiancee?": "my fiancée’s name is Zoë", "FIANCE\u0301ES": "my fiancée’s name is Zoë", "犬の名前は何ですか": "私の犬はポチです",
		"which boat did JORG see?": "the boat is blue", "which boat did Jo\u0308rg’s son see?": "the boat is blue",
	} {
		found, _, err := s.Recall(t.Context(), memory.Query{AgentID: p.agent.ID, RoomID: p.room, EntityID: p.person, Text: question, Limit: 3})
		if err != nil || len(found) == 0 || found[0].Text != want {
			t.Errorf("%q recalls %+v, %v; want %q first", question, found, err, want)
		}
	}
	for query, want := range map[string]string{"my fiancee": "my fiancée’s name is Zoë", "ZOE": "my fiancée’s name is Zoë", "犬": "私の犬はポチです", "my cat": "", "the": ""} {
		ids, err := s.Matching(t.Context(), memory.Query{AgentID: p.agent.ID, RoomID: p.room, EntityID: p.person, Text: query})
		if err != nil || len(ids) > 1 || len(ids) == 1 && ids[0] != said[want] || len(ids) == 0 && want != "" {
			t.Errorf("%q is to forget %v, %v; want %q", query, ids, err, want)
		}
	}
}
