package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/failpoint"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/internal/store"
)

const (
	lookEvery = time.Second
	// How much one webhook is told before others have their turn.
	inARow  = 200 // events
	oneTurn = 2 * time.Second

	// attempts is how often an event is tried that the address does not take,
	// and refusals how often when it says that the event is at fault.
	attempts = 8
	refusals = 3
	// longestWish is how long an address may ask to be left alone.
	longestWish = time.Hour
	// A webhook is ended that took nothing for so long, or that so much waits
	// for while it fails.
	failsFor    = 24 * time.Hour
	mostWaiting = 10_000
)

// Run tells webhooks until Close.
func (s *Service) Run(ctx context.Context) {
	ctx, s.quit = context.WithCancel(context.WithoutCancel(ctx))
	s.loop.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		failing := false
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.store.WebhookNews():
			case <-tick.C:
				if !s.store.Sole() { // others may have made some
					_ = s.store.RefreshWebhooks(ctx) // it fails as the next step does
				}
			}
			err := s.begin(ctx)
			if err != nil && !failing && ctx.Err() == nil {
				s.log.Error("webhooks cannot be told", "error", err)
			}
			failing = err != nil
		}
	})
}

// Close begins nothing more, lets what is being sent end until ctx does, and
// leaves the rest for later.
func (s *Service) Close(ctx context.Context) {
	s.quit()
	s.loop.Wait()
	ended := make(chan struct{})
	go func() {
		s.sending.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.client.CloseIdleConnections()
		<-ended // an attempt takes Options.Timeout at most
	}
}

// begin has the webhooks told that it is time for.
func (s *Service) begin(ctx context.Context) error {
	if !s.store.AnyWebhooks() {
		return nil
	}
	due, err := s.store.DueWebhooks(ctx, s.now())
	if err != nil {
		return fmt.Errorf("find webhooks to tell: %w", err)
	}
	chosen := s.queue.take(due)
	if len(chosen) == 0 {
		return nil
	}
	claimed, err := s.store.ClaimWebhooks(ctx, s.now(), chosen)
	hooks := make(map[eliza.ID]eliza.Webhook, len(claimed))
	for _, hook := range claimed {
		hooks[hook.ID] = hook
	}
	for _, id := range chosen {
		hook, mine := hooks[id]
		if !mine { // another node was faster, or it changed meanwhile
			s.queue.leave(id)
			continue
		}
		s.sending.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					s.log.Error("telling a webhook panicked", "webhook", hook.ID, "error", eliza.Recovered(p))
				}
				s.queue.leave(hook.ID)
				if err := s.store.ReleaseWebhook(context.WithoutCancel(ctx), hook.ID); err != nil {
					s.log.Warn("a webhook stays taken until the next start", "webhook", hook.ID, "error", err)
				}
			}()
			if err := s.tell(ctx, hook); err != nil && ctx.Err() == nil && eliza.ErrorCode(err) != eliza.CodeConflict {
				s.log.Error("a webhook cannot be told", "webhook", hook.ID, "error", err)
			}
		})
	}
	if err != nil {
		return fmt.Errorf("claim webhooks: %w", err)
	}
	return nil
}

// tell sends what a webhook is to be told, in order, until one fails, the
// receiver is slow or others have their turn.
func (s *Service) tell(ctx context.Context, hook eliza.Webhook) error {
	began := time.Now()
	for range inARow {
		if ctx.Err() != nil || time.Since(began) > oneTurn {
			return nil
		}
		d, err := s.store.NextWebhookDelivery(ctx, hook.ID)
		if err != nil || d == nil {
			return err
		}
		sent := time.Now()
		went := s.attempt(context.WithoutCancel(ctx), &hook, d)
		standing := s.queue.note(&hook, time.Since(sent))
		failpoint.Hit("webhook told", d.ID)
		if went.disable == "" && hook.Failures > 0 {
			if n, err := s.store.PendingWebhookDeliveries(ctx, hook.ID); err == nil && n > mostWaiting {
				went.disable = fmt.Sprintf("More than %d events wait for it.", mostWaiting)
			}
		}
		hook.DisabledReason = went.disable
		if err := s.store.RecordAttempt(context.WithoutCancel(ctx), store.WebhookAttempt{Webhook: hook, Ended: *d}); err != nil {
			return err
		}
		if went.disable != "" {
			s.log.Warn("a webhook was ended", "webhook", hook.ID, "reason", went.disable)
		}
		if standing == suspect {
			return nil
		}
	}
	return nil
}

// went is how an attempt went, besides what the rows say.
type went struct {
	disable string // why the webhook is ended; empty: it goes on
}

// attempt sends one event and notes in both rows what follows.
func (s *Service) attempt(ctx context.Context, hook *eliza.Webhook, d *eliza.WebhookDelivery) (w went) {
	answer, err := s.send(ctx, hook, d)
	now := s.now()
	d.Attempts++
	d.AttemptedAt, d.LastStatus, d.LastError = now, answer.Status, ""
	if err == nil && answer.Status/100 == 2 {
		d.State, d.EndedAt = eliza.WebhookDelivered, now
		hook.Failures, hook.FailingSince, hook.NextAt = 0, 0, 0
		return w
	}
	switch {
	case err != nil:
		d.LastError = sentence(eliza.ErrorMessage(err))
	case answer.Status/100 == 3:
		d.LastError = fmt.Sprintf("The address answered with a redirect (%d), which is not followed.", answer.Status)
	default:
		d.LastError = fmt.Sprintf("The address answered with status %d.", answer.Status)
	}
	most := attempts
	if refused(answer.Status) {
		most = refusals
	}
	if d.Attempts >= most {
		d.State, d.EndedAt = eliza.WebhookFailed, now
	}
	if hook.FailingSince == 0 {
		hook.FailingSince = now
	}
	delays := s.options.Delays
	delay := delays[min(hook.Failures, len(delays)-1)]
	delay += time.Duration((rand.Float64() - 0.5) * 0.4 * float64(delay)) // so that many do not come back at once
	if answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable {
		delay = max(delay, min(answer.RetryAfter, longestWish))
	}
	hook.Failures++
	hook.NextAt = now + eliza.Millis(delay.Milliseconds())
	switch {
	case answer.Status == http.StatusGone:
		w.disable = "The address is gone (410)."
	case now-hook.FailingSince >= eliza.Millis(failsFor.Milliseconds()):
		w.disable = fmt.Sprintf("It has taken nothing for %d hours. %s", int(failsFor.Hours()), d.LastError)
	}
	return w
}

// refused reports whether a status says that the same event will not be taken
// later either.
func refused(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status/100 == 4
}

// envelope is the body of what is sent.
type envelope struct {
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// send makes one attempt.
func (s *Service) send(ctx context.Context, hook *eliza.Webhook, d *eliza.WebhookDelivery) (outbound.Answered, error) {
	body, err := json.Marshal(envelope{d.Event, d.CreatedAt.ISO(), json.RawMessage(d.Payload)})
	if err != nil {
		return outbound.Answered{}, fmt.Errorf("word an event: %w", err)
	}
	key, err := keyOf(hook.Secret)
	if err != nil {
		return outbound.Answered{}, eliza.Errorf(eliza.CodeInternal, "its secret cannot be read: it was encrypted with another key; set it anew")
	}
	signer, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return outbound.Answered{}, fmt.Errorf("sign an event: %w", err)
	}
	at := s.options.Now()
	signature, err := signer.Sign(d.ID.String(), at, body)
	if err != nil {
		return outbound.Answered{}, fmt.Errorf("sign an event: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	return outbound.Post(ctx, s.client, hook.URL, http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"elizad"}, "Webhook-Id": {d.ID.String()},
		"Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {signature},
	}, body)
}

func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
