package task_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/offline"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/test/check"
)

// TestRemindersAreTheSameHoweverTheyWereMade makes reminders in a talk and as
// tasks, and lists and cancels them in a talk and as tasks.
func TestRemindersAreTheSameHoweverTheyWereMade(t *testing.T) {
	r := &rig{offline: true}
	r.begin(t)
	due := eliza.Now() + 3_600_000
	r.create(eliza.Task{Name: "reminder", Description: "feed the cat", EntityID: r.person, Tags: []string{"queue"}, DueAt: due})
	r.create(eliza.Task{Name: "reminder", Description: "water the plants", Tags: []string{"queue", "reminder"}, DueAt: due + 1})
	r.create(eliza.Task{Name: "reminder", Description: "another one's", EntityID: eliza.NewID(), Tags: []string{"queue"}, DueAt: due})
	r.ask("remind me in 2 hours to call mum")
	if list := r.tasks(); len(list) != 4 {
		t.Errorf("tasks with the tag: %+v", list)
	}
	said := r.ask("list my reminders")
	for _, want := range []string{`"feed the cat", on `, `"water the plants", on `, `"call mum", on `} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not in %q", want, said)
		}
	}
	if strings.Contains(said, "another one's") {
		t.Errorf("told of another one's reminder: %q", said)
	}

	group, room := r.enter(eliza.TypeGroup)
	private := r.channel
	r.channel = group
	if said := r.ask("Eliza, list my reminders"); said != "You have no reminders." {
		t.Errorf("in a group: %q", said)
	}
	r.room = room
	r.create(eliza.Task{Name: "reminder", Description: "the meeting", Tags: []string{"queue"}, DueAt: due})
	r.create(eliza.Task{Name: "reminder", Description: "bring cake", EntityID: r.person, Tags: []string{"queue"}, DueAt: due})
	if said := r.ask("Eliza, list my reminders"); !strings.Contains(said, "the meeting") || !strings.Contains(said, "bring cake") || strings.Contains(said, "cat") {
		t.Errorf("in a group: %q", said)
	}
	if said := r.ask("Eliza, cancel all my reminders"); !strings.Contains(said, "bring cake") || strings.Contains(said, "the meeting") {
		t.Errorf("cancelled in a group: %q", said)
	}
	r.channel = private
	if said := r.ask("cancel my reminder about feed the cat"); !strings.Contains(said, "feed the cat") {
		t.Errorf("cancelled: %q", said)
	}
	for _, left := range r.tasks() {
		if left.Description == "feed the cat" || left.Description == "bring cake" {
			t.Errorf("%q is left", left.Description)
		}
	}
}

// line is a phrase of the table of internal/when, with the moment that it says
// or a question.
type line struct{ phrase, moment, what string }

func phrases(t *testing.T) (all []line) {
	t.Helper()
	f, err := os.Open("../when/testdata/phrases.txt")
	check.OK(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text := lines.Text(); text != "" && text[0] != '#' {
			phrase, result, _ := strings.Cut(text, " => ")
			moment, what, _ := strings.Cut(result, " |")
			all = append(all, line{strings.TrimSuffix(phrase, " ?"), moment, strings.TrimSpace(what)})
		}
	}
	return all
}

// TestPhrasesBecomeReminders says each phrase to the assistant of the binary
// by a clock that stands still, and does with its answer what a turn does.
func TestPhrasesBecomeReminders(t *testing.T) {
	zone := location(t, "Europe/Berlin")
	now := eliza.Millis(time.Date(2026, 11, 24, 15, 30, 20, 0, zone).UnixMilli())
	tools := []model.Tool{{Name: "CREATE_REMINDER"}, {Name: "REMEMBER"}, {Name: "SET_TIMEZONE"}}
	for _, p := range phrases(t) {
		answer, err := offline.New().Generate(t.Context(), model.Request{
			Purpose: model.ForReply, Tools: tools, Turns: []model.Turn{{Role: model.RoleUser, Name: "Ann", Text: "Remind me " + p.phrase}},
			Scene: model.Scene{Character: &eliza.Character{Name: "Eliza"}, Speaker: "Ann", Now: now, Zone: zone, Private: true},
		}, nil)
		check.OK(t, err)
		if p.moment == "" {
			if len(answer.ToolCalls) > 0 || !strings.HasSuffix(answer.Text, "When exactly?") && !strings.HasPrefix(answer.Text, "Tell me when") {
				t.Errorf("%q: %q, %v; want a question", p.phrase, answer.Text, answer.ToolCalls)
			}
			continue
		}
		if len(answer.ToolCalls) != 1 || answer.ToolCalls[0].Name != "CREATE_REMINDER" {
			t.Errorf("%q: %q, %v", p.phrase, answer.Text, answer.ToolCalls)
			continue
		}
		var a struct{ Text, When, Timezone string }
		check.OK(t, json.Unmarshal(answer.ToolCalls[0].Arguments, &a))
		reminder := task.Reminder{Text: a.Text, When: a.When, Zone: location(t, a.Timezone)}
		made, err := reminder.Task(eliza.NewID(), now)
		got := made.DueAt.Time().In(zone).Format(time.DateTime)
		if cron := made.MetaText(task.MetaCron); cron != "" {
			if got = cron; a.Timezone != "Europe/Berlin" {
				got += " " + a.Timezone
			}
		}
		want := p.what
		if want == "" {
			want = "the time is up"
		}
		if err != nil || got != p.moment || made.Description != want {
			t.Errorf("%q is %s, %q, %v; want %s, %q", p.phrase, got, made.Description, err, p.moment, want)
		}
	}
}

// TestAQuestionStoresNothing says what nobody can understand to an agent, with
// the server's own clock.
func TestAQuestionStoresNothing(t *testing.T) {
	r := &rig{offline: true}
	r.begin(t)
	asked := 0
	for _, p := range phrases(t) {
		if p.moment != "" || asked == 40 || strings.Contains(p.phrase, "today") || strings.Contains(p.phrase, "this") || strings.Contains(p.phrase, "next") || strings.Contains(p.phrase, "week") {
			continue // what depends on the day
		}
		asked++
		if said := r.ask("remind me " + p.phrase); !strings.HasSuffix(said, "When exactly?") && !strings.HasPrefix(said, "Tell me when") {
			t.Errorf("%q: %q", p.phrase, said)
		}
		if list := r.tasks(); len(list) > 0 {
			t.Fatalf("%q made %+v", p.phrase, list)
		}
	}
	if asked != 40 {
		t.Errorf("only %d phrases were said", asked)
	}
}
