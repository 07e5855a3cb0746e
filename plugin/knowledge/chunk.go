package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The size of chunks: about 130 tokens with a quarter of overlap. ElizaOS's are
// 500 tokens with 100, but the sentence model reads 128. Measured by vectors
// alone: of 8 facts in 40 kB of prose, asked for in other words, 7 were among
// the first five chunks at 600 bytes, 5 at 400 and at 900, 2 at 1,800.
const (
	chunkBytes   = 600
	overlapBytes = 150
)

// Chunk is a piece of a document.
type Chunk struct {
	Text  string
	Start int    // byte of the document that it begins at
	Place string // what a person finds it by: a heading, a page, rows; may be empty
}

// Chunks cuts the text of a document of this name: at headings and pages, and
// between them at paragraphs, else at sentences, else at words. Within a part
// each chunk begins with the end of the one before it.
func Chunks(name, text string) (all []Chunk) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for _, p := range partsOf(name, text) {
		for _, c := range cut(text[p.start:p.end]) {
			c.Start += p.start
			if c.Place = p.place; c.Place == "" && isTable(name) {
				c.Place = rowsIn(c.Text)
			}
			all = append(all, c)
		}
	}
	return all
}

func cut(text string) (all []Chunk) {
	for start := 0; start < len(text); {
		rest := strings.TrimLeftFunc(text[start:], unicode.IsSpace)
		start = len(text) - len(rest)
		end := borderBefore(text, start, min(start+chunkBytes, len(text)))
		if piece := strings.TrimSpace(text[start:end]); piece != "" {
			all = append(all, Chunk{Text: piece, Start: start})
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
var borders = []string{"\n\n", "\n", ". ", "。", "? ", "？", "! ", "！", "; ", "；", ", ", "、", "，", " "}

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
