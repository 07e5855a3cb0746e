package agent

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// view returns an agent's room and world for a message, making them and the
// speaker's entity when the agent meets them for the first time.
func (s *Service) view(ctx context.Context, a *eliza.Agent, m *eliza.Message, speaker string) (eliza.Room, eliza.World, error) {
	world := eliza.World{ID: eliza.PerAgent(m.ServerID, a.ID), AgentID: a.ID, ServerID: m.ServerID}
	roomID := eliza.PerAgent(m.ChannelID, a.ID)
	met := acquaintance{agent: a.ID, room: roomID, entity: m.AuthorID}
	if s.met.Contains(met) {
		room, err := s.store.Room(ctx, a.ID, roomID)
		if err == nil || eliza.ErrorCode(err) != eliza.CodeNotFound {
			return room, world, err
		}
	}
	channel, err := s.store.Channel(ctx, m.ChannelID)
	if err != nil {
		return eliza.Room{}, world, err
	}
	if world.Name = m.MetaText("serverName"); world.Name == "" {
		world.Name = "Server " + m.ServerID.String()[:8]
	}
	now := eliza.Now()
	world.CreatedAt = now
	room := eliza.Room{
		ID: roomID, AgentID: a.ID, WorldID: world.ID, ChannelID: channel.ID, ServerID: channel.ServerID, Name: channel.Name, Source: m.SourceType,
		Type: channel.Type, CreatedAt: now,
	}
	entities := []eliza.Entity{{ID: m.AuthorID, AgentID: a.ID, Names: []string{speaker}, CreatedAt: now}}
	if err := s.store.EnsureView(ctx, store.View{World: world, Room: room, Entities: entities}); err != nil {
		return eliza.Room{}, world, err
	}
	room, err = s.store.Room(ctx, a.ID, roomID)
	if err == nil {
		s.met.Add(met, struct{}{})
	}
	return room, world, err
}

// acquaintance is an entity that an agent has met in a room.
type acquaintance struct{ agent, room, entity eliza.ID }
