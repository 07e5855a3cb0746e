package task

import (
	"context"
	"encoding/json"
	"time"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

// The keys of a task's metadata that say when it is due. updateInterval is
// ElizaOS's; the others are elizad's.
const (
	MetaInterval = "updateInterval" // milliseconds
	MetaCron     = "cron"
	MetaZone     = "timezone"
	MetaRole     = "role"   // who may choose: OWNER, or ADMIN, which an owner is too
	MetaChoice   = "choice" // what was chosen
	MetaText     = "text"   // of a reminder
	MetaWhom     = "for"    // display name of whom it reminds
)

// Limits of a task.
const (
	MaxDescription = 5_000  // bytes
	MaxMetadata    = 10_000 // bytes of JSON
	MaxTags        = 20
	maxTag         = 100 // bytes
	minInterval    = time.Second
	maxInterval    = 366 * 24 * time.Hour
	checkTime      = 10 * time.Second // for a worker to validate
)

// check refuses what no task may be, and what its worker refuses. Error code:
// INVALID_REQUEST, those of the worker.
func (s *Service) check(ctx context.Context, t *eliza.Task) error {
	if err := s.checkRow(t); err != nil {
		return err
	}
	w := s.workers[t.Name]
	if w.Validate == nil {
		return nil
	}
	_, err := apart.Do(ctx, checkTime, "the worker "+w.Name, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.Validate(ctx, t) })
	return err
}

func (s *Service) checkRow(t *eliza.Task) error {
	_, known := s.workers[t.Name]
	switch {
	case !known:
		return eliza.Errorf(eliza.CodeInvalidRequest, "name: there is no worker %q", t.Name)
	case len(t.Description) > MaxDescription:
		return eliza.Errorf(eliza.CodeInvalidRequest, "description: longer than %d bytes", MaxDescription)
	case len(t.Tags) > MaxTags:
		return eliza.Errorf(eliza.CodeInvalidRequest, "tags: more than %d", MaxTags)
	}
	for _, tag := range t.Tags {
		if tag == "" || len(tag) > maxTag {
			return eliza.Errorf(eliza.CodeInvalidRequest, "tags: one is empty or longer than %d bytes", maxTag)
		}
	}
	b, err := json.Marshal(t.Metadata)
	if err != nil || len(b) > MaxMetadata {
		return eliza.Errorf(eliza.CodeInvalidRequest, "metadata: longer than %d bytes of JSON", MaxMetadata)
	}
	if t.Tagged(eliza.TagChoice) && len(t.Options()) == 0 {
		return eliza.Errorf(eliza.CodeInvalidRequest, "metadata.options: a task that awaits a choice has options")
	}
	if role := t.MetaText(MetaRole); role != "" && role != "OWNER" && role != "ADMIN" {
		return eliza.Errorf(eliza.CodeInvalidRequest, "metadata.role: OWNER or ADMIN")
	}
	return nil
}

// begin sets the state of a new task and its first moment.
func begin(t *eliza.Task, now eliza.Millis) error {
	t.Attempts, t.LastError = 0, ""
	switch {
	case t.Tagged(eliza.TagChoice):
		t.State, t.DueAt, t.RunAt = eliza.TaskChoosing, 0, 0
		return nil
	case !t.Tagged(eliza.TagQueue):
		t.State, t.DueAt, t.RunAt = eliza.TaskIdle, 0, 0
		return nil
	}
	if t.DueAt == 0 {
		t.DueAt = now
		if !t.Tagged(eliza.TagImmediate) && (t.Tagged(eliza.TagRepeat) || t.MetaText(MetaCron) != "") {
			if err := follow(t, now); err != nil {
				return err
			}
		}
	} else if t.Tagged(eliza.TagRepeat) {
		if err := follow(new(*t), now); err != nil { // it must have a next moment
			return err
		}
	}
	t.State, t.RunAt = eliza.TaskWaiting, t.DueAt
	return nil
}

// follow gives a task its next moment. Error code: INVALID_REQUEST when it
// names none.
func follow(t *eliza.Task, now eliza.Millis) error {
	if expression := t.MetaText(MetaCron); expression != "" {
		c, err := when.ParseCron(expression, t.MetaText(MetaZone))
		if err != nil {
			return err
		}
		next := c.Next(now.Time())
		if next.IsZero() {
			return eliza.Errorf(eliza.CodeInvalidRequest, "cron: that day never comes")
		}
		t.DueAt = eliza.Millis(next.UnixMilli())
		return nil
	}
	ms, is := t.Metadata[MetaInterval].(float64)
	if n, whole := t.Metadata[MetaInterval].(int); whole {
		ms, is = float64(n), true
	}
	if !is || ms < float64(minInterval.Milliseconds()) || ms > float64(maxInterval.Milliseconds()) {
		return eliza.Errorf(eliza.CodeInvalidRequest, "metadata.updateInterval: milliseconds from %d to %d, or a cron expression in metadata.cron", minInterval.Milliseconds(), maxInterval.Milliseconds())
	}
	t.DueAt = now + eliza.Millis(ms)
	return nil
}

// Shown writes a moment for people, by the clock of a time zone.
func Shown(at eliza.Millis, zone *time.Location) string {
	t := at.Time().In(zone)
	return t.Format("Monday, 2 January 2006 at 15:04 ") + when.Abbreviation(t)
}
