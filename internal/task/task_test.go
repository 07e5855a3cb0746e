package task_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/test/check"
)

func TestAReminderIsSaidOnce(t *testing.T) {
	r := newRig(t)
	var mu sync.Mutex
	var heard []string
	defer r.bus.Subscribe(r.channel.ID, func(e bus.Event) {
		if posted, is := e.(bus.MessagePosted); is {
			mu.Lock()
			heard = append(heard, posted.Message.Content)
			mu.Unlock()
		}
	})()
	made := r.create(eliza.Task{Name: "reminder", Description: "call mum", Tags: []string{"queue", "reminder"}, DueAt: eliza.Now() + 60_000})
	r.tick()
	if got := r.said(); len(got) != 0 || made.State != eliza.TaskWaiting {
		t.Fatalf("too early: %q, %+v", got, made)
	}
	r.later(61 * time.Second)
	r.tick()
	r.tick()
	if got := r.said(); !slices.Equal(got, []string{"Reminder: call mum"}) {
		t.Errorf("said %q", got)
	}
	if _, there := r.task(made.ID); there {
		t.Error("the task is left")
	}
	check.Until(r.t, "the channel has heard it", func() bool { mu.Lock(); defer mu.Unlock(); return len(heard) == 1 })
	memories, _, err := r.store.Memories(t.Context(), r.agent.ID, store.MemoryQuery{Type: eliza.MemoryMessages, NoTotal: true, Limit: 5})
	if err != nil || len(memories) != 1 || memories[0].Content.Text != "Reminder: call mum" {
		t.Errorf("it remembers %+v, %v", memories, err)
	}
}

func TestAMissedMomentIsMadeUpForOnceAndToldAsLate(t *testing.T) {
	r := newRig(t)
	made := r.create(eliza.Task{Name: "reminder", Description: "stand up", Tags: []string{"queue", "repeat"}, Metadata: map[string]any{"cron": "0 9 * * *", "timezone": "Europe/Berlin"}})
	r.later(3 * 24 * time.Hour)
	r.tick()
	if got := r.said(); len(got) != 1 || !strings.Contains(got[0], "this comes late: it was due on ") || !strings.Contains(got[0], " at 09:00 CET") && !strings.Contains(got[0], " at 09:00 CEST") {
		t.Errorf("said %q", got)
	}
	now, there := r.task(made.ID)
	if !there || now.DueAt.Time().Before(r.clock()) || now.DueAt.Time().After(r.clock().Add(25*time.Hour)) || now.LastRunAt == 0 {
		t.Errorf("then it waits as %+v", now)
	}
}

func TestAnIntervalGoesOnAndImmediateBeginsNow(t *testing.T) {
	r := newRig(t)
	made := r.create(eliza.Task{Name: "reminder", Description: "drink", Tags: []string{"queue", "repeat", "immediate"}, Metadata: map[string]any{"updateInterval": 60000.0}})
	for n := range 3 {
		r.tick()
		r.tick()
		if got := r.said(); len(got) != n+1 {
			t.Fatalf("after %d minutes: %q", n, got)
		}
		r.later(61 * time.Second)
	}
	check.OK(r.t, r.Delete(t.Context(), r.agent.ID, made.ID))
	r.tick()
	if got := r.said(); len(got) != 3 {
		t.Errorf("deleted: %q", got)
	}
}

func TestAFailureIsTriedAgainAndEndsVisibly(t *testing.T) {
	fails := 0
	var moments []eliza.Millis
	worker := task.Worker{Name: "flaky", Execute: func(_ context.Context, run task.Run) (task.Outcome, error) {
		moments = append(moments, run.Task.DueAt)
		if fails--; fails >= 0 {
			return task.Outcome{}, eliza.Errorf(eliza.CodeModel, "not now")
		}
		return task.Outcome{Say: "done"}, nil
	}}
	r := newRig(t, worker)
	fails = 2
	made := r.create(eliza.Task{Name: "flaky", Tags: []string{"queue"}})
	r.tick()
	now, _ := r.task(made.ID)
	if now.State != eliza.TaskWaiting || now.Attempts != 1 || now.LastError != "not now" || now.RunAt <= now.DueAt {
		t.Errorf("after a failure: %+v", now)
	}
	for range 2 {
		r.later(time.Minute)
		r.tick()
	}
	if got := r.said(); !slices.Equal(got, []string{"done"}) || len(moments) != 3 || moments[0] != moments[2] {
		t.Errorf("said %q for %v", got, moments)
	}
	fails = 100
	made = r.create(eliza.Task{Name: "flaky", Tags: []string{"queue"}})
	for range task.MaxAttempts + 2 {
		r.tick()
		r.later(3 * time.Hour)
	}
	now, _ = r.task(made.ID)
	if now.State != eliza.TaskFailed || now.RunAt != 0 || now.LastError != "not now" {
		t.Errorf("in the end: %+v", now)
	}
	fails = 0
	_, err := r.Resume(t.Context(), r.agent.ID, made.ID)
	check.OK(r.t, err)
	r.tick()
	if _, there := r.task(made.ID); there {
		t.Error("resumed, it is not done")
	}
}

func TestAWorkerThatPanicsOrIsUnknownFailsItsTaskAlone(t *testing.T) {
	r := newRig(t, task.Worker{Name: "bad", Execute: func(context.Context, task.Run) (task.Outcome, error) { panic("boo") }},
		task.Worker{Name: "gone", Execute: func(context.Context, task.Run) (task.Outcome, error) {
			return task.Outcome{}, errors.New("secret path /x")
		}})
	bad := r.create(eliza.Task{Name: "bad", Tags: []string{"queue"}})
	secret := r.create(eliza.Task{Name: "gone", Tags: []string{"queue"}})
	r.create(eliza.Task{Name: "reminder", Description: "still here", Tags: []string{"queue"}})
	r.tick()
	if got := r.said(); !slices.Equal(got, []string{"Reminder: still here"}) {
		t.Errorf("said %q", got)
	}
	for _, id := range []eliza.ID{bad.ID, secret.ID} {
		if now, _ := r.task(id); now.Attempts != 1 || now.LastError == "" || strings.Contains(now.LastError, "secret") {
			t.Errorf("%+v", now)
		}
	}
	r.close()
	r.workers = nil
	r.open()
	r.later(time.Hour)
	r.tick()
	if now, _ := r.task(bad.ID); now.State != eliza.TaskFailed || !strings.Contains(now.LastError, "no worker") {
		t.Errorf("without its worker: %+v", now)
	}
}

func TestPauseRunNowAndUpdate(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	made := r.create(eliza.Task{Name: "reminder", Description: "a", Tags: []string{"queue"}, DueAt: eliza.Now() + 60_000})
	_, err := r.Pause(ctx, r.agent.ID, made.ID)
	check.OK(r.t, err)
	r.later(time.Hour)
	r.tick()
	if got := r.said(); len(got) != 0 {
		t.Errorf("paused, it says %q", got)
	}
	_, err = r.Update(ctx, r.agent.ID, made.ID, func(t *eliza.Task) (bool, error) { t.Description = "b"; return false, nil })
	check.OK(r.t, err)
	_, err = r.Resume(ctx, r.agent.ID, made.ID)
	check.OK(r.t, err)
	_, err = r.Resume(ctx, r.agent.ID, made.ID)
	check.Code(r.t, err, eliza.CodeConflict)
	r.tick()
	if got := r.said(); len(got) != 1 || !strings.HasPrefix(got[0], "Reminder: b (this comes late") {
		t.Errorf("resumed, it says %q", got)
	}
	idle := r.create(eliza.Task{Name: "reminder", Description: "c"})
	if idle.State != eliza.TaskIdle {
		t.Errorf("without a tag: %+v", idle)
	}
	_, err = r.Pause(ctx, r.agent.ID, idle.ID)
	check.Code(r.t, err, eliza.CodeConflict)
	_, err = r.RunNow(ctx, r.agent.ID, idle.ID)
	check.OK(r.t, err)
	r.tick()
	if got := r.said(); len(got) != 2 || got[1] != "Reminder: c" {
		t.Errorf("run now, it says %q", got)
	}
}

func TestAChoice(t *testing.T) {
	var chosen []string
	r := newRig(t, task.Worker{Name: "vote", Execute: func(_ context.Context, run task.Run) (task.Outcome, error) {
		chosen = append(chosen, run.Option)
		return task.Outcome{Say: "So be it: " + run.Option}, nil
	}})
	ctx := t.Context()
	options := map[string]any{"options": []any{map[string]any{"name": "Tea", "description": "green"}, "coffee"}}
	made := r.create(eliza.Task{Name: "vote", Description: "what to drink", Tags: []string{"AWAITING_CHOICE"}, Metadata: options})
	r.tick()
	if made.State != eliza.TaskChoosing || len(chosen) != 0 {
		t.Fatalf("%+v, %v", made, chosen)
	}
	_, err := r.Choose(ctx, r.agent.ID, made.ID, "beer", eliza.NoID)
	check.Code(r.t, err, eliza.CodeInvalidRequest)
	_, err = r.Choose(ctx, r.agent.ID, made.ID, "tea", eliza.NewID())
	check.Code(r.t, err, eliza.CodeForbidden)
	_, err = r.Choose(ctx, r.agent.ID, made.ID, "tea", r.person)
	check.OK(r.t, err)
	_, err = r.Choose(ctx, r.agent.ID, made.ID, "coffee", r.person)
	check.Code(r.t, err, eliza.CodeConflict)
	r.tick()
	if got := r.said(); !slices.Equal(got, []string{"So be it: Tea"}) || !slices.Equal(chosen, []string{"Tea"}) {
		t.Errorf("said %q", got)
	}
	options["role"] = "ADMIN"
	made = r.create(eliza.Task{Name: "vote", Tags: []string{"AWAITING_CHOICE"}, Metadata: options})
	_, err = r.Choose(ctx, r.agent.ID, made.ID, "tea", r.person)
	check.Code(r.t, err, eliza.CodeForbidden)
	_, err = r.agents.UpdateWorld(ctx, r.agent.ID, r.room.WorldID, func(w *eliza.World) error {
		w.Metadata = map[string]any{"roles": map[string]any{r.person.String(): "OWNER"}}
		return nil
	})
	check.OK(r.t, err)
	_, err = r.Choose(ctx, r.agent.ID, made.ID, "tea", r.person)
	check.OK(r.t, err)
}

func TestRefusedTasks(t *testing.T) {
	r := newRig(t, task.Worker{Name: "picky", Validate: func(context.Context, *eliza.Task) error { panic("no") }})
	for name, c := range map[string]eliza.Task{
		"no worker":          {Name: "nobody", Description: "x"},
		"no text":            {Name: "reminder"},
		"no interval":        {Name: "reminder", Description: "x", Tags: []string{"queue", "repeat"}},
		"too often":          {Name: "reminder", Description: "x", Tags: []string{"queue", "repeat"}, Metadata: map[string]any{"updateInterval": 10.0}},
		"bad cron":           {Name: "reminder", Description: "x", Tags: []string{"queue", "repeat"}, Metadata: map[string]any{"cron": "x"}},
		"bad zone":           {Name: "reminder", Description: "x", Tags: []string{"queue", "repeat"}, Metadata: map[string]any{"cron": "@daily", "timezone": "Atlantis"}},
		"no options":         {Name: "reminder", Description: "x", Tags: []string{"AWAITING_CHOICE"}},
		"a role of no world": {Name: "reminder", Description: "x", Metadata: map[string]any{"role": "KING"}},
		"an empty tag":       {Name: "reminder", Description: "x", Tags: []string{""}},
		"much metadata":      {Name: "reminder", Description: "x", Metadata: map[string]any{"x": strings.Repeat("x", 10_000)}},
		"a long description": {Name: "reminder", Description: strings.Repeat("x", 6000)},
	} {
		c.AgentID, c.RoomID = r.agent.ID, r.room.ID
		_, err := r.Create(t.Context(), c)
		if eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := r.Create(t.Context(), eliza.Task{AgentID: r.agent.ID, Name: "picky"})
	check.Code(r.t, err, eliza.CodeInternal)
	_, err = r.Create(t.Context(), eliza.Task{AgentID: eliza.NewID(), Name: "reminder", Description: "x"})
	check.Code(r.t, err, eliza.CodeNotFound)
	for range maxTasks {
		r.create(eliza.Task{Name: "reminder", Description: "x"})
	}
	_, err = r.Create(t.Context(), eliza.Task{AgentID: r.agent.ID, RoomID: r.room.ID, Name: "reminder", Description: "x"})
	check.Code(r.t, err, eliza.CodeRateLimit)
}

func TestMoreTasksThanRunAtOnceAreAllDone(t *testing.T) {
	r := newRig(t)
	for range 100 {
		r.create(eliza.Task{Name: "reminder", Description: "x", Tags: []string{"queue"}})
	}
	r.tick()
	if got := r.said(); len(got) != 100 {
		t.Errorf("%d were said", len(got))
	}
}

func TestAStoppedAgentIsSilentUntilItRunsAgain(t *testing.T) {
	r := newRig(t)
	r.create(eliza.Task{Name: "reminder", Description: "x", Tags: []string{"queue"}})
	_, err := r.agents.Stop(t.Context(), r.agent.ID)
	check.OK(r.t, err)
	r.tick()
	if got := r.said(); len(got) != 0 {
		t.Errorf("stopped, it says %q", got)
	}
	_, err = r.agents.Start(t.Context(), r.agent.ID)
	check.OK(r.t, err)
	r.tick()
	if got := r.said(); len(got) != 1 {
		t.Errorf("started, it says %q", got)
	}
}

func TestAChannelThatIsGoneFailsTheTask(t *testing.T) {
	r := newRig(t)
	made := r.create(eliza.Task{Name: "reminder", Description: "x", Tags: []string{"queue"}})
	check.OK(r.t, r.messaging.DeleteChannel(t.Context(), r.channel.ID))
	r.tick()
	if now, there := r.task(made.ID); there && now.State != eliza.TaskFailed {
		t.Errorf("%+v", now)
	}
}
