package analysis

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Called returns the items with a name: those called exactly so, in any case,
// or if there are none those whose name is spelled otherwise.
func Called[T any](items []T, name string, names func(T) []string) []T {
	for _, same := range []func(a, b string) bool{strings.EqualFold, Same} {
		var found []T
		for _, item := range items {
			if slices.ContainsFunc(names(item), func(n string) bool { return same(n, name) }) {
				found = append(found, item)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// Named reports whether a text has a name among its words, however both are
// spelled. In scripts without spaces it may stand between any characters;
// behind a Korean name a particle may follow.
func Named(text, name string) bool {
	name = Fold(name)
	if name == "" {
		return false
	}
	text = Fold(text)
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	short := utf8.RuneCountInString(name) == 1
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(name)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if bordered(before, first, short, false) && bordered(after, last, short, true) && !unicode.IsMark(after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		from = start + size
	}
}

// bordered reports whether a name whose outermost character is given may end
// beside another character. A name of a single character must not be a part of
// a longer word.
func bordered(beside, of rune, short, behind bool) bool {
	k := kindOf(beside)
	switch {
	case beside == '_':
		return false
	case k == outside || k != kindOf(of):
		return true
	case short, k == letter, k == katakana:
		return false
	case k == hangul:
		return behind
	}
	return true
}

// CutPrefix returns what follows a name at the beginning of a text.
func CutPrefix(text, name string) (rest string, found bool) {
	name = Fold(name)
	if name == "" {
		return text, false
	}
	for end := 0; end < len(text) && end < maxSpelled(name); {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
		part := Fold(text[:end])
		if next, _ := utf8.DecodeRuneInString(text[end:]); part == name && !unicode.IsMark(next) && !invisible(next) {
			return text[end:], true
		}
		if isASCII(part) && !strings.HasPrefix(name, part) {
			break
		}
	}
	return text, false
}

// CutSuffix returns what stands before a name at the end of a text.
func CutSuffix(text, name string) (rest string, found bool) {
	name = Fold(name)
	if name == "" {
		return text, false
	}
	for start := len(text); start > 0 && len(text)-start < maxSpelled(name); {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		start -= size
		part := Fold(text[start:])
		if part == name && !unicode.IsMark(r) && !unicode.IsSpace(r) {
			return text[:start], true
		}
		if isASCII(part) && !strings.HasSuffix(name, part) {
			break
		}
	}
	return text, false
}

// maxSpelled is how many bytes the spelling of a folded name is looked for in.
func maxSpelled(name string) int { return min(4*len(name)+16, 512) }
