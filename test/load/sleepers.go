package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	sleepers   = 10_000 // agents that are made, as a rule
	wakened    = 100    // of them that are spoken to
	sleeperBio = "Sleeps until somebody says something, and is measured meanwhile. "
)

// sleep makes many agents and looks at what they take while nobody talks with
// them; then it wakes some with a message, and talks with them again.
func (r *measured) sleep(ctx context.Context) error {
	before, err := r.settled(ctx)
	if err != nil {
		return err
	}
	ids, took, err := r.makeSleepers(ctx)
	if err != nil {
		return err
	}
	r.results.add("sleepers.rate", float64(r.options.agents)/took.Seconds())
	after, err := r.settled(ctx)
	if err != nil {
		return err
	}
	r.results.add("sleepers.memory", float64(after-before)/float64(r.options.agents)/1024)
	var asleep, awake []time.Duration
	for i := range wakened {
		agent := ids[i*(r.options.agents/wakened)]
		w, err := talk(ctx, r.server, agent, 1)
		if err != nil {
			return err
		}
		if err := w.open(ctx); err != nil {
			return err
		}
		first, err := w.run(ctx, legTime, 1)
		if err == nil {
			var second outcome
			second, err = w.run(ctx, legTime, 1)
			asleep, awake = append(asleep, first.latencies...), append(awake, second.latencies...)
		}
		w.close()
		if err != nil {
			return fmt.Errorf("wake agent %d: %w", i, err)
		}
	}
	slices.Sort(asleep)
	slices.Sort(awake)
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		slept, waked := quantileOf(asleep, q.at), quantileOf(awake, q.at)
		r.results.addTime("sleepers.asleep."+q.name, slept)
		r.results.addTime("sleepers.awake."+q.name, waked)
		r.results.addTime("sleepers.wake."+q.name, max(0, slept-waked))
	}
	return nil
}

func quantileOf(sorted []time.Duration, at float64) time.Duration {
	return sorted[min(int(at*float64(len(sorted))), len(sorted)-1)]
}

// settled is the resident memory of a server that was left alone for a moment.
func (r *measured) settled(ctx context.Context) (int64, error) {
	select {
	case <-time.After(3 * settleTime):
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	return resident(r.server.pid())
}

// makeSleepers makes and starts the agents over many connections.
func (r *measured) makeSleepers(ctx context.Context) (ids []string, took time.Duration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ids = make([]string, r.options.agents)
	begun := time.Now()
	var group sync.WaitGroup
	for c := range wide {
		group.Go(func() {
			if err := r.makeSome(ctx, ids, c); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return ids, time.Since(begun), context.Cause(ctx)
}

// makeSome makes every wide-th of the agents.
func (r *measured) makeSome(ctx context.Context, ids []string, from int) error {
	conn, err := dial(ctx, r.server.address)
	if err != nil {
		return err
	}
	defer conn.close()
	for i := from; i < r.options.agents && ctx.Err() == nil; i += wide {
		if err := conn.conn.SetDeadline(time.Now().Add(ioTimeout)); err != nil {
			return err
		}
		body := []byte(`{"name":"Sleeper ` + strconv.Itoa(i) + `","bio":["` + sleeperBio + `"],"system":"` + sleeperBio + sleeperBio + `"}`)
		status, answer, err := conn.do(post(nil, r.server.address, "/api/agents", body))
		if err != nil {
			return err
		}
		var made struct{ Data struct{ ID string } }
		if err := json.Unmarshal(answer, &made); err != nil || status != 201 {
			return wrong(status, answer, "201")
		}
		ids[i] = made.Data.ID
		if status, answer, err = conn.do(post(nil, r.server.address, "/api/agents/"+ids[i]+"/start", []byte("{}"))); err != nil {
			return err
		}
		if status != 200 {
			return wrong(status, answer, "200")
		}
	}
	return nil
}
