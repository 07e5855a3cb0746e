package offline

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

func TestTitle(t *testing.T) {
	for want, said := range map[string][]string{
		"Where is the key of the cellar":   {"Ann: hello", "Eliza: Hello! How are you today?", "Ann: where is the key of the cellar?", "Ann: I need it by noon"},
		"Plan the trip to Rome":            {"Ann: Hi! plan the trip to Rome. We leave on Monday."},
		"I would like to know how many...": {"Ann: i would like to know how many people live there"},
		"Hello":                            {"Ann: hello", "Eliza: Hello, what can I do for you?"},
		"東京に行きました":                         {"Ann: 東京に行きました。楽しかった。"},
		"":                                 {"Eliza: Nobody speaks but me", "Ann:   \n "},
		strings.Repeat("X", 60) + "...":    {"Ann: " + strings.Repeat("X", 500)},
	} {
		req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: strings.Join(said, "\n")}}, Scene: model.Scene{Character: &eliza.Character{Name: "Eliza"}}}
		if got := title(&req); got != want {
			t.Errorf("%q is titled %q, want %q", said, got, want)
		}
	}
}

func FuzzTitle(f *testing.F) {
	f.Add("hello")
	f.Add("a.b c\xff! 。")
	f.Fuzz(func(t *testing.T, text string) {
		got := title(&model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: text}}})
		if len([]rune(got)) > titleRunes+3 || strings.Contains(got, "\n") {
			t.Errorf("%q is titled %q", text, got)
		}
	})
}
