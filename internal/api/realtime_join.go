package api

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/socketio"
)

// What one socket may join.
const (
	maxRooms    = 1000
	maxRoomName = 200
)

type joinPayload struct {
	ChannelID   string `json:"channelId"`
	RoomID      string `json:"roomId"`
	AgentID     string `json:"agentId"`
	EntityID    string `json:"entityId"`
	UserID      string `json:"userId"`
	Username    string `json:"username"`
	DisplayName string `json:"displayName"`
}

// room is what the socket joins: an id, the same in any case, or a name.
func (p *joinPayload) room() (string, error) {
	room := cmp.Or(p.ChannelID, p.RoomID)
	switch {
	case room == "":
		return "", eliza.Errorf(eliza.CodeInvalidRequest, "channelId is required for joining.")
	case len(room) > maxRoomName:
		return "", tooManyRooms
	}
	if id, err := eliza.ParseID(room); err == nil {
		room = id.String()
	}
	return room, nil
}

var tooManyRooms = eliza.Errorf(eliza.CodeInvalidRequest, "A socket may join 1000 channels, with names of 200 bytes at most.")

// readJoin reads the payload of a join or leave. What is no object names no
// channel.
func readJoin(payload json.RawMessage) (p joinPayload, room string, err error) {
	if decode(payload, &p) != nil {
		p = joinPayload{}
	}
	room, err = p.room()
	return p, room, err
}

// join lets a socket hear a channel, also one that does not exist yet. A
// session is joined by its id.
func (rt *realtime) join(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	p, room, err := readJoin(payload)
	if err == nil && len(e.Socket.Rooms()) >= maxRooms {
		err = tooManyRooms
	}
	var who eliza.ID
	if err == nil {
		// Older clients name users in other ways than by an id; those are nobody.
		named, _ := eliza.ParseID(cmp.Or(p.EntityID, p.UserID))
		who, err = rt.actor(g, "entityId", named)
	}
	if err == nil {
		err = rt.enters(ctx, g, room)
	}
	if err != nil {
		rt.refuse(e, "", eliza.ErrorMessage(err))
		return
	}
	e.Socket.Join(room)
	rt.seat(e.Socket, g, room, &p, who)
	channel := cmp.Or(p.ChannelID, p.RoomID)
	joined := map[string]any{
		"message": "Socket " + e.Socket.ID() + " successfully joined channel " + channel + ".", "channelId": channel, "roomId": channel,
	}
	if p.AgentID != "" {
		joined["agentId"] = p.AgentID
	}
	rt.emit(e.Socket, "channel_joined", joined)
	rt.emit(e.Socket, "room_joined", joined)
	rt.ack(e, joined)
}

// leave ends what join began.
func (rt *realtime) leave(_ context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	p, room, err := readJoin(payload)
	if err != nil {
		rt.refuse(e, "", "channelId is required for leaving.")
		return
	}
	e.Socket.Leave(room)
	rt.unseat(e.Socket, g, room)
	channel := cmp.Or(p.ChannelID, p.RoomID)
	left := map[string]any{"message": "Socket " + e.Socket.ID() + " left channel " + channel + ".", "channelId": channel, "roomId": channel}
	rt.emit(e.Socket, "channel_left", left)
	rt.emit(e.Socket, "room_left", left)
	rt.ack(e, left)
}

// actor is the entity in whose name a socket does something: the one that it
// names, else its own. Whoever may not act for others must name its own.
func (rt *realtime) actor(g *guest, field string, named eliza.ID) (eliza.ID, error) {
	if named == eliza.NoID || named == g.entity {
		return g.entity, nil
	}
	if rt.api.Isolated || !g.grant.ActsForOthers() {
		return eliza.NoID, eliza.Errorf(eliza.CodeForbidden, "%s: this socket is connected as another entity", field)
	}
	return named, nil
}

// enters holds a key of one agent to the channels it takes part in, and, where
// entities are kept apart, everybody to theirs.
func (rt *realtime) enters(ctx context.Context, g *guest, channel string) error {
	if g.grant.Agent != eliza.NoID {
		if err := rt.api.permitChannel(ctx, g.grant, channel); err != nil {
			return err
		}
	}
	if rt.api.Isolated {
		return rt.api.permitEntity(ctx, g.entity, channel)
	}
	return nil
}
