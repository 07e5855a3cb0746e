package session

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

// atOnce is how many sessions one step of Tick takes.
const atOnce = 200

// Touch notes that something happens in a session, and renews it when it
// renews itself and may still grow longer. Error codes: SESSION_NOT_FOUND,
// SESSION_EXPIRED, DB_ERROR.
func (s *Service) Touch(ctx context.Context, id eliza.ID) (touched Session, renewed bool, err error) {
	touched, err = s.change(ctx, id, func(row *eliza.Session, now eliza.Millis) error {
		row.LastActivity = now
		renewed = row.Limits.AutoRenew && row.ExpiresAt < end(row)
		if renewed {
			row.RenewedAt = now
			row.RenewalCount++
		}
		return nil
	})
	if err == nil && renewed {
		s.bus.Publish(bus.SessionRenewed{Session: touched.Session})
	}
	return touched, renewed, err
}

// Renew begins a session's timeout anew. Error codes: SESSION_RENEWAL_FAILED
// when it lasts as long as it may, SESSION_NOT_FOUND, SESSION_EXPIRED,
// DB_ERROR.
func (s *Service) Renew(ctx context.Context, id eliza.ID) (Session, error) {
	renewed, err := s.change(ctx, id, func(row *eliza.Session, now eliza.Millis) error {
		if row.ExpiresAt >= end(row) {
			return eliza.Errorf(eliza.CodeSessionRenewal, "Session %s cannot be renewed: maximum session duration reached", row.ID)
		}
		row.LastActivity, row.RenewedAt = now, now
		row.RenewalCount++
		return nil
	})
	if err == nil {
		s.bus.Publish(bus.SessionRenewed{Session: renewed.Session})
	}
	return renewed, err
}

// SetLimits changes a session's limits; what the wish leaves out stays. Error
// codes: VALIDATION_ERROR, SESSION_NOT_FOUND, SESSION_EXPIRED, DB_ERROR.
func (s *Service) SetLimits(ctx context.Context, id eliza.ID, w Wish) (Session, error) {
	return s.change(ctx, id, func(row *eliza.Session, now eliza.Millis) error {
		if err := s.check(w); err != nil {
			return err
		}
		row.Limits = s.apply(row.Limits, w)
		row.LastActivity = now
		if row.Limits.AutoRenew {
			row.RenewedAt = now
		}
		return nil
	})
}

// change changes a session that has not expired. by may run again.
func (s *Service) change(ctx context.Context, id eliza.ID, by func(*eliza.Session, eliza.Millis) error) (Session, error) {
	var now eliza.Millis
	var over *eliza.Session
	row, err := s.store.UpdateSession(ctx, id, func(row *eliza.Session) error {
		now, over = s.now(), nil
		if expired(row, now) {
			ended := *row
			over = &ended
			return expiredError(id)
		}
		if err := by(row, now); err != nil {
			return err
		}
		schedule(row, now)
		return nil
	})
	if over != nil {
		return Session{}, s.end(ctx, *over)
	}
	if err != nil {
		return Session{}, missing(id, err)
	}
	return s.at(row, now), nil
}

// end tells that a session has expired, unless it was told, and returns the
// error that says so: SESSION_EXPIRED as long as Options.Keep says, then
// SESSION_NOT_FOUND.
func (s *Service) end(ctx context.Context, row eliza.Session) error {
	if s.now() >= s.removal(&row) {
		return NotFound(row.ID.String())
	}
	if row.Told == eliza.SessionExpired {
		return expiredError(row.ID)
	}
	news := func(was eliza.Session) []bus.Event { return []bus.Event{bus.SessionExpired{Session: was}} }
	was, err := s.store.ExpireSession(ctx, row.ID, s.removal(&row), messaging.Notices(s.messaging, news))
	if err != nil {
		return missing(row.ID, fmt.Errorf("end a session: %w", err))
	}
	if was.Told != eliza.SessionExpired {
		s.bus.Publish(news(was)[0])
	}
	return expiredError(row.ID)
}

// removal is the moment from which an expired session is no longer known.
func (s *Service) removal(row *eliza.Session) eliza.Millis {
	return row.ExpiresAt + eliza.Millis(s.options.Keep.Milliseconds())
}

func expiredError(id eliza.ID) error {
	return eliza.Errorf(eliza.CodeSessionExpired, "Session with ID '%s' has expired", id)
}

// Tick tells of the sessions that are near their expiration and of those that
// have expired, and removes those that expired long ago.
func (s *Service) Tick(ctx context.Context) error {
	for {
		now := s.now()
		news := func(row eliza.Session) []bus.Event {
			if row.Told == eliza.SessionExpired {
				return []bus.Event{bus.SessionExpired{Session: row}}
			}
			return []bus.Event{bus.SessionExpiring{Session: row, Remaining: row.ExpiresAt - now}}
		}
		advanced, err := s.store.AdvanceSessions(ctx, now, atOnce, func(row *eliza.Session) bool { return s.advance(row, now) }, messaging.Notices(s.messaging, news))
		if err != nil {
			return fmt.Errorf("watch sessions: %w", err)
		}
		for _, row := range advanced {
			s.bus.Publish(news(row)[0])
		}
		if len(advanced) < atOnce {
			return nil
		}
	}
}

// advance takes a session that is due one step further, and reports whether
// it is kept.
func (s *Service) advance(row *eliza.Session, now eliza.Millis) bool {
	removal := s.removal(row)
	switch {
	case now >= removal:
		return false
	case expired(row, now):
		row.Told, row.DueAt = eliza.SessionExpired, removal
	default:
		row.Told, row.DueAt = eliza.SessionWarned, row.ExpiresAt
	}
	return true
}

// schedule gives a session that lives its end and the moment at which there
// is next something to tell.
func schedule(row *eliza.Session, now eliza.Millis) {
	row.ExpiresAt = min(row.RenewedAt+eliza.Minutes(row.Limits.TimeoutMinutes), end(row))
	warning := row.ExpiresAt - eliza.Minutes(row.Limits.WarningMinutes)
	if warning > now {
		row.Told = eliza.SessionFresh // it left the time of warning, if it was in it
	}
	row.DueAt = row.ExpiresAt
	if row.Told == eliza.SessionFresh {
		row.DueAt = warning
	}
}

// end is the moment beyond which a session is not renewed.
func end(row *eliza.Session) eliza.Millis {
	return row.CreatedAt + eliza.Minutes(row.Limits.MaxDurationMinutes)
}

func expired(row *eliza.Session, now eliza.Millis) bool { return now >= row.ExpiresAt }
