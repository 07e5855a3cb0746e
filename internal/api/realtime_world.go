package api

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/socketio"
)

// What one answer to request-world-state holds at most.
const (
	maxWorldChannels = 20
	maxWorldMembers  = 200       // of a channel
	maxWorldMessages = 50        // of a channel
	maxWorldText     = 128 << 10 // bytes of all messages
	worldEvent       = "world-state"
)

// worldState is what a client of the OpenAPI dialect sees of its channels.
type worldState struct {
	Agents   map[eliza.ID]worldAgent  `json:"agents"`
	Users    map[eliza.ID]worldUser   `json:"users"`
	Channels map[eliza.ID]channelView `json:"channels"`
	Messages map[eliza.ID][]broadcast `json:"messages"` // by channel, the oldest first

	text int // bytes of the messages
}

type worldAgent struct {
	ID     eliza.ID          `json:"id"`
	Name   string            `json:"name"`
	Status eliza.AgentStatus `json:"status"`
}

type worldUser struct {
	ID     eliza.ID `json:"id"`
	Name   string   `json:"name"`
	Online bool     `json:"online"` // a socket of it is in the channel
}

// world answers with one channel, or, when none is named, with those that the
// socket has joined.
func (rt *realtime) world(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	ctx, cancel := context.WithTimeout(ctx, socketPostTime)
	defer cancel()
	state, err := rt.readWorld(ctx, g, payload)
	if err != nil {
		rt.api.Log.Debug("a state of the world was refused", "error", err)
		rt.refuse(e, "", fail(err).Problem.Message)
		return
	}
	rt.emit(e.Socket, worldEvent, state)
	rt.ack(e, state)
}

func (rt *realtime) readWorld(ctx context.Context, g *guest, payload json.RawMessage) (*worldState, error) {
	if err := rt.api.limits.general.take(nil, g.address); err != nil {
		return nil, err
	}
	state := &worldState{
		Agents: map[eliza.ID]worldAgent{}, Users: map[eliza.ID]worldUser{}, Channels: map[eliza.ID]channelView{}, Messages: map[eliza.ID][]broadcast{},
	}
	var p joinPayload
	if len(payload) > 0 && string(payload) != "null" {
		if err := decode(payload, &p); err != nil {
			return nil, err
		}
	}
	if named := cmp.Or(p.ChannelID, p.RoomID); named != "" {
		id, err := eliza.ParseID(named)
		if err != nil {
			return nil, eliza.Errorf(eliza.CodeInvalidID, "roomId: an id is required")
		}
		if err := rt.enters(ctx, g, named); err != nil {
			return nil, err
		}
		return state, rt.addChannel(ctx, state, id)
	}
	for _, at := range g.seats {
		if len(state.Channels) >= maxWorldChannels {
			break
		}
		id, err := eliza.ParseID(at.room)
		if err != nil || rt.enters(ctx, g, at.room) != nil {
			continue
		}
		if err := rt.addChannel(ctx, state, id); err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return nil, err
		}
	}
	return state, nil
}

// addChannel adds a channel with who takes part in it and its newest messages.
func (rt *realtime) addChannel(ctx context.Context, state *worldState, id eliza.ID) error {
	channel, err := rt.api.Messaging.Channel(ctx, id)
	if err != nil {
		return err
	}
	members, err := rt.api.Messaging.Members(ctx, id)
	if err != nil {
		return err
	}
	for _, m := range members[:min(len(members), maxWorldMembers)] {
		if !m.Agent {
			online := state.Users[m.ID].Online || rt.presence.has(id.String(), m.ID)
			state.Users[m.ID] = worldUser{m.ID, m.Name, online}
			continue
		}
		agent, err := rt.api.Agents.Agent(ctx, m.ID)
		if err != nil {
			return err
		}
		state.Agents[m.ID] = worldAgent{agent.ID, agent.Name, agent.Status}
	}
	messages, err := rt.api.Messaging.Messages(ctx, id, messaging.Page{Limit: maxWorldMessages})
	if err != nil {
		return err
	}
	fits := 0 // of the newest, which come first
	for fits < len(messages) && state.text+len(messages[fits].Content) <= maxWorldText {
		state.text += len(messages[fits].Content)
		fits++
	}
	list := make([]broadcast, fits)
	for i := range list {
		list[i] = viewPosted(bus.MessagePosted{Message: messages[fits-1-i]})
	}
	state.Channels[id], state.Messages[id] = viewChannel(channel), list
	return nil
}
