package messaging

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/eliza"
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

// Channels returns the channels of a message server, none for an unknown one.
func (s *Service) Channels(ctx context.Context, server eliza.ID) ([]eliza.Channel, error) {
	return s.store.Channels(ctx, server)
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
