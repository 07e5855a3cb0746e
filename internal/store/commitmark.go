package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// A commit mark counts the commits of an SQLite database twice: in a row of
// the database, changed with each commit, and in a file beside it, written
// after each commit. A write-ahead log that lost its end, or files that were
// replaced by older ones, leave the row behind the file, which SQLite itself
// cannot notice. The file is not synced: after a power failure it may be
// behind the row, which means nothing.
type commitMark struct{ file *os.File }

const (
	databaseFile = "eliza.db"
	markFile     = "eliza.mark"
	markSize     = 12 // the count and the checksum over it, big-endian
)

// openMark opens the file of a data folder, made when absent.
func openMark(dir string) (*commitMark, error) {
	file, err := os.OpenFile(filepath.Join(dir, markFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", markFile, err)
	}
	return &commitMark{file}, nil
}

// note writes down that so many commits are on disk. A failure costs only the
// notice of a later loss, so that it fails no write.
func (m *commitMark) note(commits int64) {
	var b [markSize]byte
	binary.BigEndian.PutUint64(b[:], uint64(commits))
	binary.BigEndian.PutUint32(b[8:], crc32.ChecksumIEEE(b[:8]))
	_, _ = m.file.WriteAt(b[:], 0)
}

func (m *commitMark) close() error { return m.file.Close() }

// readMark returns how many commits the file of a data folder has seen; 0 when
// there is no file or it cannot be read.
func readMark(dir string) int64 {
	b, err := os.ReadFile(filepath.Join(dir, markFile))
	if err != nil || len(b) != markSize || binary.BigEndian.Uint32(b[8:]) != crc32.ChecksumIEEE(b[:8]) {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

// countCommit changes the row, within the transaction that it counts.
func countCommit(ctx context.Context, t bound) (commits int64, err error) {
	there, err := one(ctx, t, `UPDATE commit_mark SET commits = commits + 1 RETURNING commits`, nil, &commits)
	if err == nil && !there {
		err = errors.New("the row of commit_mark is gone")
	}
	return commits, err
}
