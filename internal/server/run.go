package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
)

// Run serves until ctx ends or Stop is called, and calls ready once the
// server answers. Close must follow.
func (s *Server) Run(ctx context.Context, ready func()) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	if err := s.answers(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	ready()
	// What starting took is given back soon, not some minutes later.
	giveBack := time.AfterFunc(time.Second, debug.FreeOSMemory)
	defer giveBack.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-s.stopping:
		return nil
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	}
}

// begin takes up the turns that are owed and starts the loops.
func (s *Server) begin(ctx context.Context) error {
	loops, quit := context.WithCancel(context.WithoutCancel(ctx))
	s.quit = quit
	if err := s.agents.Work(loops); err != nil {
		return fmt.Errorf("take up the turns that are owed: %w", err)
	}
	if err := s.jobs.Work(loops); err != nil {
		return fmt.Errorf("take up the jobs: %w", err)
	}
	s.memory.Run(s.agents.Busy)
	s.listenForPlugins()
	if err := s.startServices(ctx); err != nil {
		return err
	}
	s.webhooks.Run(loops)
	s.loops.Go(func() { s.every(loops, lookEvery, "watch sessions", s.sessions.Tick) })
	s.loops.Go(func() { s.every(loops, lookEvery, "watch jobs", s.jobs.Tick) })
	s.loops.Go(func() { s.every(loops, lookEvery, "watch approvals", s.agents.ExpireApprovals) })
	s.loops.Go(func() { s.every(loops, lookEvery, "watch tasks", s.tasks.Tick) })
	s.loops.Go(func() { s.every(loops, reclaimEvery, "reclaim turns", s.agents.Reclaim) })
	s.loops.Go(func() { s.every(loops, dismissEvery, "watch keys", s.api.DismissSockets) })
	s.loops.Go(func() { s.every(loops, forgetEvery, "forget old news", s.api.SweepFeeds) })
	s.loops.Go(func() { s.every(loops, noteEvery, "note the use of keys", s.access.Note) })
	s.loops.Go(func() { s.every(loops, sweepEvery, "remove old files", s.sweepMedia) })
	s.loops.Go(func() { s.every(loops, hibernateEvery, "put agents to sleep", s.agents.Hibernate) })
	s.loops.Go(func() { s.every(loops, sweepEvery, "forget what was spent long ago", s.budgets.Sweep) })
	s.loops.Go(func() { s.every(loops, sweepEvery, "forget what webhooks were told", s.webhooks.Sweep) })
	// Only PostgreSQL is shared with others who want to know that this server
	// lives; an idle server on SQLite writes nothing.
	if s.cfg.PostgresURL != "" {
		s.loops.Go(func() { s.every(loops, budgetsEvery, "watch budgets", s.budgets.Read) })
		beat, stop := context.WithCancel(context.WithoutCancel(ctx))
		s.beat = stop
		s.beating.Go(func() { s.every(beat, heartbeatEvery, "heartbeat", s.store.Heartbeat) })
	}
	return nil
}

// every calls do at an interval and logs when it begins to fail and when it
// works again.
func (s *Server) every(ctx context.Context, interval time.Duration, what string, do func(context.Context) error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := do(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			s.log.Error(what+" fails", "error", err)
		case err == nil && failing:
			s.log.Info(what + " works again")
		}
		failing = err != nil
	}
}

// answers asks the server itself whether it lives.
func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return alive(ctx, s.LocalAddress())
}

// LocalAddress is how a program on this machine reaches the server.
func (s *Server) LocalAddress() string {
	host := s.Addr().IP.String()
	if s.Addr().IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(s.Addr().Port))
}

// alive asks the liveness check of the server at an address.
func alive(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	var says struct{ Problem string }
	if json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&says) == nil && says.Problem != "" {
		return &unwell{says.Problem}
	}
	return fmt.Errorf("the health check answers %s", resp.Status)
}

// unwell is what a server says of itself that answers but cannot work.
type unwell struct{ problem string }

func (u *unwell) Error() string { return "the server is not well: " + u.problem }

// Close stops: no new connections, no new turns; running turns end within
// ctx and their news goes out; what is left is handed back to the database.
func (s *Server) Close(ctx context.Context) error {
	s.quit()
	s.loops.Wait()
	shut := make(chan struct{})
	go func() {
		// Its error is ctx's; Close below ends what is left.
		_ = s.http.Shutdown(ctx)
		close(shut)
	}()
	s.stopServices(ctx)
	s.tasks.Close(ctx)
	err := s.agents.Close(ctx)
	s.mcp.Close()
	s.memory.Close()
	s.webhooks.Close(ctx)
	s.bus.Close()
	s.api.EndFeeds()
	select {
	case <-shut:
	case <-time.After(farewell):
	}
	s.api.Close()
	if s.cfg.Sessions.Clear {
		err = errors.Join(err, s.sessions.Clear(context.WithoutCancel(ctx)))
	}
	s.beat()
	s.beating.Wait()
	return errors.Join(err, s.release())
}

// release lets go of what New took, as far as it came.
func (s *Server) release() error {
	var errs []error
	s.hush()
	s.endBeside()
	if s.http != nil {
		errs = append(errs, s.http.Close())
	}
	if s.bus != nil {
		s.bus.Close()
	}
	if s.listener != nil {
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.media != nil {
		errs = append(errs, s.media.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}
