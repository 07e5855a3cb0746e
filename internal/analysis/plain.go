package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain returns a text as a plain keyboard would write it: straight
// apostrophes, simple spaces and hyphens, wide Latin letters and signs as narrow
// ones, and nothing that does not show. Words, accents, case, quotation marks
// and lines stay as they are.
func Plain(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(plain, text)
}

func plain(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case isApostrophe(r):
		return '\''
	case invisible(r):
		return -1
	case r >= 0xff01 && r <= 0xff5e: // wide forms of ! to ~
		return r - 0xff01 + '!'
	}
	switch r {
	case '‐', '‑', '−':
		return '-'
	}
	if unicode.Is(unicode.Zs, r) {
		return ' '
	}
	return r
}
