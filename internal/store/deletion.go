package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Deleted is what went with a deletion: Of is what was deleted, Pending are the
// deliveries that had not ended, in the order of channels and messages. Nobody
// will end them any more, so whoever waits for them must be told.
type Deleted[T any] struct {
	Of      T
	Pending []PendingDelivery
}

// PendingDelivery is a delivery that had not ended when it was deleted.
type PendingDelivery struct {
	eliza.Delivery
	ServerID eliza.ID // of its channel
}

// OnDelete says what is to be told of a deletion.
type OnDelete[T any] struct {
	Notices   Notices[Deleted[T]]
	Committed func(Deleted[T]) // once the deletion is on disk, before the call returns
}

// pending returns the pending deliveries that where chooses. It locks them, so
// that no turn ends one before the transaction does.
func (s *Store) pending(ctx context.Context, t *tx, where string, args ...any) ([]PendingDelivery, error) {
	var list []eliza.Delivery
	err := s.lockRow(t.NewSelect().Model(&list).Where("state = 'pending'").Where(where, args...).Order("channel_id", "seq", "agent_id")).Scan(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	servers := map[eliza.ID]eliza.ID{}
	all := make([]PendingDelivery, len(list))
	for i, d := range list {
		server, known := servers[d.ChannelID]
		if !known {
			if _, err := one(ctx, t, `SELECT message_server_id FROM channels WHERE id = ?`, []any{d.ChannelID.String()}, &server); err != nil {
				return nil, err
			}
			servers[d.ChannelID] = server
		}
		all[i] = PendingDelivery{d, server}
	}
	return all, nil
}

// told has on's callback called once the transaction is on disk.
func told[T any](t *tx, on []OnDelete[T], gone Deleted[T]) {
	if len(on) > 0 && on[0].Committed != nil {
		t.then(func() { on[0].Committed(gone) })
	}
}

// noticesOf are the notices of the deletion, nil when there are none.
func noticesOf[T any](on []OnDelete[T]) Notices[Deleted[T]] {
	if len(on) == 0 {
		return nil
	}
	return on[0].Notices
}
