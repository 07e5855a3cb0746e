package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/elizad/elizad/internal/eliza"
)

// callersError carries an error of a caller's function through the layers
// unchanged.
type callersError struct{ error }

// failed gives an error of the database its code and says what was being
// done. Its message never holds SQL.
func failed(what string, err error) error {
	var coded *eliza.Error
	var callers callersError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &callers):
		return callers.error
	case errors.As(err, &coded):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &eliza.Error{Code: eliza.CodeTimeout, Message: "The request ended before the database was done", Err: fmt.Errorf("%s: %w", what, err)}
	}
	err = fmt.Errorf("%s: %w", what, err)
	if failure := diskFailure(err); failure != nil {
		return failure
	}
	switch violated(err) {
	case foreignKey:
		return &eliza.Error{Code: eliza.CodeNotFound, Message: "What this belongs to does not exist", Err: err}
	case duplicate:
		return &eliza.Error{Code: eliza.CodeConflict, Message: "This already exists", Err: err}
	}
	return &eliza.Error{Code: eliza.CodeDatabase, Message: "The database could not do this", Err: err}
}

// The constraints that a write may violate, by PostgreSQL's codes.
const (
	foreignKey = "23503"
	duplicate  = "23505"
)

// violated names the constraint that made err on either database, "" for none.
func violated(err error) string {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() {
		case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
			return foreignKey
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return duplicate
		}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// unavailable says that the database cannot work at the moment.
func unavailable(err error) *eliza.Error {
	return &eliza.Error{Code: eliza.CodeUnavailable, Message: "The database is not available", Err: err}
}

// panicked turns a recovered panic into an error.
func panicked(p any) error { return fmt.Errorf("panic in a write: %v", p) }
