package agent

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// Rooms lists an agent's rooms, the oldest first. Error codes: NOT_FOUND
// (agent), DB_ERROR.
func (s *Service) Rooms(ctx context.Context, agent eliza.ID) ([]eliza.Room, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, err
	}
	return s.store.Rooms(ctx, agent)
}

// Room returns a room of an agent by its own id or by that of the channel that
// the agent sees there. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Room(ctx context.Context, agent, id eliza.ID) (eliza.Room, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.Room{}, err
	}
	return s.findRoom(ctx, agent, id)
}

func (s *Service) findRoom(ctx context.Context, agent, id eliza.ID) (eliza.Room, error) {
	room, err := s.store.Room(ctx, agent, id)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		return s.store.Room(ctx, agent, eliza.PerAgent(id, agent))
	}
	return room, err
}

// EnterRoom returns a room of an agent as Room does, and makes the one in which
// it sees a channel when it was never there. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) EnterRoom(ctx context.Context, agent, id eliza.ID) (eliza.Room, error) {
	a, err := s.Agent(ctx, agent)
	if err != nil {
		return eliza.Room{}, err
	}
	room, err := s.findRoom(ctx, agent, id)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		return s.enter(ctx, &a, id)
	}
	return room, err
}

// enter makes the room in which an agent sees a channel. Error codes:
// NOT_FOUND (channel, named as the room it was asked for as), DB_ERROR.
func (s *Service) enter(ctx context.Context, a *eliza.Agent, channel eliza.ID) (eliza.Room, error) {
	c, err := s.store.Channel(ctx, channel)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		err = eliza.NotFound("Room")
	}
	if err != nil {
		return eliza.Room{}, err
	}
	room, _, err := s.view(ctx, a, &eliza.Message{ChannelID: c.ID, ServerID: c.ServerID, AuthorID: a.ID, SourceType: c.SourceType}, a.Name)
	return room, err
}

// CreateRoom makes a room of an agent, which follows it. Its id may be that of
// a channel: then it is the agent's room of that channel. Without a world it
// gets one of its own. Entities that are given become known to the agent. Error
// codes: NOT_FOUND (agent, world), CONFLICT (room), DB_ERROR.
func (s *Service) CreateRoom(ctx context.Context, r eliza.Room, entity eliza.ID) (eliza.Room, error) {
	if _, err := s.Agent(ctx, r.AgentID); err != nil {
		return eliza.Room{}, err
	}
	r.CreatedAt, r.State = eliza.Now(), eliza.RoomFollowed
	if r.ID == eliza.NoID {
		r.ID = eliza.NewID()
	} else if c, err := s.store.Channel(ctx, r.ID); err == nil {
		r.ID, r.ChannelID, r.ServerID = eliza.PerAgent(c.ID, r.AgentID), c.ID, c.ServerID
	}
	var world eliza.World
	if r.WorldID == eliza.NoID {
		world = eliza.World{ID: eliza.NewID(), AgentID: r.AgentID, Name: "World for " + r.Name, ServerID: r.ServerID, CreatedAt: r.CreatedAt}
		r.WorldID = world.ID
	} else {
		there, err := s.findWorld(ctx, r.AgentID, r.WorldID)
		if err != nil {
			return eliza.Room{}, err
		}
		r.WorldID = there.ID
	}
	if entity != eliza.NoID {
		r.Metadata = maps.Clone(r.Metadata)
		if r.Metadata == nil {
			r.Metadata = map[string]any{}
		}
		r.Metadata[roomEntity] = entity.String()
	}
	if err := s.store.CreateRoom(ctx, r, world); err != nil {
		return eliza.Room{}, fmt.Errorf("create room: %w", err)
	}
	return r, nil
}

// roomEntity is the key of a room's metadata that names who made it.
const roomEntity = "entityId"

// UpdateRoom changes a room of an agent. Error codes: NOT_FOUND, those of
// change, DB_ERROR.
func (s *Service) UpdateRoom(ctx context.Context, agent, id eliza.ID, change func(*eliza.Room) error) (eliza.Room, error) {
	room, err := s.Room(ctx, agent, id)
	if err != nil {
		return eliza.Room{}, err
	}
	if room, err = s.store.UpdateRoom(ctx, agent, room.ID, change); err != nil {
		return eliza.Room{}, fmt.Errorf("change room: %w", err)
	}
	return room, nil
}

// DeleteRoom deletes a room of an agent with what it remembers of it; a
// channel that it sees there stays. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) DeleteRoom(ctx context.Context, agent, id eliza.ID) error {
	room, err := s.Room(ctx, agent, id)
	if err != nil {
		return err
	}
	return s.store.DeleteRoom(ctx, agent, room.ID)
}

// Occupants returns who is in a room: the channel's participants where there
// is a channel, else the agent and whoever the room was made for. Their names
// are those the agent knows them by. Error code: DB_ERROR.
func (s *Service) Occupants(ctx context.Context, room eliza.Room) ([]eliza.Entity, error) {
	var ids []eliza.ID
	if room.ChannelID != eliza.NoID {
		participants, err := s.store.Participants(ctx, room.ChannelID)
		if err != nil {
			return nil, err
		}
		for _, p := range participants {
			ids = append(ids, p.EntityID)
		}
	}
	if len(ids) == 0 {
		ids = append(ids, room.AgentID)
		if text, there := room.Metadata[roomEntity].(string); there {
			if id, err := eliza.ParseID(text); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return s.acquainted(ctx, room.AgentID, ids)
}

// acquainted names entities as an agent does.
func (s *Service) acquainted(ctx context.Context, agent eliza.ID, ids []eliza.ID) ([]eliza.Entity, error) {
	known, err := s.store.Entities(ctx, agent, ids)
	if err != nil {
		return nil, err
	}
	list := make([]eliza.Entity, len(ids))
	for i, id := range ids {
		list[i] = eliza.Entity{ID: id, AgentID: agent}
		if a, err := s.Agent(ctx, id); err == nil {
			list[i].Names = []string{a.Name}
		} else if at := slices.IndexFunc(known, func(e eliza.Entity) bool { return e.ID == id }); at >= 0 {
			list[i] = known[at]
		}
	}
	return list, nil
}

// GroupRoom makes a room for one of several agents, in its own view of a
// world, which is made when it is absent. Error codes: NOT_FOUND (agent),
// DB_ERROR.
func (s *Service) GroupRoom(ctx context.Context, r eliza.Room) (eliza.Room, error) {
	if _, err := s.Agent(ctx, r.AgentID); err != nil {
		return eliza.Room{}, err
	}
	world, err := s.findWorld(ctx, r.AgentID, r.WorldID)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		world = eliza.World{ID: eliza.PerAgent(r.WorldID, r.AgentID), AgentID: r.AgentID, Name: "World for " + r.Name, ServerID: r.ServerID, CreatedAt: eliza.Now()}
		err = s.store.EnsureView(ctx, store.View{World: world})
	}
	if err != nil {
		return eliza.Room{}, fmt.Errorf("make world of a group: %w", err)
	}
	r.ID, r.WorldID, r.State, r.CreatedAt = eliza.NewID(), world.ID, eliza.RoomFollowed, eliza.Now()
	if err := s.store.CreateRoom(ctx, r, eliza.World{}); err != nil {
		return eliza.Room{}, fmt.Errorf("create room of a group: %w", err)
	}
	return r, nil
}
