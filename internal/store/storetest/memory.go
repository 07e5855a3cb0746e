package storetest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var memoryTests = map[string]func(*testing.T, place){
	"comes back as it was stored": func(t *testing.T, p place) {
		m := p.memory(p.eliza, "it's $1 ?")
		m.WorldID, m.MessageID, m.Unique = eliza.NewID(), eliza.NewID(), true
		m.Content.Actions, m.Content.InReplyTo = []string{"REPLY"}, eliza.NewID()
		m.Content.Attachments = []map[string]any{{"url": "x"}}
		m.Metadata = map[string]any{"type": "message"}
		ok(t, p.CreateMemory(p.ctx, m))
		got, err := p.Memory(p.ctx, p.eliza.ID, m.ID)
		ok(t, err)
		equal(t, "memory", got, m)
		_, err = p.Memory(p.ctx, p.ada.ID, m.ID)
		wantCode(t, err, eliza.CodeNotFound)
		wantCode(t, p.CreateMemory(p.ctx, m), eliza.CodeConflict)
		m.ID, m.AgentID = eliza.NewID(), eliza.NewID()
		wantCode(t, p.CreateMemory(p.ctx, m), eliza.CodeNotFound)
	},
	"keeps any text": func(t *testing.T, p place) {
		m := p.memory(p.eliza, "nul\x00 and \xff bytes")
		m.Metadata = map[string]any{"k\x00": "v\x00"}
		ok(t, p.CreateMemory(p.ctx, m))
		got, err := p.Memory(p.ctx, p.eliza.ID, m.ID)
		ok(t, err)
		if got.Content.Text != "nul and \uFFFD bytes" || got.Metadata["k"] != "v" {
			t.Errorf("memory %+v", got)
		}
		list, err := p.Unembedded(p.ctx, "m", 0, 10)
		ok(t, err)
		equal(t, "memories without a vector", list, []eliza.Memory{got})
	},
	"is listed newest first": func(t *testing.T, p place) {
		var all []eliza.Memory
		for i := range 12 {
			m := p.memory(p.eliza, fmt.Sprint(i))
			m.CreatedAt = eliza.Millis(1000 + i)
			if i%2 == 1 {
				m.Type = eliza.MemoryFacts
			}
			m.Unique = i < 2
			if i%3 == 0 {
				m.RoomID, m.EntityID = eliza.NameID("room"), eliza.NameID("Bob")
			}
			all = append(all, m)
		}
		n, err := p.CreateMemories(p.ctx, all)
		ok(t, err)
		again, err := p.CreateMemories(p.ctx, all[:3])
		ok(t, err)
		if n != 12 || again != 0 {
			t.Errorf("stored %d and then %d", n, again)
		}
		ok(t, p.CreateMemory(p.ctx, p.memory(p.ada, "another's")))
		for name, c := range map[string]struct {
			q     store.MemoryQuery
			want  string
			total int
		}{
			"all":    {store.MemoryQuery{}, "11 10 9 8 7 6 5 4 3 2 1 0 ", 12},
			"page":   {store.MemoryQuery{Limit: 2, Offset: 4}, "7 6 ", 12},
			"beyond": {store.MemoryQuery{Limit: 2, Offset: 40}, "", 12},
			"rest":   {store.MemoryQuery{Offset: 9}, "2 1 0 ", 12},
			"type":   {store.MemoryQuery{Type: eliza.MemoryFacts, Limit: 3}, "11 9 7 ", 6},
			"room":   {store.MemoryQuery{RoomID: eliza.NameID("room")}, "9 6 3 0 ", 4},
			"entity": {store.MemoryQuery{EntityID: eliza.NameID("Bob"), Type: eliza.MemoryMessages}, "6 0 ", 2},
			"times":  {store.MemoryQuery{After: 1003, Before: 1006}, "5 4 ", 2},
			"unique": {store.MemoryQuery{Unique: true}, "1 0 ", 2},
		} {
			list, total, err := p.Memories(p.ctx, p.eliza.ID, c.q)
			ok(t, err)
			got := ""
			for _, m := range list {
				got += m.Content.Text + " "
			}
			if got != c.want || total != c.total {
				t.Errorf("%s: got %s of %d, want %s of %d", name, got, total, c.want, c.total)
			}
		}
		deleted, err := p.DeleteMemories(p.ctx, p.eliza.ID, []eliza.ID{all[0].ID, all[1].ID, eliza.NewID()})
		ok(t, err)
		facts, err := p.DeleteMemoriesWhere(p.ctx, p.eliza.ID, store.MemoryQuery{Type: eliza.MemoryFacts})
		ok(t, err)
		none, err := p.DeleteMemories(p.ctx, p.eliza.ID, nil)
		ok(t, err)
		if deleted != 2 || facts != 5 || none != 0 {
			t.Errorf("deleted %d, %d, %d", deleted, facts, none)
		}
		ok(t, p.DeleteMemory(p.ctx, p.eliza.ID, all[2].ID))
		wantCode(t, p.DeleteMemory(p.ctx, p.eliza.ID, all[2].ID), eliza.CodeNotFound)
	},
	"is counted rightly whatever happens": func(t *testing.T, p place) {
		facts := store.MemoryQuery{Type: eliza.MemoryFacts, Limit: 1}
		var made []eliza.Memory
		total := func(want int, q store.MemoryQuery) {
			t.Helper()
			list, got, err := p.Memories(p.ctx, p.eliza.ID, q)
			ok(t, err)
			if got != want || len(list) != 1 {
				t.Errorf("total %d, want %d", got, want)
			}
		}
		both := func(all, ofFacts int) {
			t.Helper()
			for range 2 {
				total(all, store.MemoryQuery{Limit: 1})
				total(all, store.MemoryQuery{Limit: 1, Offset: 1})
				total(ofFacts, facts)
			}
		}
		keep := func(agent eliza.Agent, kind eliza.MemoryType, count int) {
			t.Helper()
			var some []eliza.Memory
			for range count {
				m := p.memory(agent, "x")
				m.Type = kind
				some = append(some, m)
			}
			_, err := p.CreateMemories(p.ctx, some)
			ok(t, err)
			if agent.ID == p.eliza.ID {
				made = append(made, some...)
			}
		}
		keep(p.eliza, eliza.MemoryMessages, 3)
		keep(p.eliza, eliza.MemoryFacts, 2)
		both(5, 2)
		keep(p.ada, eliza.MemoryFacts, 4)
		keep(p.eliza, eliza.MemoryFacts, 1)
		both(6, 3)
		keep(p.ada, eliza.MemoryFacts, 2100)
		keep(p.eliza, eliza.MemoryMessages, 1)
		both(7, 3)
		ok(t, p.DeleteMemory(p.ctx, p.eliza.ID, made[len(made)-1].ID)) // the newest of all
		both(6, 3)
		_, err := p.UpdateMemory(p.ctx, p.eliza.ID, made[0].ID, func(m *eliza.Memory) error { m.Type = eliza.MemoryFacts; return nil })
		ok(t, err)
		both(6, 4)
		_, err = p.DeleteMemoriesWhere(p.ctx, p.eliza.ID, store.MemoryQuery{Type: eliza.MemoryMessages})
		ok(t, err)
		keep(p.eliza, eliza.MemoryMessages, 2)
		both(6, 4)
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		ok(t, p.CreateAgent(p.ctx, p.eliza))
		keep(p.eliza, eliza.MemoryFacts, 2)
		both(2, 2)
	},
	"changes, and is found by its new words": func(t *testing.T, p place) {
		m := p.memory(p.eliza, "a lighthouse")
		ok(t, p.CreateMemory(p.ctx, m))
		ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: m.ID, Vector: []float32{1, 2}}}))
		changed, err := p.UpdateMemory(p.ctx, p.eliza.ID, m.ID, func(m *eliza.Memory) error { m.Content.Text = "a windmill"; return nil })
		ok(t, err)
		got, err := p.Memory(p.ctx, p.eliza.ID, m.ID)
		ok(t, err)
		equal(t, "memory", got, changed)
		for text, want := range map[string]int{"lighthouse": 0, "windmill": 1} {
			hits, err := p.Recall(p.ctx, store.RecallQuery{AgentID: p.eliza.ID, Text: text})
			ok(t, err)
			if len(hits) != want {
				t.Errorf("%q finds %d", text, len(hits))
			}
		}
		list, err := p.Unembedded(p.ctx, "m", 0, 10)
		ok(t, err)
		if len(list) != 1 {
			t.Error("the vector of the old text is still there")
		}
		_, err = p.UpdateMemory(p.ctx, p.ada.ID, m.ID, func(*eliza.Memory) error { return nil })
		wantCode(t, err, eliza.CodeNotFound)
	},
	"has vectors": func(t *testing.T, p place) {
		var all []eliza.Memory
		for i := range 20 {
			m := p.memory(p.eliza, fmt.Sprint("memory ", i))
			switch i {
			case 5:
				m.Content.Text = ""
			case 6:
				m.Type = eliza.MemoryDocuments
			}
			all = append(all, m)
		}
		_, err := p.CreateMemories(p.ctx, all)
		ok(t, err)
		var done []eliza.ID
		for {
			list, err := p.Unembedded(p.ctx, "m", 0, 7)
			ok(t, err)
			if len(list) == 0 {
				break
			}
			var vectors []store.Vector
			for _, m := range list {
				done = append(done, m.ID)
				vectors = append(vectors, store.Vector{MemoryID: m.ID, Vector: []float32{1, float32(math.Inf(1)), -0.5}})
			}
			vectors[0].Vector = nil // cannot be embedded
			ok(t, p.PutEmbeddings(p.ctx, "m", append(vectors, store.Vector{MemoryID: eliza.NewID(), Vector: []float32{1}})))
		}
		if len(done) != 18 || slices.Contains(done, all[5].ID) || slices.Contains(done, all[6].ID) || done[0] != all[0].ID {
			t.Errorf("embedded %d", len(done))
		}
		got, err := p.Embeddings(p.ctx, "m", []eliza.ID{all[1].ID, all[0].ID})
		ok(t, err)
		equal(t, "vectors", got, []store.Vector{{MemoryID: all[1].ID, Vector: []float32{1, float32(math.Inf(1)), -0.5}}})
		other, err := p.Unembedded(p.ctx, "another model", 0, 100)
		ok(t, err)
		later := p.memory(p.eliza, "later")
		ok(t, p.CreateMemory(p.ctx, later))
		next, err := p.Unembedded(p.ctx, "m", 0, 100)
		ok(t, err)
		if len(other) != 18 || len(next) != 1 || next[0].ID != later.ID {
			t.Errorf("other model misses %d, the model misses %+v", len(other), next)
		}
		ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: all[1].ID, Vector: []float32{9}}}))
		got, err = p.Embeddings(p.ctx, "m", []eliza.ID{all[1].ID})
		ok(t, err)
		equal(t, "replaced vector", got, []store.Vector{{MemoryID: all[1].ID, Vector: []float32{9}}})
	},
}
