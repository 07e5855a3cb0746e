package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/server"
)

// start serves until ctx ends or somebody asks the server to stop.
func (p *Program) start(ctx context.Context, cfg config.Config) int {
	if err := cfg.Check(); err != nil {
		return p.usage(err)
	}
	if cfg.AppVersion == "" {
		cfg.AppVersion = p.Version
	}
	cfg.EnvFile = filepath.Join(p.Dir, ".env")
	log := newLog(&cfg, p.Stderr)
	s, err := server.New(ctx, cfg, log, p.Plugins...)
	if err != nil {
		return p.fail(err)
	}
	if err := p.introduce(ctx, s, &cfg); err != nil {
		return p.fail(errors.Join(err, closeServer(ctx, s, &cfg)))
	}
	err = s.Run(ctx, func() { fmt.Fprintf(p.Stdout, "elizad is ready at http://%s\n", s.LocalAddress()) })
	if err = errors.Join(err, closeServer(ctx, s, &cfg)); err != nil {
		return p.fail(err)
	}
	fmt.Fprintln(p.Stdout, "elizad has stopped")
	return ExitOK
}

func closeServer(ctx context.Context, s *server.Server, cfg *config.Config) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.ShutdownGrace.Std())
	defer cancel()
	if err := s.Close(grace); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// introduce prints what a person wants to know of a server that starts.
func (p *Program) introduce(ctx context.Context, s *server.Server, cfg *config.Config) error {
	agents, err := s.Agents(ctx)
	if err != nil {
		return fmt.Errorf("list agents: %w", err)
	}
	fmt.Fprintf(p.Stdout, "elizad %s\n", p.Version)
	fmt.Fprintf(p.Stdout, "  listens on  %s\n", s.Addr())
	fmt.Fprintf(p.Stdout, "  protection  %s\n", protection(cfg))
	fmt.Fprintf(p.Stdout, "  data        %s\n", dataPlace(cfg))
	printAgents(p.Stdout, agents)
	for _, c := range s.Models() {
		fmt.Fprintf(p.Stdout, "  %-11s %s\n", c.Capability, modelLine(c))
	}
	return nil
}

// shownAgents is how many agents are listed at start.
const shownAgents = 10

func printAgents(w io.Writer, agents []eliza.AgentEntry) {
	for i, a := range agents {
		if i == shownAgents {
			fmt.Fprintf(w, "  %-11s and %d more\n", "", len(agents)-shownAgents)
			return
		}
		fmt.Fprintf(w, "  %-11s %s  %s  %s\n", "agent", a.Name, a.ID, a.Status)
	}
}

func protection(cfg *config.Config) string {
	switch {
	case cfg.Key == "":
		return "no key is set: only this machine can connect"
	case cfg.Public():
		return "a key is required (X-API-KEY); use a proxy with TLS in front on an open network"
	}
	return "a key is required (X-API-KEY), and only this machine can connect"
}

func dataPlace(cfg *config.Config) string {
	dir := cfg.DataDir
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	if cfg.PostgresURL != "" {
		return dir + ", rows in PostgreSQL"
	}
	return dir + ", rows in SQLite"
}

// firstListed stands for a model that the server is asked for.
const firstListed = "(first listed)"

func modelLine(c model.Choice) string {
	if c.Provider == "" {
		return "nobody: " + c.Why
	}
	name := c.Model
	if name == "" && c.Capability == model.CanText {
		name = firstListed
	}
	return strings.Join(strings.Fields(c.Provider+" "+name), " ") + ": " + c.Why
}
