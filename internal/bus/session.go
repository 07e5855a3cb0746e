package bus

import "github.com/elizad/elizad/internal/eliza"

// SessionExpiring says that a session is near its expiration.
type SessionExpiring struct {
	Session   eliza.Session
	Remaining eliza.Millis
}

// SessionExpired says that a session is over.
type SessionExpired struct{ Session eliza.Session }

// SessionRenewed says that a session lasts longer.
type SessionRenewed struct{ Session eliza.Session }

// Channel implements Event.
func (e SessionExpiring) Channel() eliza.ID { return e.Session.ID }

// Channel implements Event.
func (e SessionExpired) Channel() eliza.ID { return e.Session.ID }

// Channel implements Event.
func (e SessionRenewed) Channel() eliza.ID { return e.Session.ID }
