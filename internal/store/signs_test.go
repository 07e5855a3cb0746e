package store

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

// embed gives memories vectors around a direction, the later the further away.
func (c chatter) embed(t *testing.T, ids []eliza.ID, random *rand.Rand) []float32 {
	t.Helper()
	direction := make([]float32, 256)
	for i := range direction {
		direction[i] = float32(random.NormFloat64())
	}
	var rows []Vector
	for place, id := range ids {
		v := slices.Clone(direction)
		for i := range v {
			v[i] += float32(random.NormFloat64()) * float32(place) / 20
		}
		rows = append(rows, Vector{id, v})
	}
	if err := c.PutEmbeddings(t.Context(), "m", rows); err != nil {
		t.Fatal(err)
	}
	return direction
}

// known asks until the signs of the agent have been read.
func (c chatter) known(t *testing.T, q RecallQuery) []int64 {
	t.Helper()
	for t.Context().Err() == nil {
		if numbers, known := c.signs.nearest(q); known {
			return numbers
		}
		c.signs.group.Wait()
	}
	t.Fatal("the signs are never read")
	return nil
}

func (c chatter) found(t *testing.T, q RecallQuery) (ids []eliza.ID) {
	t.Helper()
	hits, err := c.Recall(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		ids = append(ids, h.Memory.ID)
	}
	return ids
}

func TestSignsFindTheNearest(t *testing.T) {
	c := newChatter(t)
	random := rand.New(rand.NewPCG(1, 2))
	ids := c.hear(t, 400, random)
	q := RecallQuery{AgentID: c.agent, Vector: c.embed(t, ids, random), Model: "m", Limit: 5}
	meanwhile := c.found(t, q)
	c.known(t, q)
	for name, q := range map[string]RecallQuery{
		"everything": q,
		"a room":     {AgentID: c.agent, Vector: q.Vector, Model: "m", Limit: 5, RoomID: c.room},
		"a person":   {AgentID: c.agent, Vector: q.Vector, Model: "m", Limit: 5, EntityID: c.person},
		"both":       {AgentID: c.agent, Vector: q.Vector, Model: "m", Limit: 5, RoomID: c.room, EntityID: c.person},
	} {
		with := c.found(t, q)
		signs := c.signs
		c.signs = nil
		without := c.found(t, q)
		c.signs = signs
		if len(with) != 5 || !slices.Equal(with, without) {
			t.Errorf("%s: by signs %v, by all vectors %v", name, with, without)
		}
	}
	if !slices.Equal(meanwhile, c.found(t, q)) {
		t.Error("while the signs were read something else was found")
	}
	if other := c.found(t, RecallQuery{AgentID: eliza.NewID(), Vector: q.Vector, Model: "m"}); len(other) != 0 {
		t.Errorf("another agent finds %v", other)
	}
}

func TestSignsFollowWhatChanges(t *testing.T) {
	c := newChatter(t)
	random := rand.New(rand.NewPCG(3, 4))
	ids := c.hear(t, 50, random)
	q := RecallQuery{AgentID: c.agent, Vector: c.embed(t, ids, random), Model: "m", Limit: 3}
	c.known(t, q)
	later := c.hear(t, 50, random)
	q.Vector = c.embed(t, later, random)
	if got := c.found(t, q); !slices.Equal(got, later[:3]) {
		t.Errorf("found %v, want the first of %v", got, later[:5])
	}
	back := c.embed(t, slices.Concat(ids[30:], later[:3]), random) // the old vectors are replaced
	q.Vector = back
	c.known(t, q)
	if got := c.found(t, q); !slices.Equal(got, ids[30:33]) {
		t.Errorf("found %v, want %v", got, ids[30:33])
	}
	if _, err := c.DeleteMemories(t.Context(), c.agent, ids[30:32]); err != nil {
		t.Fatal(err)
	}
	c.known(t, q)
	if got := c.found(t, q); !slices.Equal(got, ids[32:35]) {
		t.Errorf("after deleting found %v, want %v", got, ids[32:35])
	}
}

func TestSignsAreBounded(t *testing.T) {
	c := newChatter(t)
	for range 3 {
		c.known(t, RecallQuery{AgentID: eliza.NewID(), Vector: []float32{1}, Model: "m"})
	}
	if c.signs.kept != 3*fewSigns {
		t.Errorf("%d are reckoned", c.signs.kept)
	}
	c.signs.mu.Lock()
	of, a, _ := c.signs.agents.GetOldest()
	c.signs.count(of, a, maxSigns)
	kept, agents := c.signs.kept, c.signs.agents.Len()
	c.signs.mu.Unlock()
	if kept > maxSigns || agents != 2 {
		t.Errorf("%d are kept of %d agents", kept, agents)
	}
	c.signs.forget()
	if c.signs.kept != 0 {
		t.Errorf("%d are reckoned when all are forgotten", c.signs.kept)
	}
}
