package store

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/elizad/elizad/internal/eliza"
)

var errNoChannel = errors.New("no such channel")

const (
	nextSeq = `UPDATE channels SET last_seq = last_seq + 1, last_at = CASE WHEN last_at > ? THEN last_at ELSE ? END
		WHERE id = ? RETURNING last_seq, last_at, message_server_id`

	// An answered message that is not there (any more) is none.
	insertMessage = `INSERT INTO messages (id, channel_id, message_server_id, seq, author_id, author_name, in_reply_to,
		source_type, source_id, dedupe_key, key_id, hops, created_at, updated_at, content, metadata, raw_message)
		VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM messages WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING in_reply_to`

	insertDeliveries = `INSERT INTO deliveries (message_id, agent_id, channel_id, seq, state, reason, detail, owner, attempts, created_at, updated_at) VALUES `
)

// post gives a message its number and stores it with its deliveries, none
// when decide is nil. stored becomes the message as it is in the table. Errors: errNoChannel, errSeen.
func (s *Store) post(ctx context.Context, t *tx, e encoded, stored *eliza.Message, decide Decide) ([]eliza.Delivery, error) {
	m := e.Message
	ok, err := one(ctx, t, nextSeq, []any{int64(m.CreatedAt), int64(m.CreatedAt), m.ChannelID.String()}, &m.Seq, &m.CreatedAt, &m.ServerID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNoChannel
	}
	m.UpdatedAt = max(m.UpdatedAt, m.CreatedAt)
	var answered uuid.NullUUID
	ok, err = one(ctx, t, insertMessage, []any{m.ID.String(), m.ChannelID.String(), m.ServerID.String(), m.Seq, m.AuthorID.String(), m.AuthorName,
		idText(m.InReplyTo), m.SourceType, m.SourceID, e.key, idText(m.KeyID), m.Hops, int64(m.CreatedAt), int64(m.UpdatedAt), m.Content, e.metadata, e.raw}, &answered)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errSeen
	}
	m.InReplyTo = answered.UUID
	*stored = m
	if decide == nil {
		return nil, nil
	}
	return s.deliver(ctx, t, &m, decide)
}

// deliver makes the deliveries of a message that was just stored.
func (s *Store) deliver(ctx context.Context, t *tx, m *eliza.Message, decide Decide) ([]eliza.Delivery, error) {
	// A queue that another living node works on stays with it. One that waits
	// to be taken over is joined without an owner, so that it is taken over as
	// a whole and in order.
	rows, err := t.query(ctx, `SELECT a.id, a.name, a.status,
			(SELECT CASE WHEN d.owner IN `+s.living()+` THEN d.owner ELSE '' END AS other FROM deliveries d
				WHERE d.agent_id = a.id AND d.channel_id = p.channel_id AND d.state = 'pending' AND (d.owner IS NULL OR d.owner <> ?)
				ORDER BY other DESC LIMIT 1)
		FROM channel_participants p JOIN agents a ON a.id = p.entity_id
		WHERE p.channel_id = ? AND a.id <> ? ORDER BY a.id`, s.ttl.Milliseconds(), s.owner, m.ChannelID.String(), m.AuthorID.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var deliveries []eliza.Delivery
	var args []any
	for rows.Next() {
		var agent AgentRef
		var other *string
		if err := rows.Scan(&agent.ID, &agent.Name, &agent.Status, &other); err != nil {
			return nil, err
		}
		d := eliza.Delivery{MessageID: m.ID, AgentID: agent.ID, ChannelID: m.ChannelID, Seq: m.Seq, CreatedAt: m.CreatedAt, UpdatedAt: m.CreatedAt}
		d.State, d.Reason, d.Detail = decide(agent)
		var owner any
		if d.State == eliza.Pending {
			d.Owner = s.owner
			if other != nil {
				d.Owner = *other
			}
			if d.Owner != "" {
				owner = d.Owner
			}
		}
		deliveries = append(deliveries, d)
		args = append(args, d.MessageID.String(), d.AgentID.String(), d.ChannelID.String(), d.Seq, string(d.State), string(d.Reason), clean(d.Detail),
			owner, d.Attempts, int64(d.CreatedAt), int64(d.UpdatedAt))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return deliveries, insert(ctx, t, insertDeliveries, 11, "", args)
}
