package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

// filled makes a database with some pages of rows and closes it.
func filled(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := openSQLite(t, dir)
	for range 20 {
		add(t, s, strings.Repeat("x", 3000))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func add(t *testing.T, s *Store, name string) {
	t.Helper()
	err := s.write(t.Context(), "write", func(ctx context.Context, x *tx) error {
		return create(ctx, x, "Server", &eliza.MessageServer{ID: eliza.NewID(), Name: name})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAStoppedDatabaseIsOneFile(t *testing.T) {
	dir := filled(t)
	for _, gone := range []string{"eliza.db-wal", "eliza.db-shm"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there: %v", gone, err)
		}
	}
	copied := t.TempDir()
	data, err := os.ReadFile(filepath.Join(dir, "eliza.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "eliza.db"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	s := openSQLite(t, copied)
	if names := strings.Fields(serverNames(t, s)); len(names) != 20 {
		t.Errorf("the copy has %d of 20 rows", len(names))
	}
	if s.LostCommits() != 0 {
		t.Errorf("%d commits are said to be lost", s.LostCommits())
	}
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	dir := filled(t)
	if err := os.Chmod(filepath.Join(dir, "eliza.db"), 0o644); err != nil { // as an older version made it
		t.Fatal(err)
	}
	s := openSQLite(t, dir)
	add(t, s, "a")
	files, err := filepath.Glob(filepath.Join(dir, "eliza.*"))
	if err != nil || len(files) < 4 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(file), info.Mode(), err)
		}
	}
}

// TestADamagedFileIsRefused damages the file of a stopped server.
func TestADamagedFileIsRefused(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"zeroed":           func(b []byte) []byte { return make([]byte, len(b)) },
		"emptied":          func([]byte) []byte { return nil },
		"cut":              func(b []byte) []byte { return b[:len(b)/2] },
		"another file":     func([]byte) []byte { return []byte(strings.Repeat("not a database\n", 500)) },
		"first page lost":  func(b []byte) []byte { return overwrite(b, 0, 1, 0) },
		"a page of zeroes": func(b []byte) []byte { return overwrite(b, 1, 200, 0) },
		"a page of noise":  func(b []byte) []byte { return overwrite(b, 1, 200, 0xa5) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			path := filepath.Join(dir, "eliza.db")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			broken := damage(data)
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{DataDir: dir})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, ErrDamaged) || !strings.Contains(eliza.ErrorMessage(err), "backup") {
				t.Fatalf("opened: %v", err)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(broken) {
				t.Errorf("what is left to be saved was changed: %v", err)
			}
		})
	}
}

// overwrite fills the pages from first on, n at most.
func overwrite(b []byte, first, n int, with byte) []byte {
	for i := first * 4096; i < min(len(b), (first+n)*4096); i++ {
		b[i] = with
	}
	return b
}

// TestDamageIsNoticedWhileTheServerRuns damages the file under a server that
// has not read those pages yet.
func TestDamageIsNoticedWhileTheServerRuns(t *testing.T) {
	dir := filled(t)
	s := openSQLite(t, dir)
	path := filepath.Join(dir, "eliza.db")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, overwrite(data, 1, 10_000, 0xa5), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Agents(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("a read says %v", err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, ErrDamaged) || eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("the database is said to be well: %v", err)
	}
}

// crashed copies the files of a running server, as a crash would leave them.
func crashed(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	files, err := filepath.Glob(filepath.Join(dir, "eliza.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".lock") || strings.HasSuffix(file, "-shm") {
			continue
		}
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(file)), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestCommitsThatTheLogLostAreNoticed(t *testing.T) {
	dir := filled(t)
	s := openSQLite(t, dir)
	for range 10 {
		add(t, s, "y")
	}
	whole, cut, older := crashed(t, dir), crashed(t, dir), crashed(t, dir)

	kept := openSQLite(t, whole)
	if kept.LostCommits() != 0 {
		t.Errorf("after a crash %d commits are said to be lost", kept.LostCommits())
	}
	log := filepath.Join(cut, "eliza.db-wal")
	info, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(log, info.Size()*2/3); err != nil {
		t.Fatal(err)
	}
	if lost := openSQLite(t, cut).LostCommits(); lost < 1 || lost > 10 {
		t.Errorf("%d of 10 commits are said to be lost with a third of the log", lost)
	}
	if err := os.Remove(filepath.Join(older, "eliza.db-wal")); err != nil {
		t.Fatal(err)
	}
	s = openSQLite(t, older)
	if lost := s.LostCommits(); lost < 10 {
		t.Errorf("%d commits are said to be lost with the log", lost)
	}
	add(t, s, "z")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if lost := openSQLite(t, older).LostCommits(); lost != 0 {
		t.Errorf("after the next start %d commits are still said to be lost", lost)
	}
}

// TestWritingGoesOnOnceTheDiskWorks has the connection that writes fail in
// ways that end by themselves.
func TestWritingGoesOnOnceTheDiskWorks(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	w := s.writes.(*writer)
	raw := func(query string) {
		t.Helper()
		if _, err := w.tx.IDB.NewRaw(query).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	raw("PRAGMA query_only = 1") // the files cannot be written
	err := s.write(t.Context(), "write", addServer("a"))
	if eliza.ErrorCode(err) != eliza.CodeUnavailable || !strings.Contains(eliza.ErrorMessage(err), "cannot be written") {
		t.Errorf("the write ended with %v", err)
	}
	if err := s.Ping(t.Context()); eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("health says %v", err)
	}
	raw("PRAGMA query_only = 0")
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("health still says %v", err)
	}
	if err := s.write(t.Context(), "write", addServer("b")); err != nil {
		t.Errorf("writing does not go on: %v", err)
	}
}

// TestAFailedCommitIsOverSoon has COMMIT fail, after which nobody knows what is
// on disk, and goes on without a restart.
func TestAFailedCommitIsOverSoon(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	w := s.writes.(*writer)
	add(t, s, "a")
	err := s.write(t.Context(), "write", func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO message_server_agents VALUES ('a', 'b')`)
		return err
	})
	if eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Fatalf("the commit ended with %v", err)
	}
	first := w.db
	for err = errors.New("not tried"); err != nil && t.Context().Err() == nil; {
		err = s.write(t.Context(), "write", addServer("b"))
		if err != nil && eliza.ErrorCode(err) != eliza.CodeUnavailable {
			t.Fatalf("a write meanwhile ended with %v", err)
		}
	}
	if first == w.db || first.PingContext(t.Context()) == nil {
		t.Error("the connection is the old one")
	}
	if got := serverNames(t, s); got != "a b" {
		t.Errorf("stored %q", got)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("health says %v", err)
	}
}
