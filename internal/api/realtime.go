package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/socketio"
	"github.com/elizad/elizad/socketio/engine"
)

// realtime is the Socket.IO side: what clients send becomes the same posts as
// over HTTP, what happens in a channel is sent to the sockets that joined it.
// Event names and fields are those of ElizaOS 1.7.2; fields of its older
// dialects are sent beside them.
type realtime struct {
	api    *API
	server *socketio.Server
	all    *socketio.Namespace
	talks  *liveTalks
	unhook func()
}

func newRealtime(a *API) *realtime {
	rt := &realtime{api: a}
	rt.server = socketio.NewServer(socketio.Options{
		Engine: engine.Options{
			Logger:     a.Log,
			PerAddress: a.Limits.Sockets,
			Address:    func(r *http.Request) netip.Addr { return subject(a.clientAddress(r.RemoteAddr, r.Header)) },
		},
		ConnectTimeout: 10 * time.Second,
		Recovery:       &socketio.Recovery{Resume: resumes},
		Flood: func(s *socketio.Socket) {
			rt.emit(s, "messageError", map[string]any{"error": "Too many events. The connection is closed."})
		},
	})
	rt.all = rt.server.Of("/")
	rt.all.Use(rt.admit)
	rt.all.OnConnect(rt.welcome)
	rt.all.On("message", rt.message)
	rt.all.On("1", func(ctx context.Context, e *socketio.Event) { rt.join(ctx, e, e.Args.Raw(0)) })
	rt.all.On("2", func(ctx context.Context, e *socketio.Event) { rt.send(ctx, e, e.Args.Raw(0)) })
	rt.all.On("approval_decision", rt.approve)
	rt.talks = newLiveTalks(rt)
	rt.unhook = a.Bus.Subscribe(eliza.NoID, rt.news)
	return rt
}

// mount serves the sockets. Their key comes in the packet with which they
// connect, so HTTP lets everybody as far as that.
func (rt *realtime) mount(router chi.Router) {
	for _, path := range []string{"/socket.io", "/socket.io/*"} {
		rt.api.declare(Policy{Method: anyMethod, Path: path, Needs: open})
		router.Handle(path, rt)
	}
	rt.api.declare(Policy{Method: socketEvent, Path: "join", Needs: eliza.RightRead, Agents: true})
	rt.api.declare(Policy{Method: socketEvent, Path: "send", Needs: eliza.RightWrite, Agents: true})
	rt.api.declare(Policy{Method: socketEvent, Path: "approval_decision", Needs: eliza.RightAdmin})
}

// ServeHTTP hands a request on to the protocol. guard has dealt with its
// origin.
func (rt *realtime) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != "" {
		r = r.Clone(r.Context())
		r.Header.Del("Origin")
	}
	rt.server.ServeHTTP(w, r)
}

func (rt *realtime) close() {
	rt.unhook()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := rt.server.Close(ctx); err != nil {
		rt.api.Log.Warn("sockets were cut off", "error", err)
	}
	rt.talks.wait()
}

// credentials are what a client shows when it connects.
type credentials struct {
	APIKey   string `json:"apiKey"`
	EntityID any    `json:"entityId"`
}

// guest is who is at a socket.
type guest struct {
	entity  eliza.ID // none: it was not named
	grant   access.Grant
	address netip.Addr
}

// admit lets a client in: the key must fit where one is set, and the entity
// be an id. Clients older than 1.7 name no entity; they are let in while no
// key is set.
func (rt *realtime) admit(ctx context.Context, s *socketio.Socket) error {
	var c credentials
	hs := s.Handshake()
	// A field of the wrong type is as good as none.
	_ = json.Unmarshal(hs.Auth, &c)
	g := guest{address: rt.api.clientAddress(hs.RemoteAddr, hs.Header)}
	var err error
	g.grant, err = rt.api.identify(ctx, nil, cmp.Or(c.APIKey, hs.Header.Get("X-Api-Key")), g.address)
	switch {
	case err == nil:
	case fail(err).status == http.StatusUnauthorized:
		rt.api.Log.Warn("a socket without the right key was refused", "address", g.address)
		return errors.New("Invalid or missing API Key")
	default:
		rt.api.Log.Warn("a socket was refused", "address", g.address, "error", err)
		return errors.New(fail(err).Problem.Message)
	}
	if c.EntityID != nil || !rt.api.Access.Open(ctx) {
		named, _ := c.EntityID.(string)
		if g.entity, err = eliza.ParseID(named); err != nil {
			return errors.New("Valid entityId required")
		}
	}
	s.SetData(g)
	return nil
}

// resumes tells whether who comes back to a socket, and was admitted, is who was
// there: the same entity with the same key.
func resumes(s *socketio.Socket, before any) bool {
	was, _ := before.(guest)
	is, _ := s.Data().(guest)
	return is.entity == was.entity && is.grant.KeyID == was.grant.KeyID && is.grant.Agent == was.grant.Agent
}

// dismiss ends the sockets whose key was revoked or has expired.
func (rt *realtime) dismiss(ctx context.Context) {
	for _, s := range rt.all.Except().Sockets() {
		if g, known := s.Data().(guest); known && !rt.api.Access.Lives(ctx, g.grant) {
			rt.api.Log.Info("a socket was closed: its key is no longer good", "address", g.address, "key", g.grant.Name)
			s.Close()
		}
	}
}

func (rt *realtime) welcome(_ context.Context, s *socketio.Socket) {
	if g, _ := s.Data().(guest); g.entity != eliza.NoID {
		rt.emit(s, "authenticated", map[string]any{"entityId": g.entity, "timestamp": eliza.Now()})
	}
	rt.emit(s, "connection_established", map[string]any{"message": "Connected to Eliza Socket.IO server", "socketId": s.ID()})
}

// emitter is one socket, or whoever it is by now.
type emitter interface {
	Emit(event string, args ...any) error
}

// emit sends to one socket; a socket that is gone needs no news.
func (rt *realtime) emit(s emitter, event string, payload any) {
	if err := s.Emit(event, payload); err != nil && !errors.Is(err, socketio.ErrDisconnected) {
		rt.api.Log.Warn("an event could not be sent", "event", event, "error", err)
	}
}

// toChannel sends to every socket that joined the channel, but one.
func (rt *realtime) toChannel(channel eliza.ID, except, event string, payload any) {
	to := rt.all.To(channel.String())
	if except != "" {
		to = to.Except(except)
	}
	if !to.Any() {
		return
	}
	if err := to.Emit(event, payload); err != nil {
		rt.api.Log.Warn("an event could not be sent", "event", event, "error", err)
	}
}

// news sends what happened in a channel to the sockets that joined it. The
// sender's own copy of a message carries the id that the sender gave it, and is
// followed by the acknowledgement.
func (rt *realtime) news(e bus.Event) {
	event, payload := newsOf(e)
	if event == "" {
		return
	}
	posted, _ := e.(bus.MessagePosted)
	rt.toChannel(e.Channel(), posted.Origin.SocketID, event, payload)
	sender := rt.all.ToSocket(posted.Origin.SocketID)
	if own, is := payload.(broadcast); is && sender.Any() {
		own.ClientMessageID = posted.Origin.ClientMessageID
		rt.emit(sender, event, own)
		rt.acknowledge(sender, &posted.Message, posted.Origin.ClientMessageID)
	}
}

func (rt *realtime) acknowledge(s emitter, m *eliza.Message, clientMessageID string) {
	rt.emit(s, "messageAck", map[string]any{
		"clientMessageId": clientMessageID, "messageId": m.ID, "status": "received_by_server_and_processing", "channelId": m.ChannelID, "roomId": m.ChannelID,
	})
}
