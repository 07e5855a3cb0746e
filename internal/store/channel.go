package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// CreateChannel stores a new channel with its participants. Error codes:
// CONFLICT when the id is taken, NOT_FOUND when the server does not exist.
func (s *Store) CreateChannel(ctx context.Context, channel eliza.Channel, participants []eliza.ID) error {
	return s.write(ctx, "create channel", func(ctx context.Context, t *tx) error {
		return s.createChannel(ctx, t, channel, participants)
	})
}

func (s *Store) createChannel(ctx context.Context, t *tx, channel eliza.Channel, participants []eliza.ID) error {
	if err := s.mustExist(ctx, t, "Server", "message_servers", channel.ServerID); err != nil {
		return err
	}
	channel.LastSeq = 0
	if err := create(ctx, t, "Channel", &channel); err != nil {
		return err
	}
	return addParticipants(ctx, t, channel.ID, participants)
}

// Channel returns one channel. Error code: NOT_FOUND.
func (s *Store) Channel(ctx context.Context, id eliza.ID) (eliza.Channel, error) {
	channel := eliza.Channel{ID: id}
	err := get(ctx, s, "Channel", &channel)
	return channel, err
}

// Channels returns the channels of a message server, the oldest first; those
// that member takes part in, unless it is NoID.
func (s *Store) Channels(ctx context.Context, server, member eliza.ID) ([]eliza.Channel, error) {
	var list []eliza.Channel
	err := s.read.NewSelect().Model(&list).Where("message_server_id = ?", server).Apply(ofMember("channel", member)).Order("created_at", "id").Scan(ctx)
	return list, failed("read channels", err)
}

// ofMember leaves of the channels that a query calls so those that an entity
// takes part in; NoID leaves all.
func ofMember(channels string, entity eliza.ID) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		if entity == eliza.NoID {
			return q
		}
		return q.Where("EXISTS (SELECT 1 FROM channel_participants p WHERE p.channel_id = ?.id AND p.entity_id = ?)", bun.Ident(channels), entity)
	}
}

// UpdateChannel changes a channel as UpdateAgent does an agent; its server
// and the number of its newest message stay. Error code: NOT_FOUND.
func (s *Store) UpdateChannel(ctx context.Context, id eliza.ID, by func(*eliza.Channel) error, say ...Notices[eliza.Channel]) (eliza.Channel, error) {
	then := func(ctx context.Context, t *tx, c *eliza.Channel) error {
		return announce(ctx, s, t, id, *c, first(say))
	}
	return changeAnd(ctx, s, "Channel", eliza.Channel{ID: id}, then, func(c *eliza.Channel) error {
		before := *c
		err := by(c)
		c.ID, c.ServerID, c.LastSeq, c.CreatedAt, c.UpdatedAt = id, before.ServerID, before.LastSeq, before.CreatedAt, eliza.Now()
		return err
	})
}

// SyncChannels makes the channels of a platform known on a message server.
// One is the same as before when the source id is, or the name where there is
// none; its name and type follow. It returns those that were made and those
// that changed. Error code: NOT_FOUND when the server does not exist.
func (s *Store) SyncChannels(ctx context.Context, server eliza.ID, list []eliza.Channel) (made, changed []eliza.Channel, err error) {
	err = s.write(ctx, "sync channels", func(ctx context.Context, t *tx) error {
		made, changed = nil, nil
		if err := s.mustExist(ctx, t, "Server", "message_servers", server); err != nil {
			return err
		}
		for _, c := range list {
			c.ServerID = server
			known, err := s.knownChannel(ctx, t, c)
			switch {
			case err != nil:
				return err
			case known == nil:
				err = s.createChannel(ctx, t, c, nil)
				made = append(made, c)
			case known.Name != c.Name || known.Type != c.Type:
				known.Name, known.Type, known.UpdatedAt = c.Name, c.Type, eliza.Now()
				_, err = t.NewUpdate().Model(known).Column("name", "type", "updated_at").WherePK().Exec(ctx)
				changed = append(changed, *known)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return made, changed, err
}

func (s *Store) knownChannel(ctx context.Context, t *tx, c eliza.Channel) (*eliza.Channel, error) {
	known := new(eliza.Channel)
	q := t.NewSelect().Model(known).Where("message_server_id = ?", c.ServerID).Order("created_at", "id").Limit(1)
	if c.SourceID != "" {
		q = q.Where("source_id = ?", c.SourceID)
	} else {
		q = q.Where("name = ?", c.Name)
	}
	err := s.lockRow(q).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return known, err
}

// DeleteChannel deletes a channel with its participants, messages and
// deliveries, and with what agents remember of what was said there. Error code:
// NOT_FOUND.
func (s *Store) DeleteChannel(ctx context.Context, id eliza.ID, on ...OnDelete[eliza.ID]) error {
	return s.write(ctx, "delete channel", func(ctx context.Context, t *tx) error {
		pending, err := s.pending(ctx, t, "channel_id = ?", id)
		if err != nil {
			return err
		}
		gone := Deleted[eliza.ID]{id, pending}
		told(t, on, gone)
		// While it is still known who takes part.
		if err := announce(ctx, s, t, id, gone, noticesOf(on)); err != nil {
			return err
		}
		n, err := t.exec(ctx, `DELETE FROM channels WHERE id = ?`, id.String())
		if err == nil && n == 0 {
			err = eliza.NotFound("Channel")
		}
		if err != nil {
			return err
		}
		return s.forgetAll(ctx, t, ofChannel, id)
	})
}

// FindOrCreateDM returns the channel of two on a message server, the same for
// everyone who asks at once and in either order. Error codes: NOT_FOUND when
// the server does not exist, INVALID_REQUEST when both are one.
func (s *Store) FindOrCreateDM(ctx context.Context, server, a, b eliza.ID) (eliza.Channel, error) {
	if a == b {
		return eliza.Channel{}, eliza.Errorf(eliza.CodeInvalidRequest, "Cannot create DM channel with oneself")
	}
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	name := "DM-" + a.String() + "-" + b.String()
	var channel eliza.Channel
	find := func(ctx context.Context, t *tx) error {
		channel = eliza.Channel{}
		return t.NewSelect().Model(&channel).Where("message_server_id = ? AND name = ? AND type = ?", server, name, eliza.TypeDM).
			Order("created_at", "id").Limit(1).Scan(ctx)
	}
	if err := find(ctx, &tx{IDB: s.read}); err == nil {
		return channel, nil
	}
	err := s.write(ctx, "create DM channel", func(ctx context.Context, t *tx) error {
		now := eliza.Now()
		made := eliza.Channel{
			// The id follows from the three, so that two who make it at once make one.
			ID:       eliza.NameID(server.String() + ":" + name),
			ServerID: server, Name: name, Type: eliza.TypeDM, SourceType: "eliza_default",
			Metadata:  map[string]any{"user1": a.String(), "user2": b.String()},
			CreatedAt: now, UpdatedAt: now,
		}
		if err := s.createChannel(ctx, t, made, []eliza.ID{a, b}); eliza.ErrorCode(err) != eliza.CodeConflict && err != nil {
			return err
		}
		return find(ctx, t)
	})
	return channel, err
}
