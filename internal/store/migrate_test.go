package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/store"
)

func TestServersStartTogether(t *testing.T) {
	c := postgres(t)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if list, err := s.Servers(t.Context()); err != nil || len(list) != 1 {
				t.Errorf("servers %v, %v", list, err)
			}
		})
	}
	group.Wait()
}

func TestDatabaseOfANewerVersionIsRefused(t *testing.T) {
	c := sqlite(t)
	s, err := store.Open(t.Context(), c)
	check(t, err)
	check(t, s.Close())
	db, err := sql.Open("sqlite", filepath.Join(c.DataDir, "eliza.db"))
	check(t, err)
	_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	check(t, err)
	check(t, db.Close())
	for range 2 { // a refused start leaves the folder free
		s, err = store.Open(t.Context(), c)
		if err == nil {
			s.Close()
			t.Fatal("opened")
		}
		if want := "newer version"; !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	for want, c := range map[string]store.Config{
		"neither a data folder nor": {},
		"PostgreSQL address":        {PostgresURL: "postgres://%zz"},
		"make data folder":          {DataDir: "/dev/null/x"},
	} {
		if _, err := store.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
