package memory

import (
	"context"
	"errors"
	"time"
)

// questionTime is how long a recall waits for the vector of its question.
const questionTime = 250 * time.Millisecond

// By what is recalled.
const byText, byBoth = "text", "text and vectors"

// question turns the text into a vector, or returns nil when that cannot be
// had soon, and tells by what is recalled then.
func (s *Service) question(ctx context.Context, q Query) (vector []float32, how string) {
	if s.embedder == nil || q.Text == "" || !q.Patient && !s.questions.Allow() {
		return nil, byText
	}
	if !q.Patient {
		limited, cancel := context.WithTimeout(ctx, questionTime)
		defer cancel()
		ctx = limited
	}
	s.asking.Add(1)
	vectors, err := s.embedder.Embed(ctx, []string{q.Text})
	s.asking.Add(-1)
	if err == nil && len(vectors) != 1 {
		err = errCount
	}
	if err == nil && !sound(vectors[0]) {
		err = errUnsound
	}
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
			s.unanswered(err)
		}
		return nil, byText
	}
	if !s.answered(len(vectors[0])) {
		return nil, byText
	}
	return vectors[0], byBoth
}
