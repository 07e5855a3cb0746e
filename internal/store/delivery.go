package store

import (
	"bytes"
	"cmp"
	"context"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// byQueue orders deliveries as they are to be worked on.
func byQueue(a, b eliza.Delivery) int {
	return cmp.Or(bytes.Compare(a.ChannelID[:], b.ChannelID[:]), cmp.Compare(a.Seq, b.Seq), bytes.Compare(a.AgentID[:], b.AgentID[:]))
}

// Deliveries returns what became of a message, by agent id.
func (s *Store) Deliveries(ctx context.Context, message eliza.ID) ([]eliza.Delivery, error) {
	return s.deliveries(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("message_id = ?", message).Order("agent_id")
	})
}

// PendingDeliveries returns what an agent still owes a channel, in order and
// whoever owns it.
func (s *Store) PendingDeliveries(ctx context.Context, agent, channel eliza.ID) ([]eliza.Delivery, error) {
	return s.deliveries(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("agent_id = ? AND channel_id = ? AND state = 'pending'", agent, channel).Order("seq")
	})
}

// OwnedDeliveries returns at most limit of the pending deliveries of this
// node, ordered by channel and seq, without those that wait for a person.
func (s *Store) OwnedDeliveries(ctx context.Context, limit int) ([]eliza.Delivery, error) {
	return s.deliveries(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("state = 'pending' AND owner = ? AND reason <> ?", s.owner, eliza.ReasonAwaitingApproval).Order("channel_id", "seq", "agent_id").Limit(int64(limit))
	})
}

// HoldDeliveries notes on what an agent still owes a channel why it waits, and
// returns those that did not say so yet. One that has another reason keeps it.
func (s *Store) HoldDeliveries(ctx context.Context, agent, channel eliza.ID, reason eliza.Reason, detail string) ([]eliza.Delivery, error) {
	var held []eliza.Delivery
	err := s.write(ctx, "hold deliveries", func(ctx context.Context, t *tx) error {
		held = nil
		return t.NewUpdate().Model(&held).Set("reason = ?", reason).Set("detail = ?", clean(detail)).Set("updated_at = ?", eliza.Now()).
			Where("agent_id = ? AND channel_id = ? AND state = 'pending' AND owner = ?", agent, channel, s.owner).
			Where("(reason = '' OR reason = ? AND detail <> ?)", reason, clean(detail)).Returning("*").Scan(ctx)
	})
	return held, err
}

func (s *Store) deliveries(ctx context.Context, choose func(*bun.SelectQuery) *bun.SelectQuery) ([]eliza.Delivery, error) {
	var list []eliza.Delivery
	err := s.read.NewSelect().Model(&list).Apply(choose).Scan(ctx)
	return list, failed("read deliveries", err)
}

// EndedDeliveries returns the deliveries of a channel that have ended since a
// moment, at most limit, of messages with a number greater than after, in the
// order of the messages.
func (s *Store) EndedDeliveries(ctx context.Context, channel eliza.ID, after int64, since eliza.Millis, limit int) ([]eliza.Delivery, error) {
	var list []eliza.Delivery
	err := s.read.NewSelect().Model(&list).
		Where(`message_id IN (SELECT id FROM messages WHERE channel_id = ? AND seq > ?)`, channel, after).
		Where("state <> 'pending' AND updated_at >= ?", since).Order("seq", "agent_id").Limit(int64(limit)).Scan(ctx)
	return list, failed("read deliveries", err)
}
