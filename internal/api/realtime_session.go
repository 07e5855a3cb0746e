package api

import (
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// sessionNewsOf is newsOf for how long a session lasts. Whoever follows the
// session by its id follows its channel, which has the same.
func sessionNewsOf(e bus.Event) (event string, payload any) {
	switch e := e.(type) {
	case bus.SessionExpiring:
		return "sessionExpirationWarning", sessionWarning{e.Session.ID, int((e.Remaining + 59_999) / 60_000), e.Session.ExpiresAt.ISO()}
	case bus.SessionExpired:
		return "sessionExpired", sessionOver{e.Session.ID, e.Session.ExpiresAt.ISO()}
	case bus.SessionRenewed:
		return "sessionRenewed", sessionLonger{e.Session.ID, e.Session.ExpiresAt.ISO(), e.Session.RenewalCount}
	}
	return "", nil
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
