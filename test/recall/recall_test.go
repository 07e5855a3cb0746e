package main

import (
	"strings"
	"testing"
)

const little = `[{"conversation": {"speaker_a": "Ann", "speaker_b": "Ben",
	"session_1_date_time": "1:56 pm on 8 May, 2023",
	"session_1": [
		{"speaker": "Ann", "dia_id": "D1:1", "text": "Where did you grow up?"},
		{"speaker": "Ben", "dia_id": "D1:2", "text": "Near Lisbon, by the sea."},
		{"speaker": "Ann", "dia_id": "D1:3", "text": "I have two cats."}],
	"session_2": [
		{"speaker": "Ben", "dia_id": "D2:1", "text": "The train was late again."},
		{"speaker": "Ann", "dia_id": "D2:2", "text": ""}]},
	"qa": [
		{"question": "Where did Ben grow up?", "evidence": ["D1:2"], "category": 4},
		{"question": "How many cats does Ann have?", "evidence": ["D1:3; D9:9"], "category": 1},
		{"question": "Nobody knows", "evidence": [], "category": 5}]}]`

func TestMeasuresWhatIsRecalled(t *testing.T) {
	conversations, err := parseConversations([]byte(little))
	if err != nil {
		t.Fatal(err)
	}
	if c := conversations[0]; len(conversations) != 1 || len(c.turns) != 5 || len(c.questions) != 2 {
		t.Fatalf("read %+v", conversations)
	}
	all := results{}
	if err := ask(t.Context(), conversations[0], all); err != nil {
		t.Fatal(err)
	}
	for _, method := range methods {
		if n := all[method][0].questions; n != 2 {
			t.Errorf("%s was asked %v questions", method, n)
		}
	}
	if ours := all["elizad"][0]; ours.hit5 != 2 || ours.recall10 != 2 {
		t.Errorf("recalled %+v of 2", ours)
	}
	// The answer has no word of its question: it is found because it stands beside it.
	if text := all["BM25 alone"][4]; text.hit5 != 0 {
		t.Errorf("BM25 alone found %+v", text)
	}
	var out strings.Builder
	if err := all.print(&out); err != nil || !strings.Contains(out.String(), "recall@10") {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}

func FuzzConversations(f *testing.F) {
	f.Add([]byte(little))
	f.Add([]byte(`[{"conversation": {"session_1": 3}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		conversations, err := parseConversations(data)
		if err != nil {
			return
		}
		for _, c := range conversations {
			for _, q := range c.questions {
				for _, place := range q.evidence {
					if place < 0 || place >= len(c.turns) {
						t.Fatalf("evidence %d of %d turns", place, len(c.turns))
					}
				}
			}
		}
	})
}
