package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
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
// dialects are sent beside them. docs/REALTIME.md describes the events.
type realtime struct {
	api      *API
	server   *socketio.Server
	all      *socketio.Namespace
	talks    *liveTalks
	presence presence
	logs     sync.WaitGroup // those who send the log
	unhook   func()
}

func newRealtime(a *API) *realtime {
	rt := &realtime{api: a}
	rt.server = socketio.NewServer(socketio.Options{
		Engine: engine.Options{
			Logger:          a.Log,
			BufferedPackets: 4096,
			BufferedBytes:   4 << 20,
			PerAddress:      a.Limits.Sockets,
			Headers:         []string{headerKey, headerForwarded},
			Address: func(r *http.Request) netip.Addr {
				return subject(a.clientAddress(r.RemoteAddr, r.Header))
			},
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
	rt.all.OnDisconnect(rt.farewell)
	rt.listen()
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
	rt.logs.Wait()
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
	speaks  atomic.Int32 // a dialect

	// What follows is touched by the socket's handlers alone.
	typed  *lastTyping  // nil: it never typed
	log    *logFollower // nil: it does not follow the log
	before *guest       // who has come back, until it is welcomed

	// So is this, but for whoever comes back, who looks with mu what was. It is
	// changed with mu, too, and kept when the socket has ended.
	mu      sync.Mutex
	seats   seats
	wish    logWish // what it wants to hear of the log
	follows bool    // it has subscribed to it
}

// guestOf is who is at a socket that was admitted.
func guestOf(s *socketio.Socket) *guest {
	g, known := s.Data().(*guest)
	if !known {
		return &guest{}
	}
	return g
}

// admit lets a client in: the key must fit where one is set, and the entity
// be an id. Clients older than 1.7 name no entity; they are let in while no
// key is set, and the entities are not kept apart.
func (rt *realtime) admit(ctx context.Context, s *socketio.Socket) error {
	var c credentials
	hs := s.Handshake()
	// A field of the wrong type is as good as none.
	_ = json.Unmarshal(hs.Auth, &c)
	g := &guest{address: rt.api.clientAddress(hs.RemoteAddr, hs.Header)}
	var err error
	g.grant, err = rt.api.identify(ctx, nil, cmp.Or(c.APIKey, hs.Header.Get(headerKey)), g.address)
	switch {
	case err == nil:
	case fail(err).status == http.StatusUnauthorized:
		rt.api.Log.Warn("a socket without the right key was refused", "address", g.address)
		return errors.New("Invalid or missing API Key")
	default:
		rt.api.Log.Warn("a socket was refused", "address", g.address, "error", err)
		return errors.New(fail(err).Problem.Message)
	}
	if c.EntityID != nil || rt.api.Isolated || !rt.api.Access.Open(ctx) {
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
	was, known := before.(*guest)
	is := guestOf(s)
	if !known || is.entity != was.entity || is.grant.KeyID != was.grant.KeyID || is.grant.Agent != was.grant.Agent {
		return false
	}
	is.before = was
	return true
}

// dismiss ends the sockets whose key was revoked or has expired.
func (rt *realtime) dismiss(ctx context.Context) {
	for _, s := range rt.all.Except().Sockets() {
		if g := guestOf(s); !rt.api.Access.Lives(ctx, g.grant) {
			rt.api.Log.Info("a socket was closed: its key is no longer good", "address", g.address, "key", g.grant.Name)
			s.Close()
		}
	}
}

// welcome greets a socket. Whoever comes back is greeted anew, so that what is
// said here need not be kept.
func (rt *realtime) welcome(_ context.Context, s *socketio.Socket) {
	g := guestOf(s)
	if g.entity != eliza.NoID {
		emitNow(s, "authenticated", map[string]any{"entityId": g.entity, "timestamp": eliza.Now()})
	}
	emitNow(s, "connection_established", map[string]any{"message": "Connected to Eliza Socket.IO server", "socketId": s.ID()})
	if g.before != nil && s.Recovered() {
		rt.resume(s, g)
	}
	g.before = nil
}

// resume gives a guest that has come back what it had: its seats, its dialect,
// and the log if it followed that.
func (rt *realtime) resume(s *socketio.Socket, g *guest) {
	was := g.before
	was.mu.Lock()
	seats, wish, follows := slices.Clone(was.seats), was.wish, was.follows
	was.mu.Unlock()
	g.speaks.Store(was.speaks.Load())
	g.wish = wish
	for _, room := range s.Rooms() {
		if at, seated := seats.in(room); seated {
			rt.sit(s, g, at)
		}
	}
	if follows {
		if err := rt.follow(s.Context(), s, g); err != nil {
			rt.api.Log.Warn("a socket that came back cannot follow the log", "error", err)
		}
	}
}

// farewell lets go of what a socket had. What it was stays with the guest, who
// may come back.
func (rt *realtime) farewell(s *socketio.Socket, _ socketio.Reason) {
	g := guestOf(s)
	for _, at := range g.seats {
		rt.vacate(s, g, at)
	}
	rt.hush(g)
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

// emitNow sends what is worth nothing later and is not kept for a client that is
// away: lines of the log, which would push out what is worth more, and greetings.
// Of a failure nothing is logged, which could be one more line to send.
func emitNow(s *socketio.Socket, event string, payload any) { _ = s.EmitVolatile(event, payload) }

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
		d := dialectUnknown
		if s := rt.all.Socket(posted.Origin.SocketID); s != nil {
			d = guestOf(s).dialect()
		}
		rt.acknowledge(sender, d, &posted.Message, posted.Origin.ClientMessageID)
	}
}

// acknowledge tells the sender that its message is safe, in its dialect.
func (rt *realtime) acknowledge(s emitter, d dialect, m *eliza.Message, clientMessageID string) {
	status := "received_by_server_and_processing"
	if d == dialectDocs {
		status = "success"
	}
	rt.emit(s, "messageAck", map[string]any{
		"clientMessageId": clientMessageID, "messageId": m.ID, "status": status, "channelId": m.ChannelID, "roomId": m.ChannelID,
	})
}
