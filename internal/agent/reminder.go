package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/internal/when"
)

// maxReminders is how many reminders one turn may make.
const maxReminders = 10

// reminderActions are the actions by which people have an agent do something
// later.
func reminderActions() []Action {
	return []Action{
		{Name: "CREATE_REMINDER", Similes: []string{"SCHEDULE", "REMIND", "SET_REMINDER", "SET_TIMER", "CREATE_TASK"}, EffectOnly: true,
			Description: "Say something here at a later moment, once or repeatedly, because the person asks to be reminded. When it answers with a question, ask the person",
			Parameters: json.RawMessage(`{"type":"object","required":["text"],"properties":{` +
				`"text":{"type":"string","description":"What to say then, without the moment"},` +
				`"when":{"type":"string","description":"Required. The moment in the person's own words, such as tomorrow at 9, in 20 minutes, every Monday at 9am; or RFC 3339; or a cron expression of five fields"},` +
				`"timezone":{"type":"string","description":"Only when the person named another time zone than the own one for this reminder: Europe/Berlin, Tokyo"}}}`),
			Run: createReminder},
		{Name: "SET_TIMEZONE", Similes: []string{"SET_TIME_ZONE", "UPDATE_TIMEZONE"}, EffectOnly: true, Description: "Keep the person's time zone, because the person said which it is. Not for where somebody is or was",
			Parameters: parameters("timezone", "As the person said it: Europe/Berlin, Tokyo, Pacific time; default to forget it"), Run: setTimezone},
		{Name: "LIST_REMINDERS", Similes: []string{"SHOW_REMINDERS"}, Description: "Tell which reminders the person has here", Run: listReminders},
		{Name: "CANCEL_REMINDER", Similes: []string{"DELETE_REMINDER"}, Description: "Cancel a reminder of the person",
			Parameters: json.RawMessage(`{"type":"object","additionalProperties":false,"properties":{"query":{"type":"string","description":"Words of the reminder, or all"}}}`), Run: cancelReminder},
		{Name: "CHOOSE_OPTION", Similes: []string{"SELECT_OPTION", "SELECT", "PICK"}, EffectOnly: true, Offered: (*Turn).hasChoices, NeedsFor: choiceNeeds, Description: "Choose one of the options that are open here, as the person says",
			Parameters: json.RawMessage(`{"type":"object","required":["option"],"additionalProperties":false,"properties":{` +
				`"option":{"type":"string"},"taskId":{"type":"string","description":"Which task, when several await a choice: the first characters of its id"}}}`), Run: chooseOption},
	}
}

func createReminder(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	// Models that know other servers give the moment as at, in or cron.
	var a struct{ Text, When, At, In, Cron, Timezone string }
	if json.Unmarshal(arguments, &a) != nil {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "the arguments are not an object of texts")
	}
	var said []string
	for _, moment := range []string{a.When, a.At, a.In, a.Cron} {
		if moment = strings.TrimSpace(moment); moment != "" {
			said = append(said, moment)
		}
	}
	if len(said) > 1 {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "when: say it once")
	}
	zone, err := t.zone()
	if a.Timezone != "" {
		zone, err = when.ZoneOf(a.Timezone)
	}
	if err != nil {
		return "", err
	}
	if len(t.effects.NewTasks) >= maxReminders {
		return "", eliza.Errorf(eliza.CodeRateLimit, "no more than %d reminders at once", maxReminders)
	}
	if err := t.service.options.Tasks.Room(ctx, t.Agent.ID, len(t.effects.NewTasks)+1); err != nil {
		return "", err
	}
	r := task.Reminder{Text: a.Text, When: strings.Join(said, ""), Zone: zone, Whom: t.Speaker}
	if t.Room.Type.Private() {
		r.Whom = ""
	}
	// The id follows from the message, so that it is one task however often the
	// turn begins.
	id := eliza.NameID(fmt.Sprintf("%s:task:%d", t.Message.MemoryID(t.Agent.ID), len(t.effects.NewTasks)))
	made, err := r.Task(id, eliza.Now())
	if err != nil {
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "No reminder was made; ask the person. %s", eliza.ErrorMessage(err))
	}
	made.AgentID, made.RoomID, made.WorldID, made.EntityID = t.Agent.ID, t.Room.ID, t.world.ID, t.Message.AuthorID
	t.effects.NewTasks = append(t.effects.NewTasks, made)
	return fmt.Sprintf("I will remind you on %s: %q.", task.Says(&made), made.Description), nil
}

func listReminders(ctx context.Context, t *Turn, _ json.RawMessage) (string, error) {
	list, err := t.reminders(ctx)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "You have no reminders.", nil
	}
	return "Your reminders:" + t.reminderLines(list), nil
}

// reminderLines lists reminders; of those for another room it says so.
func (t *Turn) reminderLines(list []eliza.Task) string {
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
		if r.RoomID != t.Room.ID {
			b.WriteString(" (in another conversation)")
		}
	}
	return b.String()
}

// reminders are those that the speaker may hear of in this room.
func (t *Turn) reminders(ctx context.Context) ([]eliza.Task, error) {
	return t.service.options.Tasks.Reminders(ctx, &t.Room, t.Message.AuthorID)
}

// cancelReminder takes back reminders of the speaker: in a group not those
// that are for everybody.
func cancelReminder(ctx context.Context, t *Turn, arguments json.RawMessage) (string, error) {
	query, err := argument(arguments, "query")
	list, err2 := t.reminders(ctx)
	list = slices.DeleteFunc(list, func(r eliza.Task) bool { return r.EntityID != t.Message.AuthorID && !t.Room.Type.Private() })
	switch {
	case err2 != nil:
		return "", err2
	case len(list) == 0:
		return "You have no reminders.", nil
	case err != nil && len(list) > 1:
		return "Which one should I cancel?" + t.reminderLines(list), nil
	}
	query = strings.ToLower(strings.Trim(query, ` "'.`))
	var gone []eliza.Task
	for _, r := range list {
		if err != nil || query == "all" || strings.Contains(strings.ToLower(r.Description), query) {
			gone = append(gone, r)
			t.effects.DropTasks = append(t.effects.DropTasks, r.ID)
		}
	}
	if len(gone) == 0 {
		return fmt.Sprintf("You have no reminder about %q. There are:%s", query, t.reminderLines(list)), nil
	}
	return "Cancelled:" + t.reminderLines(gone), nil
}
