package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/internal/when"
)

// findZone learns in which time zone the speaker speaks.
func (t *Turn) findZone(ctx context.Context) error {
	if t.service.options.Tasks == nil {
		t.clock = time.UTC
		return nil
	}
	t.clock, t.clockErr = t.service.options.Tasks.Zone(ctx, &t.Agent, t.Message.AuthorID)
	if eliza.ErrorCode(t.clockErr) == eliza.CodeDatabase {
		return fmt.Errorf("find the time zone: %w", t.clockErr)
	}
	return nil
}

// zone is the time zone in which the speaker speaks of moments. Error code:
// INVALID_REQUEST when the agent's setting names none.
func (t *Turn) zone() (*time.Location, error) { return t.clock, t.clockErr }

// shownTime is a moment by the speaker's clock.
func (t *Turn) shownTime(at eliza.Millis) time.Time {
	if t.clock == nil {
		return at.Time().In(time.UTC)
	}
	return at.Time().In(t.clock)
}

// setTimezone keeps the time zone that the speaker named, with the entity, for
// reminders and the clock; "default" forgets it.
func setTimezone(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	said, err := argument(arguments, "timezone")
	if err != nil {
		return "", err
	}
	if name := strings.ToLower(strings.TrimSpace(said)); name == "default" || name == "none" {
		t.effects.Zone = new(string)
		return "I have forgotten your time zone and go by my own settings again.", nil
	}
	zone, err := when.ZoneOf(said)
	if err != nil {
		return "", err
	}
	name := zone.String()
	t.effects.Zone, t.clock, t.clockErr = &name, zone, nil
	now := t.shownTime(t.Now)
	return fmt.Sprintf("I will go by the time zone %s for you: it is %s %s there.", name, now.Format("15:04"), when.Abbreviation(now)), nil
}

// noteZone keeps the zone that an entity named.
func noteZone(name string) func(*eliza.Entity) {
	return func(e *eliza.Entity) {
		if e.Metadata == nil {
			e.Metadata = map[string]any{}
		}
		if e.Metadata[task.ZoneKey] = name; name == "" {
			delete(e.Metadata, task.ZoneKey)
		}
	}
}
