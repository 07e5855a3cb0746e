package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWordBytes is how long a word may be; a longer one is cut.
const maxWordBytes = 48

// Words returns the words of a text as the index holds them, in their order
// and as often as they occur: folded, without endings, without English words
// that say nothing. Text in scripts without spaces becomes pairs of
// neighbouring characters.
func Words(text string) []string { return split(text, false) }

func split(text string, asks bool) []string {
	text = beginning(text)
	s := splitter{text: text, asks: asks}
	if !isASCII(text) {
		s.text, s.changed = fold(text)
	}
	s.words = make([]string, 0, len(s.text)/6+1)
	s.split()
	return s.words
}

// splitter parts a folded text into words. ASCII is folded only as it is split.
type splitter struct {
	text    string
	changed []int // see fold
	asks    bool  // for what a question looks up
	words   []string
}

func (s *splitter) split() {
	start, run, ascii := 0, outside, true
	for i, r := range s.text {
		k := kindOf(r)
		switch {
		case run == letter && (r == '\'' || r == '`' || r == '·'): // "don't" and "col·lecció" are one word
			k = letter
		case run.unspaced() && k.unspaced(), r >= utf8.RuneSelf && run != outside && unicode.IsMark(r):
			k = run // parted by script later; a mark belongs to what it stands on
		}
		if k != run {
			s.add(start, i, run, ascii)
			start, run, ascii = i, k, true
		}
		ascii = ascii && r < utf8.RuneSelf
	}
	s.add(start, len(s.text), run, ascii)
}

// add adds what one run of characters holds.
func (s *splitter) add(start, end int, run kind, ascii bool) {
	switch {
	case run == letter:
		s.addWord(start, end, ascii)
	case run == hangul:
		s.appendHangul(s.text[start:end])
	case run.unspaced():
		s.appendUnspaced(s.text[start:end])
	}
}

func (s *splitter) addWord(start, end int, ascii bool) {
	word := s.text[start:end]
	if ascii {
		word = strings.ToLower(word)
	}
	// With an accent it is not the English word: thé is not "the".
	if stopWords[withoutApostrophes(word)] && !s.changedWithin(start, end) {
		return
	}
	if word = lexeme(word); len(word) > maxWordBytes {
		word = strings.ToValidUTF8(word[:maxWordBytes], "")
	}
	if word == "" {
		return
	}
	if word = Stem(word); !ascii {
		word = norm.NFC.String(strings.ReplaceAll(word, shortI, plainI))
	}
	s.words = append(s.words, word)
}

// changedWithin reports whether a letter of the text between two places lost
// an accent. It is asked with rising places.
func (s *splitter) changedWithin(start, end int) bool {
	for len(s.changed) > 0 && s.changed[0] < start {
		s.changed = s.changed[1:]
	}
	return len(s.changed) > 0 && s.changed[0] < end
}

// lexeme removes the apostrophes of a word: a possessive's with its s, a French
// or Italian article's with the article, so that "l'école" is "école".
func lexeme(word string) string {
	if !strings.ContainsAny(word, inWord) {
		return word
	}
	word = strings.ReplaceAll(strings.Trim(word, inWord), "`", "'")
	if owner, ok := strings.CutSuffix(word, "'s"); ok && !stopWords[owner] && !strings.HasSuffix(owner, "s") { // not "he's"; without "James's" recall measures better
		word = owner
	}
	if before, after, ok := strings.Cut(word, "'"); ok && elided[before] {
		word = after
	}
	return withoutApostrophes(word)
}

// inWord are the signs that part no word.
const inWord = "'`·"

func withoutApostrophes(word string) string {
	if !strings.ContainsAny(word, inWord) {
		return word
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(inWord, r) {
			return -1
		}
		return r
	}, word)
}

// elided are French and Italian words that lose their end before a vowel.
var elided = set(`c d j l m n s t qu jusqu lorsqu puisqu quoiqu all dall dell nell sull coll un gl agl dagl degl negl sugl`)

// stopWords are too common in English to tell one text from another.
var stopWords = set(`a about after all also am an and any are as at be because been before being but by can could did do does
	doing dont for from had has have he her here hers him his how i if im in into is it its ive just me more most my no not
	of on once only or other our out over own same she should so some such than that thats the their them then there these
	they this those to too up us very was we were what whats when where which while who whom why will with would you your youre`)

// maxChineseWord is how many Chinese characters in a row may be one word.
const maxChineseWord = 4

// appendUnspaced adds a run of text without spaces: each pair of neighbouring
// characters of one script, and each Chinese character by itself too, since
// many are words. A question asks for single ones only where it must: where one
// stands alone, or so many in a row that they are a sentence. A lone hiragana
// is a particle or an ending and says nothing.
func (s *splitter) appendUnspaced(run string) {
	var ends []int // of the characters of one script
	for start := 0; start < len(run); {
		ends = ends[:0]
		of := outside
		for at := start; at < len(run); {
			end, k := character(run, at, of)
			if of != outside && k != of {
				break
			}
			ends, of, at = append(ends, end), k, end
		}
		singles := of == han && (!s.asks || len(ends) == 1 || len(ends) > maxChineseWord) || len(ends) == 1 && of != hiragana
		before, first := start, start
		for i, end := range ends {
			if i > 0 {
				s.words = append(s.words, run[before:end])
			}
			if singles {
				s.words = append(s.words, run[first:end])
			}
			before, first = first, end
		}
		start = ends[len(ends)-1]
	}
}

// character returns the end of the character at a place, with the marks that
// stand on it, and its kind. The mark of a long vowel is of the script before.
func character(run string, start int, before kind) (end int, k kind) {
	r, size := utf8.DecodeRuneInString(run[start:])
	if k = kindOf(r); r == 'ー' && before == hiragana {
		k = hiragana
	}
	for end = start + size; end < len(run); end += size {
		if r, size = utf8.DecodeRuneInString(run[end:]); !unicode.IsMark(r) {
			break
		}
	}
	return end, k
}

// particles are Korean ones of a single syllable that follow a noun.
const particles = "은는이가을를에의로와과도만"

// appendHangul adds a Korean word by the pairs of its syllables, so that it is
// found behind any particle. Of a noun of one syllable no pair would be left. A
// question does not ask for the particle of a longer one.
func (s *splitter) appendHangul(run string) {
	syllables := []rune(run)
	last := len(syllables) - 1
	particle := last > 0 && strings.ContainsRune(particles, syllables[last])
	if last == 0 || last == 1 && particle {
		s.words = append(s.words, string(syllables[0]))
	}
	if s.asks && particle && last > 1 {
		last--
	}
	for i := range last {
		s.words = append(s.words, string(syllables[i:i+2]))
	}
}
