package messaging

import (
	"context"
	"fmt"
	"slices"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// CreateChannel stores a channel with its participants. A missing id and
// missing times are filled in. Error codes: NOT_FOUND (message server),
// CONFLICT (id taken), DB_ERROR.
func (s *Service) CreateChannel(ctx context.Context, c eliza.Channel, participants []eliza.ID) (eliza.Channel, error) {
	if c.ID == eliza.NoID {
		c.ID = eliza.NewID()
	}
	c.CreatedAt = eliza.Now()
	c.UpdatedAt = c.CreatedAt
	if c.Metadata == nil {
		c.Metadata = map[string]any{}
	}
	if err := s.store.CreateChannel(ctx, c, participants); err != nil {
		return eliza.Channel{}, fmt.Errorf("create channel: %w", err)
	}
	return c, nil
}

// EnsureChannel makes a channel unless it is there, and has these take part in
// it. Error codes: NOT_FOUND (message server), DB_ERROR.
func (s *Service) EnsureChannel(ctx context.Context, c eliza.Channel, participants []eliza.ID) error {
	_, err := s.store.Channel(ctx, c.ID)
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		_, err = s.CreateChannel(ctx, c, participants)
		if eliza.ErrorCode(err) != eliza.CodeConflict {
			return err
		}
		err = nil // somebody was faster
	}
	if err != nil {
		return fmt.Errorf("find channel: %w", err)
	}
	members, err := s.store.Participants(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("read participants: %w", err)
	}
	for _, id := range participants {
		if slices.ContainsFunc(members, func(p store.Participant) bool { return p.EntityID == id }) {
			continue
		}
		if err := s.store.AddParticipant(ctx, c.ID, id); err != nil {
			return fmt.Errorf("add participant: %w", err)
		}
	}
	return nil
}

// DirectChannel finds or makes the DM channel of two entities on a server.
// Error codes: BAD_REQUEST when they are the same, NOT_FOUND (server), DB_ERROR.
func (s *Service) DirectChannel(ctx context.Context, server, a, b eliza.ID) (eliza.Channel, error) {
	if a == b {
		return eliza.Channel{}, eliza.Errorf(eliza.CodeBadRequest, "Cannot create DM channel with oneself")
	}
	c, err := s.store.FindOrCreateDM(ctx, server, a, b)
	if err != nil {
		return eliza.Channel{}, fmt.Errorf("find or create DM channel: %w", err)
	}
	return c, nil
}

// UpdateChannel changes a channel, and its participants when the list is not
// nil, and tells the channel. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) UpdateChannel(ctx context.Context, id eliza.ID, participants []eliza.ID, change func(*eliza.Channel) error) (eliza.Channel, error) {
	c, err := s.store.UpdateChannel(ctx, id, func(c *eliza.Channel) error {
		c.UpdatedAt = eliza.Now()
		return change(c)
	}, Notices(s, func(c eliza.Channel) []bus.Event { return []bus.Event{bus.ChannelUpdated{Updated: c}} }))
	if err != nil {
		return eliza.Channel{}, fmt.Errorf("update channel: %w", err)
	}
	if participants != nil {
		if err := s.store.SetParticipants(ctx, id, participants); err != nil {
			return eliza.Channel{}, fmt.Errorf("update participants: %w", err)
		}
	}
	s.bus.Publish(bus.ChannelUpdated{Updated: c})
	return c, nil
}

// DeleteChannel removes a channel with all that was said in it. Error codes:
// NOT_FOUND, DB_ERROR.
func (s *Service) DeleteChannel(ctx context.Context, id eliza.ID) error {
	// Followers of the channel leave with ChannelDeleted: it comes last.
	news := func(gone store.Deleted[eliza.ID]) []bus.Event {
		return append(channelDeleted.of(gone.Pending), bus.ChannelDeleted{ChannelID: id})
	}
	if err := s.store.DeleteChannel(ctx, id, onDelete(s, news)); err != nil {
		return fmt.Errorf("delete channel: %w", err)
	}
	return nil
}

// ClearChannel removes every message of a channel and returns how many there
// were. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) ClearChannel(ctx context.Context, id eliza.ID) (int, error) {
	news := func(gone store.Deleted[eliza.ID]) []bus.Event {
		return append([]bus.Event{bus.ChannelCleared{ChannelID: id}}, channelCleared.of(gone.Pending)...)
	}
	n, err := s.store.ClearChannel(ctx, id, onDelete(s, news))
	if err != nil {
		return 0, fmt.Errorf("clear channel: %w", err)
	}
	return n, nil
}

// DeleteMessage removes one message of a channel. Error codes: NOT_FOUND,
// DB_ERROR.
func (s *Service) DeleteMessage(ctx context.Context, channel, id eliza.ID) error {
	m, err := s.store.Message(ctx, id)
	if err == nil && m.ChannelID != channel {
		err = eliza.NotFound("Message")
	}
	if err == nil {
		_, err = s.store.DeleteMessage(ctx, id, onDelete(s, func(gone store.Deleted[eliza.Message]) []bus.Event {
			return append([]bus.Event{bus.MessageDeleted{ChannelID: channel, MessageID: id}}, messageDeleted.of(gone.Pending)...)
		}))
	}
	if err != nil {
		return fmt.Errorf("delete message: %w", err)
	}
	return nil
}

// Control tells the clients of a channel how to behave. Error codes: NOT_FOUND,
// DB_ERROR.
func (s *Service) Control(ctx context.Context, e bus.Controlled) error {
	if _, err := s.store.Channel(ctx, e.ChannelID); err != nil {
		return fmt.Errorf("control channel: %w", err)
	}
	s.bus.Publish(e)
	return nil
}

// Channel returns a channel. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Channel(ctx context.Context, id eliza.ID) (eliza.Channel, error) {
	return s.store.Channel(ctx, id)
}

// Participants returns the ids of who takes part. Error codes: NOT_FOUND
// (channel), DB_ERROR.
func (s *Service) Participants(ctx context.Context, id eliza.ID) ([]eliza.ID, error) {
	if _, err := s.store.Channel(ctx, id); err != nil {
		return nil, err
	}
	list, err := s.store.Participants(ctx, id)
	ids := make([]eliza.ID, len(list))
	for i, p := range list {
		ids[i] = p.EntityID
	}
	return ids, err
}

// Anonymous says what a client sends without saying who speaks.
var Anonymous = eliza.NameID("anonymous")

// Speaker is who must be speaking in a channel when a message does not say:
// the one participant who is no agent, else Anonymous. Error code: DB_ERROR.
func (s *Service) Speaker(ctx context.Context, channel eliza.ID) (eliza.ID, error) {
	members, err := s.store.Participants(ctx, channel)
	if err != nil {
		return eliza.NoID, fmt.Errorf("find who speaks: %w", err)
	}
	agents, err := s.store.ChannelAgents(ctx, channel)
	if err != nil {
		return eliza.NoID, fmt.Errorf("find who speaks: %w", err)
	}
	members = slices.DeleteFunc(members, func(p store.Participant) bool {
		return slices.ContainsFunc(agents, func(a store.AgentRef) bool { return a.ID == p.EntityID })
	})
	if len(members) != 1 {
		return Anonymous, nil
	}
	return members[0].EntityID, nil
}

// AddParticipant lets an entity take part. Error codes: NOT_FOUND (channel),
// DB_ERROR.
func (s *Service) AddParticipant(ctx context.Context, channel, entity eliza.ID) error {
	return s.store.AddParticipant(ctx, channel, entity)
}

// RemoveParticipant ends an entity's part. Error codes: NOT_FOUND (channel or
// participant), DB_ERROR.
func (s *Service) RemoveParticipant(ctx context.Context, channel, entity eliza.ID) error {
	return s.store.RemoveParticipant(ctx, channel, entity)
}
