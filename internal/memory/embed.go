package memory

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/model"
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
	// giveWay is how long a batch waits at most while questions come.
	giveWay = 2 * time.Second
)

// Run makes vectors of what has none and fills an old text index again, in the
// background, until Close. busy tells how many turns run or wait: the people
// who wait come first.
func (s *Service) Run(busy func() int) {
	ctx, stop := context.WithCancel(context.Background())
	s.busy, s.stop = busy, stop
	s.group.Go(func() { s.indexAll(ctx) })
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
		if ctx.Err() != nil {
			return
		}
		if before := s.vectors.ended(n, err); err != nil && before == "" {
			s.log.Warn("vectors cannot be made; recall goes by text", "error", err)
		} else if err == nil && before != "" {
			s.log.Info("vectors are made again")
		}
		switch {
		case err != nil:
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
		s.letQuestionsPass(ctx)
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

// letQuestionsPass waits while somebody waits for the vector of a question.
func (s *Service) letQuestionsPass(ctx context.Context) {
	for until := time.Now().Add(giveWay); s.asking.Load() > 0 && time.Now().Before(until) && ctx.Err() == nil; {
		pause(ctx, restAfterTurn/20)
	}
}

// embedSome makes the vectors of one batch and returns how many.
func (s *Service) embedSome(ctx context.Context) (int, error) {
	memories, err := s.store.Unembedded(ctx, s.embedder.Model(), s.vectors.dimension(), embedBatch)
	if err != nil {
		return 0, err
	}
	if len(memories) == 0 {
		return 0, s.tryAgain(ctx)
	}
	s.vectors.working()
	texts := make([]string, len(memories))
	for i, m := range memories {
		texts[i] = m.Content.Text
	}
	vectors, err := s.embedEach(ctx, texts)
	if err != nil {
		return 0, err
	}
	rows := make([]store.Vector, len(memories))
	for i, m := range memories {
		rows[i] = store.Vector{MemoryID: m.ID, Vector: vectors[i]}
	}
	return len(rows), s.store.PutEmbeddings(ctx, s.embedder.Model(), rows)
}

// tryAgain looks whether a model that failed works again, although nothing
// waits for it.
func (s *Service) tryAgain(ctx context.Context) error {
	if !s.vectors.failing() {
		return nil
	}
	_, err := s.embedEach(ctx, []string{trial})
	return err
}

// embedEach returns a vector for each text, nil for one that the model cannot
// embed while it can others: nothing else waits behind that one.
func (s *Service) embedEach(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := s.embedder.Embed(ctx, texts)
	if refused(err) && len(texts) > 1 {
		vectors = make([][]float32, len(texts))
		for i, text := range texts {
			one, failure := s.embedder.Embed(ctx, []string{text})
			switch {
			case failure == nil && len(one) == 1:
				vectors[i], err = one[0], nil
			case failure != nil && !refused(failure):
				return nil, failure
			}
		}
	}
	switch {
	case err == nil && len(vectors) != len(texts):
		return nil, errCount
	case err == nil && !slices.ContainsFunc(vectors, sound):
		return s.embedNone(ctx, texts, errUnsound)
	case refused(err):
		return s.embedNone(ctx, texts, err)
	case err != nil:
		return nil, err
	}
	dimension := 0
	for i, v := range vectors {
		switch {
		case !sound(v):
			vectors[i] = nil
		case dimension == 0:
			dimension = len(v)
		case len(v) != dimension:
			return nil, errMixed
		}
	}
	return vectors, s.settle(ctx, dimension)
}

// embedNone tells texts of which the model can embed none from a model that can
// embed nothing, whose error it returns.
func (s *Service) embedNone(ctx context.Context, texts []string, err error) ([][]float32, error) {
	control, failure := s.embedder.Embed(ctx, []string{trial})
	if failure != nil || len(control) != 1 || !sound(control[0]) {
		return nil, err
	}
	return make([][]float32, len(texts)), s.settle(ctx, len(control[0]))
}

// refused reports whether the model answered, but not with what can be used:
// it may be one text that it does not like.
func refused(err error) bool {
	var call *model.CallError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.Is(err, model.ErrUnusable) || errors.As(err, &syntax) || errors.As(err, &kind) {
		return true
	}
	if !errors.As(err, &call) || call.Temporary {
		return false
	}
	switch call.Status {
	case 0, http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
