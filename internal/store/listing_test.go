package store_test

import (
	"fmt"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// BenchmarkMemories lists 50 of 100,000 memories with their total, by what the
// routes filter by; between two listings one memory may be added.
func BenchmarkMemories(b *testing.B) {
	p := newBench(b, 1)
	const many = 100_000
	room := func(i int) eliza.ID { return eliza.NameID(fmt.Sprint("room ", i%10/9)) } // nine of ten in one
	memory := func(i int) eliza.Memory {
		m := eliza.Memory{ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryMessages, EntityID: p.alice, RoomID: room(i), WorldID: p.alice,
			Content:   eliza.Content{Text: "Hello there, how is the weather in Lisbon today, and did you see the blue bicycle?", Source: "client"},
			Metadata:  map[string]any{"type": "message", "source": "client", "senderName": "Alice"},
			CreatedAt: eliza.Millis(1_700_000_000_000 + i)}
		if i%10 == 5 {
			m.Type = eliza.MemoryFacts
		}
		return m
	}
	for i := 0; i < many; i += 1000 {
		var some []eliza.Memory
		for j := range 1000 {
			some = append(some, memory(i+j))
		}
		_, err := p.CreateMemories(b.Context(), some)
		check(b, err)
	}
	for name, q := range map[string]store.MemoryQuery{
		"all": {}, "type": {Type: eliza.MemoryMessages}, "room": {RoomID: room(0)}, "room and type": {RoomID: room(0), Type: eliza.MemoryMessages}, "offset": {Offset: 50_000},
		"no total": {NoTotal: true},
	} {
		q.Limit = 50
		for _, writes := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/writes=%v", name, writes), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if writes {
						b.StopTimer()
						check(b, p.CreateMemory(b.Context(), memory(many+i)))
						b.StartTimer()
					}
					list, _, err := p.Memories(b.Context(), p.agent.ID, q)
					check(b, err)
					if len(list) != 50 {
						b.Fatal(len(list))
					}
				}
			})
		}
	}
}
