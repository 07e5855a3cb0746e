package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Agents forget what is deleted from a channel, in the same transaction: their
// memories of the messages, and summaries that took them in. The facts that a
// message says go with it by a trigger. ElizaOS's agents do so when the bus
// tells them (message_deleted, channel_cleared).

// What agents have rooms for.
const (
	ofChannel = "channel_id"
	ofServer  = "message_server_id"
)

// forgetAll has every agent forget what was said in a channel, or on a message
// server.
func (s *Store) forgetAll(ctx context.Context, t *tx, place string, id eliza.ID) error {
	return s.forgetIn(ctx, t, place, id, 0, func(agent, room eliza.ID) error {
		_, err := t.exec(ctx, `DELETE FROM memories WHERE agent_id = ? AND room_id = ? AND type = 'messages'`, agent.String(), room.String())
		return err
	})
}

// forgetMessages has every agent forget these messages of a channel, of which
// their ids, authors and numbers are known.
func (s *Store) forgetMessages(ctx context.Context, t *tx, channel eliza.ID, gone []eliza.Message) error {
	if len(gone) == 0 {
		return nil
	}
	first := gone[0].Seq
	for i := range gone {
		first = min(first, gone[i].Seq)
	}
	return s.forgetIn(ctx, t, ofChannel, channel, first, func(agent, _ eliza.ID) error {
		for i := range gone {
			if _, err := t.exec(ctx, `DELETE FROM memories WHERE id = ? AND agent_id = ?`, gone[i].MemoryID(agent).String(), agent.String()); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetIn calls forget for each room that an agent has for a place, and drops
// the summaries that reach as far as a message's number. They begin anew with
// what is left.
func (s *Store) forgetIn(ctx context.Context, t *tx, place string, id eliza.ID, seq int64, forget func(agent, room eliza.ID) error) error {
	rows, err := t.query(ctx, `SELECT agent_id, id FROM rooms WHERE `+place+` = ?`, id.String())
	if err != nil {
		return err
	}
	defer rows.Close()
	var agents, rooms []eliza.ID
	for rows.Next() {
		var agent, room eliza.ID
		if err := rows.Scan(&agent, &room); err != nil {
			return err
		}
		agents, rooms = append(agents, agent), append(rooms, room)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for i, agent := range agents {
		if err := forget(agent, rooms[i]); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE reflections SET summary = '', summary_seq = 0 WHERE agent_id = ? AND room_id = ? AND summary_seq >= ?`,
			agent.String(), rooms[i].String(), seq); err != nil {
			return err
		}
	}
	if s.active != nil {
		t.then(func() {
			s.active.forget()
			s.signs.forget()
		})
	}
	return nil
}
