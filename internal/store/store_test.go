package store_test

import (
	"os"
	"testing"

	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/store/pgtest"
	"github.com/elizad/elizad/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestSQLite(t *testing.T) { storetest.Run(t, sqlite) }

func TestPostgreSQL(t *testing.T) { storetest.Run(t, postgres) }

func sqlite(t *testing.T) store.Config { return store.Config{DataDir: t.TempDir()} }

func postgres(t *testing.T) store.Config {
	return store.Config{PostgresURL: pgtest.Database(t)}
}
