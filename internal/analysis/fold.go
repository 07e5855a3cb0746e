package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns a text in the form in which names and phrases are compared:
// lower case, without accents and characters that do not show, with straight
// apostrophes, wide and narrow forms alike, digits of all scripts as 0 to 9,
// and one space between words. Folding twice changes nothing.
func Fold(text string) string {
	text = beginning(text)
	if !isASCII(text) {
		text, _ = fold(text)
		text = norm.NFC.String(strings.ReplaceAll(text, shortI, plainI))
	} else {
		text = strings.ReplaceAll(strings.ToLower(text), "`", "'")
	}
	return spaced(text)
}

// spaced writes one space between words.
func spaced(text string) string {
	before := ' '
	for _, r := range text {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') {
			return strings.Join(strings.Fields(text), " ")
		}
		before = r
	}
	return strings.TrimSuffix(text, " ")
}

// Same reports whether two names are the same but for their spelling.
func Same(a, b string) bool {
	return strings.EqualFold(a, b) || Fold(a) == Fold(b)
}

// fold is Fold for a text that is not all ASCII, without the last steps. It
// also returns the places, in rising order, at which a letter lost an accent or
// became another one.
func fold(text string) (folded string, changed []int) {
	text = norm.NFKC.String(strings.Map(seen, strings.ToValidUTF8(text, "\uFFFD")))
	b := make([]byte, 0, len(text))
	for _, r := range text {
		var other bool
		if b, other = appendFolded(b, r); other {
			changed = append(changed, len(b)-1)
		}
	}
	return string(b), changed
}

// seen leaves out what does not show and writes apostrophes alike, before
// compatible forms are joined: some of them would become a space.
func seen(r rune) rune {
	switch {
	case r < utf8.RuneSelf && r != '`':
		return r
	case isApostrophe(r):
		return '\''
	case invisible(r):
		return -1
	}
	return r
}

// appendFolded adds a composed character and tells whether it became another
// letter.
func appendFolded(b []byte, r rune) (_ []byte, other bool) {
	switch {
	case r < utf8.RuneSelf:
		return append(b, lowerASCII(byte(r))), false
	case isApostrophe(r): // what the joining of compatible forms made
		return append(b, '\''), false
	case isAccent(r):
		return b, len(b) > 0
	}
	r = unicode.ToLower(r)
	if spelled, known := spellings[r]; known {
		return append(b, spelled...), len(b)+len(spelled) > 0
	}
	if decomposes(r) {
		var buffer [utf8.UTFMax]byte
		parts := norm.NFD.Properties(buffer[:utf8.EncodeRune(buffer[:], r)]).Decomposition()
		if len(parts) > 0 {
			for _, part := range string(parts) {
				b, _ = appendFolded(b, part)
			}
			return b, true
		}
	}
	if unicode.IsDigit(r) {
		if digit, known := digitOf(r); known {
			return append(b, digit), false
		}
	}
	return utf8.AppendRune(b, r), false
}

// decomposes reports whether a letter may be composed of another and an
// accent.
func decomposes(r rune) bool {
	switch {
	case r == 'й':
		return false
	case r < 0x700, r >= 0x1e00 && r < 0x2000:
		return true
	}
	return r == 0x929 || r == 0x931 || r == 0x934
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
