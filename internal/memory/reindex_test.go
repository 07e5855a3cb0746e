package memory_test

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/store"
)

// lines hands on what is logged.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}

func TestAnEarlierIndexIsFilledInTheBackground(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	a := eliza.NewAgent(eliza.Character{Name: "Keeper", Bio: eliza.TextList{"keeps"}})
	if err := s.CreateAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	for range 150 {
		if err := s.CreateMemory(t.Context(), eliza.Memory{ID: eliza.NewID(), AgentID: a.ID, Type: eliza.MemoryMessages, Content: eliza.Content{Text: "naïve"}, CreatedAt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "eliza.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DELETE FROM memory_text; UPDATE text_index SET version = 1, below = 0`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	if s, err = store.Open(t.Context(), store.Config{DataDir: dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	logged := make(lines, 100)
	service := memory.New(s, nil, slog.New(slog.NewTextHandler(logged, nil)))
	service.Run(func() int { return 0 })
	t.Cleanup(service.Close)
	for _, want := range []string{"memories are being indexed again", "all memories are indexed again"} {
		select {
		case line := <-logged:
			if !strings.Contains(line, want) {
				t.Errorf("logged %q, want %q", line, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("never logged: %s", want)
		}
	}
	hits, err := s.Recall(t.Context(), store.RecallQuery{AgentID: a.ID, Text: "naive", Limit: 150})
	if err != nil || len(hits) < 100 {
		t.Errorf("%d memories are found, %v", len(hits), err)
	}
}
