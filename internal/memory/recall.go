package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// questionTime is how long a recall waits for the vector of its question.
const questionTime = 250 * time.Millisecond

// Query asks what an agent knows about a text, in a room and of a person.
type Query struct {
	AgentID   eliza.ID
	AgentName string
	RoomID    eliza.ID
	EntityID  eliza.ID
	Text      string
	Except    eliza.ID // the message that asks; its own memory is left out
	Limit     int
}

// Recall returns the memories that fit best, best first, and how they were
// found: "text" or "text and vectors". The score is BM25, scaled to 1, plus
// the cosine.
func (s *Service) Recall(ctx context.Context, q Query) ([]model.Recollection, string, error) {
	rq := store.RecallQuery{
		AgentID: q.AgentID, Text: q.Text, RoomID: q.RoomID, EntityID: q.EntityID, Limit: max(20, 2*q.Limit),
		Types: []eliza.MemoryType{eliza.MemoryMessages, eliza.MemoryFacts}, ExcludeMessageIDs: []eliza.ID{q.Except},
	}
	how := "text"
	if vector := s.question(ctx, q.Text); vector != nil {
		rq.Vector, rq.Model, how = vector, s.embedder.Model(), "text and vectors"
	}
	hits, err := s.store.Recall(ctx, rq)
	if err != nil {
		return nil, "", fmt.Errorf("recall: %w", err)
	}
	best := 0.0
	for _, h := range hits {
		best = max(best, h.TextScore)
	}
	found := make([]model.Recollection, 0, len(hits))
	for _, h := range hits {
		score := 0.0
		if best > 0 {
			score = h.TextScore / best
		}
		if h.HasVector {
			score += h.Cosine
		}
		author, _ := h.Memory.Metadata["senderName"].(string)
		found = append(found, model.Recollection{
			MemoryID: h.Memory.ID, Type: h.Memory.Type, Text: h.Memory.Content.Text, Author: author, AuthorID: h.Memory.EntityID,
			At: h.Memory.CreatedAt, Cosine: h.Cosine, Score: score,
		})
	}
	slices.SortStableFunc(found, func(a, b model.Recollection) int { return cmp.Compare(b.Score, a.Score) })
	return found[:min(len(found), q.Limit)], how, nil
}

// question turns a text into a vector, or returns nil when that cannot be had
// soon.
func (s *Service) question(ctx context.Context, text string) []float32 {
	if s.embedder == nil || !s.questions.Allow() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	vectors, err := s.embedder.Embed(ctx, []string{text})
	if err != nil || len(vectors) != 1 {
		s.log.Debug("a question has no vector", "error", err)
		return nil
	}
	return vectors[0]
}

// Matching returns the memories of this person in scope whose text has every
// word of the query that means something: what a person wants forgotten.
func (s *Service) Matching(ctx context.Context, q Query) ([]eliza.ID, error) {
	hits, err := s.store.Recall(ctx, store.RecallQuery{AgentID: q.AgentID, Text: q.Text, RoomID: q.RoomID, EntityID: q.EntityID, Limit: 100, ExcludeMessageIDs: []eliza.ID{q.Except}})
	if err != nil {
		return nil, fmt.Errorf("find memories: %w", err)
	}
	words := strings.FieldsFunc(strings.ToLower(q.Text), func(r rune) bool { return strings.ContainsRune(" .,;:!?\"'()\n\t", r) })
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) < 3 || slices.Contains(smallWords, w) })
	var ids []eliza.ID
	for _, h := range hits {
		text := strings.ToLower(h.Memory.Content.Text)
		if h.Memory.EntityID == q.EntityID && len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			ids = append(ids, h.Memory.ID)
		}
	}
	return ids, nil
}

var smallWords = []string{"the", "that", "what", "about", "you", "your", "told", "said", "and", "for", "was", "are", "has", "have", "had", "his", "her", "its"}
