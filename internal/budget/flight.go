package budget

import (
	"context"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// account is one budget's window for one target.
type account struct {
	budget, target eliza.ID
	window         eliza.Millis
}

func (c *charge) account() account { return account{c.BudgetID, c.Target, c.Window} }

// flights knows the accounts in which this process holds reservations. Where
// too little is left only because of those, a call waits for one to be settled
// rather than being turned away.
type flights struct {
	mu   sync.Mutex
	open map[account]*flight
}

type flight struct {
	trying  int           // calls that are about to reserve
	under   int           // calls that have reserved
	waiting int           // calls that hold or want turn
	turn    chan struct{} // held by the only one of those who wait that tries again
	settled chan struct{} // holds a token when something was settled since it was last taken
}

// A waiting call tries again, although nothing was settled, after lookAgain
// while calls are under way, and after lookSoon while others only try.
const (
	lookAgain = time.Second
	lookSoon  = 20 * time.Millisecond
)

func newFlights() flights { return flights{open: map[account]*flight{}} }

func (f *flights) get(a account) *flight {
	one := f.open[a]
	if one == nil {
		one = &flight{turn: make(chan struct{}, 1), settled: make(chan struct{}, 1)}
		f.open[a] = one
	}
	return one
}

// begin counts calls before they reserve.
func (f *flights) begin(charges []charge) {
	f.each(charges, func(one *flight) { one.trying++ })
}

// reserved counts calls that have reserved, or that got nothing.
func (f *flights) reserved(charges []charge, got bool) {
	f.each(charges, func(one *flight) {
		one.trying--
		if got {
			one.under++
		}
	})
}

// end counts calls that were settled.
func (f *flights) end(charges []charge) {
	f.each(charges, func(one *flight) {
		one.under--
		select {
		case one.settled <- struct{}{}:
		default:
		}
	})
}

func (f *flights) each(charges []charge, do func(*flight)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range charges {
		a := charges[i].account()
		one := f.get(a)
		do(one)
		f.drop(a, one)
	}
}

func (f *flights) drop(a account, one *flight) {
	if one.trying == 0 && one.under == 0 && one.waiting == 0 {
		delete(f.open, a)
	}
}

// enter takes the turn of those who wait at an account.
func (f *flights) enter(ctx context.Context, a account) (leave func(), err error) {
	f.mu.Lock()
	one := f.get(a)
	one.waiting++
	f.mu.Unlock()
	done := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		one.waiting--
		f.drop(a, one)
	}
	select {
	case one.turn <- struct{}{}:
		return func() { <-one.turn; done() }, nil
	case <-ctx.Done():
		done()
		return nil, ctx.Err()
	}
}

// wait returns true when it is worth trying again: something was settled, or
// may have been. It returns false when no call is under way.
func (f *flights) wait(ctx context.Context, a account) (bool, error) {
	f.mu.Lock()
	one := f.get(a)
	pause := lookAgain
	if one.under == 0 {
		pause = lookSoon
	}
	none := one.under == 0 && one.trying == 0
	f.mu.Unlock()
	select {
	case <-one.settled:
		return true, nil
	default:
	}
	if none {
		return false, nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-one.settled:
	case <-timer.C:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return true, nil
}
