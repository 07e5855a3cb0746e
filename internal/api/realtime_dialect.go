package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/socketio"
)

// dialect is one of the published sets of events. A socket remembers which one
// it spoke last, for what is sent to it alone; what a channel hears is the same
// for all.
type dialect int32

const (
	dialectUnknown dialect = iota // it said nothing yet that tells
	dialectServer                 // that of ElizaOS's servers: message with a type, 1, 2
	dialectDocs                   // that of its page socketio-events.md: join_channel, send_message
	dialectOpenAPI                // that of its OpenAPI document: join, leave, a flat message
)

func (g *guest) dialect() dialect { return dialect(g.speaks.Load()) }

// eventHandler deals with an event of a client, or with what was wrapped in it.
type eventHandler func(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage)

// listen sets the handlers of what clients send. The audio events are set by
// newLiveTalks.
func (rt *realtime) listen() {
	const read, write = eliza.RightRead, eliza.RightWrite
	rt.on("message", dialectUnknown, read, rt.message)
	rt.on("1", dialectServer, read, rt.join)
	rt.on("2", dialectServer, write, rt.send)
	rt.on("join_channel", dialectDocs, read, rt.join)
	rt.on("leave_channel", dialectDocs, read, rt.leave)
	rt.on("send_message", dialectDocs, write, rt.send)
	rt.on("join", dialectOpenAPI, read, rt.join)
	rt.on("leave", dialectOpenAPI, read, rt.leave)
	rt.on("request-world-state", dialectOpenAPI, read, rt.world)
	rt.on("typing", dialectUnknown, write, rt.typing)
	rt.on("userTyping", dialectUnknown, write, rt.typing)
	rt.on("approval_decision", dialectUnknown, eliza.RightAdmin, rt.approve)
	follow := read
	if rt.api.Isolated { // as over HTTP: the log tells of everybody
		follow = eliza.RightAdmin
	}
	rt.on("subscribe_logs", dialectUnknown, follow, rt.subscribeLogs)
	rt.on("unsubscribe_logs", dialectUnknown, read, rt.unsubscribeLogs)
	rt.on("update_log_filters", dialectServer, read, rt.filterLogs)
	rt.on("set_log_filter", dialectDocs, read, rt.filterLogs)
}

// on sets the handler of an event with what it takes to use it. The event tells
// which dialect the client speaks, unless that is unknown.
func (rt *realtime) on(event string, d dialect, needs eliza.Right, handle eventHandler) {
	rt.api.declare(Policy{Method: socketEvent, Path: event, Needs: needs, Agents: needs != eliza.RightAdmin})
	rt.all.On(event, func(ctx context.Context, e *socketio.Event) {
		g := guestOf(e.Socket)
		if d != dialectUnknown {
			g.speaks.Store(int32(d))
		}
		if rt.permits(ctx, e, g, needs) {
			handle(ctx, e, g, e.Args.Raw(0))
		}
	})
}

// permits holds an event to its policy, and ends a socket whose key is no
// longer good. It has told the client when it returns false.
func (rt *realtime) permits(ctx context.Context, e *socketio.Event, g *guest, needs eliza.Right) bool {
	if !rt.api.Access.Lives(ctx, g.grant) {
		e.Socket.Close()
		return false
	}
	if !g.grant.Right.Covers(needs) {
		var sent struct{ MessageID, TalkID string }
		_ = json.Unmarshal(e.Args.Raw(0), &sent) // what cannot be read names nothing
		rt.refuse(e, sent.MessageID+sent.TalkID, eliza.ErrorMessage(lacks(g.grant, needs)))
		return false
	}
	return true
}

// Types of the event "message" of ElizaOS 1.x.
const (
	typeJoin = 1
	typeSend = 2
)

// message is the event in which 1.x clients wrap a type and its payload. In the
// OpenAPI document it is a message by itself.
func (rt *realtime) message(ctx context.Context, e *socketio.Event, g *guest, payload json.RawMessage) {
	var wrapped struct {
		Type    *json.Number    `json:"type"`
		Payload json.RawMessage `json:"payload"`
		Text    json.RawMessage `json:"text"`
		RoomID  json.RawMessage `json:"roomId"`
	}
	err := json.Unmarshal(payload, &wrapped)
	if err == nil && wrapped.Type == nil && wrapped.Payload == nil && (wrapped.Text != nil || wrapped.RoomID != nil) {
		g.speaks.Store(int32(dialectOpenAPI))
		if rt.permits(ctx, e, g, eliza.RightWrite) {
			rt.send(ctx, e, g, payload)
		}
		return
	}
	if err != nil || wrapped.Payload == nil || wrapped.Type == nil {
		rt.refuse(e, "", "A message needs a type and a payload.")
		return
	}
	g.speaks.Store(int32(dialectServer))
	switch wrapped.Type.String() {
	case fmt.Sprint(typeJoin):
		rt.join(ctx, e, g, wrapped.Payload)
	case fmt.Sprint(typeSend):
		if rt.permits(ctx, e, g, eliza.RightWrite) {
			rt.send(ctx, e, g, wrapped.Payload)
		}
	default:
		rt.refuse(e, "", fmt.Sprintf("Messages of type %.20s are not known.", wrapped.Type))
	}
}

// decode reads a payload. Its error is for the client.
func decode(payload json.RawMessage, into any) error {
	if tooDeep(payload) {
		return eliza.Errorf(eliza.CodeInvalidRequest, "The payload is nested more than %d levels deep.", maxDepth)
	}
	if len(payload) == 0 || payload[0] != '{' || json.Unmarshal(payload, into) != nil {
		return eliza.Errorf(eliza.CodeInvalidRequest, "The payload is no object, or has a field of the wrong type.")
	}
	return nil
}

// refuse tells a client what was wrong with what it sent.
func (rt *realtime) refuse(e *socketio.Event, clientMessageID, message string) {
	problem := map[string]any{"error": message}
	if clientMessageID != "" {
		problem["clientMessageId"] = clientMessageID
	}
	if guestOf(e.Socket).dialect() == dialectOpenAPI {
		details := map[string]any{"event": e.Name}
		if clientMessageID != "" {
			details["clientMessageId"] = clientMessageID
		}
		rt.emit(e.Socket, "error", map[string]any{"error": message, "details": details})
	} else {
		rt.emit(e.Socket, "messageError", problem)
	}
	rt.ack(e, problem)
}

// ack calls the client back if it asked for it.
func (rt *realtime) ack(e *socketio.Event, payload any) {
	if !e.WantsAck() {
		return
	}
	if err := e.Ack(payload); err != nil {
		rt.api.Log.Debug("an acknowledgement could not be sent", "error", err)
	}
}
