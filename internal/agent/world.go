package agent

import (
	"context"
	"fmt"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// AllWorlds lists the worlds of every agent, the oldest first.
func (s *Service) AllWorlds(ctx context.Context) ([]eliza.World, error) {
	return s.store.AllWorlds(ctx)
}

// Worlds lists an agent's worlds, the oldest first. Error codes: NOT_FOUND
// (agent), DB_ERROR.
func (s *Service) Worlds(ctx context.Context, agent eliza.ID) ([]eliza.World, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return nil, err
	}
	return s.store.Worlds(ctx, agent)
}

// World returns a world of an agent by its own id, or by that of the message
// server or world of which it is the agent's view. Error codes: NOT_FOUND,
// DB_ERROR.
func (s *Service) World(ctx context.Context, agent, id eliza.ID) (eliza.World, error) {
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.World{}, err
	}
	return s.findWorld(ctx, agent, id)
}

func (s *Service) findWorld(ctx context.Context, agent, id eliza.ID) (eliza.World, error) {
	world, err := s.store.World(ctx, agent, id)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		return s.store.World(ctx, agent, eliza.PerAgent(id, agent))
	}
	return world, err
}

// CreateWorld makes a world of an agent. Error codes: NOT_FOUND (agent),
// DB_ERROR.
func (s *Service) CreateWorld(ctx context.Context, w eliza.World) (eliza.World, error) {
	if _, err := s.Agent(ctx, w.AgentID); err != nil {
		return eliza.World{}, err
	}
	w.ID, w.CreatedAt = eliza.NewID(), eliza.Now()
	if err := s.store.CreateWorld(ctx, w); err != nil {
		return eliza.World{}, fmt.Errorf("create world: %w", err)
	}
	return w, nil
}

// JoinWorld gives an agent its own view of a world that another agent has, or
// of a message server, of which it becomes a member. One that it has already
// stays as it is. Error codes: NOT_FOUND (agent, world), DB_ERROR.
func (s *Service) JoinWorld(ctx context.Context, agent, id eliza.ID) (eliza.World, error) {
	own, err := s.World(ctx, agent, id)
	if err == nil || eliza.ErrorCode(err) != eliza.CodeNotFound {
		return own, err
	}
	if _, err := s.Agent(ctx, agent); err != nil {
		return eliza.World{}, err
	}
	if server, err := s.store.Server(ctx, id); err == nil {
		if err := s.store.AddServerAgent(ctx, id, agent); err != nil {
			return eliza.World{}, fmt.Errorf("join message server: %w", err)
		}
		return s.serverWorld(ctx, agent, server)
	}
	all, err := s.store.AllWorlds(ctx)
	if err != nil {
		return eliza.World{}, err
	}
	i := slices.IndexFunc(all, func(w eliza.World) bool { return w.ID == id })
	if i < 0 {
		return eliza.World{}, eliza.NotFound("World")
	}
	w := all[i]
	central := id
	if w.ID == eliza.PerAgent(w.ServerID, w.AgentID) {
		central = w.ServerID
	}
	w.ID, w.AgentID, w.CreatedAt = eliza.PerAgent(central, agent), agent, eliza.Now()
	if err := s.store.EnsureView(ctx, store.View{World: w}); err != nil {
		return eliza.World{}, fmt.Errorf("join world: %w", err)
	}
	return s.store.World(ctx, agent, w.ID)
}

// serverWorld returns an agent's view of a message server and makes it when
// it is absent.
func (s *Service) serverWorld(ctx context.Context, agent eliza.ID, server eliza.MessageServer) (eliza.World, error) {
	w := eliza.World{ID: eliza.PerAgent(server.ID, agent), AgentID: agent, Name: server.Name, ServerID: server.ID, Metadata: server.Metadata, CreatedAt: eliza.Now()}
	if err := s.store.EnsureView(ctx, store.View{World: w}); err != nil {
		return eliza.World{}, fmt.Errorf("make world of a message server: %w", err)
	}
	return s.store.World(ctx, agent, w.ID)
}

// ServerWorlds makes every agent of a message server have its view of it, and
// returns these views, changed. Error codes: NOT_FOUND (message server), those
// of change, DB_ERROR.
func (s *Service) ServerWorlds(ctx context.Context, server eliza.ID, change func(*eliza.World) error) ([]eliza.World, error) {
	known, err := s.store.Server(ctx, server)
	if err != nil {
		return nil, err
	}
	agents, err := s.store.ServerAgents(ctx, server)
	if err != nil {
		return nil, err
	}
	worlds := make([]eliza.World, len(agents))
	for i, agent := range agents {
		if worlds[i], err = s.serverWorld(ctx, agent, known); err != nil {
			return nil, err
		}
		if worlds[i], err = s.store.UpdateWorld(ctx, agent, worlds[i].ID, change); err != nil {
			return nil, fmt.Errorf("change world: %w", err)
		}
	}
	return worlds, nil
}

// UpdateWorld changes a world of an agent. Error codes: NOT_FOUND, those of
// change, DB_ERROR.
func (s *Service) UpdateWorld(ctx context.Context, agent, id eliza.ID, change func(*eliza.World) error) (eliza.World, error) {
	world, err := s.World(ctx, agent, id)
	if err != nil {
		return eliza.World{}, err
	}
	if world, err = s.store.UpdateWorld(ctx, agent, world.ID, change); err != nil {
		return eliza.World{}, fmt.Errorf("change world: %w", err)
	}
	return world, nil
}

// views finds the worlds of all agents that have this id, or are their views
// of the message server or world that has it. Error codes: NOT_FOUND when
// there are none, DB_ERROR.
func (s *Service) views(ctx context.Context, id eliza.ID) ([]eliza.World, error) {
	all, err := s.store.AllWorlds(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(w eliza.World) bool { return w.ID != id && w.ID != eliza.PerAgent(id, w.AgentID) })
	if len(all) == 0 {
		return nil, eliza.NotFound("World")
	}
	return all, nil
}

// DeleteWorlds deletes every agent's view of a message server or world with
// its rooms and what the agents remember of them. Error codes: NOT_FOUND,
// DB_ERROR.
func (s *Service) DeleteWorlds(ctx context.Context, id eliza.ID) error {
	worlds, err := s.views(ctx, id)
	if err != nil {
		return err
	}
	for _, w := range worlds {
		if err := s.store.DeleteWorld(ctx, w.AgentID, w.ID); err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return fmt.Errorf("delete world: %w", err)
		}
	}
	return nil
}

// ClearWorlds deletes what the agents remember of the rooms of a message
// server or world. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) ClearWorlds(ctx context.Context, id eliza.ID) error {
	worlds, err := s.views(ctx, id)
	if err != nil {
		return err
	}
	for _, w := range worlds {
		rooms, err := s.store.Rooms(ctx, w.AgentID)
		if err != nil {
			return err
		}
		for _, room := range rooms {
			if room.WorldID != w.ID {
				continue
			}
			if _, err := s.store.DeleteMemoriesWhere(ctx, w.AgentID, store.MemoryQuery{RoomID: room.ID}); err != nil {
				return fmt.Errorf("clear world: %w", err)
			}
		}
	}
	return nil
}
