package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

var agentTests = map[string]func(*testing.T, place){
	"comes back as it was stored": func(t *testing.T, p place) {
		a := eliza.NewAgent(eliza.Character{
			Name: "O'Hara \\ \"q\" ?", Bio: eliza.TextList{"one", "two"}, Settings: map[string]any{"a": 1.5, "n": map[string]any{"x": nil}},
			MessageExamples: [][]eliza.Example{{{Name: "x", Content: map[string]any{"text": "it's"}}}},
			Extra:           map[string]json.RawMessage{"clients": json.RawMessage(`["discord"]`)},
		})
		a.Enabled = false
		ok(t, p.CreateAgent(p.ctx, a))
		got, err := p.Agent(p.ctx, a.ID)
		ok(t, err)
		equal(t, "agent", got, a)
	},
	"is created once": func(t *testing.T, p place) {
		wantCode(t, p.CreateAgent(p.ctx, p.eliza), eliza.CodeConflict)
		list, err := p.Agents(p.ctx)
		ok(t, err)
		if len(list) != 2 {
			t.Errorf("%d agents, want 2", len(list))
		}
	},
	"is not found": func(t *testing.T, p place) {
		_, err := p.Agent(p.ctx, eliza.NewID())
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.UpdateAgent(p.ctx, eliza.NewID(), func(*eliza.Agent) error { return nil })
		wantCode(t, err, eliza.CodeNotFound)
		wantCode(t, p.DeleteAgent(p.ctx, eliza.NewID()), eliza.CodeNotFound)
	},
	"changes in one step": func(t *testing.T, p place) {
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				_, err := p.UpdateAgent(p.ctx, p.eliza.ID, func(a *eliza.Agent) error {
					a.Character.Topics = append(a.Character.Topics, fmt.Sprint(i))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		a, err := p.Agent(p.ctx, p.eliza.ID)
		ok(t, err)
		if len(a.Character.Topics) != 20 {
			t.Errorf("%d of 20 changes are there", len(a.Character.Topics))
		}
	},
	"stays when its change fails": func(t *testing.T, p place) {
		mine := errors.New("mine")
		_, err := p.UpdateAgent(p.ctx, p.eliza.ID, func(a *eliza.Agent) error { a.Name = "other"; return mine })
		if err != mine {
			t.Errorf("got %v, want the error itself", err)
		}
		_, err = p.UpdateAgent(p.ctx, p.eliza.ID, func(*eliza.Agent) error { panic("oops") })
		wantCode(t, err, eliza.CodeDatabase)
		a, err := p.Agent(p.ctx, p.eliza.ID)
		ok(t, err)
		equal(t, "agent", a, p.eliza)
	},
	"takes everything it owns with it": func(t *testing.T, p place) {
		said := p.accept(t, p.says("hello"))
		spoken := p.says("I am an agent")
		spoken.AuthorID = p.eliza.ID
		p.accept(t, spoken)
		ok(t, p.AddServerAgent(p.ctx, eliza.DefaultServerID, p.eliza.ID))
		mine, others := p.memory(p.eliza, "lighthouse"), p.memory(p.ada, "lighthouse")
		ok(t, p.CreateMemory(p.ctx, mine))
		ok(t, p.CreateMemory(p.ctx, others))
		ok(t, p.PutEmbeddings(p.ctx, "m", []store.Vector{{MemoryID: mine.ID, Vector: []float32{1}}, {MemoryID: others.ID, Vector: []float32{1}}}))
		ok(t, p.EnsureView(p.ctx, p.view(p.eliza)))
		ok(t, p.AppendLogs(p.ctx, []eliza.Log{{ID: eliza.NewID(), AgentID: p.eliza.ID}}))

		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))

		deliveries, err := p.Deliveries(p.ctx, said.Message.ID)
		ok(t, err)
		if len(deliveries) != 1 || deliveries[0].AgentID != p.ada.ID {
			t.Errorf("deliveries left: %+v", deliveries)
		}
		messages, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		if len(messages) != 2 {
			t.Errorf("%d messages left, want what was said to stay", len(messages))
		}
		members, err := p.Participants(p.ctx, p.channel.ID)
		ok(t, err)
		servers, err := p.AgentServers(p.ctx, p.eliza.ID)
		ok(t, err)
		rooms, err := p.Rooms(p.ctx, p.eliza.ID)
		ok(t, err)
		logs, err := p.Logs(p.ctx, p.eliza.ID, store.LogQuery{})
		ok(t, err)
		if len(members) != 2 || len(servers)+len(rooms)+len(logs) != 0 {
			t.Errorf("left: members %v, servers %v, rooms %v, logs %v", members, servers, rooms, logs)
		}
		stats, err := p.Stats(p.ctx)
		ok(t, err)
		if stats.Memories != 1 || stats.Embeddings != 1 {
			t.Errorf("stats %+v", stats)
		}
		for agent, want := range map[eliza.ID]int{p.eliza.ID: 0, p.ada.ID: 1} {
			hits, err := p.Recall(p.ctx, store.RecallQuery{AgentID: agent, Text: "lighthouse"})
			ok(t, err)
			if len(hits) != want {
				t.Errorf("%d hits, want %d", len(hits), want)
			}
		}
	},
}

func (p place) view(a eliza.Agent) store.View {
	world := eliza.World{ID: eliza.PerAgent(eliza.DefaultServerID, a.ID), AgentID: a.ID, Name: "World", CreatedAt: 5}
	return store.View{
		World: world,
		Room: eliza.Room{ID: eliza.PerAgent(p.channel.ID, a.ID), AgentID: a.ID, WorldID: world.ID, ChannelID: p.channel.ID, Name: "Room",
			Source: "test", Type: eliza.TypeGroup, Metadata: map[string]any{"k": "v"}, CreatedAt: 6},
		Entities: []eliza.Entity{{ID: p.alice, AgentID: a.ID, Names: []string{"Alice"}, CreatedAt: 7}},
	}
}
