package memory

import (
	"context"
	"time"
)

const (
	indexBatch = 64
	// indexPause lies between two batches, so that turns are not held up;
	// busyIndexPause while turns run.
	indexPause, busyIndexPause = 20 * time.Millisecond, 250 * time.Millisecond
)

// indexAll fills the text index again where an earlier version of the program
// filled it, until all of it is of today's.
func (s *Service) indexAll(ctx context.Context) {
	began := false
	for failing := false; ; {
		left, err := s.store.IndexAgain(ctx, indexBatch)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !failing {
				s.log.Warn("old memories cannot be indexed again; some words do not find them yet", "error", err)
			}
			failing = true
			pause(ctx, failurePause)
			continue
		case left == 0:
			if began {
				s.log.Info("all memories are indexed again")
			}
			return
		case !began:
			s.log.Info("memories are being indexed again, because this version splits words differently; until then some words do not find old ones", "atMost", left)
		}
		began, failing = true, false
		if s.busy() > 0 {
			pause(ctx, busyIndexPause)
		}
		pause(ctx, indexPause)
	}
}
