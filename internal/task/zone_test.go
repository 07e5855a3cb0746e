package task_test

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/internal/when"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := when.Zone(name)
	check.OK(t, err)
	return zone
}

// set gives the agent a setting.
func (r *rig) set(name, value string) {
	r.t.Helper()
	_, err := r.agents.Update(r.t.Context(), r.agent.ID, func(a *eliza.Agent) error {
		a.Character.Settings = map[string]any{name: value}
		return nil
	})
	check.OK(r.t, err)
}

// goesBy checks that the clock, a reminder and a schedule made over the API go
// by a time zone.
func (r *rig) goesBy(why, name string) {
	r.t.Helper()
	zone := location(r.t, name)
	before := time.Now().In(zone)
	said := r.ask("what time is it?")
	if after := time.Now().In(zone); said != "It is "+before.Format("15:04")+" "+when.Abbreviation(before)+"." && said != "It is "+after.Format("15:04")+" "+when.Abbreviation(after)+"." {
		r.t.Errorf("%s: %s, want the time in %s", why, said, name)
	}
	r.ask("remind me tomorrow at 9 to " + why)
	list := r.tasks()
	made := list[len(list)-1]
	if at := made.DueAt.Time().In(zone); made.Description != why || at.Hour() != 9 || at.Minute() != 0 || made.MetaText(task.MetaZone) != name {
		r.t.Errorf("%s: reminded at %s in %s; want 9 o'clock in %s", why, at, made.MetaText(task.MetaZone), name)
	}
	daily := r.create(eliza.Task{Name: "reminder", Description: "daily", EntityID: r.person, Tags: []string{"queue", "repeat"}, Metadata: map[string]any{"cron": "0 9 * * *"}})
	if at := daily.DueAt.Time().In(zone); at.Hour() != 9 || daily.MetaText(task.MetaZone) != name {
		r.t.Errorf("%s: a schedule is due at %s in %s; want 9 o'clock in %s", why, at, daily.MetaText(task.MetaZone), name)
	}
}

// TestWhoseTimeZoneCounts goes from the server's zone to the agent's and the
// person's, and back.
func TestWhoseTimeZoneCounts(t *testing.T) {
	r := &rig{offline: true, zone: location(t, "America/New_York")}
	r.begin(t)
	r.goesBy("the server's zone", "America/New_York")
	r.set("TIMEZONE", "Europe/Berlin")
	r.goesBy("the agent's zone", "Europe/Berlin")
	if said := r.ask("I live in Tokyo time"); !strings.HasPrefix(said, "I will go by the time zone Asia/Tokyo for you: it is ") {
		t.Errorf("said %q", said)
	}
	r.goesBy("the person's zone", "Asia/Tokyo")
	r.close()
	r.open()
	r.goesBy("the person's zone after a restart", "Asia/Tokyo")

	person, channel, room := r.person, r.channel, r.room
	r.person = eliza.NewID()
	r.channel, r.room = r.enter(eliza.TypeDM)
	r.goesBy("another one's zone", "Europe/Berlin")
	r.person, r.channel, r.room = person, channel, room

	r.ask("I'm in New York")
	r.goesBy("a place that was told is no zone", "Asia/Tokyo")
	r.ask("forget my time zone")
	r.goesBy("forgotten", "Europe/Berlin")
	r.set("TIMEZONE", "Narnia")
	if said := r.ask("remind me tomorrow at 9 to x"); !strings.Contains(said, "The time zone in my settings is none that I know") {
		t.Errorf("a setting that names no zone: %q", said)
	}
	if _, err := r.Create(t.Context(), eliza.Task{AgentID: r.agent.ID, RoomID: r.room.ID, Name: "reminder", Description: "x", Tags: []string{"queue", "repeat"}, Metadata: map[string]any{"cron": "@daily"}}); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
		t.Errorf("a schedule: %v", err)
	}
}

// TestAModelSpeaksInThePersonsZone has a language model name the zone, and
// reads what it is told of the time.
func TestAModelSpeaksInThePersonsZone(t *testing.T) {
	r := newRig(t)
	r.calls("SET_TIMEZONE", `{"timezone":"Pacific time"}`)
	if said := r.ask("I go by Pacific time"); !strings.HasPrefix(said, "I will go by the time zone America/Los_Angeles for you") {
		t.Errorf("said %q", said)
	}
	r.calls("CREATE_REMINDER", `{"text":"call mum","when":"tomorrow at 9"}`)
	r.ask("remind me tomorrow at 9 to call mum")
	if system := r.stub.Last().System; !strings.Contains(system, " (America/Los_Angeles).") {
		t.Errorf("it is told: %s", system)
	}
	list := r.tasks()
	if len(list) != 1 || list[0].DueAt.Time().In(location(t, "America/Los_Angeles")).Format("15:04") != "09:00" {
		t.Errorf("%+v", list)
	}
	r.stub.Script(stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "SET_TIMEZONE", Arguments: `{"timezone":"Narnia"}`}}}, stubmodel.Reply{Text: "Which zone?"})
	r.ask("and Narnia?")
	if body := string(r.stub.Last().Body); !strings.Contains(body, "I do not know the time zone") {
		t.Errorf("it is told: %s", body)
	}
}

func TestACronOfAChangedTaskKeepsAZone(t *testing.T) {
	r := &rig{offline: true, zone: location(t, "Asia/Tokyo")}
	r.begin(t)
	made := r.create(eliza.Task{Name: "reminder", Description: "x", Tags: []string{"queue"}, DueAt: eliza.Now() + 3_600_000})
	now, err := r.Update(t.Context(), r.agent.ID, made.ID, func(t *eliza.Task) (bool, error) {
		t.DueAt, t.Tags, t.Metadata = 0, []string{"queue", "repeat"}, map[string]any{"cron": "0 9 * * *"}
		return true, nil
	})
	check.OK(t, err)
	if at := now.DueAt.Time().In(r.zone); now.MetaText(task.MetaZone) != "Asia/Tokyo" || at.Hour() != 9 {
		t.Errorf("due at %s, %+v", at, now.Metadata)
	}
}
