package messaging

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/store"
)

// Outcome is how a turn of an agent ended.
type Outcome struct {
	Message  eliza.Message  // the message that the turn was about
	Delivery eliza.Delivery // with its final state, reason and detail
	Reply    *eliza.Message // nil when the agent stays silent
	Content  eliza.Content  // what the agent decided: text, thought, actions
	Memories []eliza.Memory
	Forget   []eliza.ID // memories to delete
	Run      *eliza.Run
	Logs     []eliza.Log
	Tasks    store.TaskChanges
	Others   []eliza.Delivery // ended together with this one, with their final states
	// RoomState is set when the agent followed or muted the room named by Room.
	Room      eliza.ID
	RoomState *eliza.RoomState
	Changes   store.Changes
	RetryAt   eliza.Millis // see bus.DeliveryEnded
}

// Finish ends a delivery with everything that belongs to it in one
// transaction, exactly once, and tells the channel. Error codes: CONFLICT
// when the delivery had ended or is another node's, or was deleted; DB_ERROR.
func (s *Service) Finish(ctx context.Context, o Outcome) error {
	turn := store.Turn{
		Delivery: o.Delivery, Reply: o.Reply, Memories: o.Memories, Forget: o.Forget, Run: o.Run, Logs: o.Logs, Others: o.Others,
		Room: o.Room, RoomState: o.RoomState, Changes: o.Changes, Tasks: o.Tasks,
	}
	if o.Reply != nil {
		o.Reply.Hops, o.Reply.KeyID = o.Message.Hops+1, o.Message.KeyID
		turn.Decide = s.guard.decide(o.Reply)
	}
	turn.Notices = Notices(s, o.events)
	turn.Committed = func(f store.Finished) {
		if f.Reply != nil {
			failpoint.Hit("reply stored", o.Delivery.MessageID)
		}
		for _, e := range o.events(f) {
			s.bus.Publish(e)
		}
	}
	if _, err := s.store.FinishTurn(ctx, turn); err != nil {
		return fmt.Errorf("finish turn: %w", err)
	}
	return nil
}

// Hold notes on what an agent owes a channel why it waits until a moment, and
// tells the channel. Error code: DB_ERROR.
func (s *Service) Hold(ctx context.Context, agent, channel eliza.ID, reason eliza.Reason, detail string, until eliza.Millis) error {
	held, err := s.store.HoldDeliveries(ctx, agent, channel, reason, detail)
	if err != nil {
		return fmt.Errorf("hold deliveries: %w", err)
	}
	for _, d := range held {
		s.bus.Publish(bus.DeliveryHeld{Delivery: d, ResumesAt: until})
	}
	return nil
}

// events are what the channel is told of the end of a turn.
func (o *Outcome) events(f store.Finished) (list []bus.Event) {
	if f.Reply != nil {
		list = append(list, bus.MessagePosted{Message: *f.Reply, Deliveries: f.Deliveries})
	}
	ended := func(e bus.DeliveryEnded) {
		d := &e.Delivery
		list = append(list, e, bus.TurnEnded{ChannelID: o.Message.ChannelID, ServerID: o.Message.ServerID, MessageID: d.MessageID, AgentID: d.AgentID})
	}
	for _, d := range o.Others {
		ended(bus.DeliveryEnded{Delivery: d})
	}
	ended(bus.DeliveryEnded{Delivery: o.Delivery, Reply: f.Reply, Content: o.Content, RetryAt: o.RetryAt})
	return list
}

// contentOf reads an agent's decision back from the message that stores it.
func contentOf(reply *eliza.Message) eliza.Content {
	var c eliza.Content
	if len(reply.Raw) > 0 && json.Unmarshal(reply.Raw, &c) != nil {
		c = eliza.Content{}
	}
	c.Text = reply.Content
	c.InReplyTo = reply.InReplyTo
	return c
}
