package modeltest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// patience bounds what a test waits for; a working provider needs far less.
const patience = 20 * time.Second

// Ask is a request with one user's turn.
func Ask(text string) model.Request {
	return model.Request{Purpose: model.ForReply, System: "You are Eliza.", Turns: []model.Turn{{Role: model.RoleUser, Name: "Ann", Text: text}},
		Scene: model.Scene{Character: &eliza.Character{Name: "Eliza", Bio: eliza.TextList{"a test"}}, Speaker: "Ann", Now: eliza.Now(), Private: true}}
}

// Text checks what every text model promises. The model must answer Ask.
func Text(t *testing.T, text model.Text) {
	t.Run("the pieces are the text", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var pieces []string
		answer, err := text.Generate(ctx, Ask("hello, how are you today my friend?"), func(s string) { pieces = append(pieces, s) })
		if err != nil {
			t.Fatal(err)
		}
		if answer.Text == "" || strings.Join(pieces, "") != answer.Text {
			t.Errorf("text %q, pieces %q", answer.Text, pieces)
		}
	})
	t.Run("without a listener", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		answer, err := text.Generate(ctx, Ask("hello"), nil)
		if err != nil || answer.Text == "" {
			t.Errorf("answer %q, error %v", answer.Text, err)
		}
	})
	t.Run("a conversation with nothing to answer is refused", func(t *testing.T) {
		for name, req := range map[string]model.Request{
			"empty":           {Purpose: model.ForReply},
			"ends with own":   {Turns: []model.Turn{{Role: model.RoleUser, Text: "hi"}, {Role: model.RoleAssistant, Text: "hi"}}},
			"nameless result": {Turns: []model.Turn{{Role: model.RoleUser, Text: "hi"}, {Role: model.RoleTool, Text: "42"}}},
		} {
			if _, err := text.Generate(t.Context(), req, nil); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
				t.Errorf("%s: error %v", name, err)
			}
		}
	})
	t.Run("an ended context ends the call", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := text.Generate(ctx, Ask("hello"), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("many at once", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				if _, err := text.Generate(ctx, Ask("hello"), func(string) {}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	})
}
