package eliza

import "slices"

// Right is what a key lets its holder do; each includes the one before it.
type Right string

// The rights. Reading changes nothing; writing changes what agents, channels
// and messages are; an admin rules the server itself: its keys, its settings,
// its end.
const (
	RightRead  Right = "read"
	RightWrite Right = "write"
	RightAdmin Right = "admin"
)

// Rights are all rights, the least first.
var Rights = []Right{RightRead, RightWrite, RightAdmin}

// Covers reports whether a holder of r may do what needs the other right.
// What is no right covers nothing and is covered by nothing.
func (r Right) Covers(needed Right) bool {
	have, need := slices.Index(Rights, r), slices.Index(Rights, needed)
	return need >= 0 && have >= need
}

// Key lets a program in. The text that it shows is not kept, only its hash.
type Key struct {
	ID         ID     `bun:"id,pk"`
	Name       string `bun:"name"`
	Hash       string `bun:"hash"` // SHA-256 of the text, in hex
	Right      Right  `bun:"access"`
	AgentID    ID     `bun:"agent_id,nullzero"` // the only agent that it is good for; none: all
	CreatedAt  Millis `bun:"created_at"`
	ExpiresAt  Millis `bun:"expires_at,nullzero"`   // 0: never
	LastUsedAt Millis `bun:"last_used_at,nullzero"` // to the minute or so; 0: never
}

// Codes of requests without the right key.
const (
	CodeAuthRateLimit Code = "AUTH_RATE_LIMIT_EXCEEDED"
)
