// Package apart runs what is not the server's own, a piece of a plugin, so
// that neither its panic nor its hanging harms anything else.
package apart

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin"
)

// Do runs do. One that does not return in time is left behind with its
// goroutine; its context has ended then. Error codes: TIMEOUT, those of do; a
// panic is an internal error.
func Do[T any](ctx context.Context, within time.Duration, what string, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		// A call of runtime.Goexit ends it without an outcome.
		o := outcome{err: fmt.Errorf("%s ended without an answer", what)}
		defer func() {
			if p := recover(); p != nil {
				o.err = fmt.Errorf("%s: %w", what, eliza.Recovered(p))
			}
			done <- o
		}()
		o.value, o.err = do(ctx)
		o.err = native(o.err)
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, eliza.Errorf(eliza.CodeTimeout, "%s did not end within %s", what, within)
	}
}

// native is an error of a plugin as the server knows it: one that clients are
// told keeps its code.
func native(err error) error {
	if told := (*plugin.Error)(nil); errors.As(err, &told) {
		return &eliza.Error{Code: eliza.Code(told.Code), Message: told.Message, Err: err}
	}
	return err
}
