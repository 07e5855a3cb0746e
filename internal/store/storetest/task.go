package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// newTask stores a task of Eliza's that is due at a moment; 0 for never.
func (p place) newTask(t *testing.T, due eliza.Millis) eliza.Task {
	t.Helper()
	task := eliza.Task{
		ID: eliza.NewID(), AgentID: p.eliza.ID, Name: "reminder", Description: "call mum", EntityID: p.alice, Tags: []string{"queue", "reminder"},
		Metadata: map[string]any{"k": 1.0}, State: eliza.TaskWaiting, DueAt: due, RunAt: due, CreatedAt: 100 + due, UpdatedAt: 100,
	}
	ok(t, p.CreateTask(p.ctx, task))
	return task
}

func (p place) claim(t *testing.T, s *store.Store, now eliza.Millis, busy ...eliza.ID) []eliza.Task {
	t.Helper()
	mine, err := s.ClaimTasks(p.ctx, now, 10, busy)
	ok(t, err)
	return mine
}

// done is the end of a task's run, with which Eliza says something.
func (p place) done(task eliza.Task) store.TaskEnd {
	return store.TaskEnd{
		Task: task, Was: task.DueAt, Gone: true,
		Message: &eliza.Message{ID: eliza.NameID(task.ID.String()), ChannelID: p.channel.ID, AuthorID: p.eliza.ID, AuthorName: "Eliza", Content: "call mum",
			SourceType: eliza.SourceAgent, Hops: 1, CreatedAt: eliza.Now()},
		Memories: []eliza.Memory{p.memory(p.eliza, "call mum")},
	}
}

var taskTests = map[string]func(*testing.T, place){
	"tasks are kept, changed and deleted": func(t *testing.T, p place) {
		a, b := p.newTask(t, 2000), p.newTask(t, 1000)
		got, err := p.Task(p.ctx, p.eliza.ID, a.ID)
		ok(t, err)
		equal(t, "task", got, a)
		list, err := p.Tasks(p.ctx, p.eliza.ID, eliza.NoID)
		ok(t, err)
		equal(t, "tasks", list, []eliza.Task{b, a})
		n, err := p.CountTasks(p.ctx, p.eliza.ID)
		ok(t, err)
		equal(t, "number", n, 2)
		_, err = p.Task(p.ctx, p.ada.ID, a.ID)
		wantCode(t, err, eliza.CodeNotFound)
		changed, err := p.UpdateTask(p.ctx, p.eliza.ID, a.ID, func(task *eliza.Task) error {
			task.State, task.RunAt, task.Tags, task.Metadata = eliza.TaskPaused, 0, nil, map[string]any{"l": "x"}
			return nil
		})
		ok(t, err)
		got, err = p.Task(p.ctx, p.eliza.ID, a.ID)
		ok(t, err)
		equal(t, "changed", got, changed)
		refused := errors.New("no")
		if _, err = p.UpdateTask(p.ctx, p.eliza.ID, a.ID, func(*eliza.Task) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		_, err = p.UpdateTask(p.ctx, p.ada.ID, a.ID, func(*eliza.Task) error { return nil })
		wantCode(t, err, eliza.CodeNotFound)
		wantCode(t, p.DeleteTask(p.ctx, p.ada.ID, a.ID), eliza.CodeNotFound)
		ok(t, p.DeleteTask(p.ctx, p.eliza.ID, a.ID))
		wantCode(t, p.CreateTask(p.ctx, b), eliza.CodeConflict)
		b.ID, b.RoomID = eliza.NewID(), eliza.NewID()
		wantCode(t, p.CreateTask(p.ctx, b), eliza.CodeNotFound)
		b.AgentID, b.RoomID = eliza.NewID(), eliza.NoID
		wantCode(t, p.CreateTask(p.ctx, b), eliza.CodeNotFound)
	},
	"a task goes with its agent and its room": func(t *testing.T, p place) {
		a := p.newTask(t, 1000)
		view := p.view(p.ada)
		ok(t, p.EnsureView(p.ctx, view))
		b := a
		b.ID, b.AgentID, b.RoomID = eliza.NewID(), p.ada.ID, view.Room.ID
		ok(t, p.CreateTask(p.ctx, b))
		list, err := p.Tasks(p.ctx, p.ada.ID, view.Room.ID)
		ok(t, err)
		equal(t, "of the room", list, []eliza.Task{b})
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		_, err = p.Task(p.ctx, p.eliza.ID, a.ID)
		wantCode(t, err, eliza.CodeNotFound)
		ok(t, p.DeleteRoom(p.ctx, p.ada.ID, view.Room.ID))
		_, err = p.Task(p.ctx, p.ada.ID, b.ID)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"a due task is claimed and ends once": func(t *testing.T, p place) {
		late, soon := p.newTask(t, 1000), p.newTask(t, 2000)
		p.newTask(t, 0)
		equal(t, "too early", len(p.claim(t, p.Store, 999)), 0)
		mine := p.claim(t, p.Store, 1999)
		late.State, late.Owner = eliza.TaskRunning, p.Owner()
		equal(t, "claimed", mine, []eliza.Task{late})
		equal(t, "busy", len(p.claim(t, p.Store, 1999, late.ID)), 0)
		equal(t, "lost and found", p.claim(t, p.Store, 1999), mine)
		var told store.Finished
		end := p.done(mine[0])
		end.Committed = func(f store.Finished) { told = f }
		f, err := p.EndTask(p.ctx, end)
		ok(t, err)
		if f.Reply.Content != "call mum" || f.Reply.Seq != 1 || len(f.Deliveries) != 1 || f.Deliveries[0].AgentID != p.ada.ID {
			t.Errorf("%+v", f)
		}
		equal(t, "told", told, f)
		_, err = p.EndTask(p.ctx, end)
		wantCode(t, err, eliza.CodeConflict)
		_, err = p.Task(p.ctx, p.eliza.ID, late.ID)
		wantCode(t, err, eliza.CodeNotFound)
		messages, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		equal(t, "messages", len(messages), 1)

		mine = p.claim(t, p.Store, 2000)
		equal(t, "the other", len(mine), 1)
		again := p.done(mine[0])
		again.Gone, again.Message, again.Memories = false, nil, nil
		again.Task.State, again.Task.DueAt, again.Task.RunAt, again.Task.LastRunAt, again.Task.LastError, again.Task.Attempts = eliza.TaskWaiting, 5000, 6000, 2100, "no\x00t yet", 3
		_, err = p.EndTask(p.ctx, again)
		ok(t, err)
		got, err := p.Task(p.ctx, p.eliza.ID, soon.ID)
		ok(t, err)
		want := again.Task
		want.Owner, want.LastError = "", "not yet"
		equal(t, "waits again", got, want)
		equal(t, "not before it is tried", len(p.claim(t, p.Store, 5999)), 0)
	},
	"a run of a task that was changed meanwhile is nothing": func(t *testing.T, p place) {
		task := p.newTask(t, 1000)
		mine := p.claim(t, p.Store, 1000)
		_, err := p.UpdateTask(p.ctx, p.eliza.ID, task.ID, func(*eliza.Task) error { return nil })
		ok(t, err)
		_, err = p.EndTask(p.ctx, p.done(mine[0]))
		wantCode(t, err, eliza.CodeConflict)
		end := p.done(p.claim(t, p.Store, 1000)[0])
		end.Message.ChannelID = eliza.NewID()
		_, err = p.EndTask(p.ctx, end)
		wantCode(t, err, eliza.CodeNotFound)
		messages, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		equal(t, "messages", len(messages), 0)
	},
	"a stopped agent's task waits": func(t *testing.T, p place) {
		p.newTask(t, 1000)
		_, err := p.UpdateAgent(p.ctx, p.eliza.ID, func(a *eliza.Agent) error { a.Status = eliza.Inactive; return nil })
		ok(t, err)
		equal(t, "claimed", len(p.claim(t, p.Store, 2000)), 0)
	},
	"a task passes to the next life of a node": func(t *testing.T, p place) {
		p.newTask(t, 1000)
		p.claim(t, p.Store, 1000)
		if p.config.DataDir != "" {
			ok(t, p.Close()) // nobody else may open the folder before
		}
		p.Store = open(t, reopened(p))
		mine := p.claim(t, p.Store, 1000)
		if len(mine) != 1 || mine[0].Attempts != 1 || mine[0].Owner != p.Owner() {
			t.Errorf("claimed %+v", mine)
		}
	},
	"a task that a living node does is left to it": func(t *testing.T, p place) {
		if p.config.DataDir != "" {
			return // one node has the folder alone
		}
		p.newTask(t, 1000)
		other := p.second(t, time.Minute)
		mine := p.claim(t, p.Store, 1000)
		equal(t, "claimed", len(mine), 1)
		equal(t, "by the other", len(p.claim(t, other, 1000)), 0)
		hasty := p.config
		hasty.Node, hasty.LeaseTTL = "node-3", time.Millisecond
		third := open(t, hasty)
		var taken []eliza.Task
		p.until(t, "it is taken over", func() bool {
			taken = p.claim(t, third, 1000)
			return len(taken) == 1
		})
		_, err := p.EndTask(p.ctx, p.done(mine[0]))
		wantCode(t, err, eliza.CodeConflict)
		_, err = third.EndTask(p.ctx, p.done(taken[0]))
		ok(t, err)
	},
	"a turn changes tasks with its reply": func(t *testing.T, p place) {
		a := p.accept(t, p.says("remind me"))
		kept, dropped := p.newTask(t, 1000), p.newTask(t, 1000)
		fresh, homeless := p.newTask(t, 3000), p.newTask(t, 3000)
		ok(t, p.DeleteTask(p.ctx, p.eliza.ID, fresh.ID))
		ok(t, p.DeleteTask(p.ctx, p.eliza.ID, homeless.ID))
		homeless.RoomID = eliza.NewID()
		turn := p.turn(of(t, a.Deliveries, p.eliza), "Eliza")
		turn.Tasks = store.TaskChanges{
			New: []eliza.Task{fresh, homeless, kept}, Drop: []eliza.ID{dropped.ID, eliza.NewID()},
			Change: []store.TaskChange{
				{ID: kept.ID, By: func(task *eliza.Task) error { task.State = eliza.TaskPaused; return nil }},
				{ID: fresh.ID, By: func(*eliza.Task) error { return errors.New("no") }},
				{ID: eliza.NewID()},
			},
		}
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		list, err := p.Tasks(p.ctx, p.eliza.ID, eliza.NoID)
		ok(t, err)
		if len(list) != 2 || list[0].ID != kept.ID || list[0].State != eliza.TaskPaused || list[1].ID != fresh.ID {
			t.Errorf("%+v", list)
		}
		turn.Tasks.New[0].ID = eliza.NewID()
		_, err = p.FinishTurn(p.ctx, turn)
		wantCode(t, err, eliza.CodeConflict)
		n, err := p.CountTasks(p.ctx, p.eliza.ID)
		ok(t, err)
		equal(t, "number", n, 2)
	},
}
