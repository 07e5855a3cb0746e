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
// found: "text" or "text and vectors". Facts are looked for by themselves, so
// that no amount of talk hides them; when none fits, the newest of this person
// are given. Texts that say the same are given once, the question itself
// never.
func (s *Service) Recall(ctx context.Context, q Query) ([]model.Recollection, string, error) {
	vector, how := s.question(ctx, q.Text), "text"
	if vector != nil {
		how = "text and vectors"
	}
	facts, err := s.facts(ctx, q, vector)
	if err != nil {
		return nil, "", err
	}
	messages, err := s.find(ctx, q, vector, eliza.MemoryMessages)
	if err != nil {
		return nil, "", err
	}
	found := slices.Concat(facts, messages)
	slices.SortStableFunc(found, func(a, b model.Recollection) int { return cmp.Compare(b.Score, a.Score) })
	seen := map[string]bool{folded(q.Text): true}
	found = slices.DeleteFunc(found, func(r model.Recollection) bool {
		text := folded(r.Text)
		again := seen[text]
		seen[text] = true
		return again
	})
	return found[:min(len(found), q.Limit)], how, nil
}

// find recalls memories of one type.
func (s *Service) find(ctx context.Context, q Query, vector []float32, kind eliza.MemoryType) ([]model.Recollection, error) {
	rq := store.RecallQuery{
		AgentID: q.AgentID, Text: q.Text, RoomID: q.RoomID, EntityID: q.EntityID, Limit: q.Limit + 3,
		Types: []eliza.MemoryType{kind}, ExcludeMessageIDs: []eliza.ID{q.Except},
	}
	if vector != nil {
		rq.Vector, rq.Model = vector, s.embedder.Model()
	}
	pool, err := s.store.Pool(ctx, rq)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	chosen := rank(pool, q)
	chosen = chosen[:min(len(chosen), rq.Limit)]
	numbers := make([]int64, len(chosen))
	for i, c := range chosen {
		numbers[i] = c.N
	}
	memories, err := s.store.Numbered(ctx, rq, numbers)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	found := make([]model.Recollection, 0, len(memories))
	for i, m := range memories {
		if m.ID != eliza.NoID {
			r := recollection(&m)
			r.Score, r.Cosine = chosen[i].score, chosen[i].Cosine
			found = append(found, r)
		}
	}
	return found, nil
}

// facts finds the facts that fit or else the newest of this person. It looks
// first whether there are any, which costs little, and as a rule there are
// none or few.
func (s *Service) facts(ctx context.Context, q Query, vector []float32) ([]model.Recollection, error) {
	there, err := s.store.HasFacts(ctx, q.AgentID, q.RoomID, q.EntityID)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	if !there {
		return nil, nil
	}
	fitting, err := s.find(ctx, q, vector, eliza.MemoryFacts)
	if err != nil || len(fitting) > 0 {
		return fitting, err
	}
	return s.newestFacts(ctx, q)
}

func (s *Service) newestFacts(ctx context.Context, q Query) ([]model.Recollection, error) {
	memories, _, err := s.store.Memories(ctx, q.AgentID, store.MemoryQuery{Type: eliza.MemoryFacts, EntityID: q.EntityID, Limit: q.Limit, NoTotal: true})
	if err != nil {
		return nil, fmt.Errorf("list facts: %w", err)
	}
	var found []model.Recollection
	for _, m := range memories {
		if m.MessageID != q.Except || q.Except == eliza.NoID {
			found = append(found, recollection(&m))
		}
	}
	return found, nil
}

func recollection(m *eliza.Memory) model.Recollection {
	author, _ := m.Metadata["senderName"].(string)
	return model.Recollection{MemoryID: m.ID, MessageID: m.MessageID, Type: m.Type, Text: m.Content.Text, Author: author, AuthorID: m.EntityID, At: m.CreatedAt}
}

// folded is what two texts that say the same have in common.
func folded(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

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
