package memory

import (
	"context"
	"time"

	"github.com/elizad/elizad/internal/store"
)

const (
	embedBatch = 16
	// restAfterTurn is how long the server must have been quiet before vectors
	// are made at full speed; while it is not, one batch in busyPause is made,
	// so that a busy server catches up too, slowly.
	restAfterTurn = 200 * time.Millisecond
	busyPause     = 5 * time.Second
	failurePause  = 30 * time.Second
)

// Run makes vectors of what has none, in the background, until Close. busy
// tells how many turns run or wait: the people who wait come first.
func (s *Service) Run(busy func() int) {
	ctx, stop := context.WithCancel(context.Background())
	s.busy, s.stop = busy, stop
	if s.embedder != nil {
		s.group.Go(func() { s.embedAll(ctx) })
	}
}

// Wake says that there may be something new to embed.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Close ends the background work.
func (s *Service) Close() {
	s.stop()
	s.group.Wait()
}

func (s *Service) embedAll(ctx context.Context) {
	for {
		n, err := s.embedSome(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.Warn("vectors cannot be made; recall goes by text", "error", err)
			pause(ctx, failurePause)
		case n == 0:
			select {
			case <-s.wake:
			case <-ctx.Done():
				return
			}
		}
		if !s.quiet(ctx) {
			pause(ctx, busyPause)
		}
	}
}

// quiet waits a moment and reports whether no turn ran meanwhile.
func (s *Service) quiet(ctx context.Context) bool {
	for range 4 {
		if s.busy() > 0 {
			return false
		}
		pause(ctx, restAfterTurn/4)
	}
	return s.busy() == 0
}

// embedSome makes the vectors of one batch and returns how many.
func (s *Service) embedSome(ctx context.Context) (int, error) {
	memories, err := s.store.Unembedded(ctx, s.embedder.Model(), embedBatch)
	if err != nil || len(memories) == 0 {
		return 0, err
	}
	texts := make([]string, len(memories))
	for i, m := range memories {
		texts[i] = m.Content.Text
	}
	vectors, err := s.embedder.Embed(ctx, texts)
	if err != nil {
		return 0, err
	}
	rows := make([]store.Vector, len(memories))
	for i, m := range memories {
		rows[i] = store.Vector{MemoryID: m.ID, Vector: vectors[i]}
	}
	return len(rows), s.store.PutEmbeddings(ctx, s.embedder.Model(), rows)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
