package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/check"
)

const patience = 20 * time.Second

// rig is the service over a real database, and a receiver.
type rig struct {
	t *testing.T
	*Service
	store   *store.Store
	ahead   atomic.Int64
	url     string
	answers func(n int, w http.ResponseWriter, r *http.Request) // n: 1 for the first request

	mu   sync.Mutex
	came []arrival
}

type arrival struct {
	id   string
	text string // data.text of the body
	head http.Header
	body []byte
}

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		var e struct {
			Type string
			Data struct{ Text string }
		}
		if err := json.Unmarshal(body, &e); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		r.mu.Lock()
		r.came = append(r.came, arrival{req.Header.Get("webhook-id"), e.Data.Text, req.Header.Clone(), body})
		n := len(r.came)
		r.mu.Unlock()
		if r.answers != nil {
			r.answers(n, w, req)
		}
	}))
	t.Cleanup(receiver.Close)
	r.url = receiver.URL
	var err error
	if r.store, err = store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Node: "rig"}); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Outbound: outbound.Options{Allow: outbound.Loopback}, Delays: []time.Duration{time.Millisecond}, Timeout: 300 * time.Millisecond,
		Now: func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) },
	}
	if change != nil {
		change(&o)
	}
	r.Service = New(r.store, o, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		r.Close(t.Context())
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) hook() eliza.Webhook {
	r.t.Helper()
	w, err := r.Create(r.t.Context(), Wish{URL: &r.url})
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

// say stores an event for a webhook.
func (r *rig) say(w eliza.Webhook, text string) eliza.ID {
	r.t.Helper()
	d, err := r.store.Announce(r.t.Context(), w.ID, store.Notice{Event: "messageBroadcast", Payload: fmt.Appendf(nil, `{"text":%q}`, text)})
	if err != nil {
		r.t.Fatal(err)
	}
	return d.ID
}

// delivery waits until a delivery is as it should be.
func (r *rig) delivery(w eliza.Webhook, id eliza.ID, holds func(eliza.WebhookDelivery) bool) eliza.WebhookDelivery {
	r.t.Helper()
	var d eliza.WebhookDelivery
	check.Until(r.t, "the delivery is as it should be", func() bool {
		var err error
		d, err = r.store.WebhookDelivery(r.t.Context(), w.ID, id)
		check.OK(r.t, err)
		return holds(d)
	})
	return d
}

func ended(d eliza.WebhookDelivery) bool { return d.State != eliza.WebhookPending }

func (r *rig) arrivals() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]arrival(nil), r.came...)
}

func TestEventsComeSignedOnceAndInOrder(t *testing.T) {
	r := newRig(t, nil)
	w := r.hook()
	r.Run(t.Context())
	const events = 60
	var last eliza.ID
	for i := range events {
		last = r.say(w, fmt.Sprint(i))
	}
	d := r.delivery(w, last, ended)
	if d.State != eliza.WebhookDelivered || d.Attempts != 1 || d.LastStatus != 200 || d.LastError != "" || d.EndedAt == 0 {
		t.Errorf("%+v", d)
	}
	came := r.arrivals()
	if len(came) != events {
		t.Fatalf("%d events came", len(came))
	}
	verifier, err := standardwebhooks.NewWebhook(w.Secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(w.Secret, "whsec_"))
	if err != nil || len(key) != 32 {
		t.Fatal(len(key), err)
	}
	for i, a := range came {
		if a.text != fmt.Sprint(i) {
			t.Errorf("%s came at place %d", a.text, i)
		}
		if err := verifier.Verify(a.body, a.head); err != nil {
			t.Error(err)
		}
		sum := hmac.New(sha256.New, key) // the same by hand
		sum.Write([]byte(a.id + "." + a.head.Get("webhook-timestamp") + "." + string(a.body)))
		if want := "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil)); a.head.Get("webhook-signature") != want {
			t.Errorf("signature %q, want %q", a.head.Get("webhook-signature"), want)
		}
		if verifier.Verify(append([]byte(" "), a.body...), a.head) == nil {
			t.Error("a changed body is taken for genuine")
		}
	}
}

// Whatever a receiver does, what it did not take comes again with the same id,
// before what follows.
func TestWhatIsNotTakenComesAgain(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	for name, test := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		says   string
		status int
	}{
		"an error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "status 500", 500},
		"too many": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, "status 429", 429},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "redirect", 307},
		"silence": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "in time", 0},
		"a cut": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				conn.Close()
			}
		}, "could not be reached", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.answers = func(n int, w http.ResponseWriter, req *http.Request) {
				if n <= 2 {
					test.answer(w, req)
				}
			}
			w := r.hook()
			first, second := r.say(w, "one"), r.say(w, "two")
			r.Run(t.Context())
			seen := r.delivery(w, first, func(d eliza.WebhookDelivery) bool { return d.Attempts >= 1 })
			if seen.State == eliza.WebhookPending && (!strings.Contains(seen.LastError, test.says) || seen.LastStatus != test.status) {
				t.Errorf("%+v", seen)
			}
			if d := r.delivery(w, second, ended); d.State != eliza.WebhookDelivered || d.Attempts != 1 {
				t.Errorf("%+v", d)
			}
			if d := r.delivery(w, first, ended); d.State != eliza.WebhookDelivered || d.Attempts != 3 {
				t.Errorf("%+v", d)
			}
			var texts []string
			ids := map[string]bool{}
			for _, a := range r.arrivals() {
				texts = append(texts, a.text)
				ids[a.id] = true
			}
			if got := strings.Join(texts, " "); got != "one one one two" || len(ids) != 2 {
				t.Errorf("%s came, with %d ids", got, len(ids))
			}
			stored, err := r.Webhook(t.Context(), w.ID)
			if err != nil || stored.Failures != 0 || stored.FailingSince != 0 {
				t.Errorf("%+v %v", stored, err)
			}
		})
	}
}

func TestWhatIsRefusedIsGivenUpSoonAndTheRestGoesOn(t *testing.T) {
	r := newRig(t, nil)
	r.answers = func(_ int, w http.ResponseWriter, req *http.Request) {
		if arrived := r.arrivals(); arrived[len(arrived)-1].text == "bad" {
			w.WriteHeader(422)
		}
	}
	w := r.hook()
	bad, good := r.say(w, "bad"), r.say(w, "good")
	r.Run(t.Context())
	if d := r.delivery(w, good, ended); d.State != eliza.WebhookDelivered {
		t.Errorf("%+v", d)
	}
	if d := r.delivery(w, bad, ended); d.State != eliza.WebhookFailed || d.Attempts != refusals || d.LastStatus != 422 {
		t.Errorf("%+v", d)
	}
}

func TestAnAddressThatAlwaysFailsIsGivenUp(t *testing.T) {
	r := newRig(t, nil)
	r.answers = func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	w := r.hook()
	first := r.say(w, "one")
	r.Run(t.Context())
	if d := r.delivery(w, first, ended); d.State != eliza.WebhookFailed || d.Attempts != attempts {
		t.Errorf("%+v", d)
	}
	r.ahead.Store(int64(failsFor))
	second := r.say(w, "two")
	r.delivery(w, second, func(d eliza.WebhookDelivery) bool { return d.Attempts > 0 })
	stored, err := r.Webhook(t.Context(), w.ID)
	if err != nil || stored.Active || !strings.Contains(stored.DisabledReason, "24 hours") {
		t.Fatalf("%+v %v", stored, err)
	}
	// Made active, it is told what waited.
	r.answers = nil
	yes := true
	if _, err := r.Update(t.Context(), w.ID, Wish{Active: &yes}); err != nil {
		t.Fatal(err)
	}
	if d := r.delivery(w, second, ended); d.State != eliza.WebhookDelivered {
		t.Errorf("%+v", d)
	}
	if _, err := r.Redeliver(t.Context(), w.ID, first); err != nil {
		t.Fatal(err)
	}
	if d := r.delivery(w, first, ended); d.State != eliza.WebhookDelivered || d.Attempts != 1 {
		t.Errorf("%+v", d)
	}
}

func TestAnAddressThatIsGoneIsToldNoMore(t *testing.T) {
	r := newRig(t, nil)
	r.answers = func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) }
	w := r.hook()
	d := r.say(w, "one")
	r.Run(t.Context())
	r.delivery(w, d, func(d eliza.WebhookDelivery) bool { return d.Attempts > 0 })
	if stored, err := r.Webhook(t.Context(), w.ID); err != nil || stored.Active || !strings.Contains(stored.DisabledReason, "410") {
		t.Errorf("%+v %v", stored, err)
	}
}

func TestItWaitsAsLongAsItIsTold(t *testing.T) {
	r := newRig(t, nil)
	r.answers = func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(429)
	}
	w := r.hook()
	d := r.delivery(w, func() eliza.ID { id := r.say(w, "one"); r.Run(t.Context()); return id }(), func(d eliza.WebhookDelivery) bool { return d.Attempts > 0 })
	if stored, err := r.Webhook(t.Context(), w.ID); err != nil || stored.NextAt < d.AttemptedAt+120_000 {
		t.Errorf("%+v %v", stored, err)
	}
}

// An endless answer takes neither memory nor time.
func TestAnEndlessAnswerIsNotRead(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Timeout = patience })
	var written atomic.Int64
	r.answers = func(_ int, w http.ResponseWriter, _ *http.Request) {
		for {
			n, err := w.Write(make([]byte, 64<<10))
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	w := r.hook()
	id := r.say(w, "one")
	r.Run(t.Context())
	if d := r.delivery(w, id, ended); d.State != eliza.WebhookDelivered || written.Load() > 64<<20 {
		t.Errorf("%d bytes, %+v", written.Load(), d)
	}
}

// Addresses inside are refused when they are named and when they are called.
func TestNoAddressInsideIsCalled(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Outbound.Allow = nil })
	r.Run(t.Context())
	for _, address := range []string{
		r.url, "http://localhost:1/", "http://127.1/", "http://2130706433/", "http://0.0.0.0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.1/",
		"http://192.168.1.1/x", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data", "http://100.64.0.1/", "http://[fe80::1]/", "http://[fd00::1]/",
		"http://[64:ff9b::7f00:1]/", "ftp://example.com/", "file:///etc/passwd", "http://user:password@example.com/", "http://", "javascript:alert(1)", "x", "",
		"https://example.com/" + strings.Repeat("x", MaxURL),
	} {
		_, err := r.Create(t.Context(), Wish{URL: &address})
		if code := eliza.ErrorCode(err); code != eliza.CodeForbidden && code != eliza.CodeInvalidRequest {
			// A spelling that no resolver knows is refused when it is called.
			if !strings.Contains(address, "2130706433") && !strings.Contains(address, "127.1") {
				t.Errorf("%s: %v", address, err)
			}
		}
		inside := eliza.Webhook{ID: eliza.NewID(), URL: address, Secret: "whsec_" + strings.Repeat("QUJD", 8), Active: true}
		if err := r.store.CreateWebhook(t.Context(), inside, MaxWebhooks); err != nil {
			t.Fatal(err)
		}
		d := r.delivery(inside, r.say(inside, "x"), func(d eliza.WebhookDelivery) bool { return d.Attempts > 0 })
		if d.LastStatus != 0 || d.LastError == "" {
			t.Errorf("%s was called: %+v", address, d)
		}
	}
	if came := r.arrivals(); len(came) > 0 {
		t.Errorf("%d requests came", len(came))
	}
}

func TestWishesAreChecked(t *testing.T) {
	r := newRig(t, nil)
	w := r.hook()
	for name, wish := range map[string]Wish{
		"event": {Events: []string{"messageStreamChunk"}}, "secret": {Secret: ptr("whsec_abc")}, "plain secret": {Secret: ptr(strings.Repeat("QUJD", 8))},
		"description": {Description: ptr(strings.Repeat("x", MaxDescription+1))}, "address": {URL: ptr("gopher://x")},
	} {
		if _, err := r.Update(t.Context(), w.ID, wish); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Create(t.Context(), Wish{}); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
		t.Errorf("without an address: %v", err)
	}
	if stored, err := r.Webhook(t.Context(), w.ID); err != nil || stored.URL != r.url || stored.Secret != w.Secret {
		t.Errorf("%+v %v", stored, err)
	}
	secret := "whsec_" + strings.Repeat("QUJD", 8)
	if _, err := r.Update(t.Context(), w.ID, Wish{Secret: &secret}); err != nil {
		t.Fatal(err)
	}
	if stored, err := r.Webhook(t.Context(), w.ID); err != nil || stored.Secret != secret {
		t.Errorf("%+v %v", stored, err)
	}
}

func ptr(text string) *string { return &text }
