package api

import (
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// sessionNews tells the sockets of a session how long it lasts. Whoever joined
// the session by its id has joined its channel, which has the same.
func (rt *realtime) sessionNews(e bus.Event) {
	switch e := e.(type) {
	case bus.SessionExpiring:
		rt.toChannel(e.Session.ID, "", "sessionExpirationWarning", sessionWarning{e.Session.ID, int((e.Remaining + 59_999) / 60_000), e.Session.ExpiresAt.ISO()})
	case bus.SessionExpired:
		rt.toChannel(e.Session.ID, "", "sessionExpired", sessionOver{e.Session.ID, e.Session.ExpiresAt.ISO()})
	case bus.SessionRenewed:
		rt.toChannel(e.Session.ID, "", "sessionRenewed", sessionLonger{e.Session.ID, e.Session.ExpiresAt.ISO(), e.Session.RenewalCount})
	}
}

type sessionWarning struct {
	SessionID        eliza.ID `json:"sessionId"`
	MinutesRemaining int      `json:"minutesRemaining"`
	ExpiresAt        string   `json:"expiresAt"`
}

type sessionOver struct {
	SessionID eliza.ID `json:"sessionId"`
	ExpiredAt string   `json:"expiredAt"`
}

type sessionLonger struct {
	SessionID    eliza.ID `json:"sessionId"`
	ExpiresAt    string   `json:"expiresAt"`
	RenewalCount int      `json:"renewalCount"`
}
