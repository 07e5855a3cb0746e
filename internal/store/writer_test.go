package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
)

func openSQLite(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// batch holds the writer until all of writes wait, so that they share a
// commit, and returns how each ended.
func batch(t *testing.T, s *Store, writes ...func(context.Context, *tx) error) []error {
	t.Helper()
	w := s.writes.(*writer)
	begun, goOn := make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		first <- s.write(t.Context(), "hold", func(context.Context, *tx) error {
			close(begun)
			<-goOn
			return nil
		})
	}()
	<-begun
	errs := make([]error, len(writes))
	done := make(chan struct{})
	for i, fn := range writes {
		go func() {
			errs[i] = s.write(t.Context(), "write", fn)
			done <- struct{}{}
		}()
		for len(w.queue) <= i { // in this order
			select {
			case <-t.Context().Done():
				t.Fatal("the writes do not come to wait")
			default:
				runtime.Gosched()
			}
		}
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	for range writes {
		<-done
	}
	return errs
}

func addServer(name string) func(context.Context, *tx) error {
	return func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Server", &eliza.MessageServer{ID: eliza.NameID(name), Name: name})
	}
}

func serverNames(t *testing.T, s *Store) string {
	t.Helper()
	list, err := s.Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range list[:len(list)-1] { // the default one is the youngest
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestWritesThatShareACommitFailAlone(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	mine := errors.New("mine")
	errs := batch(t, s,
		addServer("b"),
		func(ctx context.Context, t *tx) error {
			if err := addServer("x")(ctx, t); err != nil {
				return err
			}
			return mine
		},
		func(ctx context.Context, t *tx) error {
			if err := addServer("y")(ctx, t); err != nil {
				return err
			}
			panic("oops")
		},
		func(ctx context.Context, t *tx) error {
			_, err := t.exec(ctx, "INSERT INTO nowhere VALUES (1)")
			return err
		},
		addServer("b"),
		addServer("c"),
	)
	for i, want := range []eliza.Code{"", eliza.CodeDatabase, eliza.CodeDatabase, eliza.CodeDatabase, eliza.CodeConflict, ""} {
		if eliza.ErrorCode(errs[i]) != want {
			t.Errorf("write %d ended with %v, want code %q", i, errs[i], want)
		}
		if strings.Contains(eliza.ErrorMessage(errs[i]), "nowhere") {
			t.Errorf("the message tells SQL: %s", eliza.ErrorMessage(errs[i]))
		}
	}
	if !errors.Is(errs[1], mine) {
		t.Errorf("the cause is lost: %v", errs[1])
	}
	if got := serverNames(t, s); got != "b c" {
		t.Errorf("stored %q, want \"b c\"", got)
	}
}

func TestWriteOfACallerWhoLeftIsNotDone(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	w := s.writes.(*writer)
	ctx, leave := context.WithCancel(t.Context())
	begun, goOn, held, gone := make(chan struct{}), make(chan struct{}), make(chan error), make(chan error)
	go func() {
		held <- s.write(ctx, "hold", func(ctx context.Context, t *tx) error {
			close(begun)
			<-goOn
			return addServer("held")(ctx, t)
		})
	}()
	<-begun
	go func() { gone <- s.write(ctx, "wait", addServer("waiting")) }()
	for len(w.queue) == 0 {
		if t.Context().Err() != nil {
			t.Fatal("the write does not come to wait")
		}
		runtime.Gosched()
	}
	leave()
	if err := <-gone; eliza.ErrorCode(err) != eliza.CodeTimeout || !errors.Is(err, context.Canceled) {
		t.Errorf("the waiting write ended with %v", err)
	}
	close(goOn)
	if err := <-held; err != nil {
		t.Errorf("a write that was being done ended with %v; it is on disk", err)
	}
	if got := serverNames(t, s); got != "held" {
		t.Errorf("stored %q, want \"held\"", got)
	}
}

func TestFullDiskFailsWritesAndPasses(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	limit := func(pages string) {
		t.Helper()
		// The connection is the writer's, and the writer waits for nothing now.
		if _, err := s.writes.(*writer).tx.IDB.NewRaw("PRAGMA max_page_count = " + pages).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // as many as there are
	huge := func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Server", &eliza.MessageServer{ID: eliza.NewID(), Name: strings.Repeat("x", 1<<20)})
	}
	errs := batch(t, s, addServer("b"), huge, addServer("c"))
	if eliza.ErrorCode(errs[1]) == "" {
		t.Error("a write had no room and did not fail")
	}
	for i, err := range errs {
		if code := eliza.ErrorCode(err); code != "" && code != eliza.CodeStorageFull {
			t.Errorf("write %d ended with %v", i, err)
		}
		name := []string{"b", "", "c"}[i]
		if stored := strings.Contains(" "+serverNames(t, s)+" ", " "+name+" "); name != "" && stored != (err == nil) {
			t.Errorf("write %d ended with %v, stored: %v", i, err, stored)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("reading fails too: %v", err)
	}
	limit("1000000")
	if err := s.write(t.Context(), "write", huge); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestFailedCommitStopsAllWrites(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(t, dir)
	// A constraint that is checked at the end makes COMMIT itself fail.
	errs := batch(t, s, addServer("b"), func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO message_server_agents VALUES ('a', 'b')`)
		return err
	})
	errs = append(errs, s.write(t.Context(), "write", addServer("c")), s.Ping(t.Context()))
	for i, err := range errs {
		if eliza.ErrorCode(err) != eliza.CodeUnavailable {
			t.Errorf("%d: %v, want UNAVAILABLE", i, err)
		}
	}
	if got := serverNames(t, s); got != "" {
		t.Errorf("stored %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openSQLite(t, dir)
	if err := s.write(t.Context(), "write", addServer("c")); err != nil {
		t.Errorf("opened anew: %v", err)
	}
}

func TestClosedStoreAnswers(t *testing.T) {
	s := openSQLite(t, t.TempDir())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.write(t.Context(), "write", addServer("a")); eliza.ErrorCode(err) != eliza.CodeUnavailable {
		t.Errorf("write: %v", err)
	}
	if _, err := s.Servers(t.Context()); eliza.ErrorCode(err) != eliza.CodeDatabase {
		t.Errorf("read: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func TestFolderOfAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%41&e=f")
	s := openSQLite(t, dir)
	if err := s.write(t.Context(), "write", addServer("a")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v", info, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "eliza.db")); err != nil {
		t.Error(err)
	}
}

func TestLogDoesNotGrowWithoutEnd(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(t, dir)
	for i := range 60 {
		writes := make([]func(context.Context, *tx) error, 10)
		for j := range writes {
			writes[j] = func(ctx context.Context, t *tx) error {
				return create(ctx, t, "Server", &eliza.MessageServer{ID: eliza.NewID(), Name: strings.Repeat(fmt.Sprint(i), 100_000)})
			}
		}
		for _, err := range batch(t, s, writes...) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	log, err := os.Stat(filepath.Join(dir, "eliza.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if log.Size() > 32<<20 {
		t.Errorf("the log has %d MiB", log.Size()>>20)
	}
}
