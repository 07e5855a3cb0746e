package messaging

import (
	"context"
	"fmt"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// ending says why deliveries ended that went with a deletion.
type ending struct {
	reason eliza.Reason
	detail string // for a person
}

var (
	messageDeleted = ending{eliza.ReasonDeleted, "The message was deleted before it was answered."}
	channelCleared = ending{eliza.ReasonDeleted, "The channel was cleared before the message was answered."}
	channelDeleted = ending{eliza.ReasonChannelDeleted, "The channel was deleted before the message was answered."}
	serverDeleted  = ending{eliza.ReasonChannelDeleted, "The message server was deleted before the message was answered."}
	agentDeleted   = ending{eliza.ReasonAgentDeleted, "The agent was deleted before it answered."}
)

// of are the events by which everyone who waits for one of the deliveries
// hears that it has ended.
func (e ending) of(pending []store.PendingDelivery) (list []bus.Event) {
	now := eliza.Now()
	for _, p := range pending {
		d := p.Delivery
		d.State, d.Reason, d.Detail, d.Owner, d.UpdatedAt = eliza.Failed, e.reason, e.detail, "", now
		list = append(list, bus.DeliveryEnded{Delivery: d},
			bus.TurnEnded{ChannelID: d.ChannelID, ServerID: p.ServerID, MessageID: d.MessageID, AgentID: d.AgentID})
	}
	return list
}

// onDelete has the turns of a deletion stop and its events told, on the bus
// and, in the transaction of the deletion, to webhooks.
func onDelete[T any](s *Service, events func(store.Deleted[T]) []bus.Event) store.OnDelete[T] {
	return store.OnDelete[T]{
		Notices: Notices(s, events),
		Committed: func(gone store.Deleted[T]) {
			if s.stop != nil {
				for _, p := range gone.Pending {
					s.stop(p.AgentID, p.ChannelID, p.MessageID)
				}
			}
			for _, e := range events(gone) {
				s.bus.Publish(e)
			}
		},
	}
}

// StopTurns has stop called for each delivery that goes with a deletion, before
// the deletion is told: what its turn says after that is not told any more. It
// is called before anything is posted.
func (s *Service) StopTurns(stop func(agent, channel, message eliza.ID)) { s.stop = stop }

// DeleteAgent removes an agent with everything it owns and tells the channels
// in which it had not answered yet. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) DeleteAgent(ctx context.Context, id eliza.ID) error {
	news := func(gone store.Deleted[eliza.ID]) []bus.Event { return agentDeleted.of(gone.Pending) }
	if err := s.store.DeleteAgent(ctx, id, onDelete(s, news)); err != nil {
		return fmt.Errorf("delete agent: %w", err)
	}
	return nil
}
