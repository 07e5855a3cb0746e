package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"
)

// maxChecked is how large a database may be whose pages are read when it is
// opened, which takes about a second for so much.
const maxChecked = 64 << 20

// sqliteHeader begins every SQLite database ("Database File Format", 1.3.1).
var sqliteHeader = []byte("SQLite format 3\x00")

// prepareFile makes the database file for this user alone, when there is none,
// and refuses one that has lost its beginning: SQLite takes an empty file for
// a new database.
func prepareFile(dir string) error {
	path := filepath.Join(dir, databaseFile)
	_, err := os.Stat(path)
	absent := errors.Is(err, fs.ErrNotExist)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open %s: %w", databaseFile, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open %s: %w", databaseFile, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := file.Chmod(0o600); err != nil {
			return fmt.Errorf("keep %s from other users: %w", databaseFile, err)
		}
	}
	begin := make([]byte, len(sqliteHeader))
	switch n, err := io.ReadFull(file, begin); {
	case n == 0 && errors.Is(err, io.EOF):
		if !absent && readMark(dir) > 0 {
			return damaged(fmt.Errorf("%w: %s is empty, but it was written before (to begin anew, remove it together with %s)", ErrDamaged, databaseFile, markFile))
		}
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("read %s: %w", databaseFile, err)
	case !bytes.Equal(begin, sqliteHeader):
		return damaged(fmt.Errorf("%w: %s does not begin as an SQLite database does", ErrDamaged, databaseFile))
	}
	return nil
}

// checkPages reads every page of a database of moderate size.
func checkPages(ctx context.Context, conn bun.Conn, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() > maxChecked {
		return nil // a page that is damaged is noticed when it is read
	}
	var says string
	err := conn.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&says)
	switch {
	case err != nil && diskFailure(err) != nil:
		return diskFailure(err)
	case err != nil:
		return fmt.Errorf("check the database: %w", err)
	case says != "ok":
		return damaged(fmt.Errorf("%w: %s", ErrDamaged, says))
	}
	return nil
}

// lostCommits compares the count of commits in the database with the mark
// beside it.
func lostCommits(ctx context.Context, conn bun.Conn, marked int64) (int64, error) {
	var commits int64
	if err := conn.QueryRowContext(ctx, `SELECT commits FROM commit_mark`).Scan(&commits); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, failed("read the count of commits", err)
	}
	return max(0, marked-commits), nil
}
