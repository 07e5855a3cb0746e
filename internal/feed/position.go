package feed

import (
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// Position is the id of an event: which record it is in and where, and, for
// when that record is gone, how far its holder knows the database.
type Position struct {
	Epoch  string // of the record; "" for an event that is in none
	Offset uint64 // 1, 2, 3 ... within the record
	Seq    int64  // of the channel's newest message then; 0: none was heard of
	At     eliza.Millis
}

// String is the position as clients get it.
func (p Position) String() string {
	b := make([]byte, 0, 64)
	b = append(append(b, p.Epoch...), '.')
	b = append(strconv.AppendUint(b, p.Offset, 10), '.')
	b = append(strconv.AppendInt(b, p.Seq, 10), '.')
	return string(strconv.AppendInt(b, int64(p.At), 10))
}

// longest bounds the text of a position.
const longest = 100

// Parse reads what String wrote. Error code: INVALID_REQUEST.
func Parse(text string) (p Position, err error) {
	parts := strings.Split(text, ".")
	ok := len(text) <= longest && len(parts) == 4
	number := func(text string) uint64 {
		n, err := strconv.ParseUint(text, 10, 63)
		ok = ok && err == nil
		return n
	}
	if ok {
		p = Position{parts[0], number(parts[1]), int64(number(parts[2])), eliza.Millis(number(parts[3]))}
	}
	if !ok {
		return Position{}, eliza.Errorf(eliza.CodeInvalidRequest, "Last-Event-ID: not the id of an event of this server")
	}
	return p, nil
}
