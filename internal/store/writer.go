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
// the writes that wait, does them, commits them together and only then answers
// them. One that fails does not touch the others.
type writer struct {
	db      *sql.DB
	tx      *tx
	active  *activeWords
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

func newWriter(db *sql.DB, conn bun.Conn, active *activeWords) *writer {
	w := &writer{
		db:      db,
		tx:      &tx{IDB: conn, bound: &prepared{conn: conn.Conn}},
		active:  active,
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
		w.commit(batch)
		clear(batch[:cap(batch)])
	}
}

// commit does writes in one transaction and answers them. As a rule all of them
// succeed. When one fails, everything is undone and each is done again between
// a savepoint and its release, so that only the failing one is left out.
func (w *writer) commit(batch []*write) {
	batch = take(batch)
	if len(batch) == 0 {
		return
	}
	ctx := context.Background() // a statement that is interrupted would undo the writes of others
	err := w.transaction(ctx, batch, w.together)
	if errors.Is(err, errApart) {
		err = nil
		if len(batch) > 1 {
			err = w.transaction(ctx, batch, w.apart)
		}
	}
	if err != nil {
		err = unavailable(err)
	}
	for _, r := range batch {
		// An error of the transaction is for all of them, also for those that
		// failed by themselves, because what they saw was lost with the rest.
		if err != nil {
			r.err = err
		}
		if r.err == nil && r.after != nil {
			r.after()
		}
		close(r.done)
	}
}

// take returns the writes whose callers still wait.
func take(batch []*write) []*write {
	list := batch[:0]
	for _, r := range batch {
		if !r.state.CompareAndSwap(waiting, taken) {
			continue
		}
		if r.err = r.ctx.Err(); r.err != nil {
			close(r.done)
			continue
		}
		list = append(list, r)
	}
	return list
}

// transaction runs do between BEGIN and COMMIT. Its error means that nothing
// was stored.
func (w *writer) transaction(ctx context.Context, batch []*write, do func(context.Context, []*write) error) error {
	if err := w.health(); err != nil {
		return err
	}
	if _, err := w.tx.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w.tx.words = w.tx.words[:0]
	err := do(ctx, batch)
	if err == nil {
		err = indexSQLite(ctx, w.tx)
	}
	if err == nil {
		if _, err = w.tx.exec(ctx, "COMMIT"); err == nil {
			w.active.committed(w.tx.words)
			return nil
		}
		err = fmt.Errorf("commit: %w", err)
		if !diskFull(err) {
			// After a failed fsync the kernel may have dropped what it could
			// not write, and a second one would succeed without it.
			w.broken.Store(unavailable(err))
		}
	}
	// SQLite may have rolled back already; then this fails, and that is well.
	_, _ = w.tx.exec(ctx, "ROLLBACK")
	return err
}

// errApart says that a write failed and the others are to be done without it.
var errApart = errors.New("a write failed")

// try does one write.
func (w *writer) try(r *write) {
	w.tx.after = nil
	r.err = call(context.WithoutCancel(r.ctx), r.fn, w.tx)
	r.after = w.tx.after
}

// together does the writes one after another and gives up when one fails.
func (w *writer) together(_ context.Context, batch []*write) error {
	for _, r := range batch {
		if w.try(r); r.err != nil {
			return errApart
		}
	}
	return nil
}

// apart does each write so that it can be undone alone. The returned error
// means that the whole transaction is lost.
func (w *writer) apart(ctx context.Context, batch []*write) error {
	for _, r := range batch {
		if _, err := w.tx.exec(ctx, "SAVEPOINT w"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
		indexed := len(w.tx.words)
		if w.try(r); r.err != nil {
			w.tx.words = w.tx.words[:indexed]
			if _, err := w.tx.exec(ctx, "ROLLBACK TO w"); err != nil {
				return fmt.Errorf("%w, and its savepoint is gone: %w", r.err, err)
			}
		}
		if _, err := w.tx.exec(ctx, "RELEASE w"); err != nil {
			return fmt.Errorf("release savepoint: %w", err)
		}
	}
	return nil
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

func diskFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL
}
