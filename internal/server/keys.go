package server

import (
	"context"
	"errors"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/store"
)

// Keys opens the keys of the server with these settings, also beside one that
// runs: it knows new and revoked keys within two seconds. Call done at the end.
func Keys(ctx context.Context, cfg config.Config) (keys *access.Service, done func() error, err error) {
	if err := cfg.Check(); err != nil {
		return nil, nil, err
	}
	place := store.Config{PostgresURL: cfg.PostgresURL, DataDir: cfg.DataDir}
	db, err := store.Open(ctx, place)
	if errors.Is(err, store.ErrInUse) {
		place.Beside = true
		db, err = store.Open(ctx, place)
	}
	if err != nil {
		return nil, nil, err
	}
	return access.New(access.Options{Token: cfg.Key, Store: db}), db.Close, nil
}
