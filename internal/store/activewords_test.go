package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// chatter is a store with one agent, who has heard random talk.
type chatter struct {
	*Store
	agent, room, person eliza.ID
}

func newChatter(t *testing.T) chatter {
	t.Helper()
	s, err := Open(t.Context(), Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	agent := eliza.NewAgent(eliza.Character{Name: "Eliza"})
	if err := s.CreateAgent(t.Context(), agent); err != nil {
		t.Fatal(err)
	}
	return chatter{s, agent.ID, eliza.NewID(), eliza.NewID()}
}

// hear stores n memories: of the room, of the person elsewhere, of others.
func (c chatter) hear(t *testing.T, n int, random *rand.Rand) (ids []eliza.ID) {
	t.Helper()
	var list []eliza.Memory
	for range n {
		m := eliza.Memory{ID: eliza.NewID(), AgentID: c.agent, Type: eliza.MemoryMessages, EntityID: c.person, RoomID: c.room, CreatedAt: eliza.Now()}
		switch random.IntN(4) {
		case 0:
			m.EntityID = eliza.NewID()
		case 1:
			m.RoomID = eliza.NewID()
		case 2:
			m.EntityID, m.RoomID = eliza.NewID(), eliza.NewID()
		}
		for range random.IntN(8) {
			m.Content.Text += fmt.Sprintf("word%d ", int(random.ExpFloat64()*20))
		}
		list, ids = append(list, m), append(ids, m.ID)
	}
	if _, err := c.CreateMemories(t.Context(), list); err != nil {
		t.Error(err)
	}
	return ids
}

var someTerms = []string{"word0", "word1", "word7", "word30", "word99", "absent"}

// everything makes a pool hold all that fits.
const everything = 100_000

// agrees compares what is kept with what the memories say.
func (c chatter) agrees(t *testing.T) {
	t.Helper()
	var all []numberedMemory
	if err := c.read.NewSelect().Model(&all).Order("n").Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, q := range []RecallQuery{
		{AgentID: c.agent, RoomID: c.room}, {AgentID: c.agent, EntityID: c.person}, {AgentID: c.agent, RoomID: c.room, EntityID: c.person},
	} {
		q.Limit = everything
		for _, term := range someTerms {
			pool, known, err := c.active.pool(t.Context(), c.often, q, []string{term}, nil)
			if err != nil || !known {
				t.Fatalf("known %t, %v", known, err)
			}
			var kept, there []int64
			for _, found := range pool {
				if found.Text > 0 {
					kept = append(kept, found.N)
				}
			}
			slices.Sort(kept)
			for _, m := range all {
				if q.allows(&m.Memory) && slices.Contains(analysis.Words(m.Content.Text), term) {
					there = append(there, m.N)
				}
			}
			// What was deleted may be kept until somebody looks.
			memories, err := c.Numbered(t.Context(), q, kept)
			if err != nil {
				t.Fatal(err)
			}
			kept = slices.DeleteFunc(kept, func(n int64) bool { return memories[slices.Index(kept, n)].ID == eliza.NoID })
			if diff := cmp.Diff(there, kept); diff != "" {
				t.Fatalf("%s: room %s, entity %s: the memories have -, kept is +\n%s", term, q.RoomID, q.EntityID, diff)
			}
		}
	}
}

func TestKeptWordsAreThoseOfTheIndex(t *testing.T) {
	c := newChatter(t)
	random := rand.New(rand.NewPCG(1, 2))
	c.agrees(t)
	for range 10 {
		c.hear(t, 60, random)
		c.agrees(t)
	}
	ids := c.hear(t, 300, random)
	_, err := c.UpdateMemory(t.Context(), c.agent, ids[7], func(m *eliza.Memory) error {
		m.Content.Text, m.RoomID, m.EntityID = "word99 word0", c.room, c.person
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.agrees(t)
	if _, err := c.DeleteMemories(t.Context(), c.agent, ids[100:200]); err != nil {
		t.Fatal(err)
	}
	c.agrees(t)
	c.active.forget()
	c.agrees(t)
}

func TestWhatIsCommittedWhileAScopeIsReadIsKept(t *testing.T) {
	c := newChatter(t)
	var group sync.WaitGroup
	for i := range uint64(4) {
		group.Go(func() {
			random := rand.New(rand.NewPCG(3, i))
			for range 40 {
				c.hear(t, 10, random)
				q := RecallQuery{AgentID: c.agent, RoomID: c.room, EntityID: c.person}
				if _, _, err := c.active.pool(t.Context(), c.often, q, someTerms, nil); err != nil {
					t.Error(err)
				}
				if i == 0 {
					c.active.forget()
				}
			}
		})
	}
	group.Wait()
	c.agrees(t)
}

func TestALargeScopeIsLeftToTheIndex(t *testing.T) {
	c := newChatter(t)
	random := rand.New(rand.NewPCG(5, 6))
	q := RecallQuery{AgentID: c.agent, EntityID: c.person}
	known := func() bool {
		_, known, err := c.active.pool(t.Context(), c.often, q, someTerms, nil)
		if err != nil {
			t.Fatal(err)
		}
		return known
	}
	c.hear(t, maxActive, random)
	if !known() {
		t.Fatal("a small scope is not kept")
	}
	for range 4 {
		c.hear(t, maxActive, random)
	}
	for range 2 {
		if known() {
			t.Fatal("a large scope is kept")
		}
	}
	if _, err := c.Recall(t.Context(), RecallQuery{AgentID: c.agent, EntityID: c.person, Text: "word1 word7"}); err != nil {
		t.Fatal(err)
	}
}

func TestKeptWordsAreBounded(t *testing.T) {
	a := newActiveWords()
	var words []string
	for i := range 1000 {
		words = append(words, fmt.Sprint("w", i))
	}
	terms, _ := termsIn(strings.Join(words, " "))
	for i := range int64(4500) {
		s, err := a.scope(fmt.Sprint("r", i, "_"), func() ([]wordsOf, bool, error) {
			return []wordsOf{{n: i + 1, terms: terms, of: &remark{}}}, i%7 != 0, nil
		})
		if err != nil || (s != nil) != (i%7 != 0) {
			t.Fatal(s, err)
		}
		kept := 0
		for _, s := range a.scopes.Values() {
			kept += s.words
		}
		if kept != a.words || kept > maxActiveWords {
			t.Fatalf("%d words are kept, %d are reckoned", kept, a.words)
		}
	}
	if a.scopes.Contains("r1_") || !a.scopes.Contains("r4499_") {
		t.Error("not the oldest was dropped")
	}
}
