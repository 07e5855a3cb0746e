// Package session keeps conversations of a person with an agent that end by
// themselves: after a time without activity, and at the latest when they have
// lasted long enough. A session lives in the database and has the id of its
// channel, through which everything is said; this package says only how long
// it lasts, and tells on the bus when it is renewed, near its end and over.
//
// The facts are those of ElizaOS's sessions-api.mdx and OpenAPI 1.2.0, the
// clamps those of its server 1.7.2.
package session

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/store"
)

// MaxMetadata bounds the metadata of a session, and of a message in one, in
// bytes of JSON.
const MaxMetadata = 10240

// Options are the limits of sessions.
type Options struct {
	Defaults   eliza.SessionLimits // for a session whose agent sets none
	MinTimeout int                 // minutes, of any session's timeout
	MaxTimeout int
	// Keep is for how long an expired session is still known as such.
	Keep time.Duration
	Now  func() time.Time // nil: time.Now
}

// Service is the room of sessions. It is safe for concurrent use.
type Service struct {
	store     *store.Store
	bus       *bus.Bus
	messaging *messaging.Service
	options   Options
}

// New makes the room. Tick is due about every second.
func New(s *store.Store, b *bus.Bus, m *messaging.Service, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{store: s, bus: b, messaging: m, options: o}
}

// Session is a session as it is at this moment.
type Session struct {
	eliza.Session
	Remaining eliza.Millis // until it expires
}

// Near reports whether it is near its expiration.
func (s *Session) Near() bool { return s.Remaining <= eliza.Minutes(s.Limits.WarningMinutes) }

// Request asks for a session.
type Request struct {
	AgentID  eliza.ID
	UserID   eliza.ID
	Metadata map[string]any
	Limits   Wish
}

// Create begins a session and makes its channel, in which the person and the
// agent take part. Error codes: VALIDATION_ERROR, AGENT_NOT_FOUND (also when
// it does not run), DB_ERROR.
func (s *Service) Create(ctx context.Context, r Request) (Session, error) {
	if r.AgentID == r.UserID {
		return Session{}, eliza.Errorf(eliza.CodeSessionInvalid, "agentId and userId: an agent has no session with itself")
	}
	if err := CheckMetadata(r.Metadata); err != nil {
		return Session{}, err
	}
	agent, err := s.store.Agent(ctx, r.AgentID)
	if eliza.ErrorCode(err) == eliza.CodeNotFound || err == nil && agent.Status != eliza.Active {
		return Session{}, eliza.Errorf(eliza.CodeAgentUnavailable, "Agent with ID '%s' not found or not running", r.AgentID)
	}
	if err != nil {
		return Session{}, fmt.Errorf("find the session's agent: %w", err)
	}
	now := s.now()
	row := eliza.Session{
		ID: eliza.NewID(), AgentID: r.AgentID, UserID: r.UserID, Limits: s.apply(s.defaults(&agent.Character), r.Limits),
		CreatedAt: now, LastActivity: now, RenewedAt: now, Metadata: r.Metadata,
	}
	if row.Metadata == nil {
		row.Metadata = map[string]any{}
	}
	schedule(&row, now)
	channel := eliza.Channel{
		ID: row.ID, ServerID: eliza.DefaultServerID, Name: "session-" + row.ID.String(), Type: eliza.TypeDM, Metadata: MessageMetadata(&row, nil),
		CreatedAt: now, UpdatedAt: now,
	}
	if err := s.store.CreateSession(ctx, row, channel, []eliza.ID{row.UserID, row.AgentID}); err != nil {
		return Session{}, fmt.Errorf("create session: %w", err)
	}
	return s.at(row, now), nil
}

// Session returns a session that has not expired. Error codes:
// SESSION_NOT_FOUND, SESSION_EXPIRED, DB_ERROR.
func (s *Service) Session(ctx context.Context, id eliza.ID) (Session, error) {
	row, err := s.store.Session(ctx, id)
	if err != nil {
		return Session{}, missing(id, err)
	}
	now := s.now()
	if expired(&row, now) {
		return Session{}, s.end(ctx, row)
	}
	return s.at(row, now), nil
}

// List returns the sessions that have not expired, the oldest first, and
// counts all; those of a user unless it is NoID.
func (s *Service) List(ctx context.Context, user eliza.ID) ([]Session, store.SessionCounts, error) {
	now := s.now()
	rows, err := s.store.Sessions(ctx, now, user)
	if err != nil {
		return nil, store.SessionCounts{}, fmt.Errorf("list sessions: %w", err)
	}
	list := make([]Session, len(rows))
	for i, row := range rows {
		list[i] = s.at(row, now)
	}
	counts, err := s.store.CountSessions(ctx, now, user)
	return list, counts, err
}

// Counts counts the sessions.
func (s *Service) Counts(ctx context.Context) (store.SessionCounts, error) {
	return s.store.CountSessions(ctx, s.now(), eliza.NoID)
}

// Delete ends a session; what was said stays in its channel. One that has
// expired stays known as such. Error codes: SESSION_NOT_FOUND,
// SESSION_EXPIRED, DB_ERROR.
func (s *Service) Delete(ctx context.Context, id eliza.ID) error {
	if _, err := s.Session(ctx, id); err != nil {
		return err
	}
	return missing(id, s.store.DeleteSession(ctx, id))
}

// Clear ends every session.
func (s *Service) Clear(ctx context.Context) error {
	if _, err := s.store.DeleteSessions(ctx); err != nil {
		return fmt.Errorf("clear sessions: %w", err)
	}
	return nil
}

// MessageMetadata is what a message of a session carries: the session's
// metadata, those of the message over them, and what names the session.
func MessageMetadata(s *eliza.Session, own map[string]any) map[string]any {
	all := make(map[string]any, len(s.Metadata)+len(own)+4)
	maps.Copy(all, s.Metadata)
	maps.Copy(all, own)
	all["sessionId"], all["agentId"], all["userId"] = s.ID.String(), s.AgentID.String(), s.UserID.String()
	all["timeoutConfig"] = map[string]any{
		"timeoutMinutes": s.Limits.TimeoutMinutes, "autoRenew": s.Limits.AutoRenew,
		"maxDurationMinutes": s.Limits.MaxDurationMinutes, "warningThresholdMinutes": s.Limits.WarningMinutes,
	}
	return all
}

// CheckMetadata refuses metadata that are too long. Error code:
// VALIDATION_ERROR.
func CheckMetadata(m map[string]any) error {
	b, err := json.Marshal(m)
	if err != nil {
		return &eliza.Error{Code: eliza.CodeSessionInvalid, Message: "metadata: cannot be written as JSON", Err: err}
	}
	if len(b) > MaxMetadata {
		return eliza.Errorf(eliza.CodeSessionInvalid, "metadata: longer than %d bytes", MaxMetadata)
	}
	return nil
}

// missing gives the absence of a session its code.
func missing(id eliza.ID, err error) error {
	if eliza.ErrorCode(err) == eliza.CodeNotFound {
		return NotFound(id.String())
	}
	return err
}

// NotFound says that no session has this id, which may be no id at all.
func NotFound(id string) error {
	return eliza.Errorf(eliza.CodeSessionNotFound, "Session with ID '%s' not found", id)
}

func (s *Service) now() eliza.Millis { return eliza.Millis(s.options.Now().UnixMilli()) }

func (s *Service) at(row eliza.Session, now eliza.Millis) Session {
	return Session{Session: row, Remaining: max(0, row.ExpiresAt-now)}
}
