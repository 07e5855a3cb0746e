package eliza

import (
	"crypto/sha1"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// ID names anything in the domain. The zero ID means "none", except for a
// message server, where it is [DefaultServerID].
type ID = uuid.UUID

// NoID is the absent ID.
var NoID = uuid.Nil

// DefaultServerID is the message server that always exists.
var DefaultServerID = uuid.Nil

// NewID returns a fresh id that sorts by its time of birth, so that rows made
// together lie together on disk.
func NewID() ID { return uuid.Must(uuid.NewV7()) }

// ParseID reads an id in the only form that ElizaOS accepts: 8-4-4-4-12 hex
// digits, any case, any version. Error code: INVALID_ID.
func ParseID(s string) (ID, error) {
	if len(s) != 36 {
		return NoID, &Error{Code: CodeInvalidID, Message: "Invalid ID format"}
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return NoID, &Error{Code: CodeInvalidID, Message: "Invalid ID format"}
	}
	return id, nil
}

// NameID derives the id of a name as ElizaOS's stringToUuid does: a text that
// already is an id stays it, any other becomes the SHA-1 of its
// percent-encoded form with the variant bits of RFC 4122 and version 0.
// "Eliza" is b850bc30-45f8-0041-a00a-83df46d8555d.
func NameID(name string) ID {
	if id, err := ParseID(name); err == nil {
		return id
	}
	sum := sha1.Sum([]byte(encodeURIComponent(name)))
	var id ID
	copy(id[:], sum[:16])
	id[6] &= 0x0f
	id[8] = id[8]&0x3f | 0x80
	return id
}

// PerAgent derives an agent's own id for something central: a channel becomes
// its room, a message server its world, a message its memory. The agent's own
// id stays what it is.
func PerAgent(base, agent ID) ID {
	if base == agent {
		return agent
	}
	return NameID(base.String() + ":" + agent.String())
}

// encodeURIComponent is JavaScript's function of that name.
func encodeURIComponent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.!~*'()", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
