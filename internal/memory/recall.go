package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// Query asks what an agent knows about a text, in a room and of a person.
type Query struct {
	AgentID   eliza.ID
	AgentName string
	RoomID    eliza.ID
	EntityID  eliza.ID
	Text      string
	Except    eliza.ID // the message that asks; its own memory is left out
	Limit     int
	Tokens    int                // what the texts may take together; 0: 2000
	Types     []eliza.MemoryType // for Search; none: all usual ones
	Before    eliza.Millis       // made before this moment; 0: any
	After     eliza.Millis       // made after this moment
	By        eliza.ID           // only what this one said
	Now       eliza.Millis       // when it is asked; 0: now

	// Public says that others hear the answer: then only what was said in this
	// room is recalled, and not what the person said elsewhere.
	Public bool
	// Since is from when on the person is in the room: what others said there
	// before is not recalled. 0: from the beginning.
	Since eliza.Millis
	// Patient waits for the vector of the question, also when many ask.
	Patient bool

	documents bool // they are of the agent, but it did not say them itself
}

// Found is a memory that fits, and why: its score is mixed (rank.go) of how its
// words fit, of its vector, and of what was said beside it.
type Found struct {
	Memory eliza.Memory
	Author string // display name of who said it
	Score  float64
	Text   float64 // BM25
	Cosine float64 // 0 when there is no vector
	Parts  model.Parts
}

// Recall returns the memories that fit best, best first, and how they were
// found: "text" or "text and vectors". Facts are looked for by themselves, so
// that no amount of talk hides them; when none fits, the newest of this person
// are given. Texts that say the same are given once, the question itself
// never, and all of them together take no more tokens than the query allows.
func (s *Service) Recall(ctx context.Context, q Query) ([]model.Recollection, string, error) {
	vector, how := s.question(ctx, q)
	facts, err := s.facts(ctx, q, vector)
	if err != nil {
		return nil, "", err
	}
	messages, err := s.find(ctx, s.store.Said, q, vector, eliza.MemoryMessages)
	if err != nil {
		return nil, "", err
	}
	knowledge, err := s.knowledge(ctx, q, vector)
	if err != nil {
		return nil, "", err
	}
	found := slices.Concat(facts, knowledge, messages)
	slices.SortStableFunc(found, func(a, b Found) int { return cmp.Compare(b.Score, a.Score) })
	pick := newPick(q)
	for i := range found {
		pick.offer(&found[i])
	}
	return pick.list, how, nil
}

// Search returns the memories that fit best, best first, and how they were
// found, of all types or of those that the query names.
func (s *Service) Search(ctx context.Context, q Query) ([]Found, string, error) {
	vector, how := s.question(ctx, q)
	found, err := s.find(ctx, s.store.Numbered, q, vector, q.Types...)
	return found[:min(len(found), q.Limit)], how, err
}

// reader reads the memories that were chosen.
type reader func(context.Context, store.RecallQuery, []int64) ([]eliza.Memory, error)

// find recalls memories of these types, three more than the limit.
func (s *Service) find(ctx context.Context, read reader, q Query, vector []float32, kinds ...eliza.MemoryType) ([]Found, error) {
	rq := store.RecallQuery{
		AgentID: q.AgentID, Text: q.Text, RoomID: q.RoomID, EntityID: q.EntityID, Limit: q.Limit + 3, Types: kinds,
		Before: q.Before, After: q.After, By: q.By,
	}
	if q.Public {
		rq.EntityID = eliza.NoID
	}
	if q.Since > 0 {
		rq.Witness, rq.Since = q.EntityID, q.Since
	}
	if q.Except != eliza.NoID {
		rq.ExcludeMessageIDs = []eliza.ID{q.Except}
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
	memories, err := read(ctx, rq, numbers)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	found := make([]Found, 0, len(memories))
	for i, m := range memories {
		if m.ID != eliza.NoID {
			found = append(found, Found{m, chosen[i].Author, chosen[i].score, chosen[i].Text, chosen[i].Cosine, chosen[i].parts})
		}
	}
	return found, nil
}

// facts finds the facts that fit or else the newest of this person. It looks
// first whether there are any, which costs little, and as a rule there are
// none or few.
func (s *Service) facts(ctx context.Context, q Query, vector []float32) ([]Found, error) {
	by := q.EntityID
	if q.Public {
		by = eliza.NoID
	}
	there, err := s.store.HasFacts(ctx, q.AgentID, q.RoomID, by)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	if !there {
		return nil, nil
	}
	fitting, err := s.find(ctx, s.store.Said, q, vector, eliza.MemoryFacts)
	if err != nil || len(fitting) > 0 {
		return fitting, err
	}
	return s.newestFacts(ctx, q)
}

// knowledge finds the pieces of documents that fit. They are the agent's own,
// and everybody may hear of them.
func (s *Service) knowledge(ctx context.Context, q Query, vector []float32) ([]Found, error) {
	there, err := s.store.HasKnowledge(ctx, q.AgentID)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	if !there {
		return nil, nil
	}
	q.RoomID, q.EntityID, q.Since, q.documents = q.AgentID, eliza.NoID, 0, true
	return s.find(ctx, s.store.Said, q, vector, eliza.MemoryKnowledge)
}

func (s *Service) newestFacts(ctx context.Context, q Query) ([]Found, error) {
	mq := store.MemoryQuery{Type: eliza.MemoryFacts, EntityID: q.EntityID, Current: true, Limit: q.Limit, NoTotal: true}
	if q.Public {
		mq.RoomID = q.RoomID
	}
	memories, _, err := s.store.Memories(ctx, q.AgentID, mq)
	if err != nil {
		return nil, fmt.Errorf("list facts: %w", err)
	}
	var found []Found
	for _, m := range memories {
		if m.MessageID != q.Except || q.Except == eliza.NoID {
			author, _ := m.Metadata["senderName"].(string)
			found = append(found, Found{Memory: m, Author: author})
		}
	}
	return found, nil
}

func (f *Found) recollection() model.Recollection {
	m := &f.Memory
	r := model.Recollection{MemoryID: m.ID, MessageID: m.MessageID, Type: m.Type, Text: m.Content.Text, Author: f.Author, AuthorID: m.EntityID,
		At: m.CreatedAt, Cosine: f.Cosine, Score: f.Score, Parts: f.Parts, Trust: m.Trust()}
	if m.Type == eliza.MemoryKnowledge { // the agent has it from a document, and did not say it
		r.AuthorID = eliza.NoID
	}
	return r
}

// Matching returns the memories of this person in scope whose text has every
// word of the query that means something: what a person wants forgotten.
func (s *Service) Matching(ctx context.Context, q Query) ([]eliza.ID, error) {
	hits, err := s.store.Recall(ctx, store.RecallQuery{AgentID: q.AgentID, Text: q.Text, RoomID: q.RoomID, EntityID: q.EntityID, Limit: 100, ExcludeMessageIDs: []eliza.ID{q.Except}})
	if err != nil {
		return nil, fmt.Errorf("find memories: %w", err)
	}
	words := slices.DeleteFunc(analysis.Words(q.Text), func(w string) bool { return slices.Contains(smallWords, w) })
	var ids []eliza.ID
	for _, h := range hits {
		if h.Memory.EntityID != q.EntityID || len(words) == 0 {
			continue
		}
		has := analysis.Words(h.Memory.Content.Text)
		if !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(has, w) }) {
			ids = append(ids, h.Memory.ID)
		}
	}
	return ids, nil
}

// smallWords say nothing of what is to be forgotten, beside those that the
// analysis leaves out.
var smallWords = []string{"told", "said"}
