package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Participants returns the members of a channel, those who came first first.
func (s *Store) Participants(ctx context.Context, channel eliza.ID) ([]Participant, error) {
	var list []Participant
	err := s.read.NewSelect().Table("channel_participants").Column("entity_id", "joined_at").
		Where("channel_id = ?", channel).Order("joined_at", "entity_id").Scan(ctx, &list)
	return list, failed("read participants", err)
}

// SetParticipants makes these the members of a channel; who was one keeps the
// time of joining. Error code: NOT_FOUND when there is no such channel.
func (s *Store) SetParticipants(ctx context.Context, channel eliza.ID, entities []eliza.ID) error {
	return s.write(ctx, "set participants", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Channel", "channels", channel); err != nil {
			return err
		}
		q := t.NewDelete().Table("channel_participants").Where("channel_id = ?", channel)
		if len(entities) > 0 {
			q = q.Where("entity_id NOT IN (?)", bun.List(entities))
		}
		if _, err := q.Exec(ctx); err != nil {
			return err
		}
		return addParticipants(ctx, t, channel, entities)
	})
}

// AddParticipant makes someone a member of a channel, who may be one already.
// Error code: NOT_FOUND when there is no such channel.
func (s *Store) AddParticipant(ctx context.Context, channel, entity eliza.ID) error {
	return s.write(ctx, "add participant", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Channel", "channels", channel); err != nil {
			return err
		}
		return addParticipants(ctx, t, channel, []eliza.ID{entity})
	})
}

func addParticipants(ctx context.Context, t *tx, channel eliza.ID, entities []eliza.ID) error {
	now := eliza.Now()
	args := make([]any, 0, 3*len(entities))
	for _, id := range entities {
		args = append(args, channel.String(), id.String(), int64(now))
	}
	return insert(ctx, t, `INSERT INTO channel_participants (channel_id, entity_id, joined_at) VALUES `, 3, ` ON CONFLICT DO NOTHING`, args)
}

// RemoveParticipant ends a membership. Error code: NOT_FOUND when there was
// none.
func (s *Store) RemoveParticipant(ctx context.Context, channel, entity eliza.ID) error {
	return remove(ctx, s, "Participant", `DELETE FROM channel_participants WHERE channel_id = ? AND entity_id = ?`,
		channel.String(), entity.String())
}

// ChannelAgents returns those members of a channel that are agents.
func (s *Store) ChannelAgents(ctx context.Context, channel eliza.ID) ([]AgentRef, error) {
	rows, err := s.often.query(ctx, `SELECT a.id, a.name, a.status FROM channel_participants p
		JOIN agents a ON a.id = p.entity_id WHERE p.channel_id = ? ORDER BY a.id`, channel.String())
	if err != nil {
		return nil, failed("read agents of a channel", err)
	}
	defer rows.Close()
	var list []AgentRef
	for rows.Next() {
		var a AgentRef
		if err := rows.Scan(&a.ID, &a.Name, &a.Status); err != nil {
			return nil, failed("read agents of a channel", err)
		}
		list = append(list, a)
	}
	return list, failed("read agents of a channel", rows.Err())
}

// PresentSince returns from when on an entity hears what is said in a channel:
// since it joined, else since the first of its messages that an agent keeps of
// its room there; 0 when it did neither.
func (s *Store) PresentSince(ctx context.Context, agent, room, channel, entity eliza.ID) (eliza.Millis, error) {
	var since eliza.Millis
	_, err := one(ctx, s.often, `SELECT coalesce((SELECT joined_at FROM channel_participants WHERE channel_id = ? AND entity_id = ?),
		(SELECT min(created_at) FROM memories WHERE agent_id = ? AND room_id = ? AND entity_id = ? AND type = 'messages'), 0)`,
		[]any{channel.String(), entity.String(), agent.String(), room.String(), entity.String()}, &since)
	return since, failed("look since when somebody is there", err)
}
