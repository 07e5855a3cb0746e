package server

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func settings(t *testing.T) config.Config {
	t.Helper()
	return config.Config{
		Host: "127.0.0.1", DataDir: t.TempDir(), MaxPayload: 1 << 20, WaitingMessages: "each",
		TurnTimeout: config.Duration(time.Minute), AgentHops: 8, AgentTurns: 30,
		Model:    model.Config{CallTimeout: time.Minute, StallTimeout: time.Minute, Attempts: 1},
		Sessions: config.Sessions{Timeout: 30, MinTimeout: 5, MaxTimeout: 1440, MaxDuration: 720, Warning: 5, Cleanup: 5},
	}
}

// serveUntilStopped starts a server, asks it to stop once it is ready, and
// returns what it logged.
func serveUntilStopped(t *testing.T, cfg config.Config, meanwhile func(*Server)) string {
	t.Helper()
	var log strings.Builder
	s, err := New(t.Context(), cfg, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context(), func() {
		meanwhile(s)
		s.Stop()
	})
	if err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	return log.String()
}

func TestServeOnEitherDatabase(t *testing.T) {
	for name, address := range map[string]string{"sqlite": "", "postgresql": pgtest.Database(t)} {
		t.Run(name, func(t *testing.T) {
			cfg := settings(t)
			cfg.PostgresURL = address
			for range 2 {
				said := serveUntilStopped(t, cfg, func(s *Server) {
					agents, err := s.Agents(t.Context())
					if err != nil || len(agents) != 1 || agents[0].Name != "Eliza" {
						t.Errorf("agents: %v, %v", agents, err)
					}
					stats, err := s.Database(t.Context())
					if err != nil || stats.Database != name || stats.Active != 1 {
						t.Errorf("database: %+v, %v", stats, err)
					}
				})
				if said != "" {
					t.Errorf("logged: %s", said)
				}
			}
		})
	}
}

func TestNodeKeepsItsName(t *testing.T) {
	dir := t.TempDir()
	first, err := nodeName(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := nodeName(dir)
	if err != nil || second != first || first == "" {
		t.Errorf("%q, then %q, %v", first, second, err)
	}
}

func TestDiagnosisOfARunningPostgreSQLServerDisturbsNothing(t *testing.T) {
	cfg := settings(t)
	cfg.PostgresURL = pgtest.Database(t)
	said := serveUntilStopped(t, cfg, func(s *Server) {
		var database Finding
		for _, f := range Diagnose(t.Context(), cfg) {
			if f.Subject == "database" {
				database = f
			}
		}
		if database.State != Fine || !strings.Contains(database.Says, "postgresql, schema ") {
			t.Errorf("%+v", database)
		}
		if err := s.store.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if said != "" {
		t.Errorf("logged: %s", said)
	}
}
