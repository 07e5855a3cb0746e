package crash

import (
	"testing"

	"github.com/elizad/elizad/internal/store/pgtest"
	"github.com/elizad/elizad/test/check"
)

// onBoth runs a test on each database: SQLite, where postgres is empty, and a
// PostgreSQL of its own, which syncs every commit.
func onBoth(t *testing.T, test func(t *testing.T, postgres string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "") })
	t.Run("postgresql", func(t *testing.T) {
		cluster, err := pgtest.Start(true)
		check.OK(t, err)
		t.Cleanup(func() { check.OK(t, cluster.Close()) })
		address, err := cluster.Create(t.Context(), "crash")
		check.OK(t, err)
		test(t, address)
	})
}
