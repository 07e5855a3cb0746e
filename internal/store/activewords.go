package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"sync"
	"unique"

	"github.com/google/uuid"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	// maxActive is how many memories a scope may have to be kept; of a larger
	// one the index on disk knows the words.
	maxActive = 4000
	// maxActiveWords bounds what is kept of all scopes together, to about 40 MB.
	maxActiveWords = 3 << 20
	// scopeWords and remarkWords are how many words a scope by itself and a
	// memory in it are reckoned to be.
	scopeWords  = 64
	remarkWords = 16
)

// activeWords keeps, for the rooms and entities that were asked about lately,
// where each word occurs and who said it when. It ranks without reading a
// single memory, which would cost a turn more than all the rest of it. Every
// commit adds its words, so it can be used only where nobody else writes. A
// memory that was deleted may stay in it: whoever reads the memories notices.
type activeWords struct {
	mu     sync.Mutex
	scopes *simplelru.LRU[string, *activeScope]
	words  int // kept in all scopes
}

func newActiveWords() *activeWords {
	a := &activeWords{}
	a.scopes, _ = simplelru.NewLRU(maxActiveWords/scopeWords, func(_ string, s *activeScope) { a.words -= s.words })
	return a
}

// pool ranks the memories of a question's scope by the terms, and joins those
// that near has, and who stands beside them. It does not know when the
// question has no room or entity, or they are too large or just being read.
func (a *activeWords) pool(ctx context.Context, b bound, q RecallQuery, terms []string, near map[int64]float64) (pool []Candidate, known bool, err error) {
	var scopes []*activeScope
	for _, in := range []struct {
		id     eliza.ID
		scope  func(agent, id eliza.ID) string
		column string
	}{{q.RoomID, roomScope, "room_id"}, {q.EntityID, entityScope, "entity_id"}} {
		if in.id == eliza.NoID {
			continue
		}
		s, err := a.scope(in.scope(q.AgentID, in.id), func() ([]wordsOf, bool, error) { return wordsIn(ctx, b, in.column, q.AgentID, in.id) })
		if err != nil || s == nil {
			return nil, false, err
		}
		scopes = append(scopes, s)
	}
	if len(scopes) == 0 {
		return nil, false, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return rankScopes(scopes, q, terms, near), true, nil
}

// scope returns what is kept of a scope, after reading it if need be; nil when
// it cannot be kept or somebody else is reading it.
func (a *activeWords) scope(name string, read func() (list []wordsOf, all bool, err error)) (*activeScope, error) {
	a.mu.Lock()
	if s, known := a.scopes.Get(name); known {
		defer a.mu.Unlock()
		return s.usable(), nil
	}
	// What is committed from here on is either read or added to late.
	s := newActiveScope()
	a.scopes.Add(name, s)
	a.words += scopeWords
	a.mu.Unlock()

	memories, all, err := read()

	a.mu.Lock()
	defer a.mu.Unlock()
	if kept, _ := a.scopes.Peek(name); kept != s {
		return nil, err // dropped meanwhile
	}
	if err != nil {
		a.scopes.Remove(name)
		return nil, err
	}
	s.ready, s.large = true, !all
	if !s.large {
		for _, m := range memories {
			a.add(s, m)
		}
		for _, m := range s.late {
			if m.n > s.newest() {
				a.add(s, m)
			}
		}
	}
	s.late = nil
	a.shrink()
	return s.usable(), nil
}

// shrink drops the scopes that nobody asked about for the longest time.
func (a *activeWords) shrink() {
	for a.words > maxActiveWords {
		a.scopes.RemoveOldest()
	}
}

func (a *activeWords) add(s *activeScope, m wordsOf) {
	s.add(m)
	s.words += len(m.terms.words) + remarkWords
	a.words += len(m.terms.words) + remarkWords
}

// committed adds what a transaction put into the text index.
func (a *activeWords) committed(all []wordsOf) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range all {
		if m.of == nil {
			continue
		}
		each := len(m.terms.words) + 1
		for i := 0; i < len(m.words); i += each { // a bare scope, and then its words
			if s, known := a.scopes.Peek(m.words[i]); known {
				a.extend(m.words[i], s, m)
			}
		}
	}
	a.shrink()
}

func (a *activeWords) extend(scope string, s *activeScope, m wordsOf) {
	switch {
	case !s.ready:
		s.late = append(s.late, m)
	case s.large:
	case len(s.entries) == maxActive || m.n <= s.newest(): // full, or an old memory has changed
		a.scopes.Remove(scope)
	default:
		a.add(s, m)
	}
}

// drop forgets scopes, after a memory in them is not to be found any more.
func (a *activeWords) drop(scopes ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, name := range scopes {
		a.scopes.Remove(name)
	}
}

// forget drops everything, after many memories were deleted.
func (a *activeWords) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scopes.Purge()
}

// wordsIn reads what a room or an entity said, and tells whether that is all
// of it: no more is read than can be kept.
func wordsIn(ctx context.Context, b bound, column string, agent, id eliza.ID) (list []wordsOf, all bool, err error) {
	rows, err := b.query(ctx, `SELECT n, type, entity_id, room_id, message_id, created_at, `+sqliteShape.text+`, metadata ->> 'senderName'
		FROM memories WHERE agent_id = ? AND `+column+` = ? AND valid_until IS NULL LIMIT ?`, agent.String(), id.String(), maxActive+1)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	count := 0
	for ; rows.Next(); count++ {
		var of remark
		var n int64
		var kind eliza.MemoryType
		var message uuid.NullUUID
		var text string
		var author sql.NullString
		if err := rows.Scan(&n, &kind, &of.entity, &of.room, &message, &of.at, &text, &author); err != nil {
			return nil, false, err
		}
		if terms, length := termsIn(text); len(terms.words) > 0 {
			of.message, of.author, of.kind, of.length = message.UUID, unique.Make(author.String), unique.Make(kind), length
			list = append(list, wordsOf{n: n, terms: terms, of: &of})
		}
	}
	slices.SortFunc(list, func(a, b wordsOf) int { return cmp.Compare(a.n, b.n) })
	return list, count <= maxActive, rows.Err()
}

// usable returns the scope if it can be asked.
func (s *activeScope) usable() *activeScope {
	if s.ready && !s.large {
		return s
	}
	return nil
}
