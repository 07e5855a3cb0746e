package webhook

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/test/check"
)

// BenchmarkGoodReceiver measures the time from an event to its arrival at a
// receiver that takes everything, alone and beside 200 that take nothing.
func BenchmarkGoodReceiver(b *testing.B) {
	kinds := map[string]func(testing.TB) string{"alone": nil}
	for name, bad := range badReceivers {
		kinds["beside "+name] = bad
	}
	for name, bad := range kinds {
		b.Run(name, func(b *testing.B) {
			took := make(chan struct{}, 1)
			good := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { took <- struct{}{} }))
			b.Cleanup(good.Close)
			db, err := store.Open(b.Context(), store.Config{DataDir: b.TempDir(), Node: "bench"})
			check.OK(b, err)
			s := New(db, Options{Outbound: outbound.Options{Allow: outbound.Loopback}, Timeout: patience}, slog.New(slog.DiscardHandler))
			b.Cleanup(func() {
				s.Close(b.Context())
				check.OK(b, db.Close())
			})
			var hooks []eliza.Webhook
			create := func(url string) {
				w, err := s.Create(b.Context(), Wish{URL: &url})
				check.OK(b, err)
				hooks = append(hooks, w)
			}
			if bad != nil {
				url := bad(b)
				for range 200 {
					create(url)
				}
			}
			create(good.URL)
			s.Run(b.Context())
			var longest time.Duration
			for b.Loop() {
				var began time.Time
				for _, w := range hooks { // the good one comes last
					began = time.Now()
					_, err := db.Announce(b.Context(), w.ID, store.Notice{Event: "messageBroadcast", Payload: []byte(`{"text":"x"}`)})
					check.OK(b, err)
				}
				<-took
				longest = max(longest, time.Since(began))
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
		})
	}
}
