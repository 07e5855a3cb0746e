package server

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/eliza"
)

// write makes a file with the folders above it.
func write(t *testing.T, text string, at ...string) {
	t.Helper()
	name := filepath.Join(at...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// knows waits until an agent has these documents and no others, and returns
// their texts by name.
func (s *Server) knows(t *testing.T, of string, want ...string) map[string]eliza.Memory {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(20 * time.Second); ; {
		found, total, err := s.agents.Memories(t.Context(), eliza.NameID(of), agent.MemoryFilter{Type: eliza.MemoryDocuments, Limit: 100})
		if err != nil {
			t.Error(err)
		}
		have := map[string]eliza.Memory{}
		for _, m := range found {
			have[fmt.Sprint(m.Metadata["filename"])] = m
		}
		if names := slices.Sorted(maps.Keys(have)); total == len(want) && slices.Equal(names, want) {
			return have
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Errorf("%s knows %v, %d in all, want %v", of, slices.Sorted(maps.Keys(have)), total, want)
			return have
		}
	}
}

func TestKnowledgeOfACharacterFile(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	write(t, "The key lies under the mat.", outside, "secret.md")
	write(t, `{"name":"Mara","bio":"Keeps the harbour.","secrets":{"KEY":"sesame"},"knowledge":["The sea is salt.",{"path":"pets.md"},{"directory":"docs","shared":true},
		{"path":"../`+filepath.Base(outside)+`/secret.md"},{"path":"`+outside+`/secret.md"},{"path":"link.md"},{"directory":".."},{"path":"mara.json"},{"path":"last.md"}]}`, folder, "mara.json")
	write(t, "# Pets\nThe cat is called Rex.", folder, "pets.md")
	write(t, "Ropes are kept dry.", folder, "docs", "deep", "ropes.txt")
	write(t, "Name,Age\nAnna,7\n", folder, "docs", "crew.csv")
	write(t, "What is read last.", folder, "last.md")
	write(t, "hidden", folder, "docs", ".hidden.md")
	write(t, "\x00\x01\xff", folder, "docs", "broken.bin")
	for _, link := range []string{filepath.Join(folder, "link.md"), filepath.Join(folder, "docs", "link.md")} {
		if err := os.Symlink(filepath.Join(outside, "secret.md"), link); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(folder, "docs", "more")); err != nil {
		t.Fatal(err)
	}
	cfg := settings(t)
	cfg.Characters = []string{filepath.Join(folder, "mara.json")}
	var first map[string]eliza.Memory
	said := serveUntilStopped(t, cfg, func(s *Server) {
		first = s.knows(t, "Mara", "docs/crew.csv", "docs/deep/ropes.txt", "last.md", "pets.md")
		if m := first["pets.md"]; m.Metadata["source"] != "character" || m.Metadata["shared"] != false || first["docs/crew.csv"].Metadata["shared"] != true {
			t.Errorf("metadata: %v", m.Metadata)
		}
	})
	if strings.Contains(said, folder) || strings.Contains(said, outside) || strings.Count(said, "docs/broken.bin") != 1 || !strings.Contains(said, "docs/link.md") {
		t.Errorf("logged: %s", said)
	}

	write(t, "# Pets\nThe cat is called Tom.", folder, "pets.md")
	write(t, "The bell rings at noon.", folder, "docs", "z.md")
	if err := os.Remove(filepath.Join(folder, "docs", "crew.csv")); err != nil {
		t.Fatal(err)
	}
	serveUntilStopped(t, cfg, func(s *Server) {
		now := s.knows(t, "Mara", "docs/deep/ropes.txt", "docs/z.md", "last.md", "pets.md")
		if now["docs/deep/ropes.txt"].ID != first["docs/deep/ropes.txt"].ID || now["docs/deep/ropes.txt"].CreatedAt != first["docs/deep/ropes.txt"].CreatedAt {
			t.Error("an unchanged file was read again")
		}
		if !strings.Contains(now["pets.md"].Content.Text, "Tom") {
			t.Errorf("a changed file: %q", now["pets.md"].Content.Text)
		}
		chunks, _, err := s.agents.Memories(t.Context(), eliza.NameID("Mara"), agent.MemoryFilter{Type: eliza.MemoryKnowledge, Limit: 100})
		if err != nil || len(chunks) != 4 {
			t.Errorf("chunks: %v, %v", chunks, err)
		}
		for _, c := range chunks {
			if strings.Contains(c.Content.Text, "Rex") || strings.Contains(c.Content.Text, "Anna") {
				t.Errorf("it still knows %q", c.Content.Text)
			}
		}
	})
}

func TestKnowledgeOfAFolder(t *testing.T) {
	folder := t.TempDir()
	write(t, "The bell rings at noon.", folder, "bell.md")
	cfg := settings(t)
	cfg.LoadDocs = true
	if said := serveUntilStopped(t, cfg, func(*Server) {}); !strings.Contains(said, "KNOWLEDGE_PATH") {
		t.Errorf("without a folder: %s", said)
	}
	cfg.KnowledgePath = folder
	said := serveUntilStopped(t, cfg, func(s *Server) {
		if m := s.knows(t, "Eliza", "bell.md")["bell.md"]; m.Metadata["source"] != "folder" || m.Metadata["shared"] != true {
			t.Errorf("metadata: %v", m.Metadata)
		}
		api, err := s.agents.Create(t.Context(), eliza.Character{Name: "Guest", Bio: eliza.TextList{"A guest."}, Knowledge: []eliza.Knowledge{{Path: "bell.md"}, {Directory: folder}}})
		if err != nil || len(api.Character.Knowledge) != 2 {
			t.Errorf("created: %+v, %v", api.Character, err)
		}
	})
	if said != "" {
		t.Errorf("logged: %s", said)
	}
	cfg.KnowledgePath = filepath.Join(folder, "absent")
	said = serveUntilStopped(t, cfg, func(s *Server) { s.knows(t, "Eliza", "bell.md"); s.knows(t, "Guest") })
	if strings.Contains(said, folder) {
		t.Errorf("without the folder: %s", said)
	}
}
