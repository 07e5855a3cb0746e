package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// work is a closed loop over HTTP: every connection sends its next request
// when the one before it is answered.
type work struct {
	address     string
	connections int
	request     func(b []byte, conn, n int) []byte // appends request n, from 0, of a connection
	check       func(conn, n, status int, body []byte) error

	conns []*httpConn
	sent  []int // requests so far, of each connection
}

// outcome is what a loop did.
type outcome struct {
	done      int
	elapsed   time.Duration
	latencies []time.Duration // sorted
}

func (o *outcome) rate() float64 { return float64(o.done) / o.elapsed.Seconds() }

// quantile returns the latency below which a part q of all lie.
func (o *outcome) quantile(q float64) time.Duration {
	if len(o.latencies) == 0 {
		return 0
	}
	return o.latencies[min(int(q*float64(len(o.latencies))), len(o.latencies)-1)]
}

func (w *work) open(ctx context.Context) error {
	w.sent = make([]int, w.connections)
	for range w.connections {
		c, err := dial(ctx, w.address)
		if err != nil {
			w.close()
			return err
		}
		w.conns = append(w.conns, c)
	}
	return nil
}

func (w *work) close() {
	for _, c := range w.conns {
		c.close()
	}
}

// run goes on for a time, or until count requests are answered when that is
// not 0. The first wrong answer ends it.
func (w *work) run(ctx context.Context, limit time.Duration, count int) (outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unhook := context.AfterFunc(ctx, func() {
		for _, c := range w.conns {
			_ = c.conn.SetDeadline(time.Unix(1, 0)) // wakes whoever waits for an answer
		}
	})
	defer unhook()
	begun := time.Now()
	until := begun.Add(limit)
	for _, c := range w.conns {
		if err := c.conn.SetDeadline(until.Add(ioTimeout)); err != nil {
			return outcome{}, err
		}
	}
	var left atomic.Int64
	left.Store(int64(count))
	latencies := make([][]time.Duration, len(w.conns))
	var group sync.WaitGroup
	for i := range w.conns {
		group.Go(func() {
			var err error
			if latencies[i], err = w.loop(i, until, count > 0, &left); err != nil {
				cancel(fmt.Errorf("connection %d, request %d: %w", i, w.sent[i], err))
			}
		})
	}
	group.Wait()
	o := outcome{elapsed: time.Since(begun), latencies: slices.Concat(latencies...)}
	o.done = len(o.latencies)
	slices.Sort(o.latencies)
	if err := context.Cause(ctx); err != nil {
		return o, err
	}
	if o.done == 0 {
		return o, fmt.Errorf("nothing was answered within %s", limit)
	}
	return o, nil
}

func (w *work) loop(i int, until time.Time, counted bool, left *atomic.Int64) ([]time.Duration, error) {
	c := w.conns[i]
	latencies := make([]time.Duration, 0, 1024)
	var request []byte
	for before := time.Now(); before.Before(until); {
		if counted && left.Add(-1) < 0 {
			break
		}
		n := w.sent[i]
		request = w.request(request[:0], i, n)
		status, body, err := c.do(request)
		if err != nil {
			return latencies, err
		}
		if err := w.check(i, n, status, body); err != nil {
			return latencies, err
		}
		w.sent[i]++
		now := time.Now()
		latencies = append(latencies, now.Sub(before))
		before = now
	}
	return latencies, nil
}

// wrong is the error of an answer that is not the right one.
func wrong(status int, body []byte, want string) error {
	const shown = 600
	if len(body) > shown {
		body = body[:shown]
	}
	return fmt.Errorf("status %d, want %s: %s", status, want, body)
}
