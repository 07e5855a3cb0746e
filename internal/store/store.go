// Package store keeps every row of the server and holds every query, on
// SQLite and on PostgreSQL. There is one [Store] and one source of queries for
// both; what differs lies in sqlite.go, postgres.go and two folders of
// migrations, and storetest holds both to the same contract.
//
// A write that returned nil is on disk. On SQLite all writes go through one
// goroutine that commits those that wait together, so that one fsync pays for
// many; readers see a snapshot and never wait for it. On PostgreSQL each write
// is a transaction of its own.
//
// The database is also the queue: a message is stored together with a delivery
// for each agent of its channel (AcceptMessage), and a delivery ends together
// with its reply and all that the turn left behind (FinishTurn). A delivery is
// owned by a node, which shows that it lives by a heartbeat; what a dead node
// owned is taken over by ReclaimDeliveries, and a turn of the dead one that
// wakes up after all is refused.
//
// Errors are [eliza.Error]: NOT_FOUND, CONFLICT, INVALID_REQUEST, DB_ERROR for
// what the database did not do, UNAVAILABLE when it cannot work at the moment,
// TIMEOUT when the context ended first.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/eliza"
)

// Config says where the data lies and who this server is.
type Config struct {
	DataDir     string        // folder of eliza.db and of the lock; made when absent. With PostgresURL it may be empty: nothing is locked then
	PostgresURL string        // when set, the rows are in this PostgreSQL database
	Node        string        // name that stays the same when the server restarts; empty: one made up for this start
	LeaseTTL    time.Duration // a node silent for so long is dead; 0: 10 s
	// Beside opens a database that a server is using, for a program that
	// serves nobody: it locks nothing, owns nothing and migrates nothing.
	Beside bool
	// Look opens a database that no server is using, for a program that only
	// looks at it: it announces no node, so that nothing but an outstanding
	// migration is written.
	Look bool
	// Sealer encrypts the secrets of characters; nil stores them as they are.
	Sealer Sealer
}

// Store is an open database. Its methods may be called from many goroutines.
type Store struct {
	read    *bun.DB      // sees what is committed
	often   bound        // the same, with statements that stay prepared
	active  *activeWords // nil where others write too
	signs   *vectorSigns // the same
	writes  writes
	shape   shape
	lock    *dirLock
	node    string
	owner   string // this life of the node, as it stands in deliveries
	ttl     time.Duration
	guest   bool
	looks   bool
	sealer  Sealer
	closing sync.Once
	hooks   webhooks
	watch   diskWatch
	lost    int64 // see LostCommits

	embedded embeddedTo
	counts   memoryCounts
}

// writes runs functions in write transactions: all that one does is committed
// when do returns nil, and nothing of it otherwise.
type writes interface {
	do(ctx context.Context, fn func(context.Context, *tx) error) error
	// health returns why nothing can be written at the moment, nil when it can.
	health(ctx context.Context) error
	// stop does the writes that wait and takes no more.
	stop()
	// close follows stop, once nobody reads any more.
	close() error
}

// Open opens the database, brings its tables up to date and announces this
// node. Another server that uses the same DataDir is an error.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{node: c.Node, ttl: c.LeaseTTL, guest: c.Beside, looks: c.Look, sealer: c.Sealer, counts: newMemoryCounts(), hooks: webhooks{news: make(chan struct{}, 1)}}
	if s.ttl == 0 {
		s.ttl = 10 * time.Second
	}
	if s.node == "" {
		s.node = eliza.NewID().String()
	}
	s.owner = s.node + "/" + eliza.NewID().String()
	if err := s.open(ctx, c); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	if s.guest || s.looks {
		return s, nil
	}
	if err := s.announce(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("announce node: %w", err), s.closeFiles())
	}
	if err := s.RefreshWebhooks(ctx); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, c Config) error {
	if c.DataDir != "" && !c.Beside {
		lock, err := lockDir(c.DataDir)
		if err != nil {
			return err
		}
		s.lock = lock
	}
	if c.PostgresURL != "" {
		return s.openPostgres(ctx, c.PostgresURL)
	}
	if c.DataDir == "" {
		return errors.New("open database: neither a data folder nor a PostgreSQL address is given")
	}
	return s.openSQLite(ctx, c.DataDir)
}

// Close says that this node is gone and closes the database. Writes that wait
// are done first. Closing again does nothing.
func (s *Store) Close() (err error) {
	s.closing.Do(func() { err = s.close() })
	return err
}

func (s *Store) close() error {
	if s.guest || s.looks {
		return s.closeFiles()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := s.write(ctx, "leave", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM nodes WHERE id = ?`, s.owner)
		return err
	})
	if eliza.ErrorCode(err) == eliza.CodeUnavailable {
		err = nil // a broken or a closed database knows soon enough
	}
	return errors.Join(err, s.closeFiles())
}

func (s *Store) closeFiles() error {
	var errs []error
	if s.signs != nil {
		s.signs.close()
	}
	if s.writes != nil {
		s.writes.stop()
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.writes != nil {
		errs = append(errs, s.writes.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

// LostCommits is how many commits that had been acknowledged were no longer in
// the database when it was opened: its write-ahead log lost its end, or its
// files were replaced by older ones. It is 0 on PostgreSQL.
func (s *Store) LostCommits() int64 { return s.lost }

// Owner is the name under which this node leases deliveries until it closes.
func (s *Store) Owner() string { return s.owner }

// Ping asks whether the database can be read and, if the last write failed at
// the disk, whether it can be written again. Error codes: STORAGE_FULL,
// UNAVAILABLE (ErrDamaged is within it when the files are damaged), DB_ERROR,
// TIMEOUT.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.watch.damage(); err != nil {
		return err
	}
	if err := failed("ping", s.writes.health(ctx)); err != nil {
		return err
	}
	var agents int
	return failed("ping", s.read.QueryRowContext(ctx, "SELECT count(*) FROM agents").Scan(&agents))
}

// write runs fn in a write transaction. What fn does may be undone and done
// again, so it sets its results anew each time and touches nothing else.
func (s *Store) write(ctx context.Context, what string, fn func(context.Context, *tx) error) error {
	return failed(what, s.writes.do(ctx, fn))
}

// found turns the result of reading one row into the codes of the package.
func found(kind string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return eliza.NotFound(kind)
	}
	return failed("read "+kind, err)
}
