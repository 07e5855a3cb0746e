package memory_test

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

func TestWhatSaysTheSameIsGivenOnce(t *testing.T) {
	p := newPlace(t, nil)
	for _, text := range []string{
		"My dog is called Rex", "my dog is called rex!", "So my dog is called Rex", "my dog is not called Rex", "my dog is called Max", "my old dog is called Rex 2",
	} {
		p.keep(t, text)
	}
	q := p.query("tell me of the dog that is called something")
	q.Limit = 10
	found, _, err := p.memory.Recall(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	for _, f := range found {
		given[strings.ToLower(strings.Trim(f.Text, "!"))] = true
	}
	if len(given) != len(found) || !given["my dog is not called rex"] || !given["my dog is called max"] || !given["my old dog is called rex 2"] {
		t.Errorf("given %v of %d", given, len(found))
	}
}

func TestWhatIsGivenFitsIntoTheTokens(t *testing.T) {
	p := newPlace(t, nil)
	p.keep(t, "dog "+strings.Repeat("talks on and on ", 400))
	for _, text := range []string{"the dog sleeps", "a dog barks", "one dog more"} {
		p.keep(t, text)
	}
	q := p.query("dog")
	q.Tokens = 90
	found, _, err := p.memory.Recall(t.Context(), q)
	if err != nil || len(found) != 4 {
		t.Fatalf("found %d, %v", len(found), err)
	}
	size := 0
	for _, f := range found {
		size += len(f.Text)
	}
	if size > 4*90+20 {
		t.Errorf("%d letters for 90 tokens", size)
	}
}

func TestWhereOthersHearItOnlyThisRoomIsRecalled(t *testing.T) {
	p := newPlace(t, nil)
	elsewhere := p
	elsewhere.room = eliza.NewID()
	elsewhere.keep(t, "my dog is called Rex")
	fact := eliza.Memory{
		ID: eliza.NewID(), AgentID: p.agent.ID, Type: eliza.MemoryFacts, EntityID: p.person, RoomID: elsewhere.room,
		Content: eliza.Content{Text: "my dog likes bones"}, CreatedAt: eliza.Now(),
	}
	if err := p.store.CreateMemory(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	q := p.query("my dog")
	found, _, err := p.memory.Recall(t.Context(), q)
	if err != nil || len(found) != 2 {
		t.Errorf("alone: %+v, %v", found, err)
	}
	q.Public = true
	found, _, err = p.memory.Recall(t.Context(), q)
	if err != nil || len(found) != 0 {
		t.Errorf("among others: %+v, %v", found, err)
	}
}
