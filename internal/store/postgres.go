package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// poolSize is how many connections a server holds to PostgreSQL at most.
const poolSize = 16

func (s *Store) openPostgres(ctx context.Context, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("PostgreSQL address: %w", err)
	}
	s.shape = postgresShape
	// What bun writes differs from call to call and is not worth preparing.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.RuntimeParams["application_name"] = "elizad"
	// A word that everybody uses must not make recall read every memory.
	config.RuntimeParams["gin_fuzzy_search_limit"] = "5000"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(poolSize)
	pool.SetMaxIdleConns(poolSize)
	pool.SetConnMaxIdleTime(time.Minute)
	s.read = bun.NewDB(pool, postgresWords{pgdialect.New()})
	s.often = numbered{pool}
	s.writes = transactions{s.read, newOrder()}
	return migrate(ctx, pool, postgresMigrations)
}

// transactions runs each write as a transaction of its own on PostgreSQL, and
// again when the database gave it up in favour of another.
type transactions struct {
	db    *bun.DB
	posts *order
}

const maxTries = 8

func (w transactions) do(ctx context.Context, fn func(context.Context, *tx) error) error {
	for try := 1; ; try++ {
		err := w.once(ctx, fn)
		if err == nil || try == maxTries || !worthRetrying(err) {
			return connectionLost(err)
		}
		select {
		case <-time.After(rand.N(time.Duration(1<<try) * time.Millisecond)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w transactions) once(ctx context.Context, fn func(context.Context, *tx) error) error {
	open, err := w.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	t := &tx{IDB: open, bound: numbered{open.Tx}}
	if err = call(ctx, fn, t); err == nil {
		err = indexPostgres(ctx, t)
	}
	if err != nil {
		// The write's own error counts; a rollback that fails ends the
		// connection, and the transaction with it.
		_ = open.Rollback()
		return err
	}
	if err := open.Commit(); err != nil {
		return err
	}
	if t.after != nil {
		t.after()
	}
	return nil
}

func (transactions) health(context.Context) error { return nil }

func (transactions) stop() {}

// close leaves the pool to the store, which reads through it too.
func (transactions) close() error { return nil }

// worthRetrying recognises a serialization failure, a deadlock, and a foreign
// key whose row another transaction may have deleted meanwhile.
func worthRetrying(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == foreignKey)
}

// connectionLost gives an error that is not an answer of the server its code.
func connectionLost(err error) error {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return unavailable(err)
	}
	return err
}
