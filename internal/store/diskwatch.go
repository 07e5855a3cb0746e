package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// A diskWatch remembers that the database turned out to be damaged. It sees
// the errors of every statement.
type diskWatch struct{ found atomic.Pointer[eliza.Error] }

func (w *diskWatch) see(err error) {
	if err == nil {
		return
	}
	if failure := diskFailure(err); failure != nil && errors.Is(failure, ErrDamaged) {
		w.found.CompareAndSwap(nil, failure)
	}
}

// damage returns the first damage that was seen, nil for none.
func (w *diskWatch) damage() error {
	if found := w.found.Load(); found != nil {
		return found
	}
	return nil
}

// BeforeQuery implements bun.QueryHook.
func (w *diskWatch) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery implements bun.QueryHook.
func (w *diskWatch) AfterQuery(_ context.Context, event *bun.QueryEvent) { w.see(event.Err) }

// watched has a diskWatch see the errors of prepared statements.
type watched struct {
	bound
	watch *diskWatch
}

func (w watched) exec(ctx context.Context, query string, args ...any) (int64, error) {
	n, err := w.bound.exec(ctx, query, args...)
	w.watch.see(err)
	return n, err
}

func (w watched) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := w.bound.query(ctx, query, args...)
	w.watch.see(err)
	return rows, err
}
