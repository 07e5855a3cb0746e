package server

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/elizad/elizad/internal/apart"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin"
)

// heardQueue is how many events may wait for a listener.
const heardQueue = 1000

// listen lets the listeners of plugins hear of events until the server stops.
// Each has a queue of its own: one that is slow misses events, and delays
// nobody else.
func (s *Server) listenForPlugins() {
	for _, p := range s.plugins {
		for _, l := range p.Listeners {
			queue := make(chan plugin.Event, heardQueue)
			var missed atomic.Int64
			cancel := s.bus.Subscribe(eliza.NoID, func(e bus.Event) {
				for _, heard := range eventsOf(e) {
					if !slices.Contains(l.Events, heard.Name) {
						continue
					}
					select {
					case queue <- heard:
					default:
						if n := missed.Add(1); n&(n-1) == 0 { // the 1st, 2nd, 4th, 8th ...
							s.log.Warn("a plugin is too slow to hear of everything", "plugin", p.Name, "missed", n)
						}
					}
				}
			})
			s.beside.Go(func() {
				defer cancel()
				s.hear(p.Name, l, queue)
			})
		}
	}
}

func (s *Server) hear(name string, l plugin.Listener, queue <-chan plugin.Event) {
	for {
		select {
		case <-s.besideCtx.Done():
			return
		case e := <-queue:
			_, err := apart.Do(s.besideCtx, pluginHear, "the listener", func(ctx context.Context) (struct{}, error) { return struct{}{}, l.Hear(ctx, e) })
			if err != nil && s.besideCtx.Err() == nil {
				s.log.Error("a plugin failed", "plugin", name, "event", e.Name, "error", err)
			}
		}
	}
}

// eventsOf are the events that plugins know of one on the bus.
func eventsOf(e bus.Event) (all []plugin.Event) {
	now := eliza.Now().Time()
	switch e := e.(type) {
	case bus.MessagePosted:
		m := heardMessage(&e.Message)
		for _, d := range e.Deliveries {
			all = append(all, plugin.Event{Name: plugin.MessageReceived, AgentID: d.AgentID.String(), Message: m, At: now})
		}
		if e.Message.SourceType == eliza.SourceAgent {
			all = append(all, plugin.Event{Name: plugin.MessageSent, AgentID: e.Message.AuthorID.String(), Message: m, At: now})
		}
	case bus.MessageDeleted:
		all = append(all, plugin.Event{Name: plugin.MessageDeleted, Message: plugin.Message{ID: e.MessageID.String(), ChannelID: e.ChannelID.String()}, At: now})
	case bus.ChannelCleared:
		all = append(all, plugin.Event{Name: plugin.ChannelCleared, Message: plugin.Message{ChannelID: e.ChannelID.String()}, At: now})
	case bus.DeliveryEnded:
		d := &e.Delivery
		all = append(all, plugin.Event{
			Name: plugin.RunEnded, AgentID: d.AgentID.String(), Message: plugin.Message{ID: d.MessageID.String(), ChannelID: d.ChannelID.String()},
			State: string(d.State), Reason: string(d.Reason), At: now,
		})
	}
	return all
}

func heardMessage(m *eliza.Message) plugin.Message {
	return plugin.Message{ID: m.ID.String(), ChannelID: m.ChannelID.String(), AuthorID: m.AuthorID.String(), AuthorName: m.AuthorName, Text: m.Content}
}
