package task

import (
	"cmp"
	"context"
	"slices"
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

// Reminder is what somebody wants to be reminded of, and when: in words
// ("tomorrow at 9", "in 20 minutes", "every Monday at 9"), as RFC 3339 or as a
// cron expression.
type Reminder struct {
	Text, When string
	Zone       *time.Location // in which When is said
	Whom       string         // display name
}

// Task makes the task of a reminder, without its agent, room and person. Error
// code: INVALID_REQUEST; where the moment is not clear the message is a
// question for the person.
func (r *Reminder) Task(id eliza.ID, now eliza.Millis) (eliza.Task, error) {
	text := strings.TrimSpace(r.Text)
	if text == "" || len(text) > maxReminder {
		return eliza.Task{}, eliza.Errorf(eliza.CodeInvalidRequest, "text: required, and of at most %d bytes", maxReminder)
	}
	m, err := r.moment(now.Time().In(r.Zone))
	if err != nil {
		return eliza.Task{}, err
	}
	t := eliza.Task{
		ID: id, Name: ReminderName, Description: text, Tags: []string{eliza.TagQueue, eliza.TagReminder}, CreatedAt: now, UpdatedAt: now,
		Metadata: map[string]any{MetaText: text, MetaZone: r.Zone.String()},
	}
	if r.Whom != "" {
		t.Metadata[MetaWhom] = r.Whom
	}
	if m.Cron != "" {
		t.Metadata[MetaCron], t.Metadata[MetaZone] = m.Cron, m.Zone.String()
		t.Tags = append(t.Tags, eliza.TagRepeat)
	} else if t.DueAt = eliza.Millis(m.At.UnixMilli()); t.DueAt <= now {
		return t, eliza.Errorf(eliza.CodeInvalidRequest, "%s has passed. When exactly?", Shown(t.DueAt, r.Zone))
	}
	return t, begin(&t, now)
}

func (r *Reminder) moment(now time.Time) (when.Moment, error) {
	said := strings.TrimSpace(r.When)
	if said == "" {
		return when.Moment{}, when.ErrNone
	}
	if fields := strings.Fields(said); len(fields) == 5 && strings.ContainsAny(fields[0][:1], "*0123456789") || said[0] == '@' {
		if _, err := when.ParseCron(said, r.Zone.String()); err == nil {
			return when.Moment{Cron: said, Zone: r.Zone}, nil
		}
	}
	return when.Parse(said, now)
}

// Says tells a person when a reminder will come.
func Says(t *eliza.Task) string {
	zone, err := when.Zone(t.MetaText(MetaZone))
	if err != nil {
		zone = time.UTC
	}
	at := Shown(t.DueAt, zone)
	if expression := t.MetaText(MetaCron); expression != "" {
		return at + ", then " + when.Describe(expression)
	}
	return at
}

// isReminder reports whether a task reminds somebody, however it was made.
func isReminder(t *eliza.Task) bool {
	return t.Tagged(eliza.TagReminder) || t.Name == ReminderName && t.Tagged(eliza.TagQueue)
}

// Reminders are the reminders of an agent that somebody may hear of in a room,
// the next first: the own ones there and those there that are for nobody in
// particular. In a private room they are also the own ones of other rooms.
// Error code: DB_ERROR.
func (s *Service) Reminders(ctx context.Context, room *eliza.Room, entity eliza.ID) ([]eliza.Task, error) {
	where := room.ID
	if room.Type.Private() {
		where = eliza.NoID
	}
	list, err := s.store.Tasks(ctx, room.AgentID, where)
	list = slices.DeleteFunc(list, func(t eliza.Task) bool {
		return !isReminder(&t) || t.EntityID != entity && (t.EntityID != eliza.NoID || t.RoomID != room.ID)
	})
	slices.SortStableFunc(list, func(a, b eliza.Task) int { return cmp.Compare(a.DueAt, b.DueAt) })
	return list, err
}
