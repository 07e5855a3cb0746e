package knowledge

import (
	"strings"
	"unicode/utf8"
)

// The size of chunks: about 120 tokens with a quarter of overlap, since the
// sentence model embeds no more. ElizaOS's are 500 tokens with 100.
const (
	chunkBytes   = 600
	overlapBytes = 150
)

// Chunk is a piece of a document.
type Chunk struct {
	Text  string
	Start int // byte of the document that it begins at
}

// Chunks cuts a text at paragraphs, else at sentences, else at words. Each
// chunk begins with the end of the one before it.
func Chunks(text string) (all []Chunk) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for start := 0; start < len(text); {
		for start < len(text) && isSpace(text[start]) {
			start++
		}
		end := borderBefore(text, start, min(start+chunkBytes, len(text)))
		if piece := strings.TrimSpace(text[start:end]); piece != "" {
			all = append(all, Chunk{piece, start})
		}
		if end >= len(text) {
			return all
		}
		next := borderBefore(text, start, max(end-overlapBytes, start+1))
		if next <= start || next >= end {
			next = end
		}
		start = next
	}
	return all
}

// borders end a piece well, the best first.
var borders = []string{"\n\n", "\n", ". ", "? ", "! ", "; ", ", ", " "}

// borderBefore returns the end of the best piece of text[start:limit], which is
// limit itself at the end of the text or when there is no border in its second
// half.
func borderBefore(text string, start, limit int) int {
	if limit >= len(text) {
		return len(text)
	}
	for _, b := range borders {
		if i := strings.LastIndex(text[start:limit], b); i >= 0 && i+len(b) > (limit-start)/2 {
			return start + i + len(b)
		}
	}
	for limit > start+1 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return limit
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
