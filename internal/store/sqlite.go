package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// readers is how many queries run side by side on SQLite.
const readers = 4

// Every commit is synced (synchronous=FULL). The log is written back every
// 2,000 pages, which takes milliseconds, by the connection that writes:
// another one could stay behind it for ever. Caches are in KiB.
var (
	writerPragmas = []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-4096)", "wal_autocheckpoint(2000)", "journal_size_limit(33554432)", "temp_store(MEMORY)"}
	readerPragmas = []string{"busy_timeout(5000)", "query_only(1)", "cache_size(-4096)", "temp_store(MEMORY)"}
)

func (s *Store) openSQLite(ctx context.Context, dir string) error {
	path, err := filepath.Abs(filepath.Join(dir, "eliza.db"))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	s.shape = sqliteShape
	writing, err := sql.Open("sqlite", sqliteName(path, writerPragmas))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	writing.SetMaxOpenConns(1)
	conn, err := prepareSQLite(ctx, writing, s.guest)
	if err != nil {
		writing.Close()
		return err
	}
	s.active = newActiveWords()
	s.writes = newWriter(writing, conn, s.active)

	reading, err := sql.Open("sqlite", sqliteName(path, readerPragmas))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	reading.SetMaxOpenConns(readers)
	reading.SetMaxIdleConns(readers)
	s.read = bun.NewDB(reading, sqliteWords{sqlitedialect.New()})
	s.often = &prepared{conn: reading}
	s.signs = newVectorSigns(s)
	return nil
}

// prepareSQLite brings the tables up to date and returns the connection that
// writes from now on; beside a server the tables must be up to date.
func prepareSQLite(ctx context.Context, db *sql.DB, beside bool) (bun.Conn, error) {
	step := migrate
	if beside {
		step = mustBeMigrated
	}
	if err := step(ctx, db, sqliteMigrations); err != nil {
		return bun.Conn{}, err
	}
	conn, err := bun.NewDB(db, sqliteWords{sqlitedialect.New()}).Conn(ctx)
	if err != nil {
		return bun.Conn{}, fmt.Errorf("open database: %w", err)
	}
	return conn, nil
}

func sqliteName(path string, pragmas []string) string {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
	return "file:" + escaped + "?" + url.Values{"_pragma": pragmas}.Encode()
}
