package store

import (
	"slices"
	"strings"
	"unique"

	"github.com/elizad/elizad/internal/eliza"
)

// activeScope is what was said in a room or by an entity, in rising order of
// the numbers.
type activeScope struct {
	ready   bool      // false while it is being read
	large   bool      // has too many memories to be kept
	late    []wordsOf // committed while it was being read
	entries []entry
	byWord  map[string][]posting
	latest  map[eliza.ID]int32 // of each room, among messages
	words   int
}

type entry struct {
	n             int64
	of            *remark
	before, after int32 // messages beside it in its room; -1 for none
}

var spoken = unique.Make(eliza.MemoryMessages)

// A posting says that an entry has a word, and how often.
type posting struct {
	entry int32
	count uint8
}

func newActiveScope() *activeScope {
	return &activeScope{byWord: map[string][]posting{}, latest: map[eliza.ID]int32{}, words: scopeWords}
}

func (s *activeScope) newest() int64 {
	if len(s.entries) == 0 {
		return 0
	}
	return s.entries[len(s.entries)-1].n
}

func (s *activeScope) add(m wordsOf) {
	of, i := m.of, int32(len(s.entries))
	e := entry{m.n, of, -1, -1}
	for j, w := range m.terms.words {
		list, known := s.byWord[w]
		if !known {
			w = strings.Clone(w) // of a text that need not be kept
		}
		s.byWord[w] = append(list, posting{i, m.terms.counts[j]})
	}
	if of.kind == spoken {
		if last, known := s.latest[of.room]; known && of.at-s.entries[last].of.at <= sceneGap {
			e.before, s.entries[last].after = last, i
		}
		s.latest[of.room] = i
	}
	s.entries = append(s.entries, e)
}

// ranked is a scope while a question is answered.
type ranked struct {
	*activeScope
	q       *RecallQuery
	kinds   []unique.Handle[eliza.MemoryType]
	without eliza.ID // a room that another scope answers for
	scores  []float64
}

// counts is allows for what is in the scope.
func (r *ranked) counts(i int32) bool {
	of := r.entries[i].of
	return (len(r.kinds) == 0 || slices.Contains(r.kinds, of.kind)) && of.room != r.without &&
		(r.q.Before == 0 || of.at < r.q.Before) && (r.q.After == 0 || of.at > r.q.After) && (r.q.By == eliza.NoID || of.entity == r.q.By) &&
		r.q.witnessed(of.entity, of.at) && (of.message == eliza.NoID || !slices.Contains(r.q.ExcludeMessageIDs, of.message))
}

// rankScopes makes the pool of a question from the scopes it asks about: the
// room's, and the entity's outside of that room.
func rankScopes(scopes []*activeScope, q RecallQuery, terms []string, near map[int64]float64) []Candidate {
	var kinds []unique.Handle[eliza.MemoryType]
	for _, t := range q.Types {
		kinds = append(kinds, unique.Make(t))
	}
	var in []ranked
	for _, s := range scopes {
		r := ranked{activeScope: s, q: &q, kinds: kinds}
		if len(in) > 0 {
			r.without = q.RoomID
		}
		r.scores = make([]float64, len(s.entries))
		in = append(in, r)
	}
	var weigh bm25
	for i := range in {
		for j := range in[i].entries {
			if in[i].counts(int32(j)) {
				weigh.hear(in[i].entries[j].of.length)
			}
		}
	}
	for _, term := range terms {
		having := 0
		for i := range in {
			for _, p := range in[i].byWord[term] {
				if in[i].counts(p.entry) {
					having++
				}
			}
		}
		if having == 0 {
			continue
		}
		weight := idf(float64(having), weigh.texts)
		for i := range in {
			for _, p := range in[i].byWord[term] {
				if in[i].counts(p.entry) {
					in[i].scores[p.entry] += weigh.score(weight, float64(p.count), in[i].entries[p.entry].of.length)
				}
			}
		}
	}
	var pool []Candidate
	for i := range in {
		pool = in[i].collect(pool, near)
	}
	return pool
}

// collect adds to the pool what the scope has for it.
func (r *ranked) collect(pool []Candidate, near map[int64]float64) []Candidate {
	top := best{size: r.q.pool()}
	for i, score := range r.scores {
		if score > 0 {
			top.add(scored{int64(i), score})
		}
	}
	places := map[int32]int{}
	join := func(i int32) {
		if _, there := places[i]; there || i < 0 {
			return
		}
		e := &r.entries[i]
		if !r.counts(i) {
			return
		}
		cosine, has := near[e.n]
		places[i] = len(pool)
		pool = append(pool, Candidate{N: e.n, EntityID: e.of.entity, RoomID: e.of.room, At: e.of.at, Author: e.of.author.Value(), Text: r.scores[i], Cosine: cosine, HasVector: has, Beside: alone})
	}
	for _, s := range top.list {
		join(int32(s.n))
	}
	for n := range near {
		if i, there := slices.BinarySearchFunc(r.entries, n, func(e entry, n int64) int { return int(e.n - n) }); there {
			join(int32(i))
		}
	}
	hits := make([]int32, 0, len(places))
	for i := range places {
		hits = append(hits, i)
	}
	for _, i := range hits {
		for _, j := range r.beside(i) {
			join(j)
		}
	}
	for i, place := range places {
		for k, j := range r.beside(i) {
			if other, there := places[j]; there {
				pool[place].Beside[k] = other
			}
		}
	}
	return pool
}

// beside returns who stands beside an entry, -1 for nobody.
func (s *activeScope) beside(i int32) (list [2 * reach]int32) {
	before, after := i, i
	for k := range reach {
		if before >= 0 {
			before = s.entries[before].before
		}
		if after >= 0 {
			after = s.entries[after].after
		}
		list[k], list[reach+k] = before, after
	}
	return list
}
