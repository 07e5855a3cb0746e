package store

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// announce registers this life of the node and forgets earlier ones, whose
// deliveries are free from then on.
func (s *Store) announce(ctx context.Context) error {
	return s.write(ctx, "announce node", func(ctx context.Context, t *tx) error {
		_, err := t.NewRaw(`DELETE FROM nodes WHERE ? OR name = ? OR heartbeat_at < ? - 86400000`,
			s.shape.sole, s.node, bun.Safe(s.shape.now)).Exec(ctx)
		if err != nil {
			return err
		}
		return s.beat(ctx, t)
	})
}

// Heartbeat shows the other nodes that this one lives. It is due several
// times in a LeaseTTL.
func (s *Store) Heartbeat(ctx context.Context) error {
	return s.write(ctx, "heartbeat", s.beat)
}

func (s *Store) beat(ctx context.Context, t *tx) error {
	_, err := t.exec(ctx, `INSERT INTO nodes (id, name, heartbeat_at) VALUES (?, ?, `+s.shape.now+`)
		ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`, s.owner, s.node)
	return err
}

// Sole reports whether no other server can write to the database.
func (s *Store) Sole() bool { return s.shape.sole }

// living is the set of nodes that live; binds the LeaseTTL in milliseconds.
func (s *Store) living() string {
	return `(SELECT id FROM nodes WHERE heartbeat_at > ` + s.shape.now + ` - ?)`
}

// ReclaimDeliveries takes over pending deliveries that nobody works on: those
// handed back, those of this node's earlier lives, and those of nodes that
// died; the last two with one more attempt. It returns what is this node's now,
// ordered by channel and seq, at most limit. One (agent, channel) stays with
// one node: what another living node has begun on is left to it.
func (s *Store) ReclaimDeliveries(ctx context.Context, limit int) ([]eliza.Delivery, error) {
	ttl := s.ttl.Milliseconds()
	free := func(q bun.QueryBuilder) bun.QueryBuilder {
		return q.Where(`d.state = 'pending'`).
			Where(`(d.owner IS NULL OR d.owner <> ? AND d.owner NOT IN `+s.living()+`)`, s.owner, ttl)
	}
	some, err := s.read.NewSelect().TableExpr("deliveries AS d").ColumnExpr("1").ApplyQueryBuilder(free).Exists(ctx)
	if err != nil || !some {
		return nil, failed("look for free deliveries", err)
	}
	var mine []eliza.Delivery
	err = s.write(ctx, "reclaim deliveries", func(ctx context.Context, t *tx) error {
		mine = nil
		// The channel's row is the lock of its queue, as for a new message.
		var channels []eliza.ID
		queued := t.NewSelect().TableExpr("deliveries AS d").Column("channel_id").ApplyQueryBuilder(free)
		err := t.NewRaw(`SELECT id FROM channels WHERE id IN (?) ORDER BY id LIMIT ?`+s.shape.lockFree, queued, limit).Scan(ctx, &channels)
		if err != nil || len(channels) == 0 {
			return err
		}
		chosen := t.NewSelect().TableExpr("deliveries AS d").Column("message_id", "agent_id").ApplyQueryBuilder(free).
			Where(`channel_id IN (?)`, bun.List(channels)).
			Where(`NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.agent_id = d.agent_id AND o.channel_id = d.channel_id
				AND o.state = 'pending' AND o.owner <> ? AND o.owner IN `+s.living()+`)`, s.owner, ttl).
			OrderExpr("channel_id, seq").Limit(int64(limit))
		return t.NewUpdate().Model(&mine).ModelTableExpr("deliveries AS d").
			Set("attempts = attempts + CASE WHEN owner IS NULL THEN 0 ELSE 1 END").
			Set("owner = ?", s.owner).Set("updated_at = ?", eliza.Now()).
			ApplyQueryBuilder(free).Where("(message_id, agent_id) IN (?)", chosen).
			Returning("*").Scan(ctx)
	})
	slices.SortFunc(mine, byQueue)
	return mine, err
}

// ReleaseDeliveries hands back every pending delivery of this node, for
// another one or for the next start, and tells how many there were.
func (s *Store) ReleaseDeliveries(ctx context.Context) (int, error) {
	var n int64
	err := s.write(ctx, "release deliveries", func(ctx context.Context, t *tx) (err error) {
		n, err = t.exec(ctx, `UPDATE deliveries SET owner = NULL WHERE state = 'pending' AND owner = ?`, s.owner)
		return err
	})
	return int(n), err
}
