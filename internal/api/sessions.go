package api

import (
	"context"
	"net/http"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/session"
)

func (a *API) sessionRoutes() {
	const tag, all, one = "Sessions", "/api/messaging/sessions", "/api/messaging/sessions/{sessionId}"
	route := func(id, method, path, summary string, errors ...int) operation {
		return operation{id: id, method: method, paths: []string{path}, tag: tag, summary: summary, errors: errors, invalid: eliza.CodeSessionInvalid}
	}
	begin := route("create-session", "POST", all, "Begin a session with an agent", 404)
	begin.status, begin.agents = http.StatusCreated, true
	begin.about = "A session has a DM channel with its own id, in which the user and the agent take part. It ends when nothing happened in it for timeoutMinutes, " +
		"and at the latest after maxDurationMinutes; from then on every request for it is answered with 410, for SESSION_CLEANUP_INTERVAL_MINUTES, and then with 404. What timeoutConfig leaves out comes from the agent's settings, and then from the server's."
	add(a, begin, a.createSession)
	add(a, route("list-sessions", "GET", all, "List the sessions that have not expired"), a.listSessions)
	add(a, route("session-health", "GET", all+"/health", "How the sessions are"), a.sessionHealth)
	add(a, route("get-session", "GET", one, "Get a session", 404, 410), a.getSession)
	add(a, route("delete-session", "DELETE", one, "End a session; its messages stay in its channel", 404, 410), a.deleteSession)
	add(a, route("renew-session", "POST", one+"/renew", "Begin a session's timeout anew", 404, 410, 422), a.renewSession)
	add(a, route("set-session-timeout", "PATCH", one+"/timeout", "Change how long a session lasts; what is left out stays", 404, 410), a.setSessionTimeout)
	add(a, route("session-heartbeat", "POST", one+"/heartbeat", "Show that the client is there, which renews a session that renews itself", 404, 410), a.sessionHeartbeat)
	say := route("send-session-message", "POST", one+"/messages", "Say something in a session", 404, 408, 410)
	say.status, say.gives, say.streams = http.StatusCreated, sessionSent{}, true
	say.about = "The transports are those of a channel's messages. The session is renewed when it renews itself."
	add(a, say, a.sendSessionMessage)
	add(a, route("list-session-messages", "GET", one+"/messages", "List a session's messages, newest first", 404, 410), a.listSessionMessages)
}

// SessionPath names a session in a path. An id that is none names no session.
type SessionPath struct {
	SessionID string `path:"sessionId"`
}

func (p *SessionPath) id() (eliza.ID, error) {
	id, err := eliza.ParseID(p.SessionID)
	if err != nil {
		return id, session.NotFound(p.SessionID)
	}
	return id, nil
}

// sessionFailure is fail, with the code that sessions have for bad input.
func sessionFailure(err error) error {
	if eliza.ErrorCode(err) == eliza.CodeInvalidRequest {
		return as(eliza.CodeSessionInvalid, http.StatusBadRequest, err)
	}
	return fail(err)
}

type timeoutConfig struct {
	TimeoutMinutes          int  `json:"timeoutMinutes"`
	AutoRenew               bool `json:"autoRenew"`
	MaxDurationMinutes      int  `json:"maxDurationMinutes"`
	WarningThresholdMinutes int  `json:"warningThresholdMinutes"`
}

// TimeoutWish is a timeoutConfig as clients ask for it.
type TimeoutWish struct {
	TimeoutMinutes          *float64 `json:"timeoutMinutes,omitempty" doc:"Without activity"`
	AutoRenew               *bool    `json:"autoRenew,omitempty" doc:"Activity begins the timeout anew"`
	MaxDurationMinutes      *float64 `json:"maxDurationMinutes,omitempty" doc:"In all, from the timeout to twice the greatest timeout"`
	WarningThresholdMinutes *float64 `json:"warningThresholdMinutes,omitempty" doc:"How long before its end a session is near its expiration, from 1"`
}

func (w *TimeoutWish) wish() session.Wish {
	return session.Wish{
		TimeoutMinutes: w.TimeoutMinutes, AutoRenew: w.AutoRenew, MaxDurationMinutes: w.MaxDurationMinutes, WarningMinutes: w.WarningThresholdMinutes,
	}
}

// SessionBegun is a session at its beginning.
type SessionBegun struct {
	SessionID     eliza.ID       `json:"sessionId"`
	ChannelID     eliza.ID       `json:"channelId"`
	AgentID       eliza.ID       `json:"agentId"`
	UserID        eliza.ID       `json:"userId"`
	CreatedAt     string         `json:"createdAt" format:"date-time"`
	Metadata      map[string]any `json:"metadata"`
	ExpiresAt     string         `json:"expiresAt" format:"date-time"`
	TimeoutConfig timeoutConfig  `json:"timeoutConfig"`
}

type sessionInfo struct {
	SessionBegun
	LastActivity     string       `json:"lastActivity" format:"date-time"`
	RenewalCount     int          `json:"renewalCount"`
	TimeRemaining    eliza.Millis `json:"timeRemaining" doc:"Milliseconds"`
	IsNearExpiration bool         `json:"isNearExpiration"`
}

func viewSession(s session.Session) sessionInfo {
	l := s.Limits
	return sessionInfo{
		SessionBegun: SessionBegun{
			s.ID, s.ID, s.AgentID, s.UserID, s.CreatedAt.ISO(), s.Metadata, s.ExpiresAt.ISO(),
			timeoutConfig{l.TimeoutMinutes, l.AutoRenew, l.MaxDurationMinutes, l.WarningMinutes},
		},
		LastActivity: s.LastActivity.ISO(), RenewalCount: s.RenewalCount, TimeRemaining: s.Remaining, IsNearExpiration: s.Near(),
	}
}

type sessionBody struct {
	Body struct {
		AgentID       ID             `json:"agentId"`
		UserID        ID             `json:"userId"`
		Metadata      map[string]any `json:"metadata,omitempty" doc:"At most 10240 bytes of JSON"`
		TimeoutConfig TimeoutWish    `json:"timeoutConfig,omitempty"`
	}
}

func (a *API) createSession(ctx context.Context, in *sessionBody) (*bare[SessionBegun], error) {
	b := &in.Body
	if err := a.permitAsking(ctx, eliza.ID(b.AgentID), eliza.ID(b.UserID)); err != nil {
		return nil, fail(err)
	}
	s, err := a.Sessions.Create(ctx, session.Request{AgentID: eliza.ID(b.AgentID), UserID: eliza.ID(b.UserID), Metadata: b.Metadata, Limits: b.TimeoutConfig.wish()})
	if err != nil {
		return nil, sessionFailure(err)
	}
	return &bare[SessionBegun]{Status: http.StatusCreated, Body: viewSession(s).SessionBegun}, nil
}

type sessionList struct {
	Sessions []sessionInfo `json:"sessions"`
	Total    int           `json:"total"`
	Stats    struct {
		Total   int `json:"totalSessions"`
		Active  int `json:"activeSessions"`
		Expired int `json:"expiredSessions"`
	} `json:"stats"`
}

func (a *API) listSessions(ctx context.Context, _ *struct{}) (*bare[sessionList], error) {
	list, counts, err := a.Sessions.List(ctx, visitOf(ctx).entity)
	if err != nil {
		return nil, fail(err)
	}
	out := sessionList{Sessions: views(list, viewSession), Total: len(list)}
	out.Stats.Total, out.Stats.Active, out.Stats.Expired = counts.Total, counts.Active, counts.Total-counts.Active
	return plain(out), nil
}

type sessionHealth struct {
	Status          string  `json:"status" enum:"healthy,unhealthy"`
	ActiveSessions  int     `json:"activeSessions"`
	Timestamp       string  `json:"timestamp" format:"date-time"`
	ExpiringSoon    int     `json:"expiringSoon"`
	InvalidSessions int     `json:"invalidSessions" doc:"Always 0: what is stored is valid"`
	Uptime          float64 `json:"uptime" doc:"Seconds"`
}

// sessionHealth is unhealthy when the database does not answer.
func (a *API) sessionHealth(ctx context.Context, _ *struct{}) (*bare[sessionHealth], error) {
	counts, err := a.Sessions.Counts(ctx)
	out := plain(sessionHealth{
		Status: "healthy", ActiveSessions: counts.Active, ExpiringSoon: counts.Expiring, Timestamp: eliza.Now().ISO(), Uptime: time.Since(a.started).Seconds(),
	})
	if err != nil {
		a.log(ctx).Error("sessions cannot be counted", "error", err)
		out.Status, out.Body.Status = http.StatusServiceUnavailable, "unhealthy"
	}
	return out, nil
}

// sessionAnswer answers with what became of the session that a path names.
func sessionAnswer(ctx context.Context, p *SessionPath, do func(context.Context, eliza.ID) (session.Session, error)) (*bare[sessionInfo], error) {
	id, err := p.id()
	if err != nil {
		return nil, fail(err)
	}
	s, err := do(ctx, id)
	if err != nil {
		return nil, sessionFailure(err)
	}
	return plain(viewSession(s)), nil
}

func (a *API) getSession(ctx context.Context, in *SessionPath) (*bare[sessionInfo], error) {
	return sessionAnswer(ctx, in, a.Sessions.Session)
}

func (a *API) renewSession(ctx context.Context, in *SessionPath) (*bare[sessionInfo], error) {
	return sessionAnswer(ctx, in, a.Sessions.Renew)
}

func (a *API) sessionHeartbeat(ctx context.Context, in *SessionPath) (*bare[sessionInfo], error) {
	return sessionAnswer(ctx, in, func(ctx context.Context, id eliza.ID) (session.Session, error) {
		s, _, err := a.Sessions.Touch(ctx, id)
		return s, err
	})
}

type sessionTimeout struct {
	SessionPath
	Body TimeoutWish
}

func (a *API) setSessionTimeout(ctx context.Context, in *sessionTimeout) (*bare[sessionInfo], error) {
	return sessionAnswer(ctx, &in.SessionPath, func(ctx context.Context, id eliza.ID) (session.Session, error) {
		return a.Sessions.SetLimits(ctx, id, in.Body.wish())
	})
}

// Done says that something was done.
type Done struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

// sessionDeleted repeats itself in data: that is all that @elizaos/api-client
// sees of a success.
type sessionDeleted struct {
	Done
	Data Done `json:"data"`
}

func (a *API) deleteSession(ctx context.Context, in *SessionPath) (*bare[sessionDeleted], error) {
	id, err := in.id()
	if err == nil {
		err = a.Sessions.Delete(ctx, id)
	}
	if err != nil {
		return nil, fail(err)
	}
	d := Done{true, "Session " + id.String() + " deleted successfully"}
	return plain(sessionDeleted{d, d}), nil
}
