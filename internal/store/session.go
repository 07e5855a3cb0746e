package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// CreateSession stores a session with its channel, which has the same id, and
// the channel's participants. Error codes: NOT_FOUND when the agent or the
// message server does not exist, CONFLICT when the id is taken.
func (s *Store) CreateSession(ctx context.Context, session eliza.Session, channel eliza.Channel, participants []eliza.ID) error {
	return s.write(ctx, "create session", func(ctx context.Context, t *tx) error {
		if err := s.createChannel(ctx, t, channel, participants); err != nil {
			return err
		}
		return create(ctx, t, "Session", &session)
	})
}

// Session returns one session. Error code: NOT_FOUND.
func (s *Store) Session(ctx context.Context, id eliza.ID) (eliza.Session, error) {
	session := eliza.Session{ID: id}
	err := get(ctx, s, "Session", &session)
	return session, err
}

// Sessions returns the sessions that expire after a moment, the oldest first;
// those of a user unless it is NoID.
func (s *Store) Sessions(ctx context.Context, now eliza.Millis, user eliza.ID) ([]eliza.Session, error) {
	var list []eliza.Session
	find := s.read.NewSelect().Model(&list).Where("expires_at > ?", now).Order("created_at", "id")
	if user != eliza.NoID {
		find = find.Where("user_id = ?", user)
	}
	err := find.Scan(ctx)
	return list, failed("read sessions", err)
}

// SessionCounts are numbers of sessions.
type SessionCounts struct {
	Total    int // all that are stored
	Active   int // not expired
	Expiring int // of the active ones, those near their expiration
}

// CountSessions counts the sessions as they are at a moment; those of a user
// unless it is NoID.
func (s *Store) CountSessions(ctx context.Context, now eliza.Millis, user eliza.ID) (c SessionCounts, err error) {
	query, args := `SELECT count(*), coalesce(sum(CASE WHEN expires_at > ? THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN expires_at > ? AND expires_at - warning_minutes * 60000 <= ? THEN 1 ELSE 0 END), 0) FROM sessions`, []any{now, now, now}
	if user != eliza.NoID {
		query, args = query+` WHERE user_id = ?`, append(args, user)
	}
	err = s.read.NewRaw(query, args...).Scan(ctx, &c.Total, &c.Active, &c.Expiring)
	return c, failed("count sessions", err)
}

// UpdateSession changes a session as UpdateAgent does an agent. Error code:
// NOT_FOUND.
func (s *Store) UpdateSession(ctx context.Context, id eliza.ID, by func(*eliza.Session) error) (eliza.Session, error) {
	return change(ctx, s, "Session", eliza.Session{ID: id}, by, "id", "agent_id", "user_id", "created_at", "metadata")
}

// DeleteSession deletes a session; its channel stays. Error code: NOT_FOUND.
func (s *Store) DeleteSession(ctx context.Context, id eliza.ID) error {
	return remove(ctx, s, "Session", `DELETE FROM sessions WHERE id = ?`, id.String())
}

// ExpireSession notes that a session has expired, and when it is due to be
// removed, and returns it as it was. say words what webhooks are told, unless
// that it has expired was told before. Error code: NOT_FOUND.
func (s *Store) ExpireSession(ctx context.Context, id eliza.ID, removal eliza.Millis, say ...Notices[eliza.Session]) (eliza.Session, error) {
	var session eliza.Session
	err := s.write(ctx, "expire session", func(ctx context.Context, t *tx) error {
		session = eliza.Session{ID: id}
		if err := s.lockRow(t.NewSelect().Model(&session).WherePK()).Scan(ctx); err != nil {
			return found("Session", err)
		}
		if session.Told == eliza.SessionExpired {
			return nil
		}
		now := session
		now.Told, now.DueAt = eliza.SessionExpired, removal
		if _, err := t.NewUpdate().Model(&now).Column("told", "due_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		return announce(ctx, s, t, id, session, first(say))
	})
	return session, err
}

// DeleteSessions deletes all sessions and returns how many there were.
func (s *Store) DeleteSessions(ctx context.Context) (int, error) {
	var n int64
	err := s.write(ctx, "delete sessions", func(ctx context.Context, t *tx) (err error) {
		n, err = t.exec(ctx, `DELETE FROM sessions`)
		return err
	})
	return int(n), err
}

// AdvanceSessions has by change each session that is due, at most limit in
// one step, and returns them as they are then; one that by does not keep is
// deleted and not returned. by may run again after a conflict. say words what
// webhooks are told of one that is kept.
func (s *Store) AdvanceSessions(ctx context.Context, now eliza.Millis, limit int, by func(*eliza.Session) (keep bool), say ...Notices[eliza.Session]) ([]eliza.Session, error) {
	// Looking first spares an idle server the write.
	some, err := s.read.NewSelect().Table("sessions").ColumnExpr("1").Where("due_at <= ?", now).Exists(ctx)
	if err != nil || !some {
		return nil, failed("look for due sessions", err)
	}
	var kept []eliza.Session
	err = s.write(ctx, "advance sessions", func(ctx context.Context, t *tx) error {
		kept = nil
		var due []eliza.Session
		if err := s.lockRow(t.NewSelect().Model(&due).Where("due_at <= ?", now).Order("due_at", "id").Limit(int64(limit))).Scan(ctx); err != nil {
			return err
		}
		for _, session := range due {
			if !by(&session) {
				if _, err := t.exec(ctx, `DELETE FROM sessions WHERE id = ?`, session.ID.String()); err != nil {
					return err
				}
				continue
			}
			if _, err := t.NewUpdate().Model(&session).Column("told", "due_at").WherePK().Exec(ctx); err != nil {
				return err
			}
			if err := announce(ctx, s, t, session.ID, session, first(say)); err != nil {
				return err
			}
			kept = append(kept, session)
		}
		return nil
	})
	return kept, err
}
