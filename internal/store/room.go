package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/elizad/elizad/internal/eliza"
)

// Room returns one room of an agent. Error code: NOT_FOUND.
func (s *Store) Room(ctx context.Context, agent, id eliza.ID) (eliza.Room, error) {
	var r eliza.Room
	var world, channel uuid.NullUUID
	var metadata []byte
	there, err := one(ctx, s.often, selectRoom, []any{id.String(), agent.String()},
		&r.ID, &r.AgentID, &world, &channel, &r.ServerID, &r.Name, &r.Source, &r.Type, &r.State, &metadata, &r.CreatedAt)
	if err == nil && len(metadata) > 0 {
		err = json.Unmarshal(metadata, &r.Metadata)
	}
	if err != nil {
		return eliza.Room{}, failed("read Room", err)
	}
	if !there {
		return eliza.Room{}, eliza.NotFound("Room")
	}
	r.WorldID, r.ChannelID = world.UUID, channel.UUID
	return r, nil
}

const selectRoom = `SELECT id, agent_id, world_id, channel_id, message_server_id, name, source, type, state, metadata, created_at
	FROM rooms WHERE id = ? AND agent_id = ?`

// Rooms returns the rooms of an agent, the oldest first.
func (s *Store) Rooms(ctx context.Context, agent eliza.ID) ([]eliza.Room, error) {
	var list []eliza.Room
	err := s.read.NewSelect().Model(&list).Where("agent_id = ?", agent).Order("created_at", "id").Scan(ctx)
	return list, failed("read rooms", err)
}

// CreateRoom stores a new room, and the world it is in when that has an id and
// is new too. Error codes: CONFLICT when the room's id is taken, NOT_FOUND when
// there is no such agent.
func (s *Store) CreateRoom(ctx context.Context, room eliza.Room, world eliza.World) error {
	return s.write(ctx, "create room", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Agent", "agents", room.AgentID); err != nil {
			return err
		}
		if world.ID != eliza.NoID {
			if err := create(ctx, t, "World", &world); err != nil && eliza.ErrorCode(err) != eliza.CodeConflict {
				return err
			}
		}
		return create(ctx, t, "Room", &room)
	})
}

// UpdateRoom changes a room as UpdateAgent does an agent. Error code:
// NOT_FOUND.
func (s *Store) UpdateRoom(ctx context.Context, agent, id eliza.ID, by func(*eliza.Room) error) (eliza.Room, error) {
	return change(ctx, s, "Room", eliza.Room{ID: id}, func(r *eliza.Room) error {
		if r.AgentID != agent {
			return eliza.NotFound("Room")
		}
		err := by(r)
		r.ID, r.AgentID = id, agent
		return err
	})
}

// DeleteRoom deletes a room with what the agent remembers of it. Error code:
// NOT_FOUND.
func (s *Store) DeleteRoom(ctx context.Context, agent, id eliza.ID) error {
	return s.write(ctx, "delete room", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM rooms WHERE id = ? AND agent_id = ?`, id.String(), agent.String())
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.NotFound("Room")
		}
		_, err = t.exec(ctx, `DELETE FROM memories WHERE agent_id = ? AND room_id = ?`, agent.String(), id.String())
		return err
	})
}

// SetRoomState keeps whether an agent follows or mutes a room. Error code:
// NOT_FOUND.
func (s *Store) SetRoomState(ctx context.Context, agent, room eliza.ID, state eliza.RoomState) error {
	return s.write(ctx, "set room state", func(ctx context.Context, t *tx) error {
		return setRoomState(ctx, t, agent, room, state)
	})
}

func setRoomState(ctx context.Context, t *tx, agent, room eliza.ID, state eliza.RoomState) error {
	n, err := t.exec(ctx, `UPDATE rooms SET state = ? WHERE id = ? AND agent_id = ?`, string(state), room.String(), agent.String())
	if err == nil && n == 0 {
		err = eliza.NotFound("Room")
	}
	return err
}
