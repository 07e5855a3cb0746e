package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/elizad/elizad/internal/eliza"
)

const (
	// maxActive is how many memories a scope may have to be kept; of a larger
	// one the index on disk knows the words.
	maxActive = 4000
	// maxActiveWords bounds what is kept of all scopes together, to about 20 MB.
	maxActiveWords = 1 << 20
	// scopeWords is how many words a scope by itself is reckoned to be.
	scopeWords = 64
)

// activeWords keeps, for the rooms and entities that were asked about lately,
// where each word occurs. It answers as the text index does and spares its
// many pages, which would cost a turn more than all the rest of it. Every
// commit adds its words, so it can be used only where nobody else writes. A
// memory that was deleted may stay in it: whoever reads the memories notices.
type activeWords struct {
	mu     sync.Mutex
	scopes *simplelru.LRU[string, *activeScope]
	words  int // kept in all scopes
}

// activeScope holds numbers of memories, always in rising order.
type activeScope struct {
	ready  bool      // false while it is being read
	large  bool      // has too many memories to be kept
	late   []wordsOf // committed while it was being read
	all    []int64
	byWord map[string][]int64
	words  int
}

func newActiveWords() *activeWords {
	a := &activeWords{}
	a.scopes, _ = simplelru.NewLRU(maxActiveWords/scopeWords, func(_ string, s *activeScope) { a.words -= s.words })
	return a
}

// match finds for the whole scope of a question, and then for each term, the
// newest maxPerTerm memories, newest first. It does not know when the question
// has no room or entity, or they are too large or just being read.
func (a *activeWords) match(ctx context.Context, b bound, q RecallQuery, terms []string) (found [][]int64, known bool, err error) {
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
	found = make([][]int64, len(terms)+1)
	lists := make([][]int64, len(scopes))
	for i := range found {
		for j, s := range scopes {
			if lists[j] = s.all; i > 0 {
				lists[j] = s.byWord[terms[i-1]]
			}
		}
		found[i] = newestOf(lists)
	}
	return found, true, nil
}

// newestOf joins lists in rising order to the newest maxPerTerm numbers,
// newest first. It shortens the lists.
func newestOf(lists [][]int64) []int64 {
	var newest []int64
	for len(newest) < maxPerTerm {
		top := int64(0)
		for _, l := range lists {
			if len(l) > 0 {
				top = max(top, l[len(l)-1])
			}
		}
		if top == 0 {
			break
		}
		newest = append(newest, top)
		for i, l := range lists {
			if len(l) > 0 && l[len(l)-1] == top {
				lists[i] = l[:len(l)-1]
			}
		}
	}
	return newest
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
	s := &activeScope{byWord: map[string][]int64{}, words: scopeWords}
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
			if len(s.all) == 0 || m.n > s.all[len(s.all)-1] {
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

func (s *activeScope) usable() *activeScope {
	if s.ready && !s.large {
		return s
	}
	return nil
}

func (a *activeWords) add(s *activeScope, m wordsOf) {
	s.all = append(s.all, m.n)
	for _, w := range m.words {
		s.byWord[w] = append(s.byWord[w], m.n)
	}
	s.words += len(m.words) + 1
	a.words += len(m.words) + 1
}

// committed adds what a transaction put into the text index.
func (a *activeWords) committed(all []wordsOf) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range all {
		for words := m.words; len(words) > 0; {
			scope, rest := words[0], words[1:]
			end := slices.IndexFunc(rest, func(w string) bool { return !strings.HasPrefix(w, scope) })
			if end < 0 {
				end = len(rest)
			}
			if s, known := a.scopes.Peek(scope); known {
				a.extend(scope, s, m.n, rest[:end])
			}
			words = rest[end:]
		}
	}
	a.shrink()
}

func (a *activeWords) extend(scope string, s *activeScope, n int64, scoped []string) {
	m := wordsOf{n, make([]string, len(scoped))}
	for i, w := range scoped {
		m.words[i] = w[len(scope):]
	}
	switch {
	case !s.ready:
		s.late = append(s.late, m)
	case s.large:
	case len(s.all) == maxActive || len(s.all) > 0 && n <= s.all[len(s.all)-1]: // full, or an old memory has changed
		a.scopes.Remove(scope)
	default:
		a.add(s, m)
	}
}

// forget drops everything, after many memories were deleted.
func (a *activeWords) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scopes.Purge()
}

// wordsIn reads the words of a room's or an entity's memories, and tells
// whether that is all of them: no more are read than can be kept.
func wordsIn(ctx context.Context, b bound, column string, agent, id eliza.ID) (list []wordsOf, all bool, err error) {
	rows, err := b.query(ctx, `SELECT n, `+sqliteShape.text+` FROM memories WHERE agent_id = ? AND `+column+` = ? LIMIT ?`,
		agent.String(), id.String(), maxActive+1)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	count := 0
	for ; rows.Next(); count++ {
		var n int64
		var text string
		if err := rows.Scan(&n, &text); err != nil {
			return nil, false, err
		}
		if words := distinct(splitWords(text), maxIndexedWords); len(words) > 0 {
			list = append(list, wordsOf{n, words})
		}
	}
	slices.SortFunc(list, func(a, b wordsOf) int { return cmp.Compare(a.n, b.n) })
	return list, count <= maxActive, rows.Err()
}
