package memory

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

const (
	usualTokens = 2000
	// maxShare is the part of the tokens that one memory may take.
	maxShare = 3
	// alike is how many of the words of two texts that say the same are the same.
	alike = 0.8
)

// A pick is what of the memories that fit is given: each thing once, and no
// more than there is room for.
type pick struct {
	query Query
	left  int // tokens
	asked map[string]bool
	list  []model.Recollection
	said  []map[string]bool // the words of each in list
}

func newPick(q Query) *pick {
	return &pick{query: q, left: cmp.Or(q.Tokens, usualTokens), asked: wordSet(q.Text)}
}

// offer takes a memory unless what it says is there already, is the question
// itself, or does not fit any more. Those that fit best must come first.
func (p *pick) offer(f *Found) {
	if len(p.list) == p.query.Limit {
		return
	}
	words := wordSet(f.Memory.Content.Text)
	if same(words, p.asked) && same(p.asked, words) {
		return
	}
	r := f.recollection()
	if i := slices.IndexFunc(p.said, func(said map[string]bool) bool { return same(words, said) }); i >= 0 {
		if r.Type == eliza.MemoryFacts && p.list[i].Type == eliza.MemoryMessages && len(words) == len(p.said[i]) {
			p.list[i] = r // the fact tells more of the same words
		}
		return
	}
	r.Text = shortened(r.Text, cmp.Or(p.query.Tokens, usualTokens)/maxShare)
	cost := tokens(r.Text)
	if cost > p.left {
		return
	}
	p.left -= cost
	p.list, p.said = append(p.list, r), append(p.said, words)
}

// same reports whether a text says nothing beyond another of about its length:
// it has no word that the other has not.
func same(words, said map[string]bool) bool {
	if len(words) > len(said) || float64(len(words)) < alike*float64(len(said)) {
		return false
	}
	for w := range words {
		if !said[w] {
			return false
		}
	}
	return true
}

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words(text) {
		set[w] = true
	}
	return set
}

// tokens estimates how many tokens of a model a text takes: a token of English
// has about four letters, one of other scripts about one.
func tokens(text string) int {
	wide := 0
	for _, r := range text {
		if r >= utf8.RuneSelf {
			wide++
		}
	}
	return (utf8.RuneCountInString(text)-wide)/4 + wide + 1
}

// shortened cuts a text to about so many tokens, at the end of a word.
func shortened(text string, most int) string {
	if tokens(text) <= most {
		return text
	}
	runes := []rune(text)
	end := min(len(runes), 4*most)
	for tokens(string(runes[:end])) > most {
		end = end * 3 / 4
	}
	cut := string(runes[:end])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return cut + " …"
}
