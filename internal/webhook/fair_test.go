package webhook

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/check"
)

// dues are n webhooks of one host.
func dues(n int, host string, failures int) []store.DueWebhook {
	var all []store.DueWebhook
	for i := range n {
		all = append(all, store.DueWebhook{ID: eliza.NewID(), URL: fmt.Sprintf("https://%s/%d", host, i), Failures: failures})
	}
	return all
}

// proven notes that webhooks took their last event quickly.
func (q *queue) proven(list []store.DueWebhook) {
	for _, d := range list {
		q.note(&eliza.Webhook{ID: d.ID, URL: d.URL}, time.Millisecond)
	}
}

// counts tells how many of a list were chosen.
func counts(list []store.DueWebhook, chosen []eliza.ID) (n int) {
	for _, d := range list {
		if slices.Contains(chosen, d.ID) {
			n++
		}
	}
	return n
}

func TestReceiversInGoodStandingComeFirst(t *testing.T) {
	q := newQueue()
	bad, fresh, fine := dues(20, "bad", 3), dues(20, "new", 0), dues(20, "good", 0)
	q.proven(fine)
	chosen := q.take(slices.Concat(bad, fresh, fine))
	if len(chosen) != 60 || counts(fine, chosen[:20]) != 20 || counts(fresh, chosen[20:40]) != 20 || counts(bad, chosen[40:]) != 20 {
		t.Errorf("chosen %v", chosen)
	}
}

func TestHostsTakeTurns(t *testing.T) {
	q := newQueue()
	many, one := dues(300, "many", 0), dues(1, "one", 0)
	if chosen := q.take(slices.Concat(many, one)); counts(one, chosen[:2]) != 1 {
		t.Error("the only webhook of its host waits behind many of another")
	}
}

func TestWhoWasToldLongestAgoComesFirst(t *testing.T) {
	q := newQueue()
	list := dues(3, "host", 0)
	q.proven([]store.DueWebhook{list[1], list[2], list[0]})
	if chosen := q.take(list); !slices.Equal(chosen, []eliza.ID{list[1].ID, list[2].ID, list[0].ID}) {
		t.Errorf("chosen %v of %v", chosen, list)
	}
}

func TestAWebhookHasOnePlace(t *testing.T) {
	q := newQueue()
	list := dues(1, "host", 0)
	if first, second := q.take(list), q.take(list); len(first) != 1 || len(second) != 0 {
		t.Errorf("chosen %v and %v", first, second)
	}
	q.leave(list[0].ID)
	if again := q.take(list); len(again) != 1 {
		t.Error("it was not told again")
	}
}

func TestSuspectsAreBoundedByHostAndTogether(t *testing.T) {
	q := newQueue()
	slow := dues(100, "slow", 0)
	for _, d := range slow {
		q.note(&eliza.Webhook{ID: d.ID, URL: d.URL}, 2*slowAfter)
	}
	chosen := q.take(slow)
	if len(chosen) != suspectsOfHost {
		t.Errorf("%d of one host", len(chosen))
	}
	for _, id := range chosen {
		q.leave(id)
	}
	var failing []store.DueWebhook
	for i := range 40 {
		failing = append(failing, dues(20, fmt.Sprint("host", i), 1)...)
	}
	if chosen = q.take(failing); len(chosen) != suspectAtOnce {
		t.Errorf("%d together", len(chosen))
	}
}

// However many hang, there is room for those that are known to answer.
func TestRoomIsKeptForReceiversInGoodStanding(t *testing.T) {
	q := newQueue()
	if n := len(q.take(dues(MaxWebhooks, "hanging", 0))); n != atOnce-reserved {
		t.Errorf("%d unknown receivers are told at once", n)
	}
	one, many := dues(reservedOfHost, "one", 0), dues(reservedOfHost*2, "many", 0)
	q.proven(slices.Concat(one, many))
	chosen := q.take(slices.Concat(many, one))
	if counts(one, chosen) != reservedOfHost || counts(many, chosen) != reservedOfHost {
		t.Errorf("%d and %d of two hosts found room", counts(one, chosen), counts(many, chosen))
	}
}

func TestAnotherAddressIsAnotherReceiver(t *testing.T) {
	q := newQueue()
	moved, fresh := dues(1, "a", 0), dues(1, "a", 0)
	q.note(&eliza.Webhook{ID: moved[0].ID, URL: "https://elsewhere/"}, 2*slowAfter)
	if chosen := q.take(slices.Concat(moved, fresh)); chosen[0] != moved[0].ID {
		t.Error("a new address is held for the slow one that it replaces")
	}
}

func TestWhatIsGoneIsForgotten(t *testing.T) {
	q := newQueue()
	list := dues(5, "host", 0)
	q.proven(list)
	q.keep([]eliza.Webhook{{ID: list[0].ID}})
	if len(q.standings) != 1 {
		t.Errorf("%d are remembered", len(q.standings))
	}
	for _, id := range q.take(list) {
		q.leave(id)
	}
	if len(q.hosts) != 0 || len(q.suspects) != 0 || q.suspected != 0 {
		t.Errorf("%+v", q)
	}
}

// A receiver that takes everything is told although many others do not, and
// while some of them still hang.
func TestBadReceiversHoldUpNobody(t *testing.T) {
	for name, bad := range badReceivers {
		t.Run(name, func(t *testing.T) {
			const many = 200
			r := newRig(t, func(o *Options) { o.Timeout, o.Delays = patience, []time.Duration{50 * time.Millisecond} })
			url := bad(t)
			var last eliza.ID
			for range many {
				w, err := r.Create(t.Context(), Wish{URL: &url})
				check.OK(t, err)
				r.say(w, "ignored")
			}
			w := r.hook()
			const events = 20
			for i := range events {
				last = r.say(w, fmt.Sprint(i))
			}
			r.Run(t.Context())
			r.delivery(w, last, ended)
			var texts []string
			for _, a := range r.arrivals() {
				texts = append(texts, a.text)
			}
			if len(texts) != events || !slices.IsSortedFunc(texts, func(a, b string) int { return len(a)*100 + strings.Compare(a, b) - len(b)*100 }) {
				t.Errorf("came %v", texts)
			}
		})
	}
}

// badReceivers begin receivers that take nothing, each in its own way.
var badReceivers = map[string]func(testing.TB) string{
	"never answering": func(t testing.TB) string {
		return receiver(t, func(_ http.ResponseWriter, _ *http.Request, ended <-chan struct{}) { <-ended })
	},
	"cut in the answer": func(t testing.TB) string {
		return receiver(t, func(w http.ResponseWriter, _ *http.Request, ended <-chan struct{}) {
			w.Header().Set("Content-Length", "5")
			w.WriteHeader(http.StatusOK)
			check.OK(t, http.NewResponseController(w).Flush())
			<-ended
		})
	},
	"failing": func(t testing.TB) string {
		return receiver(t, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
			w.WriteHeader(http.StatusInternalServerError)
		})
	},
	"closing": func(t testing.TB) string {
		return receiver(t, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		})
	},
	"refusing connections": func(t testing.TB) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check.OK(t, err)
		check.OK(t, l.Close())
		return "http://" + l.Addr().String()
	},
	"accepting and silent": func(t testing.TB) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check.OK(t, err)
		t.Cleanup(func() { l.Close() })
		return "http://" + l.Addr().String()
	},
}

// receiver serves until the test's service has ended; ended is closed then.
func receiver(t testing.TB, answer func(w http.ResponseWriter, r *http.Request, ended <-chan struct{})) string {
	ended := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r, ended) }))
	t.Cleanup(s.Close)
	t.Cleanup(sync.OnceFunc(func() { close(ended) }))
	return s.URL
}
