package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Message returns one message. Error code: NOT_FOUND.
func (s *Store) Message(ctx context.Context, id eliza.ID) (eliza.Message, error) {
	message := eliza.Message{ID: id}
	err := get(ctx, s, "Message", &message)
	return message, err
}

const selectMessages = `SELECT id, channel_id, message_server_id, seq, author_id, author_name, in_reply_to, source_type, source_id, hops,
	created_at, updated_at, content, metadata, raw_message
	FROM messages WHERE channel_id = ? AND created_at < ? AND seq < ? AND seq > ? ORDER BY seq DESC LIMIT ? OFFSET ?`

// scanMessage reads a row of selectMessages.
func scanMessage(rows *sql.Rows) (m eliza.Message, err error) {
	var answered uuid.NullUUID
	var metadata, raw []byte
	err = rows.Scan(&m.ID, &m.ChannelID, &m.ServerID, &m.Seq, &m.AuthorID, &m.AuthorName, &answered, &m.SourceType, &m.SourceID, &m.Hops,
		&m.CreatedAt, &m.UpdatedAt, &m.Content, &metadata, &raw)
	if err == nil && len(metadata) > 0 {
		err = json.Unmarshal(metadata, &m.Metadata)
	}
	m.InReplyTo = answered.UUID
	if raw != nil {
		m.Raw = raw
	}
	return m, err
}

// Messages returns messages of a channel, the newest first.
func (s *Store) Messages(ctx context.Context, channel eliza.ID, q MessageQuery) ([]eliza.Message, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	rows, err := s.often.query(ctx, selectMessages, channel.String(), int64(cmp.Or(q.Before, math.MaxInt64)), cmp.Or(q.BeforeSeq, math.MaxInt64), q.AfterSeq,
		int64(q.Limit), int64(q.Offset))
	if err != nil {
		return nil, failed("read messages", err)
	}
	defer rows.Close()
	list := make([]eliza.Message, 0, min(q.Limit, 100))
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, failed("read messages", err)
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, failed("read messages", err)
	}
	// Times never fall within a channel, so what is too old is at the end.
	// Asked of the database, it would go on looking through all that is older.
	if q.After != 0 {
		if end := slices.IndexFunc(list, func(m eliza.Message) bool { return m.CreatedAt <= q.After }); end >= 0 {
			list = list[:end]
		}
	}
	return list, nil
}

// A Line is what a conversation needs of a message.
type Line struct {
	ID, AuthorID        eliza.ID
	AuthorName, Content string
	Attached            bool // something came with it
	// Asker is set for an answer of the agent that followed from nothing but
	// one person's words: that person.
	Asker eliza.ID
}

// An answer has hops, which no client can give a message, and is marked when
// it followed from other people's words too.
const conversation = `SELECT id, author_id, author_name, content, coalesce(CAST(metadata AS text) LIKE '%"attachments"%', false),
		CASE WHEN author_id = ? AND hops > 0 AND CAST(metadata AS text) NOT LIKE '%"` + eliza.Untrusted + `"%'
			THEN (SELECT asked.author_id FROM messages asked WHERE asked.id = messages.in_reply_to) END
	FROM messages WHERE channel_id = ? AND seq <= ? ORDER BY seq DESC LIMIT ?`

// Conversation returns the lines of a channel up to a message's number, the
// newest first, as an agent reads them.
func (s *Store) Conversation(ctx context.Context, agent, channel eliza.ID, seq int64, limit int) ([]Line, error) {
	rows, err := s.often.query(ctx, conversation, agent.String(), channel.String(), seq, int64(limit))
	if err != nil {
		return nil, failed("read a conversation", err)
	}
	defer rows.Close()
	list := make([]Line, 0, limit)
	for rows.Next() {
		var l Line
		var asker uuid.NullUUID
		if err := rows.Scan(&l.ID, &l.AuthorID, &l.AuthorName, &l.Content, &l.Attached, &asker); err != nil {
			return nil, failed("read a conversation", err)
		}
		l.Asker = asker.UUID
		list = append(list, l)
	}
	return list, failed("read a conversation", rows.Err())
}

// EditMessage changes what a message says. Error codes: NOT_FOUND,
// INVALID_REQUEST when Raw is not JSON.
func (s *Store) EditMessage(ctx context.Context, id eliza.ID, edit MessageEdit, say ...Notices[eliza.Message]) (eliza.Message, error) {
	if err := checkRaw(edit.Raw); err != nil {
		return eliza.Message{}, err
	}
	var message eliza.Message
	err := s.write(ctx, "edit message", func(ctx context.Context, t *tx) error {
		message = eliza.Message{ID: id}
		if err := s.lockRow(t.NewSelect().Model(&message).WherePK()).Scan(ctx); err != nil {
			return found("Message", err)
		}
		edit.apply(&message)
		if err := s.mustExist(ctx, t, "Message", "messages", message.InReplyTo); eliza.ErrorCode(err) == eliza.CodeNotFound {
			message.InReplyTo = eliza.NoID
		} else if err != nil {
			return err
		}
		if _, err := t.NewUpdate().Model(&message).WherePK().Exec(ctx); err != nil {
			return err
		}
		return announce(ctx, s, t, message.ChannelID, message, first(say))
	})
	return message, err
}

func (e *MessageEdit) apply(m *eliza.Message) {
	if e.Content != nil {
		m.Content = clean(*e.Content)
	}
	if e.Raw != nil {
		m.Raw = e.Raw
	}
	if e.Metadata != nil {
		m.Metadata = e.Metadata
	}
	if e.AuthorID != nil {
		m.AuthorID = *e.AuthorID
	}
	if e.SourceType != nil {
		m.SourceType = clean(*e.SourceType)
	}
	if e.SourceID != nil {
		m.SourceID = clean(*e.SourceID)
	}
	if e.InReplyTo != nil {
		m.InReplyTo = *e.InReplyTo
	}
	m.UpdatedAt = eliza.Now()
}

// DeleteMessage deletes a message with its deliveries, so that no turn about it
// can finish any more, and with what agents remember of it, and returns what it
// was. Error code: NOT_FOUND.
func (s *Store) DeleteMessage(ctx context.Context, id eliza.ID, on ...OnDelete[eliza.Message]) (eliza.Message, error) {
	var gone eliza.Message
	err := s.write(ctx, "delete message", func(ctx context.Context, t *tx) error {
		gone = eliza.Message{ID: id}
		if err := s.lockRow(t.NewSelect().Model(&gone).WherePK()).Scan(ctx); err != nil {
			return found("Message", err)
		}
		pending, err := s.pending(ctx, t, "message_id = ?", id)
		if err != nil {
			return err
		}
		deleted := Deleted[eliza.Message]{gone, pending}
		told(t, on, deleted)
		if _, err := t.exec(ctx, `DELETE FROM messages WHERE id = ?`, id.String()); err != nil {
			return err
		}
		if err := s.forgetMessages(ctx, t, gone.ChannelID, []eliza.Message{gone}); err != nil {
			return err
		}
		return announce(ctx, s, t, gone.ChannelID, deleted, noticesOf(on))
	})
	return gone, err
}

// DeleteMessagesOf deletes what an author said in a channel, as DeleteMessage
// does, and returns the ids. Error code: NOT_FOUND when there is no such
// channel.
func (s *Store) DeleteMessagesOf(ctx context.Context, channel, author eliza.ID, on ...OnDelete[[]eliza.ID]) ([]eliza.ID, error) {
	var gone []eliza.ID
	err := s.write(ctx, "delete an author's messages", func(ctx context.Context, t *tx) error {
		gone = nil
		if err := s.mustExist(ctx, t, "Channel", "channels", channel); err != nil {
			return err
		}
		pending, err := s.pending(ctx, t, "message_id IN (SELECT id FROM messages WHERE channel_id = ? AND author_id = ?)", channel, author)
		if err != nil {
			return err
		}
		rows, err := t.query(ctx, `DELETE FROM messages WHERE channel_id = ? AND author_id = ? RETURNING id, seq`, channel.String(), author.String())
		if err != nil {
			return err
		}
		defer rows.Close()
		var messages []eliza.Message
		for rows.Next() {
			m := eliza.Message{AuthorID: author}
			if err := rows.Scan(&m.ID, &m.Seq); err != nil {
				return err
			}
			gone, messages = append(gone, m.ID), append(messages, m)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		deleted := Deleted[[]eliza.ID]{gone, pending}
		told(t, on, deleted)
		if err := s.forgetMessages(ctx, t, channel, messages); err != nil {
			return err
		}
		return announce(ctx, s, t, channel, deleted, noticesOf(on))
	})
	return gone, err
}

// ClearChannel deletes all messages of a channel, with what agents remember of
// them, and tells how many there were. Their numbers are not used again. Error code: NOT_FOUND when there is
// no such channel.
func (s *Store) ClearChannel(ctx context.Context, channel eliza.ID, on ...OnDelete[eliza.ID]) (int, error) {
	var n int
	err := s.write(ctx, "clear channel", func(ctx context.Context, t *tx) error {
		if err := s.mustExist(ctx, t, "Channel", "channels", channel); err != nil {
			return err
		}
		pending, err := s.pending(ctx, t, "channel_id = ?", channel)
		if err != nil {
			return err
		}
		gone := Deleted[eliza.ID]{channel, pending}
		told(t, on, gone)
		deleted, err := t.exec(ctx, `DELETE FROM messages WHERE channel_id = ?`, channel.String())
		n = int(deleted)
		if err == nil {
			err = s.forgetAll(ctx, t, ofChannel, channel)
		}
		if err == nil {
			err = announce(ctx, s, t, channel, gone, noticesOf(on))
		}
		return err
	})
	return n, err
}

// seen returns the message that took id or key first.
func (s *Store) seen(ctx context.Context, id eliza.ID, key string) (eliza.Message, error) {
	var message eliza.Message
	q := s.read.NewSelect().Model(&message).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("id = ?", id)
		if key != "" {
			q = q.WhereOr("dedupe_key = ?", key)
		}
		return q
	})
	err := q.OrderExpr("CASE WHEN id = ? THEN 0 ELSE 1 END", id).Limit(1).Scan(ctx)
	return message, found("Message", err)
}
