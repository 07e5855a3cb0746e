package messaging

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// CreateServer stores a message server; id and times are filled in. Error
// code: DB_ERROR.
func (s *Service) CreateServer(ctx context.Context, m eliza.MessageServer) (eliza.MessageServer, error) {
	m.ID, m.CreatedAt = eliza.NewID(), eliza.Now()
	m.UpdatedAt = m.CreatedAt
	if m.Metadata == nil {
		m.Metadata = map[string]any{}
	}
	if err := s.store.CreateServer(ctx, m); err != nil {
		return eliza.MessageServer{}, fmt.Errorf("create message server: %w", err)
	}
	return m, nil
}

// Servers returns every message server.
func (s *Service) Servers(ctx context.Context) ([]eliza.MessageServer, error) {
	return s.store.Servers(ctx)
}

// Server returns a message server. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Server(ctx context.Context, id eliza.ID) (eliza.MessageServer, error) {
	return s.store.Server(ctx, id)
}

// UpdateServer changes a message server. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) UpdateServer(ctx context.Context, id eliza.ID, change func(*eliza.MessageServer) error) (eliza.MessageServer, error) {
	m, err := s.store.UpdateServer(ctx, id, change)
	if err != nil {
		return eliza.MessageServer{}, fmt.Errorf("update message server: %w", err)
	}
	return m, nil
}

// DeleteServer removes a message server with its channels and all that was
// said in them, and tells the channels. Error codes: CONFLICT for the default
// one, NOT_FOUND, DB_ERROR.
func (s *Service) DeleteServer(ctx context.Context, id eliza.ID) error {
	if id == eliza.DefaultServerID {
		return eliza.Errorf(eliza.CodeConflict, "The default message server cannot be deleted")
	}
	channels, err := s.store.Channels(ctx, id, eliza.NoID)
	if err != nil {
		return fmt.Errorf("delete message server: %w", err)
	}
	news := func(gone store.Deleted[eliza.ID]) []bus.Event {
		list := serverDeleted.of(gone.Pending)
		for _, c := range channels {
			list = append(list, bus.ChannelDeleted{ChannelID: c.ID})
		}
		return list
	}
	if err := s.store.DeleteServer(ctx, id, onDelete(s, news)); err != nil {
		return fmt.Errorf("delete message server: %w", err)
	}
	return nil
}

// SyncChannels makes the channels of a platform known on a message server,
// each once, and returns how many were made or changed. Error codes: NOT_FOUND
// (server), DB_ERROR.
func (s *Service) SyncChannels(ctx context.Context, server eliza.ID, list []eliza.Channel) (made, changed int, err error) {
	now := eliza.Now()
	for i := range list {
		c := &list[i]
		c.ID, c.CreatedAt, c.UpdatedAt, c.Metadata = eliza.NewID(), now, now, map[string]any{}
	}
	fresh, updated, err := s.store.SyncChannels(ctx, server, list)
	if err != nil {
		return 0, 0, fmt.Errorf("sync channels: %w", err)
	}
	for _, c := range updated {
		s.bus.Publish(bus.ChannelUpdated{Updated: c})
	}
	return len(fresh), len(updated), nil
}

// Channels returns the channels of a message server, none for an unknown one;
// those that member takes part in, unless it is NoID.
func (s *Service) Channels(ctx context.Context, server, member eliza.ID) ([]eliza.Channel, error) {
	return s.store.Channels(ctx, server, member)
}

// ServerAgents returns the agents of a message server. Error codes: NOT_FOUND
// (server), DB_ERROR.
func (s *Service) ServerAgents(ctx context.Context, server eliza.ID) ([]eliza.ID, error) {
	if _, err := s.store.Server(ctx, server); err != nil {
		return nil, err
	}
	return s.store.ServerAgents(ctx, server)
}

// AgentServers returns the message servers of an agent.
func (s *Service) AgentServers(ctx context.Context, agent eliza.ID) ([]eliza.ID, error) {
	return s.store.AgentServers(ctx, agent)
}

// AddServerAgent adds an agent to a message server. Error codes: NOT_FOUND
// (server or agent), DB_ERROR.
func (s *Service) AddServerAgent(ctx context.Context, server, agent eliza.ID) error {
	if _, err := s.store.Server(ctx, server); err != nil {
		return err
	}
	if _, err := s.store.Agent(ctx, agent); err != nil {
		return err
	}
	return s.store.AddServerAgent(ctx, server, agent)
}

// RemoveServerAgent removes an agent from a message server. Error codes:
// NOT_FOUND, DB_ERROR.
func (s *Service) RemoveServerAgent(ctx context.Context, server, agent eliza.ID) error {
	return s.store.RemoveServerAgent(ctx, server, agent)
}
