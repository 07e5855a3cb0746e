package store

import (
	"context"
	"database/sql"
	"errors"
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
	path, err := filepath.Abs(filepath.Join(dir, databaseFile))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	s.shape = sqliteShape
	if err := prepareFile(dir); err != nil {
		return err
	}
	// The mark is read before the first commit here moves it on.
	marked := readMark(dir)
	connect := func(ctx context.Context) (*writing, error) { return connectWriter(ctx, path, s.guest) }
	first, err := connect(ctx)
	if err != nil {
		return err
	}
	var mark *commitMark
	if !s.guest {
		if err := checkPages(ctx, first.conn, path); err != nil {
			return errors.Join(err, first.close())
		}
		if s.lost, err = lostCommits(ctx, first.conn, marked); err == nil {
			mark, err = openMark(dir)
		}
		if err != nil {
			return errors.Join(err, first.close())
		}
	}
	s.active = newActiveWords()
	s.writes = newWriter(first, connect, s.active, mark, &s.watch)

	reading, err := sql.Open("sqlite", sqliteName(path, readerPragmas))
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	reading.SetMaxOpenConns(readers)
	reading.SetMaxIdleConns(readers)
	s.read = bun.NewDB(reading, sqliteWords{sqlitedialect.New()}).WithQueryHook(&s.watch)
	s.often = watched{&prepared{conn: reading}, &s.watch}
	s.signs = newVectorSigns(s)
	return nil
}

// connectWriter opens the connection that writes and brings the tables up to
// date; beside a server they must be up to date.
func connectWriter(ctx context.Context, path string, beside bool) (*writing, error) {
	db, err := sql.Open("sqlite", sqliteName(path, writerPragmas))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(1)
	step := migrate
	if beside {
		step = mustBeMigrated
	}
	err = step(ctx, db, sqliteMigrations)
	var conn bun.Conn
	if err == nil {
		conn, err = bun.NewDB(db, sqliteWords{sqlitedialect.New()}).Conn(ctx)
	}
	if err != nil {
		db.Close()
		if failure := diskFailure(err); failure != nil {
			return nil, failure
		}
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &writing{db, conn, &prepared{conn: conn.Conn}}, nil
}

func sqliteName(path string, pragmas []string) string {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
	return "file:" + escaped + "?" + url.Values{"_pragma": pragmas}.Encode()
}
