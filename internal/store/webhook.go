package store

import (
	"context"
	"sync/atomic"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// secretOf is where a webhook's secret stands, for its sealing.
const secretOf = "webhook.secret"

// webhooks are the active ones as this node knows them, and the news that
// there is something to send to one.
type webhooks struct {
	active atomic.Pointer[[]eliza.Webhook]
	news   chan struct{} // holds one token
}

func (w *webhooks) tell() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// any reports whether there is any webhook to tell.
func (w *webhooks) any() bool {
	list := w.active.Load()
	return list != nil && len(*list) > 0
}

// WebhookNews is told when there may be something to send to a webhook.
func (s *Store) WebhookNews() <-chan struct{} { return s.hooks.news }

// AnyWebhooks reports whether this node knows of any active webhook.
func (s *Store) AnyWebhooks() bool { return s.hooks.any() }

// RefreshWebhooks reads which webhooks there are. It is due every few seconds
// where other nodes may make some.
func (s *Store) RefreshWebhooks(ctx context.Context) error {
	list := []eliza.Webhook{}
	err := s.read.NewSelect().Model(&list).Column("id", "channel_id", "agent_id", "events").Where("active").Order("created_at", "id").Scan(ctx)
	if err != nil {
		return failed("read webhooks", err)
	}
	s.hooks.active.Store(&list)
	return nil
}

// CreateWebhook stores a webhook. Error codes: NOT_FOUND when its channel or
// agent is not there, CONFLICT when there are so many webhooks already.
func (s *Store) CreateWebhook(ctx context.Context, hook eliza.Webhook, most int) error {
	if err := s.sealWebhook(&hook); err != nil {
		return failed("create webhook", err)
	}
	err := s.write(ctx, "create webhook", func(ctx context.Context, t *tx) error {
		if hook.ChannelID != eliza.NoID {
			if err := s.mustExist(ctx, t, "Channel", "channels", hook.ChannelID); err != nil {
				return err
			}
		}
		if hook.AgentID != eliza.NoID {
			if err := s.mustExist(ctx, t, "Agent", "agents", hook.AgentID); err != nil {
				return err
			}
		}
		var n int
		if _, err := one(ctx, t, `SELECT count(*) FROM webhooks`, nil, &n); err != nil {
			return err
		}
		if n >= most {
			return eliza.Errorf(eliza.CodeConflict, "There are %d webhooks; there may be no more", n)
		}
		return create(ctx, t, "Webhook", &hook)
	})
	if err != nil {
		return err
	}
	return s.RefreshWebhooks(ctx)
}

func (s *Store) sealWebhook(hook *eliza.Webhook) (err error) {
	if s.sealer != nil {
		hook.Secret, err = s.sealer.Seal(hook.ID, secretOf, hook.Secret)
	}
	return err
}

// unsealWebhook empties a secret that no key here opens.
func (s *Store) unsealWebhook(hook *eliza.Webhook) {
	if s.sealer == nil || !eliza.IsSealed(hook.Secret) {
		return
	}
	plain, _, err := s.sealer.Open(hook.ID, secretOf, hook.Secret)
	if err != nil {
		plain = ""
	}
	hook.Secret = plain
}

// Webhook returns one webhook; its secret is empty when no key here opens it.
// Error code: NOT_FOUND.
func (s *Store) Webhook(ctx context.Context, id eliza.ID) (eliza.Webhook, error) {
	hook := eliza.Webhook{ID: id}
	err := get(ctx, s, "Webhook", &hook)
	s.unsealWebhook(&hook)
	return hook, err
}

// Webhooks returns all webhooks without their secrets, the oldest first.
func (s *Store) Webhooks(ctx context.Context) ([]eliza.Webhook, error) {
	var list []eliza.Webhook
	err := s.read.NewSelect().Model(&list).ExcludeColumn("secret").Order("created_at", "id").Scan(ctx)
	return list, failed("read webhooks", err)
}

// UpdateWebhook changes a webhook as UpdateAgent does an agent. Error code:
// NOT_FOUND.
func (s *Store) UpdateWebhook(ctx context.Context, id eliza.ID, by func(*eliza.Webhook) error) (eliza.Webhook, error) {
	hook, err := change(ctx, s, "Webhook", eliza.Webhook{ID: id}, func(hook *eliza.Webhook) error {
		sealed := hook.Secret
		hook.Secret = ""
		if err := by(hook); err != nil {
			return err
		}
		hook.UpdatedAt = eliza.Now()
		if hook.Secret == "" {
			hook.Secret = sealed
			return nil
		}
		return s.sealWebhook(hook)
	}, "id", "channel_id", "agent_id", "created_at", "owner")
	if err == nil {
		err = s.RefreshWebhooks(ctx)
	}
	s.hooks.tell()
	return hook, err
}

// DeleteWebhook deletes a webhook with what it was to be told. Error code:
// NOT_FOUND.
func (s *Store) DeleteWebhook(ctx context.Context, id eliza.ID) error {
	err := remove(ctx, s, "Webhook", `DELETE FROM webhooks WHERE id = ?`, id.String())
	if err != nil {
		return err
	}
	return s.RefreshWebhooks(ctx)
}

// SealWebhooks seals the secrets of webhooks anew with the key that seals now,
// where they are sealed with another. It returns how many no key here opens.
func (s *Store) SealWebhooks(ctx context.Context) (closed int, err error) {
	var list []eliza.Webhook
	if err := s.read.NewSelect().Model(&list).Scan(ctx); err != nil {
		return 0, failed("read webhooks", err)
	}
	for _, hook := range list {
		stored := hook.Secret
		if s.sealer != nil && eliza.IsSealed(stored) {
			_, current, err := s.sealer.Open(hook.ID, secretOf, stored)
			if err != nil {
				closed++
			}
			if err != nil || current {
				continue
			}
		}
		s.unsealWebhook(&hook)
		if err := s.sealWebhook(&hook); err != nil {
			return closed, failed("seal a webhook", err)
		}
		err := s.write(ctx, "seal a webhook", func(ctx context.Context, t *tx) error {
			_, err := t.exec(ctx, `UPDATE webhooks SET secret = ? WHERE id = ? AND secret = ?`, hook.Secret, hook.ID.String(), stored)
			return err
		})
		if err != nil {
			return closed, err
		}
	}
	return closed, nil
}

// WebhookQuery chooses deliveries of a webhook, the newest first.
type WebhookQuery struct {
	State  eliza.WebhookState // empty: any
	Limit  int                // 0: 50
	Offset int
}

// WebhookDeliveries returns what a webhook was told and is to be told.
func (s *Store) WebhookDeliveries(ctx context.Context, hook eliza.ID, q WebhookQuery) ([]eliza.WebhookDelivery, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var list []eliza.WebhookDelivery
	find := s.read.NewSelect().Model(&list).ExcludeColumn("payload").Where("webhook_id = ?", hook)
	if q.State != "" {
		find = find.Where("state = ?", q.State)
	}
	err := find.Order("n DESC").Limit(int64(q.Limit)).Offset(int64(q.Offset)).Scan(ctx)
	return list, failed("read deliveries of a webhook", err)
}

// WebhookDelivery returns one of them. Error code: NOT_FOUND.
func (s *Store) WebhookDelivery(ctx context.Context, hook, id eliza.ID) (eliza.WebhookDelivery, error) {
	var d eliza.WebhookDelivery
	err := s.read.NewSelect().Model(&d).Where("id = ? AND webhook_id = ?", id, hook).Scan(ctx)
	return d, found("Delivery", err)
}

// Redeliver has a delivery that has ended be tried again. Error codes:
// NOT_FOUND, CONFLICT when it is pending.
func (s *Store) Redeliver(ctx context.Context, hook, id eliza.ID) (eliza.WebhookDelivery, error) {
	var d eliza.WebhookDelivery
	err := s.write(ctx, "redeliver", func(ctx context.Context, t *tx) error {
		d = eliza.WebhookDelivery{}
		q := t.NewSelect().Model(&d).Where("id = ? AND webhook_id = ?", id, hook)
		if err := s.lockRow(q).Scan(ctx); err != nil {
			return found("Delivery", err)
		}
		if d.State == eliza.WebhookPending {
			return eliza.Errorf(eliza.CodeConflict, "The delivery is on its way already")
		}
		d.State, d.Attempts, d.EndedAt = eliza.WebhookPending, 0, 0
		_, err := t.NewUpdate().Model(&d).Column("state", "attempts", "ended_at").WherePK().Exec(ctx)
		t.after = s.hooks.tell
		return err
	})
	return d, err
}

// SweepWebhooks removes what has been delivered before one moment, what has
// failed or was never sent before another, and webhooks whose channel is gone
// once they have been told all.
func (s *Store) SweepWebhooks(ctx context.Context, delivered, others eliza.Millis) error {
	some, err := s.read.NewSelect().Table("webhooks").ColumnExpr("1").Exists(ctx)
	if err != nil || !some {
		return failed("look for webhooks", err)
	}
	err = s.write(ctx, "sweep webhooks", func(ctx context.Context, t *tx) error {
		for _, q := range []*bun.RawQuery{
			t.NewRaw(`DELETE FROM webhook_deliveries WHERE ended_at < ? AND (state = 'delivered' OR ended_at < ?)`, delivered, others),
			t.NewRaw(`DELETE FROM webhook_deliveries WHERE state = 'pending' AND created_at < ? AND webhook_id IN (SELECT id FROM webhooks WHERE NOT active)`, others),
			t.NewRaw(`DELETE FROM webhooks WHERE channel_id IS NOT NULL AND channel_id NOT IN (SELECT id FROM channels)
				AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id AND d.state = 'pending')`),
		} {
			if _, err := q.Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.RefreshWebhooks(ctx)
}
