package eliza

// Codes that only sessions and jobs have.
const (
	CodeSessionNotFound  Code = "SESSION_NOT_FOUND"
	CodeSessionExpired   Code = "SESSION_EXPIRED"
	CodeSessionRenewal   Code = "SESSION_RENEWAL_FAILED"
	CodeSessionInvalid   Code = "VALIDATION_ERROR"
	CodeAgentUnavailable Code = "AGENT_NOT_FOUND"
)

// SessionLimits say how long a session lasts, in minutes.
type SessionLimits struct {
	TimeoutMinutes     int  `bun:"timeout_minutes"`      // without activity
	AutoRenew          bool `bun:"auto_renew"`           // activity begins the timeout anew
	MaxDurationMinutes int  `bun:"max_duration_minutes"` // in all, whatever happens
	WarningMinutes     int  `bun:"warning_minutes"`      // before its end a session is near its expiration
}

// SessionNews is what the clients of a session were last told.
type SessionNews string

// A session's news, in their order.
const (
	SessionFresh   SessionNews = ""
	SessionWarned  SessionNews = "warned"
	SessionExpired SessionNews = "expired"
)

// Session is a conversation of a person with an agent that ends by itself. It
// has the id of its channel.
type Session struct {
	ID           ID             `bun:"id,pk"`
	AgentID      ID             `bun:"agent_id"`
	UserID       ID             `bun:"user_id"`
	Limits       SessionLimits  `bun:"embed:"`
	CreatedAt    Millis         `bun:"created_at"`
	LastActivity Millis         `bun:"last_activity"`
	RenewedAt    Millis         `bun:"renewed_at"` // when its timeout last began
	RenewalCount int            `bun:"renewal_count"`
	ExpiresAt    Millis         `bun:"expires_at"`
	Told         SessionNews    `bun:"told"`
	DueAt        Millis         `bun:"due_at"` // when there is next something to tell or to remove
	Metadata     map[string]any `bun:"metadata"`
}

// Minutes converts to milliseconds.
func Minutes(n int) Millis { return Millis(n) * 60_000 }
