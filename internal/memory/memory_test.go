package memory_test

import (
	"context"
	"errors"
	"hash/fnv"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// letters embeds a text by the letters it has: deterministic, and close for
// texts that share words.
type letters struct {
	mu     sync.Mutex
	failed int // calls that shall fail first
	calls  int
}

func (*letters) Model() string { return "letters-16" }

func (l *letters) Embed(_ context.Context, texts []string) ([][]float32, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	if l.failed > 0 {
		l.failed--
		return nil, errors.New("the embedder is away")
	}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		v := make([]float32, 16)
		for _, word := range strings.Fields(strings.ToLower(text)) {
			h := fnv.New32a()
			h.Write([]byte(word))
			v[h.Sum32()%16]++
		}
		var norm float64
		for _, x := range v {
			norm += float64(x * x)
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(max(norm, 1e-9)))
		}
		vectors[i] = v
	}
	return vectors, nil
}

type place struct {
	store  *store.Store
	memory *memory.Service
	agent  eliza.Agent
	room   eliza.ID
	person eliza.ID
}

func newPlace(t *testing.T, l model.Embedder) place {
	s, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	a := eliza.NewAgent(eliza.Character{Name: "Keeper", Bio: eliza.TextList{"keeps"}})
	if err := s.CreateAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	p := place{store: s, agent: a, room: eliza.NewID(), person: eliza.NewID()}
	err = s.EnsureView(t.Context(), store.View{
		World:    eliza.World{ID: eliza.NewID(), AgentID: a.ID, Name: "w"},
		Room:     eliza.Room{ID: p.room, AgentID: a.ID, Name: "r", Type: eliza.TypeDM},
		Entities: []eliza.Entity{{ID: p.person, AgentID: a.ID, Names: []string{"Ada"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.memory = memory.New(s, l, slog.New(slog.DiscardHandler))
	return p
}

func (p place) keep(t *testing.T, text string) eliza.ID {
	t.Helper()
	m := eliza.Memory{
		ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryMessages, EntityID: p.person, RoomID: p.room,
		Content: eliza.Content{Text: text}, Metadata: map[string]any{"senderName": "Ada"}, CreatedAt: eliza.Now(),
	}
	if err := p.store.CreateMemory(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func (p place) query(text string) memory.Query {
	return memory.Query{AgentID: p.agent.ID, RoomID: p.room, EntityID: p.person, Text: text, Limit: 5}
}

func TestRecallFindsByWordsBeforeThereIsAnyVector(t *testing.T) {
	p := newPlace(t, &letters{})
	want := p.keep(t, "my dog is called Rex")
	p.keep(t, "the weather is fine")
	found, _, err := p.memory.Recall(t.Context(), p.query("what is my dog called?"))
	if err != nil || len(found) == 0 || found[0].MemoryID != want || found[0].Author != "Ada" || found[0].AuthorID != p.person {
		t.Fatalf("found %+v, %v", found, err)
	}
}

func TestVectorsAreMadeInTheBackgroundAndUsed(t *testing.T) {
	l := &letters{}
	p := newPlace(t, l)
	want := p.keep(t, "alpha beta gamma")
	p.keep(t, "delta epsilon zeta")
	p.memory.Run(func() int { return 0 })
	defer p.memory.Close()
	p.memory.Wake()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-again.C {
		left, err := p.store.Unembedded(t.Context(), l.Model(), 0, 10)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%d memories are without a vector, %v", len(left), err)
		}
		if len(left) == 0 {
			break
		}
	}
	found, how, err := p.memory.Recall(t.Context(), p.query("gamma alpha"))
	if err != nil || how != "text and vectors" || len(found) == 0 || found[0].MemoryID != want || found[0].Cosine <= 0 {
		t.Fatalf("found %+v by %s, %v", found, how, err)
	}
}

func TestADeadEmbedderOnlyTakesTheVectorsAway(t *testing.T) {
	p := newPlace(t, &letters{failed: 1 << 20})
	p.keep(t, "my dog is called Rex")
	found, how, err := p.memory.Recall(t.Context(), p.query("dog called"))
	if err != nil || how != "text" || len(found) != 1 {
		t.Fatalf("found %+v by %s, %v", found, how, err)
	}
}

func TestOnlySoManyQuestionsBecomeVectors(t *testing.T) {
	l := &letters{}
	p := newPlace(t, l)
	p.keep(t, "my dog is called Rex")
	for range 200 {
		if _, _, err := p.memory.Recall(t.Context(), p.query("dog")); err != nil {
			t.Fatal(err)
		}
	}
	if l.calls >= 200 {
		t.Errorf("%d of 200 questions became vectors", l.calls)
	}
}

func TestMatchingWantsEveryWordAndTheSamePerson(t *testing.T) {
	p := newPlace(t, &letters{})
	want := p.keep(t, "My dog is called Rex")
	p.keep(t, "my dog sleeps")
	other := p
	other.person = eliza.NewID()
	other.keep(t, "my dog is called Rex too")
	ids, err := p.memory.Matching(t.Context(), p.query("what you know about dog Rex"))
	if err != nil || len(ids) != 0 {
		t.Errorf("%d memories have the word know, %v", len(ids), err)
	}
	ids, err = p.memory.Matching(t.Context(), p.query("the dog called Rex"))
	if err != nil || len(ids) != 1 || ids[0] != want {
		t.Errorf("matching %v, %v; want %s", ids, err, want)
	}
}

func TestRepeatedQuestionsDoNotHideWhatIsKnown(t *testing.T) {
	p := newPlace(t, &letters{})
	fact := eliza.Memory{
		ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryFacts, EntityID: p.person, RoomID: p.room,
		Content: eliza.Content{Text: "my dog is called Rex"}, CreatedAt: eliza.Now(),
	}
	if err := p.store.CreateMemory(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	mine := p
	mine.person = p.agent.ID
	for range 30 {
		p.keep(t, "what is my dog called?")
		mine.keep(t, "Your dog is called Rex, what else is your dog called?")
	}
	found, _, err := p.memory.Recall(t.Context(), p.query("What is my  dog called?"))
	if err != nil || len(found) == 0 || len(found) > 2 || found[0].MemoryID != fact.ID {
		t.Fatalf("found %+v, %v; want the fact first, the question never and the agent's words once at most", found, err)
	}
}

func TestAQuestionWithoutWordsThatMeanSomethingFindsTheNewestFacts(t *testing.T) {
	p := newPlace(t, &letters{})
	for _, text := range []string{"my dog is called Rex", "I like tea"} {
		fact := eliza.Memory{
			ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryFacts, EntityID: p.person, RoomID: p.room,
			Content: eliza.Content{Text: text}, CreatedAt: eliza.Now(),
		}
		if err := p.store.CreateMemory(t.Context(), fact); err != nil {
			t.Fatal(err)
		}
	}
	found, _, err := p.memory.Recall(t.Context(), p.query("what do you have on me?"))
	if err != nil || len(found) != 2 {
		t.Fatalf("found %+v, %v", found, err)
	}
}
