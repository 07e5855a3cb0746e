package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/store/pgtest"
)

const module = "github.com/elizad/elizad"

// session is the whole of what is measured: its programs, its results.
type session struct {
	options
	folder  string // everything that is written goes here, and is removed
	model   *child
	place   place
	cluster *pgtest.Cluster
	results *results
	own     ownCost
	sync    time.Duration
}

func run(ctx context.Context, o options) (err error) {
	s := &session{options: o, results: newResults()}
	if s.folder, err = workFolder(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	printMachine(os.Stdout, s)
	for i := range o.runs {
		begun := time.Now()
		if err := s.once(ctx, i); err != nil {
			return fmt.Errorf("run %d: %w", i+1, err)
		}
		fmt.Printf("run %d of %d took %s\n", i+1, o.runs, time.Since(begun).Round(100*time.Millisecond))
	}
	printTable(os.Stdout, s)
	if o.json != "" {
		return writeJSON(o.json, s)
	}
	return nil
}

// workFolder lies within the source tree, because a system's folder for
// temporary files may be no disk at all, and its syncs free.
func workFolder() (string, error) {
	base, err := filepath.Abs(".build")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(base, "load-")
}

func (s *session) prepare(ctx context.Context) (err error) {
	if s.place.binary = s.binary; s.binary == "" {
		s.place.binary, err = build(ctx, s.folder, module+"/cmd/elizad")
	} else {
		s.place.binary, err = filepath.Abs(s.binary)
	}
	if err != nil {
		return err
	}
	stub, err := build(ctx, s.folder, module+"/test/stubmodel/cmd/stubmodel")
	if err != nil {
		return err
	}
	if s.model, s.place.model, err = startPrinting(ctx, "the model", stub); err != nil {
		return err
	}
	if s.database == "postgres" {
		if s.cluster, err = pgtest.Start(true); err != nil {
			return err
		}
	}
	if s.sync, err = syncTime(s.folder); err != nil {
		return err
	}
	s.own, err = measureOwnCost(ctx)
	return err
}

func (s *session) close() error {
	var errs []error
	if s.model != nil {
		s.model.kill()
	}
	if s.cluster != nil {
		errs = append(errs, s.cluster.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(s.folder))...)
}

// fresh is a place with an empty database.
func (s *session) fresh(ctx context.Context, name string) (place, error) {
	p := s.place
	p.folder = filepath.Join(s.folder, name)
	if err := os.Mkdir(p.folder, 0o700); err != nil {
		return p, err
	}
	var err error
	if s.cluster != nil {
		p.postgres, err = s.cluster.Create(ctx, strings.ReplaceAll(name, "-", "_"))
	}
	return p, err
}

// once measures every chosen phase one time. The phases with a model come
// last, because a server that embeds its memories goes on with that
// afterwards.
func (s *session) once(ctx context.Context, i int) error {
	chosen := s.chosen()
	if slices.Contains(chosen, phaseStart) {
		if err := s.measureStart(ctx, fmt.Sprintf("start-%d", i)); err != nil {
			return fmt.Errorf("%s: %w", phaseStart, err)
		}
	}
	if len(chosen) == 1 && chosen[0] == phaseStart {
		return nil
	}
	place, err := s.fresh(ctx, fmt.Sprintf("run-%d", i))
	if err != nil {
		return err
	}
	server, err := place.start(ctx)
	if err != nil {
		return err
	}
	defer server.kill()
	r := &measured{session: s, server: server, meter: meter{server: server.pid(), model: s.model.pid()}}
	if r.agent, err = server.agent(ctx); err != nil {
		return err
	}
	profile, err := s.beginProfile(ctx, i, server.pid())
	if err != nil {
		return err
	}
	for _, phase := range phases {
		if measure := r.phase(phase); measure != nil && slices.Contains(chosen, phase) {
			if err := measure(ctx); err != nil {
				return fmt.Errorf("%s: %w", phase, err)
			}
		}
	}
	if err := errors.Join(profile(), server.stop()); err != nil {
		return err
	}
	if !slices.Contains(chosen, phaseReplies) || !slices.Contains(chosen, phaseStart) {
		return nil
	}
	return s.measureRestart(ctx, place, "ready.full")
}

// syncTime is how long this disk takes to make 4 KiB safe.
func syncTime(folder string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(folder, "sync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	const times = 50
	block := make([]byte, 4<<10)
	took := make([]float64, times)
	for i := range took {
		begun := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took[i] = float64(time.Since(begun))
	}
	return time.Duration(median(took)), nil
}
