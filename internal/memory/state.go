package memory

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// State tells how the vectors of a model stand.
type State string

// Nobody makes vectors; all have theirs; they are being made; they cannot be
// made now, and recall goes by text; they are of a model that is not in use.
const (
	StateOff       State = "off"
	StateReady     State = "ready"
	StateEmbedding State = "embedding"
	StateFailing   State = "failing"
	StateUnused    State = "unused"
)

// Health is how the making of vectors stands.
type Health struct {
	Model     string // empty when nobody serves vectors
	Dimension int    // of its vectors; 0 while none was made
	State     State
	Error     string       // what went wrong last; empty when all goes well
	Since     eliza.Millis // of the error
	Note      string       // that the dimension changed
}

// ModelVectors is what an agent's memories have of one model.
type ModelVectors struct {
	Health
	Vectors int // memories with a vector
	Waiting int // memories that have none yet
	Unfit   int // memories that the model cannot embed
}

var (
	errCount   = errors.New("the model gave another number of vectors than of texts")
	errMixed   = errors.New("the model gave vectors of different lengths at once")
	errUnsound = errors.New("the model gave vectors without length")
)

// errDimension says that the model does not keep to a length.
type errDimension struct{ got, want int }

func (e errDimension) Error() string {
	return fmt.Sprintf("the model gave a vector of %d numbers where it gave %d before", e.got, e.want)
}

// trial is a text that shows whether the model works.
const trial = "length"

// maxTurnarounds is how often a model may change the length of its vectors
// while the server runs: each time everything is embedded anew.
const maxTurnarounds = 3

// vectorState is what is known of the model's vectors.
type vectorState struct {
	mu          sync.Mutex
	dim         int
	state       State
	problem     string
	since       eliza.Millis
	note        string
	turnarounds int
}

func (v *vectorState) dimension() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.dim
}

func (v *vectorState) working() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.state != StateFailing {
		v.state = StateEmbedding
	}
}

// ended notes how a batch went, and returns what was wrong before.
func (v *vectorState) ended(n int, err error) (before string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	before = v.problem
	switch {
	case err != nil:
		v.fail(err)
	case n == 0:
		v.state, v.problem, v.since, v.note = StateReady, "", 0, ""
	default:
		v.state, v.problem, v.since = StateEmbedding, "", 0
	}
	return before
}

func (v *vectorState) failing() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.problem != ""
}

// fail notes an error; the caller holds the lock.
func (v *vectorState) fail(err error) {
	if v.problem == "" {
		v.since = eliza.Now()
	}
	v.state, v.problem = StateFailing, problem(err)
}

// answered notes the length of a question's vector and reports whether it can
// be compared. A length that is not the known one makes the background look.
func (s *Service) answered(dimension int) bool {
	v := &s.vectors
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.dim == 0 {
		v.dim = dimension
		s.Wake() // what has vectors of another length is embedded anew
	}
	if v.dim == dimension {
		return true
	}
	v.fail(errDimension{dimension, v.dim})
	s.Wake()
	return false
}

// unanswered notes that a question got no vector, unless it only took long.
func (s *Service) unanswered(err error) {
	s.vectors.mu.Lock()
	defer s.vectors.mu.Unlock()
	s.vectors.fail(err)
	s.Wake()
}

// settle takes the length of a batch's vectors for the model's if it is the
// known one, or if the model gives it again when it is asked again.
func (s *Service) settle(ctx context.Context, dimension int) error {
	v := &s.vectors
	known := v.dimension()
	if known != 0 && known != dimension {
		again, err := s.embedder.Embed(ctx, []string{trial})
		if err != nil {
			return err
		}
		if len(again) != 1 || len(again[0]) != dimension {
			return errDimension{dimension, known}
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.dim != 0 && v.dim != dimension {
		if v.turnarounds == maxTurnarounds {
			return errDimension{dimension, v.dim}
		}
		v.turnarounds++
		s.Wake() // what has vectors of the other length
		v.note = fmt.Sprintf("The model gives vectors of %d numbers now and gave %d before; all memories are embedded anew.", dimension, v.dim)
	}
	v.dim = dimension
	return nil
}

// sound reports whether a vector can be compared.
func sound(v []float32) bool {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return sum > 0 && !math.IsInf(sum, 0) // NaN is not above 0
}

// problem is an error in words that may be shown.
func problem(err error) string {
	var call *model.CallError
	var dimension errDimension
	switch {
	case errors.As(err, &call):
		return call.Error()
	case errors.As(err, &dimension), errors.Is(err, errCount), errors.Is(err, errMixed), errors.Is(err, errUnsound):
		return err.Error()
	}
	return eliza.ErrorMessage(err)
}

// Health tells how the making of vectors stands.
func (s *Service) Health() Health {
	if s.embedder == nil {
		return Health{State: StateOff}
	}
	v := &s.vectors
	v.mu.Lock()
	defer v.mu.Unlock()
	h := Health{s.embedder.Model(), v.dim, v.state, v.problem, v.since, v.note}
	if h.State == "" {
		h.State = StateReady
	}
	return h
}

// Status tells which models' vectors an agent's memories have: first the one
// in use, if any, then others that were. Error code: DB_ERROR.
func (s *Service) Status(ctx context.Context, agent eliza.ID) ([]ModelVectors, error) {
	counts, all, err := s.store.EmbeddingCounts(ctx, agent)
	if err != nil {
		return nil, err
	}
	current := ModelVectors{Health: s.Health(), Waiting: all}
	list := []ModelVectors{}
	if current.Model == "" {
		current.Waiting = 0
	}
	for _, c := range counts {
		switch {
		case c.Model == current.Model && c.Dim == 0:
			current.Unfit = c.N
			current.Waiting -= c.N
		case c.Model == current.Model && (c.Dim == current.Dimension || current.Dimension == 0):
			current.Vectors += c.N
			current.Waiting -= c.N
		case c.Dim > 0:
			list = append(list, ModelVectors{Health: Health{Model: c.Model, Dimension: c.Dim, State: StateUnused}, Vectors: c.N})
		}
	}
	current.Waiting = max(0, current.Waiting)
	if current.State == StateReady && current.Waiting > 0 {
		current.State = StateEmbedding
	}
	return append([]ModelVectors{current}, list...), nil
}
