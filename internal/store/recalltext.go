package store

import (
	"context"
	"math"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

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

// findText returns the memories that the words of the question find in the
// index, the most promising first, and what the words weigh.
func (s *Store) findText(ctx context.Context, q RecallQuery, terms []string) (weights, []scored, error) {
	if len(terms) == 0 {
		return nil, nil, nil
	}
	found, err := s.matches(ctx, q, terms)
	if err != nil {
		return nil, nil, err
	}
	all := frequency(found[0])
	weigh := weights{}
	sums := map[int64]float64{}
	for i, term := range terms {
		weigh[term] = idf(frequency(found[i+1]), all)
		for _, n := range found[i+1] {
			sums[n] += weigh[term]
		}
	}
	top := best{size: q.pool() + len(q.ExcludeMessageIDs)}
	for n, score := range sums {
		top.add(scored{n, score})
	}
	return weigh, top.list, nil
}

// matches finds the newest memories of the question's scope, and then those
// that have each of the terms.
func (s *Store) matches(ctx context.Context, q RecallQuery, terms []string) ([][]int64, error) {
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

// weights are what the words of a question weigh.
type weights map[string]float64

// scores ranks texts by BM25; 0 is one in which no word occurs.
func (w weights) scores(texts []string) []float64 {
	counts := make([]map[string]float64, len(texts))
	lengths := make([]float64, len(texts))
	var weigh bm25
	for i, text := range texts {
		counts[i] = make(map[string]float64, len(w))
		words := analysis.Words(text)
		for _, word := range words {
			if _, asked := w[word]; asked {
				counts[i][word]++
			}
		}
		lengths[i] = float64(len(words))
		weigh.hear(lengths[i])
	}
	result := make([]float64, len(texts))
	for i := range texts {
		for word, count := range counts[i] {
			result[i] += weigh.score(w[word], count, lengths[i])
		}
	}
	return result
}

// bm25 is the ranking function, over the texts that it has heard of.
type bm25 struct{ texts, words float64 }

func (b *bm25) hear(length float64) { b.texts, b.words = b.texts+1, b.words+length }

// score is what a word of this weight adds to a text that has it. The
// parameters suit short texts that differ little in length: what people say.
func (b *bm25) score(weight, count, length float64) float64 {
	const k1, lengthCounts = 0.9, 0.4
	return weight * count * (k1 + 1) / (count + k1*(1-lengthCounts+lengthCounts*length*b.texts/b.words))
}
