package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// FuzzIndex holds that any memory can be indexed and any question asked, and
// that a memory is found by its own text.
func FuzzIndex(f *testing.F) {
	for _, seed := range []string{"a lighthouse", `"quoted" OR NOT near(x)`, "\x00\xff", "'; DROP TABLE x; --", "東京タワー", "_r1_ word* ^ : -", strings.Repeat("x", 100)} {
		f.Add(seed, seed)
	}
	s, err := Open(f.Context(), Config{DataDir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	agent := eliza.NewAgent(eliza.Character{Name: "Eliza", Bio: eliza.TextList{"b"}})
	if err := s.CreateAgent(f.Context(), agent); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, question string) {
		m := eliza.Memory{ID: eliza.NewID(), AgentID: agent.ID, Type: eliza.MemoryMessages, RoomID: eliza.NewID(), Content: eliza.Content{Text: text}}
		if err := s.CreateMemory(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for _, w := range indexedWords(m).words {
			if !utf8.ValidString(w) || strings.ContainsAny(w, " \"'\\\x00") {
				t.Errorf("%q is no word", w)
			}
		}
		for _, ask := range []string{text, question} {
			hits, err := s.Recall(t.Context(), RecallQuery{AgentID: agent.ID, RoomID: m.RoomID, Text: ask})
			if err != nil {
				t.Fatalf("%q: %v", ask, err)
			}
			if ask == text && len(analysis.Words(text)) > 0 && len(hits) != 1 {
				t.Errorf("%q is not found by itself", text)
			}
		}
	})
}

func TestCleanJSON(t *testing.T) {
	for in, want := range map[string]string{
		`"a\u0000b"`: `"ab"`, `"a\\u0000b"`: `"a\\u0000b"`, `"\\\u0000"`: `"\\"`, `"\u00000"`: `"0"`, `{"\u0000":"\"\u0000"}`: `{"":"\""}`, "\"\xff\"": "\"\uFFFD\"",
	} {
		if got := cleanJSON(in); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}
