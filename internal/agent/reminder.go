package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/task"
)

// ZoneSetting is the character setting that names the time zone in which
// people speak of moments.
const ZoneSetting = "TIMEZONE"

// maxReminders is how many reminders one turn may make.
const maxReminders = 10

// reminderActions are the actions by which people have an agent do something
// later.
func reminderActions() []Action {
	return []Action{
		{Name: "CREATE_REMINDER", Similes: []string{"SCHEDULE", "REMIND", "SET_REMINDER", "SET_TIMER", "CREATE_TASK"}, EffectOnly: true,
			Description: "Say something here at a later moment, once or again and again, because the person asks to be reminded. Give exactly one of at, in and cron",
			Parameters: json.RawMessage(`{"type":"object","required":["text"],"additionalProperties":false,"properties":{` +
				`"text":{"type":"string","description":"What to say then"},` +
				`"at":{"type":"string","description":"A moment: RFC 3339, or such as 18:00 or tomorrow at 9"},` +
				`"in":{"type":"string","description":"A time from now, such as 20 minutes"},` +
				`"cron":{"type":"string","description":"Again and again: five fields, such as 0 9 * * 1 for every Monday at 9"},` +
				`"timezone":{"type":"string","description":"IANA name, such as Europe/Berlin, when the person's is known"}}}`),
			Run: createReminder},
		{Name: "LIST_REMINDERS", Similes: []string{"SHOW_REMINDERS"}, Description: "Tell which reminders the person has here", Run: listReminders},
		{Name: "CANCEL_REMINDER", Similes: []string{"DELETE_REMINDER"}, Description: "Take back a reminder of the person",
			Parameters: json.RawMessage(`{"type":"object","additionalProperties":false,"properties":{"query":{"type":"string","description":"Words of the reminder, or all"}}}`), Run: cancelReminder},
		{Name: "CHOOSE_OPTION", Similes: []string{"SELECT_OPTION", "SELECT", "PICK"}, EffectOnly: true, Offered: (*Turn).hasChoices, NeedsFor: choiceNeeds, Description: "Choose one of the options that are open here, as the person says",
			Parameters: json.RawMessage(`{"type":"object","required":["option"],"additionalProperties":false,"properties":{` +
				`"option":{"type":"string"},"taskId":{"type":"string","description":"Which task, when several await a choice: the first characters of its id"}}}`), Run: chooseOption},
	}
}

func createReminder(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	var a struct{ Text, At, In, Cron, Timezone string }
	if json.Unmarshal(arguments, &a) != nil {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "the arguments are not an object of texts")
	}
	if a.Timezone == "" {
		a.Timezone = t.Agent.Character.Setting(ZoneSetting)
	}
	if len(t.tasks.New) >= maxReminders {
		return "", eliza.Errorf(eliza.CodeRateLimit, "no more than %d reminders at once", maxReminders)
	}
	if err := t.service.options.Tasks.Room(ctx, t.Agent.ID, len(t.tasks.New)+1); err != nil {
		return "", err
	}
	r := task.Reminder{Text: a.Text, At: a.At, In: a.In, Cron: a.Cron, Zone: a.Timezone, Whom: t.Speaker}
	if t.Room.Type.Private() {
		r.Whom = ""
	}
	// The id follows from the message, so that it is one task however often the
	// turn begins.
	id := eliza.NameID(fmt.Sprintf("%s:task:%d", t.Message.MemoryID(t.Agent.ID), len(t.tasks.New)))
	made, err := r.Task(id, eliza.Now())
	if err != nil {
		return "", err
	}
	made.AgentID, made.RoomID, made.WorldID, made.EntityID = t.Agent.ID, t.Room.ID, t.world.ID, t.Message.AuthorID
	t.tasks.New = append(t.tasks.New, made)
	return fmt.Sprintf("I will remind you on %s: %q.", task.Says(&made), made.Description), nil
}

func listReminders(ctx context.Context, t *Turn, _ json.RawMessage) (string, error) {
	list, err := t.reminders(ctx)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "You have no reminders here.", nil
	}
	return "Your reminders here: " + reminderLines(list), nil
}

func reminderLines(list []eliza.Task) string {
	var b strings.Builder
	for i, r := range list {
		if i == 20 {
			fmt.Fprintf(&b, "\nand %d more.", len(list)-i)
			break
		}
		fmt.Fprintf(&b, "\n- %q, on %s", r.Description, task.Says(&r))
		if r.State != eliza.TaskWaiting && r.State != eliza.TaskRunning {
			b.WriteString(" (" + string(r.State) + ")")
		}
	}
	return b.String()
}

// reminders are those of the speaker in this room.
func (t *Turn) reminders(ctx context.Context) ([]eliza.Task, error) {
	return t.service.options.Tasks.Reminders(ctx, t.Agent.ID, t.Room.ID, t.Message.AuthorID)
}

func cancelReminder(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	query, err := argument(arguments, "query")
	list, err2 := t.reminders(ctx)
	switch {
	case err2 != nil:
		return "", err2
	case len(list) == 0:
		return "You have no reminders here.", nil
	case err != nil && len(list) > 1:
		return "Tell me which one to take back: " + reminderLines(list), nil
	}
	query = strings.ToLower(strings.Trim(query, ` "'.`))
	var gone []eliza.Task
	for _, r := range list {
		if err != nil || query == "all" || strings.Contains(strings.ToLower(r.Description), query) {
			gone = append(gone, r)
			t.tasks.Drop = append(t.tasks.Drop, r.ID)
		}
	}
	if len(gone) == 0 {
		return fmt.Sprintf("You have no reminder about %q here. There are: %s", query, reminderLines(list)), nil
	}
	return "I took back: " + reminderLines(gone), nil
}
