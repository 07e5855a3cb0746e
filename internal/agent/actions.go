package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

func reply(_ context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	text, err := argument(arguments, "text")
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(t.text.String(), text) { // some models write it and call for it
		t.passage()
		t.emit(text)
	}
	return "", nil
}

func silence(context.Context, *Turn, json.RawMessage) (string, error) { return "", nil }

func roomState(state eliza.RoomState, said string) func(context.Context, *Turn, json.RawMessage) (string, error) {
	return func(_ context.Context, t *Turn, _ json.RawMessage) (string, error) {
		t.effects.RoomState = &state
		return said, nil
	}
}

func remember(_ context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	text, err := argument(arguments, "text")
	if err != nil {
		return "", err
	}
	t.effects.Facts = append(t.effects.Facts, text)
	return fmt.Sprintf("I will remember that: %q.", text), nil
}

// paints reports whether a model makes pictures for the agent.
func (t *Turn) paints() bool {
	studio := t.service.options.Studio
	return studio != nil && studio.Can(&t.Agent)
}

func paint(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	prompt, err := argument(arguments, "prompt")
	if err != nil {
		return "", err
	}
	if !t.paints() {
		return "", eliza.Errorf(eliza.CodeModel, "no model that makes pictures is configured")
	}
	picture, err := t.service.options.Studio.Paint(ctx, &t.Agent, prompt)
	if err != nil {
		return "", err
	}
	t.effects.Pictures = append(t.effects.Pictures, picture)
	return "Here is the picture.", nil
}

func forget(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	query, err := argument(arguments, "query")
	if err != nil {
		return "", err
	}
	ids, err := t.service.memory.Matching(ctx, t.recallQuery(query))
	if err != nil {
		return "", err
	}
	t.effects.Forget = append(t.effects.Forget, ids...)
	if len(ids) == 0 {
		return fmt.Sprintf("I have nothing stored about %q.", query), nil
	}
	return fmt.Sprintf("I have forgotten what you told me about %q.", query), nil
}
