package task_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

// ask says something to the agent and returns its answer.
func (r *rig) ask(text string) string {
	r.t.Helper()
	_, f, err := r.messaging.PostAndFollow(r.t.Context(), messaging.Post{
		ChannelID: r.channel.ID, ServerID: eliza.DefaultServerID, AuthorID: r.person, AuthorName: "Ann", Content: text, SourceType: "test",
	})
	check.OK(r.t, err)
	defer f.Close()
	for {
		e, err := f.Next(r.t.Context())
		check.OK(r.t, err)
		switch e := e.(type) {
		case bus.DeliveryEnded:
			if e.Reply == nil {
				r.t.Fatalf("no answer: %+v", e.Delivery)
			}
			return e.Reply.Content
		case nil:
			r.t.Fatal("no answer")
		}
	}
}

// calls has the model call an action and then add nothing.
func (r *rig) calls(name, arguments string) {
	r.stub.Script(stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: name, Arguments: arguments}}}, stubmodel.Reply{Empty: true})
}

func (r *rig) tasks() []eliza.Task {
	r.t.Helper()
	list, err := r.List(r.t.Context(), r.agent.ID, task.Filter{Tag: eliza.TagReminder})
	check.OK(r.t, err)
	return list
}

func TestAPersonIsReminded(t *testing.T) {
	r := newRig(t)
	r.calls("CREATE_REMINDER", `{"text":"call mum","in":"20 minutes"}`)
	if got := r.ask("remind me in 20 minutes to call mum"); !strings.HasPrefix(got, "I will remind you on ") || !strings.Contains(got, `UTC: "call mum".`) {
		t.Errorf("the answer is %q", got)
	}
	list := r.tasks()
	if len(list) != 1 || list[0].EntityID != r.person || list[0].RoomID != r.room.ID || list[0].DueAt-eliza.Now() > 20*60_000 || list[0].DueAt-eliza.Now() < 19*60_000 {
		t.Fatalf("%+v", list)
	}
	r.calls("LIST_REMINDERS", `{}`)
	if got := r.ask("my reminders?"); !strings.Contains(got, `"call mum", on `) {
		t.Errorf("they are %q", got)
	}
	r.later(20 * time.Minute)
	r.tick()
	if got := r.said(); got[len(got)-1] != "Reminder: call mum" {
		t.Errorf("said %q", got)
	}
	r.calls("SCHEDULE", `{"text":"water","cron":"every Monday at 9","timezone":"Europe/Berlin"}`)
	if got := r.ask("every Monday at 9"); !strings.Contains(got, "Monday, ") || !strings.Contains(got, " at 09:00 CE") {
		t.Errorf("the answer is %q", got)
	}
	r.calls("CANCEL_REMINDER", `{"query":"WATER"}`)
	if got := r.ask("no, do not"); !strings.HasPrefix(got, "Cancelled:") || len(r.tasks()) != 0 {
		t.Errorf("the answer is %q, and there is %+v", got, r.tasks())
	}
}

func TestAReminderThatCannotBe(t *testing.T) {
	r := newRig(t)
	for arguments, want := range map[string]string{
		`{"text":"x"}`: "does not say when", `{"text":"","in":"1 hour"}`: "text", `{"text":"x","in":"1 hour","at":"9"}`: "say it once", `{"text":"x","at":"2001-01-01T00:00:00Z"}`: "has passed",
		`{"text":"x","at":"soon"}`: "I did not understand", `{"text":"x","when":"tomorrow on Michaelmas"}`: "ask the person", `{"text":"x","cron":"* *"}`: "cron", `{"text":"x","in":"1 hour","timezone":"Atlantis"}`: "time zone", `{"text":1}`: "arguments",
	} {
		r.calls("CREATE_REMINDER", arguments)
		posted, f, err := r.messaging.PostAndFollow(t.Context(), messaging.Post{
			ChannelID: r.channel.ID, ServerID: eliza.DefaultServerID, AuthorID: r.person, Content: "remind me", SourceType: "test",
		})
		check.OK(r.t, err)
		for e := bus.Event(bus.StreamChunk{}); e != nil; {
			e, err = f.Next(t.Context())
			check.OK(r.t, err)
		}
		f.Close()
		if result := string(r.stub.Last().Body); !strings.Contains(result, "That did not work") || !strings.Contains(result, want) {
			t.Errorf("%s: %s after %s", arguments, result, posted.Message.ID)
		}
	}
	if list := r.tasks(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestAChoiceInATalk(t *testing.T) {
	r := newRig(t)
	made := r.create(eliza.Task{Name: "reminder", Description: "what to drink", Tags: []string{"AWAITING_CHOICE"}, Metadata: map[string]any{"options": []any{"tea", "coffee"}, "text": "it is served"}})
	r.calls("CHOOSE_OPTION", `{"option":"Coffee"}`)
	if got := r.ask("coffee please"); got != `I chose "coffee" of "what to drink".` {
		t.Errorf("the answer is %q", got)
	}
	if first := r.stub.Calls()[0]; !strings.Contains(first.System, "Open choices") || !strings.Contains(first.System, "- tea") {
		t.Errorf("the model is not told: %s", first.System)
	}
	if now, _ := r.task(made.ID); now.MetaText(task.MetaChoice) != "coffee" || now.MetaText("chosenBy") != r.person.String() {
		t.Errorf("%+v", now)
	}
	r.tick()
	if got := r.said(); !slices.Contains(got, "Reminder: it is served") {
		t.Errorf("said %q", got)
	}
	r.ask("and now?")
	if last := r.stub.Last(); strings.Contains(last.System, "Open choices") {
		t.Error("the choice is still open")
	}
}
