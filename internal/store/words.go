package store

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
	"unique"

	"golang.org/x/text/unicode/norm"

	"github.com/elizad/elizad/internal/eliza"
)

// Limits of what the text index takes from a memory or a question.
const (
	maxIndexedWords = 1024    // different words of one text
	maxIndexedBytes = 1 << 20 // of one text
	maxWordBytes    = 48      // a longer word is cut
)

// indexedWords are what the text index holds of a memory: each of its words
// once for each scope in which it may be looked for, and the bare scopes. So a
// word is found within a room without going through all who ever used it.
func indexedWords(m eliza.Memory) wordsOf {
	if m.ValidUntil != 0 {
		return wordsOf{}
	}
	terms, length := termsIn(m.Content.Text)
	if len(terms.words) == 0 {
		return wordsOf{}
	}
	author, _ := m.Metadata["senderName"].(string)
	of := &remark{m.MessageID, m.RoomID, m.EntityID, m.CreatedAt, unique.Make(author), unique.Make(m.Type), length}
	list := make([]string, 0, 3*(len(terms.words)+1))
	for _, scope := range []string{roomScope(m.AgentID, m.RoomID), entityScope(m.AgentID, m.EntityID), typeScope(m.AgentID, m.Type)} {
		list = append(list, scope)
		for _, w := range terms.words {
			list = append(list, scope+w)
		}
	}
	return wordsOf{words: list, terms: terms, of: of}
}

// A scope is the beginning of a word: a letter, the hash of two ids and a "_",
// which no word of a text contains. Two scopes may share a hash; whoever reads
// the memories notices.
func roomScope(agent, room eliza.ID) string     { return scope('r', agent, room[:]) }
func entityScope(agent, entity eliza.ID) string { return scope('e', agent, entity[:]) }
func typeScope(agent eliza.ID, t eliza.MemoryType) string {
	return scope('t', agent, []byte(t))
}

func scope(kind byte, agent eliza.ID, of []byte) string {
	hash := fnv.New64a()
	hash.Write(agent[:])
	hash.Write(of)
	b := append(make([]byte, 0, 18), kind)
	b = strconv.AppendUint(b, hash.Sum64()>>16, 36)
	return string(append(b, '_'))
}

func distinct(words []string, limit int) []string {
	seen := make(map[string]bool, len(words))
	list := words[:0]
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			list = append(list, w)
			if len(list) == limit {
				break
			}
		}
	}
	return list
}

// splitWords splits a text into words as the index holds them: lower case,
// without accents, English endings removed, without words that say nothing.
// Scripts that do not part their words are cut into pairs of characters.
func splitWords(text string) []string {
	if len(text) > maxIndexedBytes {
		text = text[:maxIndexedBytes]
	}
	words := make([]string, 0, len(text)/6+1)
	start, run, ascii := 0, outside, true
	for i, r := range text {
		kind := kindOf(r)
		if r == '\'' && run == letter { // "don't" is one word
			kind = letter
		}
		if kind != run {
			words = appendRun(words, text[start:i], run, ascii)
			start, run, ascii = i, kind, true
		}
		ascii = ascii && r < utf8.RuneSelf
	}
	return appendRun(words, text[start:], run, ascii)
}

// The kinds of characters: of no word, of a word, of a script without spaces.
const (
	outside = iota
	letter
	unparted
)

func kindOf(r rune) int {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return letter
	case r < utf8.RuneSelf:
		return outside
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana), r == 'ー':
		return unparted
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return letter
	}
	return outside
}

func appendRun(words []string, run string, kind int, ascii bool) []string {
	switch kind {
	case letter:
		return appendWord(words, run, ascii)
	case unparted:
		characters := []rune(run)
		for i := range max(1, len(characters)-1) {
			words = append(words, string(characters[i:min(i+2, len(characters))]))
		}
	}
	return words
}

func appendWord(words []string, word string, ascii bool) []string {
	if ascii {
		word = strings.ToLower(strings.ReplaceAll(word, "'", ""))
	} else {
		word = fold(word)
	}
	if len(word) > maxWordBytes {
		word = strings.ToValidUTF8(word[:maxWordBytes], "")
	}
	if word == "" || stopWords[word] {
		return words
	}
	if ascii {
		word = stem(word)
	}
	return append(words, word)
}

// fold removes case and accents.
func fold(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '\'' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(word))
}

// stopWords are too common in English to tell one text from another.
var stopWords = set(`a about after all also am an and any are as at be because been before being but by can could did do does
	doing dont for from had has have he her here hers him his how i if im in into is it its ive just me more most my no not
	of on once only or other our out over own same she should so some such than that thats the their them then there these
	they this those to too up us very was we were what whats when where which while who whom why will with would you your youre`)

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
