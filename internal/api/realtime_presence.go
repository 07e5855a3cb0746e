package api

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/socketio"
)

const (
	// maxAnnounced is with how many entities at a channel's sockets their coming
	// and going is still told: in a crowd it would be most of what is sent.
	maxAnnounced = 100
	maxSeatName  = 200 // bytes

	typingWindow  = 10 * time.Second
	maxTyping     = 30          // typing events of a socket in a window
	repeatsTyping = time.Second // the same again within this time tells nothing
)

// seat is a socket's place in a room.
type seat struct {
	room   string
	entity eliza.ID // none: nobody knows who it is
	name   string
	agent  string // who shall answer in a channel that is not there yet
}

// seats are a socket's places, one in a room. They are few, and a map of few is
// large.
type seats []seat

// index is where the seat in a room stands, or -1.
func (s seats) index(room string) int {
	return slices.IndexFunc(s, func(at seat) bool { return at.room == room })
}

// in is the seat in a room, if there is one.
func (s seats) in(room string) (at seat, seated bool) {
	if i := s.index(room); i >= 0 {
		return s[i], true
	}
	return seat{}, false
}

// presence counts the sockets of each entity in each room.
type presence struct {
	mu    sync.Mutex
	rooms map[string]map[eliza.ID]int
}

// come adds a socket, and calls tell if it is the entity's first.
func (p *presence) come(room string, entity eliza.ID, tell func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rooms == nil {
		p.rooms = map[string]map[eliza.ID]int{}
	}
	here := p.rooms[room]
	if here == nil {
		here = map[eliza.ID]int{}
		p.rooms[room] = here
	}
	if here[entity]++; here[entity] == 1 && len(here) <= maxAnnounced {
		tell()
	}
}

// leave takes a socket away, and calls tell if it was the entity's last.
func (p *presence) leave(room string, entity eliza.ID, tell func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	here := p.rooms[room]
	if here[entity]--; here[entity] > 0 {
		return
	}
	if len(here) <= maxAnnounced {
		tell()
	}
	if delete(here, entity); len(here) == 0 {
		delete(p.rooms, room)
	}
}

// has reports whether the entity is at a socket in the room.
func (p *presence) has(room string, entity eliza.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rooms[room][entity] > 0
}

// presenceEvent says who came or went. The ids are there under each name that
// they have in the dialects.
type presenceEvent struct {
	ChannelID string   `json:"channelId"`
	RoomID    string   `json:"roomId"`
	EntityID  eliza.ID `json:"entityId"`
	UserID    eliza.ID `json:"userId"`
	Name      string   `json:"name,omitempty"`
}

type typingEvent struct {
	presenceEvent
	IsTyping bool `json:"isTyping"`
}

func (s seat) event() presenceEvent {
	return presenceEvent{s.room, s.room, s.entity, s.entity, s.name}
}

// tell sends to the others of a room.
func (rt *realtime) tell(s *socketio.Socket, room, event string, payload any) {
	if err := s.To(room).Emit(event, payload); err != nil {
		rt.api.Log.Warn("an event could not be sent", "event", event, "error", err)
	}
}

// seat notes who has joined a room, and tells the others of an entity that was
// not there yet.
func (rt *realtime) seat(s *socketio.Socket, g *guest, room string, p *joinPayload, who eliza.ID) {
	rt.sit(s, g, seat{room: room, entity: who, name: clip(cmp.Or(p.DisplayName, p.Username), maxSeatName), agent: clip(p.AgentID, maxSeatName)})
}

func (rt *realtime) sit(s *socketio.Socket, g *guest, now seat) {
	i := g.seats.index(now.room)
	moves := i < 0 || g.seats[i].entity != now.entity
	if i >= 0 && moves {
		rt.vacate(s, g, g.seats[i])
	}
	g.mu.Lock()
	if i >= 0 {
		g.seats[i] = now
	} else {
		g.seats = append(g.seats, now)
	}
	g.mu.Unlock()
	if moves && now.entity != eliza.NoID {
		rt.presence.come(now.room, now.entity, func() { rt.tell(s, now.room, "userJoined", now.event()) })
	}
}

// vacate tells the others of a room that a socket's entity has gone, unless it
// has another one there.
func (rt *realtime) vacate(s *socketio.Socket, g *guest, was seat) {
	if g.typed != nil && g.typed.is && g.typed.by.room == was.room {
		g.typed.is = false
		rt.tell(s, was.room, "userTyping", typingEvent{g.typed.by.event(), false})
	}
	if was.entity != eliza.NoID {
		rt.presence.leave(was.room, was.entity, func() { rt.tell(s, was.room, "userLeft", was.event()) })
	}
}

// unseat is vacate for a socket that leaves the room itself.
func (rt *realtime) unseat(s *socketio.Socket, g *guest, room string) {
	i := g.seats.index(room)
	if i < 0 {
		return
	}
	rt.vacate(s, g, g.seats[i])
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seats = slices.Delete(g.seats, i, i+1)
}

func clip(text string, most int) string {
	if len(text) > most {
		return ""
	}
	return text
}

// lastTyping is what a socket last said of its typing.
type lastTyping struct {
	by seat
	is bool
	at time.Time

	since time.Time // the window's beginning
	count int
}

// take counts a typing event, and reports whether there may be one more.
func (t *lastTyping) take(now time.Time) bool {
	if now.Sub(t.since) >= typingWindow {
		t.since, t.count = now, 0
	}
	t.count++
	return t.count <= maxTyping
}

type typingPayload struct {
	ChannelID string `json:"channelId"`
	RoomID    string `json:"roomId"`
	EntityID  string `json:"entityId"`
	UserID    string `json:"userId"`
	Name      string `json:"name"`
	IsTyping  *bool  `json:"isTyping"`
}

// readTyping reads the payload of a typing event: who, NoID when it is not
// named, and where.
func readTyping(payload json.RawMessage) (p typingPayload, who eliza.ID, room string, err error) {
	if err = decode(payload, &p); err != nil {
		return p, who, "", err
	}
	if p.IsTyping == nil {
		return p, who, "", eliza.Errorf(eliza.CodeInvalidRequest, "isTyping: true or false is required.")
	}
	if named := cmp.Or(p.EntityID, p.UserID); named != "" {
		if who, err = eliza.ParseID(named); err != nil {
			return p, who, "", eliza.Errorf(eliza.CodeInvalidID, "entityId: no id")
		}
	}
	join := joinPayload{ChannelID: p.ChannelID, RoomID: p.RoomID}
	room, err = join.room()
	return p, who, room, err
}

// typing tells the others of a channel who is typing. It is stored nowhere.
func (rt *realtime) typing(_ context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	p, who, room, err := readTyping(payload)
	if g.typed == nil {
		g.typed = &lastTyping{}
	}
	at, joined := g.seats.in(room)
	now := time.Now()
	switch {
	case err != nil:
	case !joined:
		err = eliza.Errorf(eliza.CodeForbidden, "Join the channel before you type in it.")
	case !g.typed.take(now):
		err = eliza.Errorf(eliza.CodeRateLimit, "Too many typing events: %d in %s are allowed.", maxTyping, typingWindow)
	}
	if err == nil {
		who, err = rt.actor(g, "entityId", who)
		at.entity = cmp.Or(who, at.entity)
	}
	if err == nil && at.entity == eliza.NoID {
		err = eliza.Errorf(eliza.CodeInvalidRequest, "entityId: an id is required.")
	}
	if err != nil {
		rt.refuse(e, "", eliza.ErrorMessage(err))
		return
	}
	at.name = cmp.Or(clip(p.Name, maxSeatName), at.name)
	event := typingEvent{at.event(), *p.IsTyping}
	last := g.typed
	other := last.by.room != room || last.by.entity != at.entity
	if other || last.is != event.IsTyping || now.Sub(last.at) >= repeatsTyping {
		if last.is && other {
			rt.tell(e.Socket, last.by.room, "userTyping", typingEvent{last.by.event(), false})
		}
		last.by, last.is, last.at = at, event.IsTyping, now
		rt.tell(e.Socket, room, "userTyping", event)
	}
	rt.ack(e, event)
}
