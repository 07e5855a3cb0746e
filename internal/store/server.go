package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// CreateServer stores a new message server. Error code: CONFLICT.
func (s *Store) CreateServer(ctx context.Context, server eliza.MessageServer) error {
	return s.write(ctx, "create message server", func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Server", &server)
	})
}

// Server returns one message server. Error code: NOT_FOUND.
func (s *Store) Server(ctx context.Context, id eliza.ID) (eliza.MessageServer, error) {
	server := eliza.MessageServer{ID: id}
	err := get(ctx, s, "Server", &server)
	return server, err
}

// Servers returns all message servers, the oldest first.
func (s *Store) Servers(ctx context.Context) ([]eliza.MessageServer, error) {
	var list []eliza.MessageServer
	err := s.read.NewSelect().Model(&list).Order("created_at", "id").Scan(ctx)
	return list, failed("read message servers", err)
}

// UpdateServer changes a message server as UpdateAgent does an agent. Error
// code: NOT_FOUND.
func (s *Store) UpdateServer(ctx context.Context, id eliza.ID, by func(*eliza.MessageServer) error) (eliza.MessageServer, error) {
	return change(ctx, s, "Server", eliza.MessageServer{ID: id}, func(m *eliza.MessageServer) error {
		err := by(m)
		m.ID, m.UpdatedAt = id, eliza.Now()
		return err
	}, "created_at")
}

// DeleteServer deletes a message server with its channels and all in them, and
// with what agents remember of it. on's notices are not told. Error code:
// NOT_FOUND.
func (s *Store) DeleteServer(ctx context.Context, id eliza.ID, on ...OnDelete[eliza.ID]) error {
	return s.write(ctx, "delete Server", func(ctx context.Context, t *tx) error {
		pending, err := s.pending(ctx, t, "channel_id IN (SELECT id FROM channels WHERE message_server_id = ?)", id)
		if err != nil {
			return err
		}
		told(t, on, Deleted[eliza.ID]{id, pending})
		n, err := t.exec(ctx, `DELETE FROM message_servers WHERE id = ?`, id.String())
		if err == nil && n == 0 {
			err = eliza.NotFound("Server")
		}
		if err != nil {
			return err
		}
		return s.forgetAll(ctx, t, ofServer, id)
	})
}

// AddServerAgent makes an agent a member of a message server; it may be one
// already. Error code: NOT_FOUND when either does not exist.
func (s *Store) AddServerAgent(ctx context.Context, server, agent eliza.ID) error {
	return s.write(ctx, "add agent to message server", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Server", "message_servers", server); err != nil {
			return err
		}
		if err := s.mustExist(ctx, t, "Agent", "agents", agent); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO message_server_agents (message_server_id, agent_id) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			server.String(), agent.String())
		return err
	})
}

// RemoveServerAgent ends an agent's membership. Error code: NOT_FOUND when
// there was none.
func (s *Store) RemoveServerAgent(ctx context.Context, server, agent eliza.ID) error {
	return remove(ctx, s, "Agent of this server", `DELETE FROM message_server_agents WHERE message_server_id = ? AND agent_id = ?`,
		server.String(), agent.String())
}

// ServerAgents returns the agents of a message server.
func (s *Store) ServerAgents(ctx context.Context, server eliza.ID) ([]eliza.ID, error) {
	var ids []eliza.ID
	err := s.read.NewSelect().Table("message_server_agents").Column("agent_id").
		Where("message_server_id = ?", server).Order("agent_id").Scan(ctx, &ids)
	return ids, failed("read agents of a message server", err)
}

// AgentServers returns the message servers that an agent is a member of.
func (s *Store) AgentServers(ctx context.Context, agent eliza.ID) ([]eliza.ID, error) {
	var ids []eliza.ID
	err := s.read.NewSelect().Table("message_server_agents").Column("message_server_id").
		Where("agent_id = ?", agent).Order("message_server_id").Scan(ctx, &ids)
	return ids, failed("read message servers of an agent", err)
}
