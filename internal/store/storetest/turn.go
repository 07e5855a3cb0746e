package storetest

import (
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

func ended(d eliza.Delivery, state eliza.DeliveryState) eliza.Delivery {
	d.State = state
	return d
}

// turn is a whole turn of the delivery's agent.
func (p place) turn(d eliza.Delivery, name string) store.Turn {
	now := eliza.Now()
	run := eliza.NewID()
	d.State, d.RunID = eliza.Replied, run
	room := eliza.PerAgent(d.ChannelID, d.AgentID)
	memory := func(by eliza.ID, text string) eliza.Memory {
		return eliza.Memory{ID: eliza.NewID(), AgentID: d.AgentID, Type: eliza.MemoryMessages, EntityID: by, RoomID: room,
			MessageID: d.MessageID, Content: eliza.Content{Text: text}, CreatedAt: now}
	}
	log := func(kind string) eliza.Log {
		return eliza.Log{ID: eliza.NewID(), AgentID: d.AgentID, EntityID: p.alice, RoomID: room, Type: kind, Level: "info",
			Body: map[string]any{"runId": run.String()}, CreatedAt: now}
	}
	return store.Turn{
		Delivery: d,
		Reply: &eliza.Message{ID: eliza.NewID(), ChannelID: d.ChannelID, AuthorID: d.AgentID, AuthorName: name, Content: "I am " + name,
			InReplyTo: d.MessageID, SourceType: eliza.SourceAgent, Hops: 1, CreatedAt: now},
		Memories: []eliza.Memory{memory(p.alice, "what was said"), memory(d.AgentID, "I am "+name)},
		Run: &eliza.Run{ID: run, AgentID: d.AgentID, RoomID: room, EntityID: p.alice, MessageID: d.MessageID, Status: eliza.RunCompleted,
			StartedAt: now, EndedAt: now, Usage: eliza.Usage{Calls: 1}, Events: []eliza.RunEvent{{Type: "RUN_STARTED", At: now}}},
		Logs: []eliza.Log{log("useModel:TEXT_LARGE"), log("run_event")},
	}
}

// of returns the agent's delivery.
func of(t *testing.T, list []eliza.Delivery, agent eliza.Agent) eliza.Delivery {
	t.Helper()
	for _, d := range list {
		if d.AgentID == agent.ID {
			return d
		}
	}
	t.Fatalf("no delivery for %s in %+v", agent.Name, list)
	return eliza.Delivery{}
}

var turnTests = map[string]func(*testing.T, place){
	"an answer names who asked, unless it followed from others' words": func(t *testing.T, p place) {
		answer := func(metadata map[string]any) {
			turn := p.turn(of(t, p.accept(t, p.says("hello")).Deliveries, p.eliza), "Eliza")
			turn.Reply.Metadata = metadata
			_, err := p.FinishTurn(p.ctx, turn)
			ok(t, err)
		}
		answer(map[string]any{"x": "plain"})
		answer(map[string]any{eliza.Untrusted: true})
		asked := p.accept(t, p.says("a question")).Message
		forged := p.says("said in its name")
		forged.AuthorID, forged.InReplyTo, forged.Metadata = p.eliza.ID, asked.ID, map[string]any{}
		newest := p.accept(t, forged).Message
		lines, err := p.Conversation(p.ctx, p.eliza.ID, p.channel.ID, newest.Seq, 20)
		ok(t, err)
		var askers []eliza.ID
		for _, l := range lines {
			askers = append(askers, l.Asker)
		}
		equal(t, "askers", askers, []eliza.ID{{}, {}, {}, {}, p.alice, {}})
	},
	"changes the world and the people of its agent alone": func(t *testing.T, p place) {
		view := p.view(p.eliza)
		ok(t, p.EnsureView(p.ctx, view))
		turn := p.turn(of(t, p.accept(t, p.says("hello")).Deliveries, p.eliza), "Eliza")
		turn.Changes = store.Changes{World: view.World.ID,
			ByWorld: func(w *eliza.World) { w.Metadata = map[string]any{"roles": "new"} },
			Entities: []store.EntityChange{
				{ID: view.Entities[0].ID, By: func(e *eliza.Entity) { e.Metadata = map[string]any{"contact": "new"} }},
				{ID: eliza.NewID(), By: func(*eliza.Entity) { t.Error("somebody unknown is changed") }},
			}}
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		w, err := p.World(p.ctx, p.eliza.ID, view.World.ID)
		ok(t, err)
		equal(t, "world", w.Metadata, map[string]any{"roles": "new"})
		e, err := p.Entity(p.ctx, p.eliza.ID, view.Entities[0].ID)
		ok(t, err)
		equal(t, "entity", e.Metadata, map[string]any{"contact": "new"})

		other := p.turn(of(t, p.accept(t, p.says("again")).Deliveries, p.ada), "Ada")
		other.Changes = store.Changes{World: view.World.ID, ByWorld: func(*eliza.World) { t.Error("another agent's world is changed") }}
		_, err = p.FinishTurn(p.ctx, other)
		ok(t, err)
	},
	"stores everything": func(t *testing.T, p place) {
		a := p.accept(t, p.says("hello"))
		turn := p.turn(of(t, a.Deliveries, p.eliza), "Eliza")
		view := p.view(p.eliza)
		muted := eliza.RoomMuted
		turn.View, turn.Room, turn.RoomState = &view, view.Room.ID, &muted
		f, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)

		reply, err := p.Message(p.ctx, turn.Reply.ID)
		ok(t, err)
		equal(t, "reply", *f.Reply, reply)
		if reply.Seq != 2 || reply.InReplyTo != a.Message.ID || reply.Content != "I am Eliza" {
			t.Errorf("reply %+v", reply)
		}
		if len(f.Deliveries) != 1 || f.Deliveries[0].AgentID != p.ada.ID || f.Deliveries[0].State != eliza.Pending {
			t.Errorf("the reply's deliveries: %+v", f.Deliveries)
		}
		all, err := p.Deliveries(p.ctx, a.Message.ID)
		ok(t, err)
		d := of(t, all, p.eliza)
		if d.State != eliza.Replied || d.ReplyID != reply.ID || d.RunID != turn.Run.ID || d.Owner != "" {
			t.Errorf("delivery %+v", d)
		}
		if other := of(t, all, p.ada); other.State != eliza.Pending || other.Owner != p.Owner() {
			t.Errorf("the other agent's delivery %+v", other)
		}
		memories, total, err := p.Memories(p.ctx, p.eliza.ID, store.MemoryQuery{})
		ok(t, err)
		if total != 2 || memories[0].Content.Text != "I am Eliza" {
			t.Errorf("memories %+v", memories)
		}
		run, err := p.Run(p.ctx, p.eliza.ID, turn.Run.ID)
		ok(t, err)
		equal(t, "run", run, *turn.Run)
		logs, err := p.Logs(p.ctx, p.eliza.ID, store.LogQuery{})
		ok(t, err)
		if len(logs) != 2 {
			t.Errorf("logs %+v", logs)
		}
		room, err := p.Room(p.ctx, p.eliza.ID, view.Room.ID)
		ok(t, err)
		if room.State != eliza.RoomMuted {
			t.Errorf("room %+v", room)
		}
	},
	"is finished once": func(t *testing.T, p place) {
		d := of(t, p.accept(t, p.says("hello")).Deliveries, p.eliza)
		var group sync.WaitGroup
		var mutex sync.Mutex
		var done, refused int
		for range 16 {
			group.Go(func() {
				_, err := p.FinishTurn(p.ctx, p.turn(d, "Eliza"))
				mutex.Lock()
				defer mutex.Unlock()
				switch eliza.ErrorCode(err) {
				case "":
					done++
				case eliza.CodeConflict:
					refused++
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		list, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		_, memories, err := p.Memories(p.ctx, p.eliza.ID, store.MemoryQuery{})
		ok(t, err)
		_, runs, err := p.Runs(p.ctx, p.eliza.ID, store.RunQuery{})
		ok(t, err)
		if done != 1 || refused != 15 || len(list) != 2 || memories != 2 || runs != 1 {
			t.Errorf("%d turns finished and %d were refused; %d messages, %d memories, %d runs", done, refused, len(list), memories, runs)
		}
	},
	"is refused as a whole": func(t *testing.T, p place) {
		first, second := p.accept(t, p.says("one")), p.accept(t, p.says("two"))
		gone := of(t, first.Deliveries, p.eliza)
		_, err := p.FinishTurn(p.ctx, store.Turn{Delivery: ended(gone, eliza.Ignored)})
		ok(t, err)
		turn := p.turn(of(t, second.Deliveries, p.eliza), "Eliza")
		turn.Others = []eliza.Delivery{ended(gone, eliza.Replied)}
		_, err = p.FinishTurn(p.ctx, turn)
		wantCode(t, err, eliza.CodeConflict)
		_, err = p.Message(p.ctx, turn.Reply.ID)
		wantCode(t, err, eliza.CodeNotFound)
		c, err := p.Channel(p.ctx, p.channel.ID)
		ok(t, err)
		pending, err := p.PendingDeliveries(p.ctx, p.eliza.ID, p.channel.ID)
		ok(t, err)
		if c.LastSeq != 2 || len(pending) != 1 {
			t.Errorf("last number %d, pending %+v", c.LastSeq, pending)
		}
		turn.Others = nil
		_, err = p.FinishTurn(p.ctx, turn)
		ok(t, err)
	},
	"must end its delivery": func(t *testing.T, p place) {
		d := of(t, p.accept(t, p.says("one")).Deliveries, p.eliza)
		_, err := p.FinishTurn(p.ctx, store.Turn{Delivery: d})
		wantCode(t, err, eliza.CodeInvalidRequest)
	},
	"ends others with it": func(t *testing.T, p place) {
		first, second, third := p.accept(t, p.says("one")), p.accept(t, p.says("two")), p.accept(t, p.says("three"))
		turn := p.turn(of(t, third.Deliveries, p.eliza), "Eliza")
		for _, a := range []store.Accepted{first, second} {
			d := ended(of(t, a.Deliveries, p.eliza), eliza.Replied)
			d.Reason = eliza.ReasonFolded
			turn.Others = append(turn.Others, d)
		}
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		pending, err := p.PendingDeliveries(p.ctx, p.eliza.ID, p.channel.ID)
		ok(t, err)
		list, err := p.Deliveries(p.ctx, first.Message.ID)
		ok(t, err)
		if d := of(t, list, p.eliza); len(pending) != 0 || d.Reason != eliza.ReasonFolded || d.ReplyID != turn.Reply.ID {
			t.Errorf("pending %v, first %+v", pending, d)
		}
	},
	"may fail silently": func(t *testing.T, p place) {
		d := ended(of(t, p.accept(t, p.says("one")).Deliveries, p.eliza), eliza.Failed)
		d.Reason, d.Detail = eliza.ReasonModelError, "The model\x00 said \xff"
		f, err := p.FinishTurn(p.ctx, store.Turn{Delivery: d})
		ok(t, err)
		if f.Reply != nil || len(f.Deliveries) != 0 {
			t.Errorf("finished %+v", f)
		}
		list, err := p.Deliveries(p.ctx, d.MessageID)
		ok(t, err)
		if got := of(t, list, p.eliza); got.State != eliza.Failed || got.Detail != "The model said \uFFFD" {
			t.Errorf("delivery %+v", got)
		}
	},
	"has no place to go": func(t *testing.T, p place) {
		turn := p.turn(of(t, p.accept(t, p.says("one")).Deliveries, p.eliza), "Eliza")
		turn.Reply.ChannelID = eliza.NewID()
		_, err := p.FinishTurn(p.ctx, turn)
		wantCode(t, err, eliza.CodeNotFound)
	},
	"keeps memories that are there": func(t *testing.T, p place) {
		turn := p.turn(of(t, p.accept(t, p.says("one")).Deliveries, p.eliza), "Eliza")
		old := turn.Memories[0]
		old.Content.Text = "old"
		ok(t, p.CreateMemory(p.ctx, old))
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		got, err := p.Memory(p.ctx, p.eliza.ID, old.ID)
		ok(t, err)
		if got.Content.Text != "old" {
			t.Errorf("memory %+v", got)
		}
	},
	"forgets, even what it just stored": func(t *testing.T, p place) {
		old, others := p.memory(p.eliza, "lighthouse"), p.memory(p.ada, "lighthouse")
		ok(t, p.CreateMemory(p.ctx, old))
		ok(t, p.CreateMemory(p.ctx, others))
		turn := p.turn(of(t, p.accept(t, p.says("one")).Deliveries, p.eliza), "Eliza")
		turn.Memories[0].Content.Text = "another lighthouse"
		turn.Forget = []eliza.ID{old.ID, others.ID, turn.Memories[0].ID, eliza.NewID()}
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		left, _, err := p.Memories(p.ctx, p.eliza.ID, store.MemoryQuery{})
		ok(t, err)
		if len(left) != 1 || left[0].ID != turn.Memories[1].ID {
			t.Errorf("left %+v", left)
		}
		if hits := p.recall(t, store.RecallQuery{Text: "lighthouse"}); len(hits) != 0 {
			t.Errorf("found %+v", hits)
		}
		_, err = p.Memory(p.ctx, p.ada.ID, others.ID)
		ok(t, err)
	},
	"is told once it is stored": func(t *testing.T, p place) {
		d := of(t, p.accept(t, p.says("one")).Deliveries, p.eliza)
		turn := p.turn(d, "Eliza")
		var told []store.Finished
		turn.Committed = func(f store.Finished) {
			told = append(told, f)
			_, err := p.Message(p.ctx, f.Reply.ID)
			ok(t, err)
		}
		f, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		_, err = p.FinishTurn(p.ctx, turn)
		wantCode(t, err, eliza.CodeConflict)
		equal(t, "told", told, []store.Finished{f})
	},
	"goes on with its run": func(t *testing.T, p place) {
		a := p.accept(t, p.says("one"))
		turn := p.turn(of(t, a.Deliveries, p.eliza), "Eliza")
		_, err := p.FinishTurn(p.ctx, turn)
		ok(t, err)
		next := p.turn(of(t, p.accept(t, p.says("two")).Deliveries, p.eliza), "Eliza")
		next.Run.ID, next.Run.Status, next.Run.Error = turn.Run.ID, eliza.RunError, "bad\x00"
		_, err = p.FinishTurn(p.ctx, next)
		ok(t, err)
		run, err := p.Run(p.ctx, p.eliza.ID, turn.Run.ID)
		ok(t, err)
		if run.Status != eliza.RunError || run.Error != "bad" {
			t.Errorf("run %+v", run)
		}
	},
}
