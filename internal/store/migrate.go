package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// A file of migrations is handed over whole, between StatementBegin and
// StatementEnd: goose takes a buffer of 4 MB for each line that it splits.
//
//go:embed migrations
var migrationFiles embed.FS

// migrations are the steps to today's tables for one database.
type migrations struct {
	dialect goose.Dialect
	folder  string
	locks   bool // several servers may start at once
}

var (
	sqliteMigrations   = migrations{goose.DialectSQLite3, "migrations/sqlite", false}
	postgresMigrations = migrations{goose.DialectPostgres, "migrations/postgres", true}
)

// migrate takes the steps that the database has not seen, each in a
// transaction.
func migrate(ctx context.Context, db *sql.DB, m migrations) error {
	files, err := fs.Sub(migrationFiles, m.folder)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	newest, err := newestMigration(files)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	// An error means that nothing was migrated yet; then goose makes its table.
	if version, err := schemaVersion(ctx, db); err == nil && version == newest {
		return nil
	} else if err == nil && version > newest {
		return fmt.Errorf("the database was written by a newer version of this program (schema %d, this one knows %d)", version, newest)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if m.locks {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(m.dialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// mustBeMigrated refuses a database that has not seen exactly the steps that
// are known here.
func mustBeMigrated(ctx context.Context, db *sql.DB, m migrations) error {
	files, err := fs.Sub(migrationFiles, m.folder)
	if err != nil {
		return fmt.Errorf("look at the tables: %w", err)
	}
	newest, err := newestMigration(files)
	if err != nil {
		return fmt.Errorf("look at the tables: %w", err)
	}
	version, err := schemaVersion(ctx, db)
	if err != nil {
		return fmt.Errorf("look at the tables: %w", err)
	}
	if version != newest {
		return fmt.Errorf("the server that uses the database is of another version than this program (schema %d, this one knows %d)", version, newest)
	}
	return nil
}

func schemaVersion(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (version int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}

func newestMigration(files fs.FS) (int64, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(entries[len(entries)-1].Name(), "_")
	return strconv.ParseInt(number, 10, 64)
}
