package storetest

import (
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// until repeats try until it reports success.
func (p place) until(t *testing.T, what string, try func() bool) {
	t.Helper()
	for tick := time.NewTicker(5 * time.Millisecond); !try(); {
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			t.Fatalf("never: %s", what)
		}
	}
}

// second opens another node on the same database; only PostgreSQL has them.
func (p place) second(t *testing.T, ttl time.Duration) *store.Store {
	t.Helper()
	c := p.config
	c.Node, c.LeaseTTL = "node-2", ttl
	return open(t, c)
}

var leaseTests = map[string]func(*testing.T, place){
	"is handed back and taken again": func(t *testing.T, p place) {
		p.accept(t, p.says("one"))
		p.accept(t, p.says("two"))
		n, err := p.ReleaseDeliveries(p.ctx)
		ok(t, err)
		if n != 4 {
			t.Errorf("handed back %d, want 4", n)
		}
		first, err := p.ReclaimDeliveries(p.ctx, 3)
		ok(t, err)
		rest, err := p.ReclaimDeliveries(p.ctx, 3)
		ok(t, err)
		none, err := p.ReclaimDeliveries(p.ctx, 3)
		ok(t, err)
		if len(first) != 3 || len(rest) != 1 || len(none) != 0 {
			t.Fatalf("reclaimed %d, %d, %d", len(first), len(rest), len(none))
		}
		for i, d := range append(first, rest...) {
			if d.Seq != int64(1+i/2) || d.Owner != p.Owner() || d.Attempts != 0 || d.State != eliza.Pending {
				t.Errorf("reclaimed %+v", d)
			}
		}
	},
	"passes to the next life of a node": func(t *testing.T, p place) {
		a := p.accept(t, p.says("one"))
		old := p.Owner()
		if p.config.DataDir != "" {
			ok(t, p.Close()) // nobody else may open the folder before
			p.Store = open(t, reopened(p))
		} else {
			p.Store = open(t, reopened(p)) // the old one hangs, and does not know
		}
		if p.Owner() == old {
			t.Fatal("two lives have one name")
		}
		mine, err := p.ReclaimDeliveries(p.ctx, 10)
		ok(t, err)
		if len(mine) != 2 || mine[0].Attempts != 1 || mine[0].Owner != p.Owner() {
			t.Errorf("reclaimed %+v", mine)
		}
		_, err = p.FinishTurn(p.ctx, p.turn(of(t, a.Deliveries, p.eliza), "Eliza"))
		ok(t, err)
	},
	"that waits to be taken over is joined in order": func(t *testing.T, p place) {
		p.accept(t, p.says("one"))
		_, err := p.ReleaseDeliveries(p.ctx)
		ok(t, err)
		next := p.accept(t, p.says("two"))
		for _, d := range next.Deliveries {
			if d.State != eliza.Pending || d.Owner != "" {
				t.Errorf("can be worked on before an earlier one is: %+v", d)
			}
		}
		all, err := p.ReclaimDeliveries(p.ctx, 10)
		ok(t, err)
		if len(all) != 4 || all[0].Seq != 1 || all[1].Seq != 1 || all[2].Seq != 2 || all[3].Seq != 2 {
			t.Errorf("reclaimed %+v", all)
		}
		last := p.accept(t, p.says("three"))
		if last.Deliveries[0].Owner != p.Owner() {
			t.Errorf("a queue that is worked on here went elsewhere: %+v", last.Deliveries)
		}
	},
	"of a living node is left to it": func(t *testing.T, p place) {
		if p.config.DataDir != "" {
			c := p.config
			if s, err := store.Open(p.ctx, c); err == nil {
				s.Close()
				t.Fatal("two servers share a data folder")
			}
			return
		}
		other := p.second(t, time.Hour)
		first := p.accept(t, p.says("one"))
		mine, err := other.ReclaimDeliveries(p.ctx, 10)
		ok(t, err)
		if len(mine) != 0 {
			t.Errorf("took %+v", mine)
		}
		// What comes in there while the queue is worked on here stays here.
		next, err := other.AcceptMessage(p.ctx, store.Incoming{Message: p.says("two")})
		ok(t, err)
		for _, d := range next.Deliveries {
			if d.Owner != p.Owner() {
				t.Errorf("the queue is worked on by two nodes: %+v", d)
			}
		}
		for _, a := range []store.Accepted{first, next} {
			for _, d := range a.Deliveries {
				_, err := other.FinishTurn(p.ctx, store.Turn{Delivery: ended(d, eliza.Ignored)})
				wantCode(t, err, eliza.CodeConflict)
				_, err = p.FinishTurn(p.ctx, store.Turn{Delivery: ended(d, eliza.Ignored)})
				ok(t, err)
			}
		}
		last, err := other.AcceptMessage(p.ctx, store.Incoming{Message: p.says("three")})
		ok(t, err)
		if last.Deliveries[0].Owner != other.Owner() {
			t.Errorf("an empty queue went elsewhere: %+v", last.Deliveries)
		}
	},
	"of a dead node is taken over": func(t *testing.T, p place) {
		if p.config.DataDir != "" {
			return // has one node only
		}
		other := p.second(t, time.Millisecond)
		a := p.accept(t, p.says("one"))
		var taken []eliza.Delivery
		p.until(t, "taken over", func() bool {
			list, err := other.ReclaimDeliveries(p.ctx, 10)
			ok(t, err)
			taken = append(taken, list...)
			return len(taken) == 2
		})
		if taken[0].Attempts != 1 || taken[0].Owner != other.Owner() {
			t.Errorf("taken %+v", taken)
		}
		// The first one was only slow; its answer comes too late.
		_, err := p.FinishTurn(p.ctx, p.turn(of(t, a.Deliveries, p.eliza), "Eliza"))
		wantCode(t, err, eliza.CodeConflict)
		_, err = other.FinishTurn(p.ctx, p.turn(of(t, taken, p.eliza), "Eliza"))
		ok(t, err)
		list, err := p.Messages(p.ctx, p.channel.ID, store.MessageQuery{})
		ok(t, err)
		if len(list) != 2 {
			t.Errorf("%d messages, want one question and one answer", len(list))
		}
	},
	"is taken by one of many": func(t *testing.T, p place) {
		if p.config.DataDir != "" {
			return // has one node only
		}
		for range 10 {
			m := p.says("x")
			m.ChannelID = p.newChannel(t, eliza.TypeDM, p.alice, p.eliza.ID).ID
			p.accept(t, m)
		}
		_, err := p.ReleaseDeliveries(p.ctx)
		ok(t, err)
		other := p.second(t, time.Hour)
		type result struct {
			list []eliza.Delivery
			err  error
		}
		results := make(chan result)
		for _, s := range []*store.Store{p.Store, other, p.Store, other} {
			go func() {
				list, err := s.ReclaimDeliveries(p.ctx, 100)
				results <- result{list, err}
			}()
		}
		seen := map[eliza.ID]bool{}
		for range 4 {
			r := <-results
			ok(t, r.err)
			for _, d := range r.list {
				if seen[d.MessageID] {
					t.Error("a delivery has two owners")
				}
				seen[d.MessageID] = true
			}
		}
		rest, err := p.ReclaimDeliveries(p.ctx, 100) // what was locked by another at that moment
		ok(t, err)
		if len(seen)+len(rest) != 10 {
			t.Errorf("%d and %d deliveries were taken, want 10", len(seen), len(rest))
		}
	},
	"is shown to be alive": func(t *testing.T, p place) {
		ok(t, p.Heartbeat(p.ctx))
		ok(t, p.Ping(p.ctx))
	},
}

// reopened is the configuration of the node's next life.
func reopened(p place) store.Config {
	c := p.config
	c.LeaseTTL = time.Hour
	return c
}
