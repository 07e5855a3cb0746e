package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/feed"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) feedRoutes() {
	add(a, operation{id: "follow-channel", method: "GET", tag: "Messages", streams: true, errors: []int{404, 503},
		paths:   []string{"/api/messaging/channels/{channelId}/events", "/api/messaging/central-channels/{channelId}/events"},
		summary: "Follow a channel live, as server-sent events",
		about: "The events have the names and the data that sockets get. They begin with ready, go on until the client leaves, and each has an id: a client that " +
			"was cut comes back with Last-Event-ID and hears everything behind that event, once and in order. Where the server no longer has all of that, " +
			"because it was started anew or minutes have passed, gap says so, and what the database has follows: the messages since then and what became of them."},
		a.followChannel)
}

// rendered is newsOf for feeds.
func rendered(e bus.Event) (name string, data []byte) {
	name, payload := newsOf(e)
	if name == "" {
		return "", nil
	}
	data, err := json.Marshal(payload)
	if err != nil { // what came in as JSON always goes out as JSON
		return "", nil
	}
	return name, data
}

type feedQuery struct {
	ChannelPath
	LastEventID
	Last string `query:"lastEventId" maxLength:"100" doc:"The same as Last-Event-ID, which counts more"`
}

// channelFeed is one client that follows a channel.
type channelFeed struct {
	api      *API
	channel  eliza.ID
	follower *feed.Follower
	missed   *missedNews // nil when nothing was missed
	resumed  bool
}

func (a *API) followChannel(ctx context.Context, in *feedQuery) (*huma.StreamResponse, error) {
	f := &channelFeed{api: a, channel: eliza.ID(in.ChannelID)}
	if err := f.begin(ctx, cmp.Or(in.Header, in.Last)); err != nil {
		return nil, fail(err)
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer f.follower.Close()
		s := newEventStream(h)
		defer s.close()
		if h.Method() != http.MethodHead {
			f.run(h.Context(), s)
		}
	}}, nil
}

func (f *channelFeed) begin(ctx context.Context, last string) error {
	var after feed.Position
	var err error
	if last != "" {
		if after, err = feed.Parse(last); err != nil {
			return err
		}
		if f.follower, f.resumed = f.api.feeds.Resume(f.channel, after); f.resumed {
			return nil
		}
	}
	channel, err := f.api.Messaging.Channel(ctx, f.channel)
	if err != nil {
		return err
	}
	if f.follower, err = f.api.feeds.Follow(f.channel, channel.LastSeq); err != nil || last == "" {
		return err
	}
	// Read after the following has begun, so that nothing falls in between.
	since, err := f.api.Messaging.Since(ctx, f.channel, after.Seq, after.At)
	if err != nil {
		f.follower.Close()
		return err
	}
	f.missed = missed(since, after)
	return nil
}

type readyEvent struct {
	ChannelID eliza.ID `json:"channelId"`
}

// run tells the client what happens until it leaves.
func (f *channelFeed) run(ctx context.Context, s *eventStream) {
	s.text = append(s.text, retryAfter...)
	start := f.follower.Start()
	if f.missed != nil {
		s.put("", "gap", gapEvent{f.channel, f.missed.complete, "The server no longer has every event since then; what the database has follows"})
		for _, e := range f.missed.events {
			s.add(e.String(), e.Name, e.Data)
		}
		start.Seq = max(start.Seq, f.missed.newest)
	}
	if !f.resumed {
		s.put(start.String(), "ready", readyEvent{f.channel})
	}
	s.write()
	for s.err == nil {
		wait, cancel := context.WithTimeout(ctx, keepAlive)
		events, err := f.follower.Next(wait)
		cancel()
		if refused := f.lives(ctx, len(events) == 0); refused != nil {
			s.send("", "cut", cutEvent{"forbidden", eliza.ErrorMessage(refused)})
			return
		}
		for _, e := range events {
			if !f.missed.told(e.News) {
				s.add(e.String(), e.Name, e.Data)
			}
			if _, gone := e.News.(bus.ChannelDeleted); gone {
				s.write()
				return
			}
		}
		s.write()
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return
		case errors.Is(err, feed.ErrLagged), errors.Is(err, feed.ErrClosed):
			s.cut(err)
			return
		default:
			s.comment("keep-alive")
		}
	}
}

// lives tells whether the key is still good, and, now and then, whether its
// agent still takes part.
func (f *channelFeed) lives(ctx context.Context, idle bool) error {
	g := visitOf(ctx).grant
	if ctx.Err() == nil && !f.api.Access.Lives(ctx, g) {
		return eliza.Errorf(eliza.CodeUnauthorized, "The key is no longer good")
	}
	if idle && ctx.Err() == nil && g.Agent != eliza.NoID {
		return f.api.permitChannel(ctx, g, f.channel.String())
	}
	return nil
}

// missedNews is what the database has of the time of a gap.
type missedNews struct {
	events   []feed.Event
	complete bool
	newest   int64           // number of the newest message
	ended    map[turnOf]bool // deliveries that are among the events
}

type turnOf struct{ message, agent eliza.ID }

// missed words what a client has not seen. The ids of these events lead back
// to the database, from the same moment on.
func missed(since messaging.Since, after feed.Position) *missedNews {
	n := &missedNews{complete: since.Complete, newest: min(after.Seq, since.Channel.LastSeq), ended: map[turnOf]bool{}}
	place := map[eliza.ID]int{} // of a message in the list
	for i, m := range since.Messages {
		place[m.ID] = i
	}
	behind := make([][]eliza.Delivery, len(since.Messages)+1) // deliveries before the first message, behind the first one, ...
	for _, d := range since.Deliveries {
		i, known := place[d.ReplyID]
		if !known {
			i = slices.IndexFunc(since.Messages, func(m eliza.Message) bool {
				return m.CreatedAt > d.UpdatedAt || m.Seq > d.Seq && d.ReplyID == eliza.NoID
			})
			if i < 0 {
				i = len(since.Messages)
			}
			i--
		}
		behind[i+1] = append(behind[i+1], d)
	}
	tell := func(e bus.Event) {
		name, data := rendered(e)
		n.events = append(n.events, feed.Event{Position: feed.Position{Seq: n.newest, At: after.At}, Name: name, Data: data})
	}
	for i := range behind {
		if i > 0 {
			m := since.Messages[i-1]
			n.newest = m.Seq
			tell(bus.MessagePosted{Message: m, Action: m.SourceType == sourceAction})
		}
		for _, d := range behind[i] {
			n.ended[turnOf{d.MessageID, d.AgentID}] = true
			tell(bus.DeliveryEnded{Delivery: d})
			tell(bus.TurnEnded{ChannelID: d.ChannelID, ServerID: since.Channel.ServerID, MessageID: d.MessageID, AgentID: d.AgentID})
		}
	}
	return n
}

// told reports whether news were among what was missed.
func (n *missedNews) told(e bus.Event) bool {
	if n == nil {
		return false
	}
	switch e := e.(type) {
	case bus.MessagePosted:
		return e.Message.Seq <= n.newest
	case bus.DeliveryEnded:
		return n.ended[turnOf{e.Delivery.MessageID, e.Delivery.AgentID}]
	case bus.TurnEnded:
		return n.ended[turnOf{e.MessageID, e.AgentID}]
	}
	return false
}
