package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Notice is news for webhooks: the name of an event and what it says, as JSON.
type Notice struct {
	Event   string
	Payload []byte
}

// Notices words what was stored for webhooks. It is asked inside the
// transaction and only where there are webhooks, possibly more than once, and
// must not wait for anything. Nil has nothing to say.
type Notices[T any] func(of T) []Notice

// first is the one that was given, if any.
func first[T any](say []Notices[T]) Notices[T] {
	if len(say) == 0 {
		return nil
	}
	return say[0]
}

const (
	insertWebhookDeliveries = `INSERT INTO webhook_deliveries (id, webhook_id, event, payload, state, attempts, last_status, last_error, created_at) VALUES `
	webhookDeliveryColumns  = 9
)

// announce stores what the webhooks of a channel are to be told, in the
// transaction of what they are told of.
func announce[T any](ctx context.Context, s *Store, t *tx, channel eliza.ID, of T, say Notices[T]) error {
	if say == nil || !s.hooks.any() {
		return nil
	}
	var notices []Notice
	for _, hook := range *s.hooks.active.Load() {
		if hook.ChannelID != eliza.NoID && hook.ChannelID != channel {
			continue
		}
		if notices == nil {
			if notices = say(of); len(notices) == 0 {
				return nil
			}
		}
		if err := s.announceTo(ctx, t, &hook, channel, notices); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) announceTo(ctx context.Context, t *tx, hook *eliza.Webhook, channel eliza.ID, notices []Notice) error {
	var args []any
	for _, n := range notices {
		if hook.Wants(n.Event) {
			args = append(args, webhookDeliveryRow(hook.ID, n)...)
		}
	}
	if len(args) == 0 {
		return nil
	}
	// It may be gone, and its agent may have left the channel.
	var is int
	there, err := one(ctx, t, `SELECT 1 FROM webhooks w WHERE w.id = ? AND w.active AND (w.agent_id IS NULL
		OR EXISTS (SELECT 1 FROM channel_participants p WHERE p.channel_id = ? AND p.entity_id = w.agent_id))`+s.shape.share,
		[]any{hook.ID.String(), channel.String()}, &is)
	if err != nil || !there {
		return err
	}
	t.then(s.hooks.tell)
	return insert(ctx, t, insertWebhookDeliveries, webhookDeliveryColumns, "", args)
}

func webhookDeliveryRow(hook eliza.ID, n Notice) []any {
	return []any{eliza.NewID().String(), hook.String(), n.Event, clean(string(n.Payload)), string(eliza.WebhookPending), int64(0), int64(0), "", int64(eliza.Now())}
}

// Announce stores news for one webhook alone. Error codes: NOT_FOUND, CONFLICT
// when it is not active.
func (s *Store) Announce(ctx context.Context, hook eliza.ID, n Notice) (eliza.WebhookDelivery, error) {
	var d eliza.WebhookDelivery
	err := s.write(ctx, "announce", func(ctx context.Context, t *tx) error {
		to := eliza.Webhook{ID: hook}
		if err := s.lockRow(t.NewSelect().Model(&to).WherePK()).Scan(ctx); err != nil {
			return found("Webhook", err)
		}
		if !to.Active {
			return eliza.Errorf(eliza.CodeConflict, "The webhook is not active")
		}
		d = eliza.WebhookDelivery{ID: eliza.NewID(), WebhookID: hook, Event: n.Event, Payload: string(n.Payload), State: eliza.WebhookPending, CreatedAt: eliza.Now()}
		t.then(s.hooks.tell)
		_, err := t.NewInsert().Model(&d).ExcludeColumn("n").Returning("n").Exec(ctx)
		return err
	})
	return d, err
}

// webhookDue is the condition of a webhook that has something to be told and
// that no living node tells; dueArgs are its arguments.
func (s *Store) webhookDue() string {
	return `w.active AND w.next_at <= ? AND (w.owner IS NULL OR w.owner <> ? AND w.owner NOT IN ` + s.living() + `)
		AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending')`
}

func (s *Store) dueArgs(now eliza.Millis) []any {
	return []any{now, s.owner, s.ttl.Milliseconds()}
}

// DueWebhook is what is needed to choose among webhooks that are due.
type DueWebhook struct {
	ID       eliza.ID `bun:"id"`
	URL      string   `bun:"url"`
	Failures int      `bun:"failures"` // attempts that failed since the last one that did not
}

// DueWebhooks returns the webhooks that have something to be told at a moment
// and that nobody tells, those first that are due longest.
func (s *Store) DueWebhooks(ctx context.Context, now eliza.Millis) ([]DueWebhook, error) {
	var due []DueWebhook
	err := s.read.NewSelect().TableExpr("webhooks AS w").Column("w.id", "w.url", "w.failures").
		Where(s.webhookDue(), s.dueArgs(now)...).Order("w.next_at", "w.created_at", "w.id").Scan(ctx, &due)
	return due, failed("look for webhooks to tell", err)
}

// ClaimWebhooks takes those of the named webhooks that are still due at a
// moment for this node until ReleaseWebhook. What a node that died had taken
// is taken over.
func (s *Store) ClaimWebhooks(ctx context.Context, now eliza.Millis, ids []eliza.ID) ([]eliza.Webhook, error) {
	var mine []eliza.Webhook
	err := s.write(ctx, "claim webhooks", func(ctx context.Context, t *tx) error {
		mine = nil
		args := append(append([]any{s.owner}, s.dueArgs(now)...), bun.List(ids))
		return t.NewRaw(`UPDATE webhooks SET owner = ? WHERE id IN (SELECT w.id FROM webhooks w WHERE `+s.webhookDue()+` AND w.id IN (?)`+s.shape.lockFree+`)
			RETURNING *`, args...).Scan(ctx, &mine)
	})
	for i := range mine {
		s.unsealWebhook(&mine[i])
	}
	return mine, err
}

// NextWebhookDelivery returns the oldest event that a webhook is to be told,
// nil when there is none.
func (s *Store) NextWebhookDelivery(ctx context.Context, hook eliza.ID) (*eliza.WebhookDelivery, error) {
	d := new(eliza.WebhookDelivery)
	err := s.read.NewSelect().Model(d).Where("webhook_id = ? AND state = 'pending'", hook).Order("n").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return d, failed("read deliveries of a webhook", err)
}

// PendingWebhookDeliveries counts what a webhook is to be told.
func (s *Store) PendingWebhookDeliveries(ctx context.Context, hook eliza.ID) (int, error) {
	n, err := s.read.NewSelect().Table("webhook_deliveries").Where("webhook_id = ? AND state = 'pending'", hook).Count(ctx)
	return int(n), failed("count deliveries of a webhook", err)
}

// WebhookAttempt is how an attempt to tell a webhook went, and what follows.
type WebhookAttempt struct {
	Webhook eliza.Webhook         // as it is from then on: failures, the next attempt, whether it goes on
	Ended   eliza.WebhookDelivery // with its state and what was answered
}

// RecordAttempt stores how an attempt went. Error code: CONFLICT when the
// webhook is gone or another node's.
func (s *Store) RecordAttempt(ctx context.Context, a WebhookAttempt) error {
	ended := a.Webhook.DisabledReason != ""
	err := s.write(ctx, "record attempt", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `UPDATE webhooks SET failures = ?, failing_since = ?, next_at = ? WHERE id = ? AND owner = ?`,
			a.Webhook.Failures, moment(a.Webhook.FailingSince), int64(a.Webhook.NextAt), a.Webhook.ID.String(), s.owner)
		if err == nil && n == 0 {
			err = eliza.Errorf(eliza.CodeConflict, "The webhook is gone or another node's")
		}
		if err == nil && ended {
			_, err = t.NewRaw(`UPDATE webhooks SET active = ?, disabled_reason = ? WHERE id = ?`, false, a.Webhook.DisabledReason, a.Webhook.ID).Exec(ctx)
		}
		if err == nil {
			_, err = t.exec(ctx, `UPDATE webhook_deliveries SET state = ?, attempts = ?, last_status = ?, last_error = ?, attempted_at = ?, ended_at = ?
				WHERE id = ? AND state = 'pending'`, string(a.Ended.State), a.Ended.Attempts, a.Ended.LastStatus, clean(a.Ended.LastError),
				moment(a.Ended.AttemptedAt), moment(a.Ended.EndedAt), a.Ended.ID.String())
		}
		return err
	})
	if err == nil && ended {
		err = s.RefreshWebhooks(ctx)
	}
	return err
}

// ReleaseWebhook ends what ClaimWebhooks began.
func (s *Store) ReleaseWebhook(ctx context.Context, id eliza.ID) error {
	err := s.write(ctx, "release webhook", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE webhooks SET owner = NULL WHERE id = ? AND owner = ?`, id.String(), s.owner)
		return err
	})
	s.hooks.tell() // something may have come meanwhile
	return err
}
