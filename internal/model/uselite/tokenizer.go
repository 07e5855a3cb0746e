package uselite

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

const (
	maxTokens = 128 // the network sees no more of a text
	maxRunes  = 2 * maxTokens * longestPiece
	// longestPiece is the longest entry of the vocabulary, in characters.
	longestPiece = 16
	reserved     = 6 // ids below are no pieces of text
	unknown      = 0
	space        = '▁' // stands for a space, and begins the text
)

// tokenizer splits a text into the pieces of the vocabulary whose scores add
// up to the most (a SentencePiece unigram model, found with Viterbi).
type tokenizer struct {
	ids    map[string]int32
	scores []float32
}

func newTokenizer(pieces []packfile.Piece) *tokenizer {
	t := &tokenizer{ids: make(map[string]int32, len(pieces)), scores: make([]float32, len(pieces))}
	for id, p := range pieces {
		t.scores[id] = p.Score
		if id >= reserved && p.Text != "" {
			t.ids[p.Text] = int32(id)
		}
	}
	return t
}

// step is the best way to reach a place in the text.
type step struct {
	from  int // byte at which the last piece begins
	id    int32
	score float32
	known bool // a piece of the vocabulary ends here
}

// tokenize returns the ids of a text's pieces, at most maxTokens. Characters
// of no piece are id 0, once for each run of them.
func (t *tokenizer) tokenize(text string) []int32 {
	text = clean(text)
	if text == "" {
		return nil
	}
	best := make([]step, len(text)+1)
	for at := 0; at < len(text); {
		_, size := utf8.DecodeRuneInString(text[at:])
		here := best[at].score
		for end, runes := at, 0; end < len(text) && runes < longestPiece; runes++ {
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
			id, ok := t.ids[text[at:end]]
			if !ok {
				continue
			}
			// Equal sums go to the piece that begins later.
			if b := &best[end]; !b.known || here+t.scores[id] >= b.score {
				*b = step{from: at, id: id, score: here + t.scores[id], known: true}
			}
		}
		// Where no piece ends, the character before is unknown and the sum
		// begins anew.
		if next := &best[at+size]; !next.known {
			next.from, next.id = at, unknown
		}
		at += size
	}
	var backward []int32
	for at := len(text); at > 0; at = best[at].from {
		if id := best[at].id; id != unknown || len(backward) == 0 || backward[len(backward)-1] != unknown {
			backward = append(backward, id)
		}
	}
	ids := backward[max(0, len(backward)-maxTokens):]
	for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
		ids[i], ids[j] = ids[j], ids[i]
	}
	return ids
}

// clean cuts a text to what the network can see and writes it as the
// vocabulary does.
func clean(text string) string {
	text = cut(text)
	text = norm.NFKC.String(strings.ToValidUTF8(text, "\ufffd"))
	if text == "" {
		return ""
	}
	return string(space) + strings.ReplaceAll(text, " ", string(space))
}

// cut returns the first maxRunes characters.
func cut(text string) string {
	runes := 0
	for i := range text {
		if runes == maxRunes {
			return text[:i]
		}
		runes++
	}
	return text
}
