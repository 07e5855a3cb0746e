package socketio

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/elizad/elizad/socketio/engine"
)

// Recovery says how clients come back after a short break: as the socket that
// they were, with its id, rooms and data, and with the events that they missed.
// In JavaScript socket.recovered is then true. The zero value is ready for use.
//
// A client can come back when its connection broke, timed out or was dropped,
// and not when it or the server ended the socket on purpose. What is sent
// without an acknowledgement is kept for it, once for all clients, and numbered:
// each such event has one more argument, its last, by which the client tells
// what it has. Clients that know nothing of recovery (socket.io-client before
// 4.6) may pass over it.
//
// Where the bounds below are reached the oldest is forgotten first. A client
// that comes back to less than everything is connected as a new one.
type Recovery struct {
	// MaxDisconnectionDuration is how long a client may stay away. Default 2
	// minutes.
	MaxDisconnectionDuration time.Duration
	// MaxSessions is how many clients of a namespace may be away. Default 10,000.
	MaxSessions int
	// MaxPackets is how many events are kept in a namespace. Default 20,000.
	MaxPackets int
	// MaxBytes bounds the events that are kept in a namespace, and in addition
	// the ids and rooms of the clients that are away. Default 16 MiB.
	MaxBytes int
	// Resume decides whether a client that the middleware has let in may go on
	// as the socket whose data is given: whether it is the same person. It may
	// set the data of s, which otherwise becomes what it was. Default: it may.
	Resume func(s *Socket, before any) bool
}

func (r Recovery) withDefaults() *Recovery {
	r.MaxDisconnectionDuration = cmp.Or(r.MaxDisconnectionDuration, 2*time.Minute)
	r.MaxSessions = cmp.Or(r.MaxSessions, 10_000)
	r.MaxPackets = cmp.Or(r.MaxPackets, 20_000)
	r.MaxBytes = cmp.Or(r.MaxBytes, 16<<20)
	if r.Resume == nil {
		r.Resume = func(*Socket, any) bool { return true }
	}
	return &r
}

// recoverable tells whether a socket that ended so may come back.
func recoverable(reason Reason) bool {
	switch reason {
	case ReasonTransportClose, ReasonTransportError, ReasonPingTimeout, ReasonForcedClose, ReasonSlow:
		return true
	}
	return false
}

// tickets are what clients show to come back: a private id, which follows from
// the socket's own id and a secret, so that nothing is kept for sockets that are
// connected; and the number of the last event that they have, of this epoch of
// numbers.
type tickets struct {
	secret [32]byte
	epoch  string
}

// Lengths of the parts.
const (
	socketIDLength = 20 // of newID
	epochLength    = 4
)

func newTickets() tickets {
	var t tickets
	rand.Read(t.secret[:])
	var random [3]byte
	rand.Read(random[:])
	t.epoch = base64.RawURLEncoding.EncodeToString(random[:])
	return t
}

// newID is an id for a socket, 20 bytes of text.
func newID() string {
	var random [15]byte
	rand.Read(random[:])
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// private is the private id of a socket.
func (t *tickets) private(id string) string {
	mac := hmac.New(sha256.New, t.secret[:])
	mac.Write([]byte(id))
	return id + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// owner is the socket whose private id that is.
func (t *tickets) owner(private string) (id string, ok bool) {
	if len(private) < socketIDLength {
		return "", false
	}
	id = private[:socketIDLength]
	return id, hmac.Equal([]byte(t.private(id)), []byte(private))
}

// offset is how a client names the event of that number.
func (t *tickets) offset(dst []byte, number uint64) []byte {
	return strconv.AppendUint(append(dst, t.epoch...), number, 36)
}

// number reads an offset. One of another epoch, or none, is number 0: the client
// has nothing of this one.
func (t *tickets) number(offset string) (number uint64, ok bool) {
	if offset == "" {
		return 0, true
	}
	if len(offset) <= epochLength {
		return 0, false
	}
	number, err := strconv.ParseUint(offset[epochLength:], 36, 64)
	if err != nil {
		return 0, false
	}
	if !strings.HasPrefix(offset, t.epoch) {
		return 0, true
	}
	return number, true
}

// A claim is what a client shows of the socket that it was.
type claim struct {
	id     string
	offset uint64
}

// claim reads the client's ticket. It is nil when there is none that is valid.
func (s *Socket) claim() *claim {
	h := s.namespace.history
	if h == nil {
		return nil
	}
	var shown struct {
		PID    string `json:"pid"`
		Offset string `json:"offset"`
	}
	if json.Unmarshal(s.auth, &shown) != nil || shown.PID == "" {
		return nil
	}
	id, valid := h.owner(shown.PID)
	if !valid {
		return nil
	}
	offset, valid := h.number(shown.Offset)
	if !valid {
		return nil
	}
	return &claim{id, offset}
}

// granted tells whether the client may go on as the socket that it claims to
// have been. One that is still connected here, because its end was not noticed
// yet, ends now.
func (s *Socket) granted(c *claim) bool {
	if c == nil {
		return false
	}
	n := s.namespace
	n.mu.RLock()
	old, away := n.sockets[c.id], n.history.sessions[c.id]
	n.mu.RUnlock()
	var before any
	switch {
	case old != nil:
		before = old.Data()
	case away != nil:
		before = away.data
	default:
		return false
	}
	if !n.history.options.Resume(s, before) {
		return false
	}
	if s.Data() == nil {
		s.SetData(before)
	}
	if old != nil {
		old.client.part(old, false)
		old.end(ReasonTransportClose)
		old.client.conn.Close()
	}
	return true
}

// resume makes s the socket that its client claims to have been, and returns the
// welcome with what was sent to that since. It is nil when that socket, or
// something that was sent to it, is no longer known, or more than the client may
// be sent at once. The caller holds the mutexes of the socket and the namespace.
func (s *Socket) resume(c *claim) []*engine.Message {
	h := s.namespace.history
	old := h.take(c.id)
	if old == nil {
		return nil
	}
	from, ok := old.from(c.offset)
	if !ok || from < h.lost {
		return nil
	}
	messages, last := []*engine.Message{s.welcome(old.id)}, from
	for number, p := range h.after(from) {
		if old.hears(p, number) {
			messages, last = append(messages, p.messages...), number
		}
	}
	if !s.client.conn.Fits(messages...) {
		return nil
	}
	s.id, s.recovered, s.first, s.last, s.before = old.id, true, from, last, old.gone
	own := s.rooms
	s.rooms = old.rooms
	for _, m := range own {
		if !s.in(m.room) {
			s.rooms = append(s.rooms, m)
		}
	}
	return messages
}
