package speech

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reader reads a text aloud sentence by sentence: it knows whether a sentence
// lies in a block of code that an earlier one began. Its zero value is ready.
type Reader struct {
	fence string // that ends the block; "" outside of one
}

// Speakable is what of the next sentence can be said aloud: no marks of
// Markdown or HTML, no code, no emoji, an address by its host alone, the cells
// of a table with pauses between them. It is "" when nothing is left.
func (r *Reader) Speakable(sentence string) string {
	return speakable(r.prose(sentence))
}

// Speakable is what of a whole text can be said aloud.
func Speakable(text string) string { return new(Reader).Speakable(text) }

// fence finds where a block of code begins or ends.
var fence = regexp.MustCompile("```+|(?m:^[ \t]*~~~+)")

// prose is what of a sentence lies outside of blocks of code.
func (r *Reader) prose(text string) string {
	var b strings.Builder
	for {
		at := fence.FindStringIndex(text)
		if at == nil {
			break
		}
		mark := strings.TrimSpace(text[at[0]:at[1]])[:3]
		switch r.fence {
		case "":
			b.WriteString(text[:at[0]] + " ")
			r.fence = mark
		case mark:
			r.fence = ""
		}
		text = text[at[1]:]
	}
	if r.fence == "" {
		b.WriteString(text)
	}
	return b.String()
}

var (
	link     = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	address  = regexp.MustCompile(`https?://(www\.)?([^\s/]+)\S*`)
	leading  = regexp.MustCompile(`(?m)^\s*(#{1,6}|[-*+>])\s+`)
	tag      = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9:-]*(\s[^<>]*)?/?>|<!--.*?-->`)
	ruler    = regexp.MustCompile(`(?m)^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$`)
	row      = regexp.MustCompile(`(?m)^\s*\|(.*?)\|?\s*$`)
	dressing = strings.NewReplacer("**", "", "__", "", "`", "", "*", "", "~~", "")
)

func speakable(text string) string {
	text = ruler.ReplaceAllString(text, "")
	text = row.ReplaceAllStringFunc(text, cells)
	text = html.UnescapeString(tag.ReplaceAllString(text, " "))
	text = link.ReplaceAllString(text, "$1")
	text = address.ReplaceAllString(text, "$2")
	text = leading.ReplaceAllString(text, "")
	text = dressing.Replace(text)
	said := false
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.Is(unicode.So, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r >= 0x1f000 && r <= 0x1faff:
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		said = said || unicode.IsLetter(r) || unicode.IsDigit(r)
		return r
	}, text)
	if !said {
		return ""
	}
	return strings.Join(strings.Fields(text), " ")
}

// cells reads a row of a table.
func cells(line string) string {
	var all []string
	for _, cell := range strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|") {
		if cell = strings.TrimSpace(cell); cell != "" {
			all = append(all, cell)
		}
	}
	return strings.Join(all, ", ") + "\n"
}
