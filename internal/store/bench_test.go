package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// The benchmarks run on SQLite, synced to disk.

type bench struct {
	*store.Store
	agent    eliza.Agent
	channels []eliza.ID
	alice    eliza.ID
}

func newBench(b *testing.B, channels int) bench {
	b.Helper()
	s, err := store.Open(b.Context(), store.Config{DataDir: b.TempDir()})
	check(b, err)
	b.Cleanup(func() { check(b, s.Close()) })
	agent := eliza.NewAgent(eliza.Character{Name: "Eliza", Bio: eliza.TextList{"A test."}})
	agent.Status = eliza.Active
	check(b, s.CreateAgent(b.Context(), agent))
	p := bench{Store: s, agent: agent, alice: eliza.NewID()}
	for range channels {
		c := eliza.Channel{ID: eliza.NewID(), ServerID: eliza.DefaultServerID, Name: "c", Type: eliza.TypeDM}
		check(b, s.CreateChannel(b.Context(), c, []eliza.ID{agent.ID, p.alice}))
		p.channels = append(p.channels, c.ID)
	}
	return p
}

func check(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}

func (p bench) accept(ctx context.Context, channel eliza.ID) (store.Accepted, error) {
	return p.AcceptMessage(ctx, store.Incoming{Message: eliza.Message{ID: eliza.NewID(), ChannelID: channel, AuthorID: p.alice, AuthorName: "Alice",
		Content: "Hello there, how is the weather in Lisbon today, and did you see the blue bicycle?", SourceType: "client",
		Metadata: map[string]any{"user_display_name": "Alice", "isDm": true}, CreatedAt: eliza.Now()}})
}

func (p bench) finish(ctx context.Context, d eliza.Delivery) error {
	now := eliza.Now()
	d.State, d.RunID = eliza.Replied, eliza.NewID()
	room := eliza.PerAgent(d.ChannelID, d.AgentID)
	memory := func(by eliza.ID, text string) eliza.Memory {
		return eliza.Memory{ID: eliza.NewID(), AgentID: d.AgentID, Type: eliza.MemoryMessages, EntityID: by, RoomID: room, MessageID: d.MessageID,
			Content: eliza.Content{Text: text, Source: "client"}, Metadata: map[string]any{"type": "message"}, CreatedAt: now}
	}
	log := func() eliza.Log {
		return eliza.Log{ID: eliza.NewID(), AgentID: d.AgentID, EntityID: p.alice, RoomID: room, Type: "useModel:TEXT_LARGE", Level: "info",
			Body: map[string]any{"modelType": "TEXT_LARGE", "executionTime": 12}, CreatedAt: now}
	}
	_, err := p.FinishTurn(ctx, store.Turn{
		Delivery: d,
		Reply: &eliza.Message{ID: eliza.NewID(), ChannelID: d.ChannelID, AuthorID: d.AgentID, AuthorName: "Eliza", InReplyTo: d.MessageID,
			Content: "The weather is fine, and yes, it leans against the harbour wall.", SourceType: eliza.SourceAgent, Hops: 1, CreatedAt: now},
		Memories: []eliza.Memory{memory(p.alice, "Hello there, how is the weather in Lisbon today, and did you see the blue bicycle?"),
			memory(d.AgentID, "The weather is fine, and yes, it leans against the harbour wall.")},
		Run: &eliza.Run{ID: d.RunID, AgentID: d.AgentID, RoomID: room, EntityID: p.alice, MessageID: d.MessageID, Status: eliza.RunCompleted,
			StartedAt: now, EndedAt: now, Events: []eliza.RunEvent{{Type: "RUN_STARTED", At: now}, {Type: "MODEL_USED", At: now}, {Type: "RUN_ENDED", At: now}}},
		Logs: []eliza.Log{log(), log()},
	})
	return err
}

func BenchmarkAcceptMessage(b *testing.B) {
	p := newBench(b, 1)
	for b.Loop() {
		_, err := p.accept(b.Context(), p.channels[0])
		check(b, err)
	}
}

func BenchmarkFinishTurn(b *testing.B) {
	p := newBench(b, 1)
	for b.Loop() {
		b.StopTimer()
		a, err := p.accept(b.Context(), p.channels[0])
		check(b, err)
		b.StartTimer()
		check(b, p.finish(b.Context(), a.Deliveries[0]))
	}
}

// BenchmarkCycle is a message and its answer in each of many channels at once.
func BenchmarkCycle(b *testing.B) {
	for _, clients := range []int{1, 32, 128} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			p := newBench(b, 256)
			b.SetParallelism((clients + 1) / 2)
			var next atomic.Int64
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				channel := p.channels[next.Add(1)%256]
				for pb.Next() {
					a, err := p.accept(b.Context(), channel)
					if err == nil {
						err = p.finish(b.Context(), a.Deliveries[0])
					}
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cycles/s")
		})
	}
}

func BenchmarkMessages(b *testing.B) {
	p := newBench(b, 1)
	for range 1000 {
		_, err := p.accept(b.Context(), p.channels[0])
		check(b, err)
	}
	for b.Loop() {
		list, err := p.Messages(b.Context(), p.channels[0], store.MessageQuery{Limit: 20})
		check(b, err)
		if len(list) != 20 {
			b.Fatal(len(list))
		}
	}
}

func BenchmarkRecall(b *testing.B) {
	const dim = 384
	for _, size := range []int{10_000, 100_000} {
		p := newBench(b, 2)
		random := rand.New(rand.NewPCG(1, 2))
		room := eliza.PerAgent(p.channels[0], p.agent.ID)
		var batch []eliza.Memory
		for i := range size {
			text := "the same common words are said again and again by everybody"
			for range 6 {
				text += fmt.Sprintf(" word%d", int(random.ExpFloat64()*200))
			}
			batch = append(batch, eliza.Memory{ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryMessages, EntityID: p.alice, RoomID: room,
				Content: eliza.Content{Text: text}, CreatedAt: eliza.Millis(i)})
			if len(batch) == 1000 {
				_, err := p.CreateMemories(b.Context(), batch)
				check(b, err)
				if size == 10_000 {
					vectors := make([]store.Vector, len(batch))
					for i, m := range batch {
						vectors[i] = store.Vector{MemoryID: m.ID, Vector: randomVector(random, dim)}
					}
					check(b, p.PutEmbeddings(b.Context(), "m", vectors))
				}
				batch = batch[:0]
			}
		}
		ask := func(name string, q store.RecallQuery) {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				q.AgentID, q.Limit = p.agent.ID, 8
				b.ReportAllocs()
				for b.Loop() {
					hits, err := p.Recall(b.Context(), q)
					check(b, err)
					if len(hits) == 0 {
						b.Fatal("nothing")
					}
				}
			})
		}
		ask("rare", store.RecallQuery{RoomID: room, EntityID: p.alice, Text: "what about word900 and word1000?"})
		ask("usual", store.RecallQuery{RoomID: room, EntityID: p.alice, Text: "common things like word100 and word300, word5?"})
		ask("common", store.RecallQuery{RoomID: room, EntityID: p.alice, Text: "the same common words are said again and again by everybody word1 word2 word3 word4 word5"})
		if size == 10_000 {
			ask("vector", store.RecallQuery{RoomID: room, EntityID: p.alice, Text: "word100 word300", Vector: randomVector(random, dim), Model: "m"})
		}
	}
}

func randomVector(random *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(random.NormFloat64())
	}
	return v
}

func BenchmarkOpen(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			s, err := store.Open(b.Context(), store.Config{DataDir: b.TempDir()})
			check(b, err)
			b.StopTimer()
			check(b, s.Close())
			b.StartTimer()
		}
	})
	b.Run("again", func(b *testing.B) {
		dir := b.TempDir()
		for b.Loop() {
			s, err := store.Open(b.Context(), store.Config{DataDir: dir})
			check(b, err)
			b.StopTimer()
			check(b, s.Close())
			b.StartTimer()
		}
	})
}
