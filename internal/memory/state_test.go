package memory_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/test/stubmodel"
)

// served is a place whose vectors come from a stand-in for a model server.
type served struct {
	place
	stub   *stubmodel.Server
	length atomic.Int64 // of its vectors
}

func newServed(t *testing.T, name string, length int) *served {
	s := &served{place: newPlace(t, nil), stub: stubmodel.New()}
	s.length.Store(int64(length))
	s.stub.Vector = func(text string) []float32 {
		v := make([]float32, s.length.Load())
		if text != "no vector fits" {
			copy(v, stubmodel.Vector(text))
		}
		return v
	}
	s.connect(t, name)
	return s
}

// connect uses the model of that name, as a server does that starts again.
func (s *served) connect(t *testing.T, name string) {
	server := httptest.NewServer(s.stub)
	t.Cleanup(server.Close)
	router := providers.New(t.Context(), model.Config{OpenAIBaseURL: server.URL + "/v1", OpenAIEmbeddingModel: name, Attempts: 1,
		CallTimeout: 5 * time.Second, StallTimeout: 5 * time.Second}, model.Embedded{})
	embedder, _ := router.Embedder()
	s.memory = memory.New(s.store, embedder, slog.New(slog.DiscardHandler))
	s.memory.Run(func() int { return 0 })
	t.Cleanup(s.memory.Close)
}

// until waits for the state of the model in use.
func (s *served) until(t *testing.T, what string, is func(memory.ModelVectors) bool) []memory.ModelVectors {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-again.C {
		list, err := s.memory.Status(t.Context(), s.agent.ID)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%s did not come: %+v, %v", what, list, err)
		}
		if is(list[0]) {
			return list
		}
		s.memory.Wake()
	}
}

// finds asks and wants a memory back, by text or by vectors too.
func (s *served) finds(t *testing.T, text, by string) {
	t.Helper()
	q := s.query(text)
	q.Patient = true
	found, how, err := s.memory.Recall(t.Context(), q)
	if err != nil || how != by || len(found) == 0 {
		t.Fatalf("%q found %d by %s, %v; want one at least by %s", text, len(found), how, err, by)
	}
}

func ready(n int) func(memory.ModelVectors) bool {
	return func(m memory.ModelVectors) bool {
		return m.State == memory.StateReady && m.Vectors == n && m.Waiting == 0
	}
}

func TestAModelThatChangesItsLengthLosesNothing(t *testing.T) {
	s := newServed(t, "model-a", 768)
	for i := range 40 {
		s.keep(t, fmt.Sprintf("my dog number %d is called Rex", i))
	}
	if list := s.until(t, "the vectors", ready(40)); list[0].Dimension != 768 || list[0].Model != "model-a" {
		t.Fatalf("%+v", list)
	}
	s.finds(t, "dog called", "text and vectors")
	s.length.Store(3072)
	s.finds(t, "dog called", "text") // its vector cannot be compared
	list := s.until(t, "the new length", func(m memory.ModelVectors) bool { return m.Dimension == 3072 && ready(40)(m) })
	if len(list) != 1 {
		t.Errorf("%+v", list)
	}
	s.finds(t, "dog called", "text and vectors")
}

func TestAModelThatCannotDecideIsNotFollowed(t *testing.T) {
	s := newServed(t, "model-a", 768)
	s.keep(t, "my dog is called Rex")
	s.until(t, "the vector", ready(1))
	var calls atomic.Int64
	s.stub.Answer = nil
	s.stub.Vector = func(text string) []float32 { // another length at every call
		v := make([]float32, 768)
		if calls.Add(1)%2 == 0 {
			v = make([]float32, 3072)
		}
		v[0] = 1
		return v
	}
	s.keep(t, "my cat is called Tom")
	for range 6 {
		q := s.query("cat called")
		q.Patient = true
		found, _, err := s.memory.Recall(t.Context(), q)
		if err != nil || len(found) == 0 {
			t.Fatalf("found %d, %v", len(found), err)
		}
	}
	list, err := s.memory.Status(t.Context(), s.agent.ID)
	if err != nil || list[0].Dimension != 768 || list[0].State != memory.StateFailing || list[0].Error == "" || list[0].Since == 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestAnotherModelEmbedsAnewAndTheOldVectorsStay(t *testing.T) {
	s := newServed(t, "model-a", 64)
	for i := range 20 {
		s.keep(t, fmt.Sprintf("my dog number %d is called Rex", i))
	}
	s.until(t, "the vectors", ready(20))
	s.memory.Close()
	s.connect(t, "model-b")
	list := s.until(t, "the vectors of the new model", ready(20))
	if len(list) != 2 || list[0].Model != "model-b" || list[1].Model != "model-a" || list[1].Vectors != 20 || list[1].State != memory.StateUnused {
		t.Errorf("%+v", list)
	}
	s.finds(t, "dog called", "text and vectors")
}

func TestADeadModelIsSeenAndComesBack(t *testing.T) {
	s := newServed(t, "model-a", 64)
	s.stub.Standing(&stubmodel.Reply{Status: 503})
	s.keep(t, "my dog is called Rex")
	list := s.until(t, "the failure", func(m memory.ModelVectors) bool { return m.State == memory.StateFailing })
	if list[0].Waiting != 1 || list[0].Vectors != 0 || list[0].Error == "" {
		t.Errorf("%+v", list)
	}
	s.finds(t, "dog called", "text")
	s.memory.Close()
	s.stub.Standing(nil)
	s.connect(t, "model-a")
	s.until(t, "the vector", ready(1))
	s.finds(t, "dog called", "text and vectors")
}

func TestATextThatHasNoVectorAndIsAloneHoldsNothingUp(t *testing.T) {
	s := newServed(t, "model-a", 64)
	s.keep(t, "no vector fits")
	s.until(t, "the look at the text", func(m memory.ModelVectors) bool { return m.Unfit == 1 })
	s.keep(t, "my dog is called Rex")
	s.until(t, "the other vector", ready(1))
}

func TestATextThatHasNoVectorHoldsNothingUp(t *testing.T) {
	s := newServed(t, "model-a", 64)
	s.keep(t, "no vector fits")
	for i := range 20 {
		s.keep(t, fmt.Sprintf("my dog number %d is called Rex", i))
	}
	list := s.until(t, "the other vectors", func(m memory.ModelVectors) bool { return m.Vectors == 20 && m.Waiting == 0 })
	if list[0].Unfit != 1 {
		t.Errorf("%+v", list)
	}
	s.finds(t, "no vector fits", "text")
	s.finds(t, "dog called", "text and vectors")
}
