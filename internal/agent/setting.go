package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// worldSettings is the key of a world's metadata that holds its settings: for
// each its name, description, value, and whether it is secret.
const worldSettings = "settings"

// settingsText tells the settings of the world that are no secrets.
func settingsText(ctx context.Context, t *Turn) (string, error) {
	metadata, err := t.metadata(ctx)
	if err != nil {
		return "", err
	}
	settings, _ := metadata[worldSettings].(map[string]any)
	var all []string
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		s, _ := settings[key].(map[string]any)
		if secret, _ := s["secret"].(bool); secret || s == nil {
			continue
		}
		line := key
		if about, _ := s["description"].(string); about != "" {
			line += " (" + about + ")"
		}
		all = append(all, fmt.Sprintf("%s: %v", line, s["value"]))
	}
	if len(all) > 0 {
		t.untrust("the settings of the world", eliza.NoID)
	}
	var b strings.Builder
	section(&b, "Settings of this world", all)
	return b.String(), nil
}

// updateSettings gives settings of the world new values. It knows only those
// that the world has: it makes none.
func updateSettings(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	var asked struct {
		Settings map[string]any `json:"settings"`
	}
	if err := json.Unmarshal(arguments, &asked); err != nil || len(asked.Settings) == 0 {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "the argument \"settings\" is missing: an object of names and values")
	}
	metadata, err := t.metadata(ctx)
	if err != nil {
		return "", err
	}
	known, _ := metadata[worldSettings].(map[string]any)
	names := slices.Sorted(maps.Keys(asked.Settings))
	for _, name := range names {
		if _, there := known[name].(map[string]any); !there {
			return "", eliza.Errorf(eliza.CodeNotFound, "this world has no setting %q", name)
		}
		switch v := asked.Settings[name].(type) {
		case string:
			if len(v) > maxSetting {
				return "", eliza.Errorf(eliza.CodeInvalidRequest, "the value of %q is longer than %d bytes", name, maxSetting)
			}
		case bool, float64:
		default:
			return "", eliza.Errorf(eliza.CodeInvalidRequest, "the value of %q is not a text, a number, true or false", name)
		}
	}
	if t.effects.Settings == nil {
		t.effects.Settings = map[string]any{}
	}
	maps.Copy(t.effects.Settings, asked.Settings)
	return "I have changed " + strings.Join(names, ", ") + ".", nil
}

const maxSetting = 10_000 // bytes
