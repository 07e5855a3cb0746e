package storetest

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

var viewTests = map[string]func(*testing.T, place){
	"is made once and learns names": func(t *testing.T, p place) {
		v := p.view(p.eliza)
		ok(t, p.EnsureView(p.ctx, v))
		ok(t, p.EnsureView(p.ctx, v))
		again := v
		again.World.Name, again.Room.Name = "other", "other"
		again.Entities = []eliza.Entity{{ID: p.alice, AgentID: p.eliza.ID, Names: []string{"Alice", "Al\x00ice B."}}}
		ok(t, p.EnsureView(p.ctx, again))

		worlds, err := p.Worlds(p.ctx, p.eliza.ID)
		ok(t, err)
		equal(t, "worlds", worlds, []eliza.World{v.World})
		rooms, err := p.Rooms(p.ctx, p.eliza.ID)
		ok(t, err)
		equal(t, "rooms", rooms, []eliza.Room{v.Room})
		v.Entities[0].Names = []string{"Alice", "Alice B."}
		entities, err := p.Entities(p.ctx, p.eliza.ID, nil)
		ok(t, err)
		equal(t, "entities", entities, v.Entities)
		some, err := p.Entities(p.ctx, p.eliza.ID, []eliza.ID{p.alice, eliza.NewID()})
		ok(t, err)
		equal(t, "entities by id", some, v.Entities)
	},
	"belongs to its agent": func(t *testing.T, p place) {
		v := p.view(p.eliza)
		ok(t, p.EnsureView(p.ctx, v))
		_, err := p.Room(p.ctx, p.ada.ID, v.Room.ID)
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.World(p.ctx, p.ada.ID, v.World.ID)
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.Entity(p.ctx, p.ada.ID, p.alice)
		wantCode(t, err, eliza.CodeNotFound)
		_, err = p.UpdateRoom(p.ctx, p.ada.ID, v.Room.ID, func(*eliza.Room) error { return nil })
		wantCode(t, err, eliza.CodeNotFound)
		wantCode(t, p.DeleteWorld(p.ctx, p.ada.ID, v.World.ID), eliza.CodeNotFound)
		v.World.ID, v.World.AgentID = eliza.NewID(), eliza.NewID()
		wantCode(t, p.EnsureView(p.ctx, v), eliza.CodeNotFound)
	},
	"changes": func(t *testing.T, p place) {
		v := p.view(p.eliza)
		ok(t, p.EnsureView(p.ctx, v))
		ok(t, p.SetRoomState(p.ctx, p.eliza.ID, v.Room.ID, eliza.RoomFollowed))
		wantCode(t, p.SetRoomState(p.ctx, p.eliza.ID, eliza.NewID(), eliza.RoomFollowed), eliza.CodeNotFound)
		room, err := p.UpdateRoom(p.ctx, p.eliza.ID, v.Room.ID, func(r *eliza.Room) error { r.Name = "renamed"; return nil })
		ok(t, err)
		got, err := p.Room(p.ctx, p.eliza.ID, v.Room.ID)
		ok(t, err)
		equal(t, "room", got, room)
		if got.State != eliza.RoomFollowed || got.Name != "renamed" {
			t.Errorf("room %+v", got)
		}
		_, err = p.UpdateWorld(p.ctx, p.eliza.ID, v.World.ID, func(w *eliza.World) error { w.Metadata = map[string]any{"a": "b"}; return nil })
		ok(t, err)
		world, err := p.World(p.ctx, p.eliza.ID, v.World.ID)
		ok(t, err)
		if world.Metadata["a"] != "b" {
			t.Errorf("world %+v", world)
		}
		_, err = p.UpdateEntity(p.ctx, p.eliza.ID, p.alice, func(e *eliza.Entity) error { e.Names = []string{"A"}; return nil })
		ok(t, err)
		e, err := p.Entity(p.ctx, p.eliza.ID, p.alice)
		ok(t, err)
		equal(t, "names", e.Names, []string{"A"})
	},
	"is made by hand": func(t *testing.T, p place) {
		v := p.view(p.eliza)
		ok(t, p.CreateRoom(p.ctx, v.Room, v.World))
		wantCode(t, p.CreateRoom(p.ctx, v.Room, v.World), eliza.CodeConflict)
		second := v.Room
		second.ID = eliza.NewID()
		ok(t, p.CreateRoom(p.ctx, second, v.World)) // the world is there already
		alone := v.Room
		alone.ID = eliza.NewID()
		ok(t, p.CreateRoom(p.ctx, alone, eliza.World{}))
		rooms, err := p.Rooms(p.ctx, p.eliza.ID)
		ok(t, err)
		if len(rooms) != 3 {
			t.Errorf("rooms %+v", rooms)
		}
		wantCode(t, p.CreateWorld(p.ctx, v.World), eliza.CodeConflict)
		another := p.view(p.ada).World
		ok(t, p.CreateWorld(p.ctx, another))
		all, err := p.AllWorlds(p.ctx)
		ok(t, err)
		if len(all) != 2 {
			t.Errorf("worlds %+v", all)
		}
		another.ID, another.AgentID = eliza.NewID(), eliza.NewID()
		wantCode(t, p.CreateWorld(p.ctx, another), eliza.CodeNotFound)
		alone.ID, alone.AgentID = eliza.NewID(), eliza.NewID()
		wantCode(t, p.CreateRoom(p.ctx, alone, eliza.World{}), eliza.CodeNotFound)
	},
	"goes with its memories": func(t *testing.T, p place) {
		for _, remove := range []func(v eliza.Room) error{
			func(r eliza.Room) error { return p.DeleteRoom(p.ctx, r.AgentID, r.ID) },
			func(r eliza.Room) error { return p.DeleteWorld(p.ctx, r.AgentID, r.WorldID) },
		} {
			v := p.view(p.eliza)
			ok(t, p.EnsureView(p.ctx, v))
			m := p.memory(p.eliza, "x")
			ok(t, p.CreateMemory(p.ctx, m))
			ok(t, remove(v.Room))
			_, err := p.Memory(p.ctx, p.eliza.ID, m.ID)
			wantCode(t, err, eliza.CodeNotFound)
			_, err = p.Room(p.ctx, p.eliza.ID, v.Room.ID)
			wantCode(t, err, eliza.CodeNotFound)
			wantCode(t, remove(v.Room), eliza.CodeNotFound)
		}
	},
}
