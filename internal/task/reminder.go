package task

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/when"
)

// ReminderName is the worker of reminders.
const ReminderName = "reminder"

// maxReminder bounds what a reminder says, in bytes.
const maxReminder = 2000

// reminder has the agent say the text of a task in its room, at its moment.
var reminder = Worker{
	Name: ReminderName,
	Validate: func(_ context.Context, t *eliza.Task) error {
		if t.RoomID == eliza.NoID {
			return eliza.Errorf(eliza.CodeInvalidRequest, "roomId: a reminder has a room to be said in")
		}
		if textOf(t) == "" {
			return eliza.Errorf(eliza.CodeInvalidRequest, "description: a reminder has a text")
		}
		return nil
	},
	Execute: func(_ context.Context, r Run) (Outcome, error) {
		text := "Reminder: " + textOf(&r.Task)
		if whom := r.Task.MetaText(MetaWhom); whom != "" {
			text = "Reminder for " + whom + ": " + textOf(&r.Task)
		}
		if r.Late {
			zone, err := when.Zone(r.Task.MetaText(MetaZone))
			if err != nil {
				zone = time.UTC
			}
			text += " (this comes late: it was due on " + Shown(r.Task.DueAt, zone) + ")"
		}
		return Outcome{Say: text}, nil
	},
}

func textOf(t *eliza.Task) string {
	return strings.TrimSpace(cmp.Or(t.MetaText(MetaText), t.Description))
}

// Reminder is what somebody wants to be reminded of, and when: exactly one of
// At, In and Cron is set. At and In may be words ("tomorrow at 9", "20
// minutes"), Cron also "every Monday at 9".
type Reminder struct {
	Text, At, In, Cron, Zone string
	Whom                     string // display name
}

// Task makes the task of a reminder, without its agent, room and person. Error
// code: INVALID_REQUEST.
func (r *Reminder) Task(id eliza.ID, now eliza.Millis) (eliza.Task, error) {
	zone, err := when.Zone(r.Zone)
	if err != nil {
		return eliza.Task{}, err
	}
	text := strings.TrimSpace(r.Text)
	if text == "" || len(text) > maxReminder {
		return eliza.Task{}, eliza.Errorf(eliza.CodeInvalidRequest, "text: required, and of at most %d bytes", maxReminder)
	}
	given := 0
	for _, s := range []string{r.At, r.In, r.Cron} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return eliza.Task{}, eliza.Errorf(eliza.CodeInvalidRequest, "at, in, cron: exactly one of them is required")
	}
	t := eliza.Task{
		ID: id, Name: ReminderName, Description: text, Tags: []string{eliza.TagQueue, eliza.TagReminder}, CreatedAt: now, UpdatedAt: now,
		Metadata: map[string]any{MetaText: text, MetaZone: zone.String()},
	}
	if r.Whom != "" {
		t.Metadata[MetaWhom] = r.Whom
	}
	m, err := r.moment(now.Time().In(zone))
	if err != nil {
		return t, err
	}
	if m.Cron != "" {
		t.Metadata[MetaCron] = m.Cron
		t.Tags = append(t.Tags, eliza.TagRepeat)
	} else if t.DueAt = eliza.Millis(m.At.UnixMilli()); t.DueAt <= now {
		return t, eliza.Errorf(eliza.CodeInvalidRequest, "at: %s has passed", Shown(t.DueAt, zone))
	}
	return t, begin(&t, now)
}

func (r *Reminder) moment(now time.Time) (when.Moment, error) {
	switch {
	case r.In != "":
		return when.Parse(r.In, now)
	case r.At != "":
		return when.Parse(r.At, now)
	}
	if _, err := when.ParseCron(r.Cron, r.Zone); err == nil {
		return when.Moment{Cron: r.Cron}, nil
	}
	if m, err := when.Parse(r.Cron, now); err == nil && m.Cron != "" {
		return m, nil
	}
	_, err := when.ParseCron(r.Cron, r.Zone)
	return when.Moment{}, err
}

// Says tells a person when a reminder will come.
func Says(t *eliza.Task) string {
	zone, err := when.Zone(t.MetaText(MetaZone))
	if err != nil {
		zone = time.UTC
	}
	at := Shown(t.DueAt, zone)
	if expression := t.MetaText(MetaCron); expression != "" {
		return at + ", and again and again (" + expression + ")"
	}
	return at
}
