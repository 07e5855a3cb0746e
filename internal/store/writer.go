package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/uptrace/bun"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/elizad/elizad/internal/eliza"
)

// maxBatch bounds how many writes share a commit, and so how long the first
// of them waits for the last.
const maxBatch = 64

// writer owns the only connection that writes to an SQLite database. It takes
// the writes that wait, runs each in a savepoint of its own, commits them
// together and only then answers them.
type writer struct {
	db      *sql.DB
	tx      *tx
	queue   chan *write
	quit    chan struct{}               // closed: take no more
	stopped chan struct{}               // closed: the goroutine has ended
	broken  atomic.Pointer[eliza.Error] // set when a commit failed: what is on disk is not known any more
}

// A write is waiting until either the writer takes it or its caller leaves.
const (
	waiting int32 = iota
	taken
	left
)

type write struct {
	ctx   context.Context
	fn    func(context.Context, *tx) error
	state atomic.Int32
	err   error
	after func()
	done  chan struct{}
}

func newWriter(db *sql.DB, conn bun.Conn) *writer {
	w := &writer{
		db:      db,
		tx:      &tx{IDB: conn, bound: &prepared{conn: conn.Conn}},
		queue:   make(chan *write, maxBatch),
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

func (w *writer) do(ctx context.Context, fn func(context.Context, *tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &write{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case w.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return unavailable(sql.ErrConnDone)
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
	case <-w.stopped:
		if r.state.CompareAndSwap(waiting, left) {
			return unavailable(sql.ErrConnDone)
		}
	}
	<-r.done
	return r.err
}

func (w *writer) health() error {
	if broken := w.broken.Load(); broken != nil {
		return broken
	}
	return nil
}

// close ends the goroutine after the writes that wait, and the connection.
func (w *writer) close() error {
	close(w.quit)
	<-w.stopped
	return w.db.Close()
}

func (w *writer) run() {
	defer close(w.stopped)
	var batch []*write
	for {
		batch = batch[:0]
		select {
		case r := <-w.queue:
			batch = append(batch, r)
		case <-w.quit:
			select { // what came before the end is still done
			case r := <-w.queue:
				batch = append(batch, r)
			default:
				return
			}
		}
	gather:
		for len(batch) < maxBatch {
			select {
			case r := <-w.queue:
				batch = append(batch, r)
			default:
				break gather
			}
		}
		for rest := batch; len(rest) > 0; {
			rest = rest[w.commit(rest):]
		}
		clear(batch)
	}
}

// commit runs writes in one transaction, answers them and tells how many it
// dealt with: all, unless the transaction was lost in the middle.
func (w *writer) commit(batch []*write) int {
	ctx := context.Background() // a statement that is interrupted would undo the writes of others
	if err := w.health(); err != nil {
		answer(batch, err)
		return len(batch)
	}
	if _, err := w.tx.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		answer(batch, unavailable(fmt.Errorf("begin: %w", err)))
		return len(batch)
	}
	for i, r := range batch {
		if !r.state.CompareAndSwap(waiting, taken) {
			continue
		}
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		if lost := w.attempt(ctx, r); lost != nil {
			w.rollback(ctx)
			answer(batch[:i+1], unavailable(lost))
			return i + 1
		}
	}
	if _, err := w.tx.exec(ctx, "COMMIT"); err != nil {
		w.rollback(ctx)
		lost := unavailable(fmt.Errorf("commit: %w", err))
		if !diskFull(err) {
			// After a failed fsync the kernel may have dropped what it could
			// not write, and a second one would succeed without it.
			w.broken.Store(lost)
		}
		answer(batch, lost)
		return len(batch)
	}
	answer(batch, nil)
	return len(batch)
}

// attempt runs one write between a savepoint and its release. An error of the
// write itself is kept for its caller; the returned one means that the whole
// transaction is lost.
func (w *writer) attempt(ctx context.Context, r *write) error {
	if _, err := w.tx.exec(ctx, "SAVEPOINT w"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	w.tx.after = nil
	if r.err = call(context.WithoutCancel(r.ctx), r.fn, w.tx); r.err == nil {
		r.after = w.tx.after
	} else {
		if _, err := w.tx.exec(ctx, "ROLLBACK TO w"); err != nil {
			return fmt.Errorf("%w, and its savepoint is gone: %w", r.err, err)
		}
	}
	if _, err := w.tx.exec(ctx, "RELEASE w"); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}

func (w *writer) rollback(ctx context.Context) {
	// SQLite may have rolled back already; then this fails, and that is well.
	_, _ = w.tx.exec(ctx, "ROLLBACK")
}

// call runs fn; a panic becomes its error.
func call(ctx context.Context, fn func(context.Context, *tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	return fn(ctx, t)
}

// answer tells the callers of writes how these ended; an error is for all of
// them, also for those that failed by themselves, because what they saw was
// lost with the rest.
func answer(batch []*write, err error) {
	for _, r := range batch {
		if r.state.CompareAndSwap(waiting, taken) || r.state.Load() == taken {
			if err != nil {
				r.err = err
			} else if r.after != nil {
				r.after()
			}
			close(r.done)
		}
	}
}

func diskFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL
}
