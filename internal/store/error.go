package store

import (
	"context"
	"errors"
	"fmt"

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
	return &eliza.Error{Code: eliza.CodeDatabase, Message: "The database could not do this", Err: fmt.Errorf("%s: %w", what, err)}
}

// unavailable says that the database cannot work at the moment.
func unavailable(err error) error {
	return &eliza.Error{Code: eliza.CodeUnavailable, Message: "The database is not available", Err: err}
}

// panicked turns a recovered panic into an error.
func panicked(p any) error { return fmt.Errorf("panic in a write: %v", p) }
