package store

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
)

// questionTerms are the words of a question that are looked up. Of many, the
// longest are taken: they are the rarest as a rule.
func questionTerms(text string) []string {
	terms := distinct(splitWords(text), maxIndexedWords)
	if len(terms) > maxTerms {
		slices.SortStableFunc(terms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
		terms = terms[:maxTerms]
	}
	return terms
}

// usualTypes are searched when a question has neither a scope nor types.
var usualTypes = []eliza.MemoryType{eliza.MemoryMessages, eliza.MemoryFacts, eliza.MemoryDocuments, eliza.MemoryKnowledge}

// scopes are the beginnings that words have within the question's scope.
func (q RecallQuery) scopes() (list []string) {
	if q.RoomID != eliza.NoID {
		list = append(list, roomScope(q.AgentID, q.RoomID))
	}
	if q.EntityID != eliza.NoID {
		list = append(list, entityScope(q.AgentID, q.EntityID))
	}
	if len(list) > 0 {
		return list
	}
	types := q.Types
	if len(types) == 0 {
		types = usualTypes
	}
	for _, t := range types {
		list = append(list, typeScope(q.AgentID, t))
	}
	return list
}

// findText returns the candidates that the words of the question find, the
// most promising first, and what the words weigh.
func (s *Store) findText(ctx context.Context, q RecallQuery) (bm25, []scored, error) {
	terms := questionTerms(q.Text)
	if len(terms) == 0 {
		return bm25{}, nil, nil
	}
	found, err := s.matches(ctx, q, terms)
	if err != nil {
		return bm25{}, nil, err
	}
	all := frequency(found[0])
	weights := bm25{}
	sums := map[int64]float64{}
	for i, term := range terms {
		weights[term] = idf(frequency(found[i+1]), all)
		for _, n := range found[i+1] {
			sums[n] += weights[term]
		}
	}
	candidates := make([]scored, 0, len(sums))
	for n, score := range sums {
		candidates = append(candidates, scored{n, score})
	}
	slices.SortFunc(candidates, best)
	return weights, candidates[:min(len(candidates), widening*q.Limit+len(q.ExcludeMessageIDs))], nil
}

// matches finds the newest memories of the question's scope, and then those
// that have each of the terms.
func (s *Store) matches(ctx context.Context, q RecallQuery, terms []string) ([][]int64, error) {
	if s.active != nil {
		if found, known, err := s.active.match(ctx, s.often, q, terms); known || err != nil {
			return found, err
		}
	}
	scopes := q.scopes()
	expressions := make([]string, 0, len(terms)+1)
	for _, term := range append([]string{""}, terms...) { // the empty one finds the whole scope
		alternatives := make([]string, len(scopes))
		for i, scope := range scopes {
			alternatives[i] = scope + term
		}
		expressions = append(expressions, s.shape.anyOf(alternatives))
	}
	return s.shape.matches(ctx, s.often, expressions)
}

// frequency estimates how many memories there are of which these are the
// newest: exactly when they are all, else from how densely they lie.
func frequency(newest []int64) float64 {
	if len(newest) < maxPerTerm {
		return float64(len(newest))
	}
	first, last := newest[0], newest[len(newest)-1]
	return float64(len(newest)) * float64(first) / float64(first-last+1)
}

// idf is the weight of a word that df of all memories have.
func idf(df, all float64) float64 {
	return math.Log(1 + (max(all-df, 0)+0.5)/(df+0.5))
}

// bm25 ranks texts by the weight of each word of a question.
type bm25 map[string]float64

// scores ranks texts; 0 is one in which no word occurs.
func (b bm25) scores(texts []string) []float64 {
	const k1, lengthCounts = 1.2, 0.75
	result := make([]float64, len(texts))
	if len(b) == 0 {
		return result
	}
	counts := make([]map[string]float64, len(texts))
	lengths := make([]float64, len(texts))
	mean := 0.0
	for i, text := range texts {
		counts[i] = make(map[string]float64, len(b))
		words := splitWords(text)
		for _, w := range words {
			if _, asked := b[w]; asked {
				counts[i][w]++
			}
		}
		lengths[i] = float64(len(words))
		mean += lengths[i] / float64(len(texts))
	}
	for i := range texts {
		for word, count := range counts[i] {
			result[i] += b[word] * count * (k1 + 1) / (count + k1*(1-lengthCounts+lengthCounts*lengths[i]/mean))
		}
	}
	return result
}
