package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// loop is a work against a server of its own that answers with what answer
// makes of the request's path.
func loop(t *testing.T, answer func(path string) string) *work {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(answer(r.URL.Path)))
	}))
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	w := &work{address: address, connections: 8,
		request: func(b []byte, conn, n int) []byte { return get(b, address, fmt.Sprintf("/%d/%d", conn, n)) },
		check: func(conn, n, status int, body []byte) error {
			if want := fmt.Sprintf("/%d/%d", conn, n); status != 200 || string(body) != want {
				return wrong(status, body, want)
			}
			return nil
		}}
	if err := w.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

func TestALoopAsksSoOftenAsItWasToldAndGoesOnWhereItWas(t *testing.T) {
	var asked atomic.Int64
	w := loop(t, func(path string) string { asked.Add(1); return path })
	for i := 1; i <= 2; i++ {
		o, err := w.run(t.Context(), time.Minute, 500)
		if err != nil || o.done != 500 || asked.Load() != int64(500*i) {
			t.Fatalf("%d done, %d asked, %v", o.done, asked.Load(), err)
		}
		if o.quantile(0) > o.quantile(0.5) || o.quantile(0.5) > o.quantile(1) || o.quantile(1) > o.elapsed || o.rate() <= 0 {
			t.Fatalf("p0 %s, p50 %s, p100 %s of %s", o.quantile(0), o.quantile(0.5), o.quantile(1), o.elapsed)
		}
	}
}

func TestAWrongAnswerEndsTheLoop(t *testing.T) {
	w := loop(t, func(path string) string { return strings.Replace(path, "/3/20", "/3/21", 1) })
	_, err := w.run(t.Context(), time.Minute, 0)
	if err == nil || !strings.Contains(err.Error(), "connection 3, request 20: status 200, want /3/20: /3/21") {
		t.Fatal(err)
	}
}

func TestACallerWhoGivesUpDoesNotWaitForAnAnswer(t *testing.T) {
	ctx, giveUp := context.WithCancel(t.Context())
	never := make(chan struct{})
	w := loop(t, func(path string) string {
		if path == "/5/2" {
			giveUp()
			<-never
		}
		return path
	})
	t.Cleanup(func() { close(never) })
	if _, err := w.run(ctx, time.Minute, 0); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestNoTwoMessagesAreAlike(t *testing.T) {
	seen := map[string]bool{}
	for person := range 40 {
		for n := range 500 {
			s := string(saying(nil, person, n))
			if seen[s] || strings.ContainsAny(s, `"\`) {
				t.Fatalf("%q", s)
			}
			seen[s] = true
		}
	}
}
