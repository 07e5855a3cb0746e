// Package memory finds what an agent knows. [Service.Recall] mixes text search
// and the similarity of vectors; the vectors are made in the background and
// never waited for.
package memory

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// Service is the room of memories. It is safe for concurrent use.
type Service struct {
	store    *store.Store
	embedder model.Embedder // nil when nobody serves embeddings
	log      *slog.Logger
	busy     func() int // turns that run or wait
	vectors  vectorState
	// questions limits how often a question is turned into a vector while it
	// waits: a flood of messages is recalled by text alone.
	questions *rate.Limiter
	asking    atomic.Int32 // questions that wait for their vectors

	wake  chan struct{}
	stop  context.CancelFunc
	group sync.WaitGroup
}

// New makes the room. Run begins the background work.
func New(s *store.Store, embedder model.Embedder, log *slog.Logger) *Service {
	return &Service{store: s, embedder: embedder, log: log, questions: rate.NewLimiter(10, 10), wake: make(chan struct{}, 1), stop: func() {}}
}
