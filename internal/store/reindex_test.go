package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// TestAnEarlierIndexIsFilledAgain empties the text index, as if it held only
// words that are split differently today, and lets it be filled in steps.
func TestAnEarlierIndexIsFilledAgain(t *testing.T) {
	const all, step = 100, 30
	for name, fresh := range map[string]func(*testing.T) store.Config{"sqlite": sqlite, "postgresql": postgres} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			s := reopen(t, nil, c)
			agent := eliza.NewAgent(eliza.Character{Name: "Eliza", Bio: eliza.TextList{"b"}})
			check(t, s.CreateAgent(t.Context(), agent))
			remember := func(text string) {
				check(t, s.CreateMemory(t.Context(), eliza.Memory{ID: eliza.NewID(), AgentID: agent.ID, Type: eliza.MemoryMessages,
					RoomID: eliza.NewID(), Content: eliza.Content{Text: text}, CreatedAt: eliza.Now()}))
			}
			finds := func(question string, want int) {
				t.Helper()
				hits, err := s.Recall(t.Context(), store.RecallQuery{AgentID: agent.ID, Text: question, Limit: all})
				check(t, err)
				if len(hits) != want {
					t.Errorf("%q finds %d memories, want %d", question, len(hits), want)
				}
			}
			for i := range all {
				remember(fmt.Sprintf("naïve Zoë %d", i))
			}
			if left, err := s.IndexAgain(t.Context(), all); left != 0 || err != nil { // a new database has nothing to do
				t.Fatal(left, err)
			}
			check(t, s.Close())
			db := raw(t, c)
			for _, statement := range []string{`DELETE FROM memory_text`, `UPDATE text_index SET version = 1, below = 0`} {
				if _, err := db.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			check(t, db.Close())

			s = reopen(t, nil, c)
			finds("naive", 0)
			remember("naïve Max")
			finds("naive", 1)
			for i := range 3 { // with a restart after each step
				if left, err := s.IndexAgain(t.Context(), step); left == 0 || err != nil {
					t.Fatalf("step %d: %d left, %v", i, left, err)
				}
				finds(fmt.Sprintf("naive %d", all-1-i), step*(i+1)) // the newest first; the one made meanwhile was the first of all
				s = reopen(t, s, c)
			}
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					if _, err := s.IndexAgain(t.Context(), step); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			finds("naive", all)
			finds("zoe 0", all)
			if left, err := s.IndexAgain(t.Context(), step); left != 0 || err != nil {
				t.Errorf("%d left, %v", left, err)
			}
		})
	}
}

func reopen(t *testing.T, s *store.Store, c store.Config) *store.Store {
	t.Helper()
	if s != nil {
		check(t, s.Close())
	}
	s, err := store.Open(t.Context(), c)
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

// raw opens a database that no server uses.
func raw(t *testing.T, c store.Config) *sql.DB {
	t.Helper()
	driver, address := "sqlite", filepath.Join(c.DataDir, "eliza.db")
	if c.PostgresURL != "" {
		driver, address = "pgx", c.PostgresURL
	}
	db, err := sql.Open(driver, address)
	check(t, err)
	return db
}
