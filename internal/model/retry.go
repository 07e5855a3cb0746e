package model

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// The pauses between tries: the first is at most firstPause, each next one
// twice as long, none longer than longestPause, which also bounds what a
// provider may ask for.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// limits are what one call through the router may take.
type limits struct {
	timeout  time.Duration // of all tries together
	attempts int
	pause    time.Duration // see firstPause
	meter    Meter         // nil counts nothing
	learned  *learned
	logger   *slog.Logger
}

// attempt is a call that can be made again.
type attempt interface {
	once(ctx context.Context) error
	// adapt reports whether what failed is worth trying again at once, because
	// the attempt is another one now. It does so a bounded number of times.
	adapt(failure *CallError) bool
	// handedOn reports whether it is too late for another try.
	handedOn() bool
}

// simple is an attempt that is always the same.
type simple func(context.Context) error

func (s simple) once(ctx context.Context) error { return s(ctx) }
func (s simple) adapt(*CallError) bool          { return false }
func (s simple) handedOn() bool                 { return false }

// try makes a call until it goes well, fails for good, or the limits are
// reached. It never calls again after something was handed on. A try of an
// adapted call is no repetition and counts as none. A failure that has a kind
// is no accident: the same call is not tried again. The error is nil or says
// what the last try said.
func (l limits) try(parent context.Context, provider string, a attempt) (usage eliza.Usage, failure *CallError) {
	ctx, cancel := context.WithTimeout(parent, l.timeout)
	defer cancel()
	for n := 1; ; n++ {
		start := time.Now()
		err := guard(ctx, provider, a.once)
		if kept := (*notMade)(nil); !errors.As(err, &kept) {
			usage.Calls++
		}
		usage.ModelMillis += eliza.Millis(time.Since(start).Milliseconds())
		if err == nil {
			return usage, nil
		}
		failure = callError(provider, err)
		if ended := parent.Err(); ended != nil {
			return usage, &CallError{Provider: provider, Message: "the call was ended: " + ended.Error(), Err: ended}
		}
		if ctx.Err() != nil {
			return usage, &CallError{Provider: provider, Message: fmt.Sprintf("no answer within %s", l.timeout), Temporary: true, Err: context.DeadlineExceeded}
		}
		if !a.handedOn() && a.adapt(failure) {
			n--
			continue
		}
		if !failure.Temporary || failure.Kind != "" || n >= l.attempts || a.handedOn() {
			return usage, failure
		}
		wait := l.wait(n, failure.RetryAfter)
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= wait {
			return usage, failure
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return usage, &CallError{Provider: provider, Message: "the call was ended: " + ctx.Err().Error(), Err: ctx.Err()}
		}
	}
}

// wait is the pause after the nth try: what the provider asked for, or a
// random part of a doubling time, so that callers spread out.
func (l limits) wait(n int, asked time.Duration) time.Duration {
	if asked > 0 {
		return min(asked, longestPause)
	}
	return rand.N(min(l.pause<<min(n-1, 16), longestPause) + 1)
}

// guard turns a provider's panic into an error.
func guard(ctx context.Context, provider string, once func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &CallError{Provider: provider, Message: "the provider failed inside the server", Err: fmt.Errorf("panic: %v\n%s", v, debug.Stack())}
		}
	}()
	return once(ctx)
}

// callError returns the CallError in err, or one around it whose words reveal
// nothing.
func callError(provider string, err error) *CallError {
	var e *CallError
	if errors.As(err, &e) {
		return e
	}
	return &CallError{Provider: provider, Message: "the call failed", Err: err}
}
