// Package webhook tells addresses outside what happens in channels. What is to
// be told is stored in the transaction of what it tells of (store.Notices), so
// that nothing is lost, and sent from there: each webhook is told in that
// order, one event at a time, and an event may come more than once but always
// with the same id. An address that fails is tried again, ever more seldom.
//
// What is sent is signed as Standard Webhooks describes it (the headers
// webhook-id, webhook-timestamp and webhook-signature, see
// standardwebhooks.com).
package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/internal/store"
)

// Events are those that a webhook may be told of, by the names that they have
// everywhere. Pieces of answers are not among them: the whole follows.
var Events = []string{
	"messageBroadcast", "messageDelivery", "messageComplete", "messageDeleted", "channelCleared", "channelUpdated", "channelDeleted",
	"sessionExpirationWarning", "sessionExpired", "approvalRequested", "approvalDecided",
}

// ping is the event of a test.
const ping = "ping"

// Limits of a webhook.
const (
	MaxWebhooks    = 1000
	MaxURL         = 2000
	MaxDescription = 500

	secretPrefix = "whsec_"
	secretBytes  = 32
	minSecret    = 24 // bytes, as Standard Webhooks has it
	maxSecret    = 64
)

// Options say what webhooks may reach and how patient the server is.
type Options struct {
	Outbound outbound.Options
	Now      func() time.Time // nil: time.Now
	// Delays are how long the server waits after the first failure of an
	// address, after the second, and so on; the last one counts for all that
	// follow. Nil: 1 s, 5 s, 25 s, 2, 5, 10 and 15 minutes.
	Delays  []time.Duration
	Timeout time.Duration // of one attempt; 0: 10 s
}

// Service keeps webhooks and tells them. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	client  *http.Client
	options Options
	log     *slog.Logger

	quit    context.CancelFunc
	loop    sync.WaitGroup
	sending sync.WaitGroup
	queue   *queue
}

// New makes the service. Run begins the telling.
func New(s *store.Store, o Options, log *slog.Logger) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Delays == nil {
		o.Delays = []time.Duration{time.Second, 5 * time.Second, 25 * time.Second, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}
	}
	return &Service{store: s, client: outbound.New(o.Outbound), options: o, log: log, quit: func() {}, queue: newQueue()}
}

func (s *Service) now() eliza.Millis { return eliza.Millis(s.options.Now().UnixMilli()) }

// Wish is what is wanted of a webhook; nil leaves a part as it is.
type Wish struct {
	ChannelID, AgentID eliza.ID // of a new one
	URL                *string
	Events             []string // nil: as it is; of a new one: all
	Secret             *string  // nil: as it is; of a new one: made
	Description        *string
	Active             *bool
}

// Create makes a webhook. Its secret is in the answer, and nowhere later.
// Error codes: INVALID_REQUEST, FORBIDDEN for an address that may not be
// called, NOT_FOUND (channel, agent), CONFLICT when there are too many.
func (s *Service) Create(ctx context.Context, w Wish) (eliza.Webhook, error) {
	now := s.now()
	hook := eliza.Webhook{ID: eliza.NewID(), ChannelID: w.ChannelID, AgentID: w.AgentID, Active: true, CreatedAt: now, UpdatedAt: now}
	if w.URL == nil {
		return hook, eliza.Errorf(eliza.CodeInvalidRequest, "url: an address is required")
	}
	if w.Secret == nil {
		b := make([]byte, secretBytes)
		rand.Read(b)
		made := secretPrefix + base64.StdEncoding.EncodeToString(b)
		w.Secret = &made
	}
	if err := s.apply(ctx, w, &hook); err != nil {
		return hook, err
	}
	if err := s.store.CreateWebhook(ctx, hook, MaxWebhooks); err != nil {
		return hook, fmt.Errorf("create webhook: %w", err)
	}
	return hook, nil
}

// Update changes a webhook. One that is made active begins anew with what it
// is to be told. Error codes: as Create's.
func (s *Service) Update(ctx context.Context, id eliza.ID, w Wish) (eliza.Webhook, error) {
	if err := s.apply(ctx, w, &eliza.Webhook{}); err != nil { // names are looked up before the transaction
		return eliza.Webhook{}, err
	}
	hook, err := s.store.UpdateWebhook(ctx, id, func(hook *eliza.Webhook) error {
		w.set(hook)
		if w.Active != nil && *w.Active {
			hook.DisabledReason, hook.Failures, hook.FailingSince, hook.NextAt = "", 0, 0, 0
		}
		return nil
	})
	if err != nil {
		return eliza.Webhook{}, fmt.Errorf("update webhook: %w", err)
	}
	return hook, nil
}

// apply checks a wish and grants it.
func (s *Service) apply(ctx context.Context, w Wish, hook *eliza.Webhook) error {
	if w.URL != nil {
		u, err := url.Parse(*w.URL)
		if err != nil || len(*w.URL) > MaxURL || u.Fragment != "" {
			return eliza.Errorf(eliza.CodeInvalidRequest, "url: not an address of at most %d bytes", MaxURL)
		}
		if err := outbound.Vet(ctx, s.options.Outbound, u); err != nil {
			return &eliza.Error{Code: eliza.ErrorCode(err), Message: "url: " + eliza.ErrorMessage(err), Err: err}
		}
	}
	for _, e := range w.Events {
		if !slices.Contains(Events, e) {
			return eliza.Errorf(eliza.CodeInvalidRequest, "events: there is no %q; there are %s", e, strings.Join(Events, ", "))
		}
	}
	if w.Secret != nil {
		if _, err := keyOf(*w.Secret); err != nil {
			return err
		}
	}
	if w.Description != nil && (len(*w.Description) > MaxDescription || !utf8.ValidString(*w.Description)) {
		return eliza.Errorf(eliza.CodeInvalidRequest, "description: longer than %d bytes", MaxDescription)
	}
	w.set(hook)
	return nil
}

func (w *Wish) set(hook *eliza.Webhook) {
	if w.URL != nil {
		hook.URL = *w.URL
	}
	if w.Events != nil {
		hook.Events = slices.Compact(slices.Sorted(slices.Values(w.Events)))
	}
	if w.Secret != nil {
		hook.Secret = *w.Secret
	}
	if w.Description != nil {
		hook.Description = *w.Description
	}
	if w.Active != nil {
		hook.Active = *w.Active
	}
}

// keyOf reads the key in a secret.
func keyOf(secret string) ([]byte, error) {
	encoded, is := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !is || err != nil || len(key) < minSecret || len(key) > maxSecret {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "secret: %s and %d to %d bytes in base64 are expected", secretPrefix, minSecret, maxSecret)
	}
	return key, nil
}

// Webhook returns one webhook. Error codes: NOT_FOUND, DB_ERROR.
func (s *Service) Webhook(ctx context.Context, id eliza.ID) (eliza.Webhook, error) {
	return s.store.Webhook(ctx, id)
}

// List returns all webhooks, the oldest first.
func (s *Service) List(ctx context.Context) ([]eliza.Webhook, error) { return s.store.Webhooks(ctx) }

// Delete removes a webhook with what it was to be told. Error codes:
// NOT_FOUND, DB_ERROR.
func (s *Service) Delete(ctx context.Context, id eliza.ID) error {
	return s.store.DeleteWebhook(ctx, id)
}

// Query chooses deliveries, the newest first.
type Query = store.WebhookQuery

// Deliveries returns what a webhook was told and is to be told.
func (s *Service) Deliveries(ctx context.Context, hook eliza.ID, q Query) ([]eliza.WebhookDelivery, error) {
	return s.store.WebhookDeliveries(ctx, hook, q)
}

// Ping has a webhook be told that it is one. Error codes: NOT_FOUND, CONFLICT
// when it is not active.
func (s *Service) Ping(ctx context.Context, hook eliza.ID) (eliza.WebhookDelivery, error) {
	payload, err := json.Marshal(map[string]any{"webhookId": hook})
	if err != nil {
		return eliza.WebhookDelivery{}, fmt.Errorf("word a ping: %w", err)
	}
	return s.store.Announce(ctx, hook, store.Notice{Event: ping, Payload: payload})
}

// Redeliver has an event be told again that was taken or given up. Error
// codes: NOT_FOUND, CONFLICT when it is on its way.
func (s *Service) Redeliver(ctx context.Context, hook, delivery eliza.ID) (eliza.WebhookDelivery, error) {
	return s.store.Redeliver(ctx, hook, delivery)
}

// What is kept of what was told.
const (
	keepDelivered = 24 * time.Hour
	keepOthers    = 7 * 24 * time.Hour
)

// Sweep removes what is no longer kept. It is due every hour or so.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.options.Now()
	if err := s.store.SweepWebhooks(ctx, eliza.Millis(now.Add(-keepDelivered).UnixMilli()), eliza.Millis(now.Add(-keepOthers).UnixMilli())); err != nil {
		return err
	}
	left, err := s.store.Webhooks(ctx)
	if err == nil {
		s.queue.keep(left)
	}
	return err
}
