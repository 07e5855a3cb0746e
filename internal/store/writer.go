package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// maxBatch bounds how many writes share a commit, and so how long the first
// of them waits for the last.
const maxBatch = 64

// reopenPause is how long a connection that broke is left alone before it is
// opened anew.
const reopenPause = time.Second

// writer owns the only connection that writes to an SQLite database. It takes
// the writes that wait, does them, commits them together and only then answers
// them. One that fails does not touch the others.
type writer struct {
	connect func(context.Context) (*writing, error)
	*writing
	tx      *tx
	active  *activeWords
	mark    *commitMark // nil for none
	watch   *diskWatch
	queue   chan *write
	quit    chan struct{} // closed: take no more
	stopped chan struct{} // closed: the goroutine has ended

	// failure is what the disk refused last, nil when the last write went well.
	failure atomic.Pointer[eliza.Error]
	// broken is when a commit failed, so that what is on disk is not known any
	// more; zero when the connection can be used. Only the goroutine uses it.
	broken time.Time
}

// writing is the connection of a writer and its prepared statements.
type writing struct {
	db         *sql.DB
	conn       bun.Conn
	statements *prepared
}

// close ends all three: SQLite keeps a connection and its log open for as long
// as one of its statements is, and the pool does not close a connection that
// is held.
func (w *writing) close() error {
	return errors.Join(w.statements.close(), w.conn.Close(), w.db.Close())
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

// newWriter makes a writer over a connection; connect makes another one.
func newWriter(first *writing, connect func(context.Context) (*writing, error), active *activeWords, mark *commitMark, watch *diskWatch) *writer {
	w := &writer{
		connect: connect,
		writing: first,
		tx:      newTx(first),
		active:  active,
		mark:    mark,
		watch:   watch,
		queue:   make(chan *write, maxBatch),
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

func newTx(w *writing) *tx { return &tx{IDB: w.conn, bound: w.statements} }

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

// health returns what the disk refused last. It is asked again first, by a
// write of nothing, so that the answer is that of now.
func (w *writer) health(ctx context.Context) error {
	if w.failure.Load() == nil {
		return nil
	}
	return w.do(ctx, func(context.Context, *tx) error { return nil })
}

// stop ends the goroutine after the writes that wait.
func (w *writer) stop() {
	close(w.quit)
	<-w.stopped
}

// close moves the log into the database file and closes the connection, so
// that the file alone is the whole database. A program beside a server leaves
// the log to the server.
func (w *writer) close() error {
	var err error
	if w.mark != nil && w.broken.IsZero() {
		_, err = w.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	err = errors.Join(err, w.writing.close())
	if w.mark != nil {
		err = errors.Join(err, w.mark.close())
	}
	return err
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
		failure := diskFailure(err)
		if failure == nil {
			failure = unavailable(err)
		}
		err = failure
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
	if err := w.reopen(ctx); err != nil {
		return err
	}
	if _, err := w.tx.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.note(err)
		return fmt.Errorf("begin: %w", err)
	}
	w.tx.words = w.tx.words[:0]
	err := do(ctx, batch)
	if err == nil {
		err = indexSQLite(ctx, w.tx)
	}
	var commits int64
	if err == nil {
		commits, err = countCommit(ctx, w.tx)
	}
	if err == nil {
		if _, err = w.tx.exec(ctx, "COMMIT"); err == nil {
			w.committed(commits)
			return nil
		}
		err = fmt.Errorf("commit: %w", err)
		w.note(err)
		if failure := diskFailure(err); failure == nil || failure.Code != eliza.CodeStorageFull {
			w.broken = time.Now()
			w.failure.CompareAndSwap(nil, unavailable(err))
		}
	} else {
		w.note(err)
	}
	// SQLite may have rolled back already; then this fails, and that is well.
	_, _ = w.tx.exec(ctx, "ROLLBACK")
	return err
}

func (w *writer) committed(commits int64) {
	if w.mark != nil {
		w.mark.note(commits)
	}
	w.failure.Store(nil)
	w.active.committed(w.tx.words)
}

// note remembers an error of the disk.
func (w *writer) note(err error) {
	if failure := diskFailure(err); failure != nil {
		w.failure.Store(failure)
		w.watch.see(err)
	}
}

// reopen opens a connection that broke anew. After a failed fsync the kernel
// may have dropped what it could not write, and a second fsync would succeed
// without it. Opening reads the log by its checksums, and what is found whole
// is moved into the database file, which is synced by itself, before anything
// else is written.
func (w *writer) reopen(ctx context.Context) error {
	if w.broken.IsZero() {
		return nil
	}
	if time.Since(w.broken) < reopenPause {
		return w.failure.Load()
	}
	w.broken = time.Now()
	_ = w.writing.close() // what it still says is about the failure that is known
	fresh, err := w.connect(ctx)
	if err != nil {
		w.note(err)
		return fmt.Errorf("open the database anew: %w", err)
	}
	w.writing, w.tx = fresh, newTx(fresh)
	var busy, frames, moved int
	row := fresh.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &frames, &moved); err != nil {
		w.note(err)
		return fmt.Errorf("move the log into the database: %w", err)
	}
	if busy != 0 {
		return errors.New("move the log into the database: somebody still reads it")
	}
	w.broken = time.Time{}
	return nil
}

// errApart says that a write failed and the others are to be done without it.
var errApart = errors.New("a write failed")

// try does one write.
func (w *writer) try(r *write) {
	w.tx.after = nil
	r.err = call(context.WithoutCancel(r.ctx), r.fn, w.tx)
	r.after = w.tx.after
	w.note(r.err)
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
			if diskFailure(r.err) != nil {
				return r.err // SQLite has undone the transaction
			}
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
