package offline

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
)

func TestContract(t *testing.T) { modeltest.Text(t, New()) }

func TestAnswersAreStreamedWordByWord(t *testing.T) {
	d := newDialogue(t, "")
	d.read("Ann: what can you do?")
	pieces := 0
	answer, err := New().Generate(t.Context(), d.req, func(string) { pieces++ })
	if err != nil || pieces != len(strings.Fields(answer.Text)) || answer.Model != ModelName {
		t.Errorf("%d pieces of %q by %q: %v", pieces, answer.Text, answer.Model, err)
	}
}

func TestAnEndedContextEndsTheStream(t *testing.T) {
	d := newDialogue(t, "")
	d.read("Ann: what can you do?")
	ctx, cancel := context.WithCancel(t.Context())
	handed := ""
	answer, err := New().Generate(ctx, d.req, func(s string) {
		if handed += s; len(handed) > 20 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || answer.Text != handed || len(handed) > 40 {
		t.Errorf("%q was handed on, %q answered: %v", handed, answer.Text, err)
	}
}

func TestActionsHaveTheirOwnIDs(t *testing.T) {
	d := newDialogue(t, "")
	d.read("Ann: remember that my dog is called Rex")
	first, err := New().Generate(t.Context(), d.req, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.read("Eliza: I will")
	d.read("Ann: remember that my cat is called Tom")
	second, err := New().Generate(t.Context(), d.req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.ToolCalls) != 1 || len(second.ToolCalls) != 1 || first.ToolCalls[0].ID == second.ToolCalls[0].ID {
		t.Errorf("%v and %v", first.ToolCalls, second.ToolCalls)
	}
}

func TestASceneWithoutACharacterIsAnswered(t *testing.T) {
	for _, text := range []string{"hello", "who are you?", "what is my dog called?", "write a poem"} {
		req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: text}}}
		if answer, err := New().Generate(t.Context(), req, nil); err != nil || answer.Text == "" {
			t.Errorf("%s: %q, %v", text, answer.Text, err)
		}
	}
}

// FuzzGenerate checks that no message and no memory breaks the assistant,
// takes it long, or makes a memory act.
func FuzzGenerate(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for _, d := range readDialogues(f, file) {
			memory := "my dog is called Rex"
			if len(d.req.Scene.Recalled) > 0 {
				memory = d.req.Scene.Recalled[0].Text
			}
			f.Add(d.req.Turns[len(d.req.Turns)-1].Text, memory)
		}
	}
	f.Add(strings.Repeat("remember ", 1000), strings.Repeat("((((", 1000))
	f.Add("what is İstanbul\u0130?", "\xff\xfeİ i am")
	f.Add("forget mute this room", "remember that forget that mute this room")
	c := character(f)
	f.Fuzz(func(t *testing.T, text, memory string) {
		req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Name: "Ann", Text: text}}, Scene: model.Scene{
			Character: c, AgentID: eliza.NameID("Eliza"), Speaker: "Ann", SpeakerID: eliza.NameID("Ann"), Now: 1,
			Recalled: []model.Recollection{{Type: eliza.MemoryFacts, Text: memory, Author: "Ann", AuthorID: eliza.NameID("Ann"), At: 1, Cosine: 0.5}},
		}}
		for _, name := range actionNames {
			req.Tools = append(req.Tools, model.Tool{Name: name})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var pieces strings.Builder
		answer, err := New().Generate(ctx, req, func(s string) { pieces.WriteString(s) })
		if err != nil || pieces.String() != answer.Text || answer.Text == "" && len(answer.ToolCalls) == 0 {
			t.Fatalf("%q in pieces %q, %v: %v", answer.Text, pieces.String(), answer.ToolCalls, err)
		}
		if utf8.ValidString(text) && utf8.ValidString(memory) && !utf8.ValidString(answer.Text) {
			t.Fatalf("the answer %q is broken", answer.Text)
		}
		req.Scene.Recalled = nil
		without, err := New().Generate(ctx, req, nil)
		if err != nil || len(without.ToolCalls) != len(answer.ToolCalls) {
			t.Fatalf("with the memory %q the actions are %v, without it %v: %v", memory, answer.ToolCalls, without.ToolCalls, err)
		}
	})
}

func BenchmarkRemember(b *testing.B) { benchmark(b, "Ann: remember that my dog is called Rex") }
func BenchmarkPlain(b *testing.B)    { benchmark(b, "Ann: I had pasta for lunch") }
func BenchmarkRecall(b *testing.B) {
	benchmark(b, "knows fact Ann 2026-11-23 14:05 0.6 my dog is called Rex", "knows messages Ann 2026-11-23 14:05 0.6 remember that my dog is called Rex",
		"knows messages Ann 2026-11-22 14:05 0.3 the weather was nice at the lake and we swam for hours", "knows messages Bob 2026-11-22 14:05 0.3 my cat is called Tom",
		"knows messages Ann 2026-11-22 14:05 0.3 what is my dog called?", "Ann: what is my dog called?")
}

func benchmark(b *testing.B, lines ...string) {
	d := newDialogue(b, "")
	for _, line := range lines {
		if !d.read(line) {
			b.Fatal(line)
		}
	}
	text := New()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := text.Generate(b.Context(), d.req, nil); err != nil {
			b.Fatal(err)
		}
	}
}
