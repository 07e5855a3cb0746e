package knowledge

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// maxPlace bounds a heading in a citation, in bytes.
const maxPlace = 80

// part is text[start:end], which is at one place.
type part struct {
	start, end int
	place      string
}

// partsOf divides a text at its pages, which a form feed ends, or at the
// headings of Markdown. Together the parts are the whole text.
func partsOf(name, text string) []part {
	if strings.Contains(text, "\f") {
		return pagesOf(text)
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx":
		return headed(text)
	}
	return []part{{0, len(text), ""}}
}

func pagesOf(text string) (all []part) {
	start := 0
	for page := range strings.SplitAfterSeq(text, "\f") {
		all = append(all, part{start, start + len(page), fmt.Sprintf("page %d", len(all)+1)})
		start += len(page)
	}
	return all
}

// headed divides Markdown where a heading begins (CommonMark 0.31, "ATX
// headings"). A heading with nothing below it goes with the next one.
func headed(text string) (all []part) {
	fence := "" // what began a block of code, in which # is no heading
	now, at, told := part{}, 0, false
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		title, is := "", false
		switch {
		case fence != "":
			if strings.HasPrefix(bare, fence) {
				fence = ""
			}
		case strings.HasPrefix(bare, "```"), strings.HasPrefix(bare, "~~~"):
			fence = bare[:3]
		default:
			title, is = heading(line)
		}
		switch {
		case is:
			if told {
				now.end = at
				all = append(all, now)
				now, told = part{start: at}, false
			}
			now.place = title
		case bare != "":
			told = true
		}
		at += len(line)
	}
	now.end = at
	return append(all, now)
}

var atx = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*\s*$`)

// heading returns what a line says that is a heading.
func heading(line string) (string, bool) {
	m := atx.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	title := strings.Join(strings.Fields(printable(m[1])), " ")
	if len(title) > maxPlace {
		title = strings.ToValidUTF8(title[:maxPlace], "") + "…"
	}
	return title, title != ""
}

func isTable(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv":
		return true
	}
	return false
}

var rowMark = regexp.MustCompile(`(?m)^Row (\d+)\.`)

// rowsIn names the rows that begin in a chunk of a table.
func rowsIn(chunk string) string {
	found := rowMark.FindAllStringSubmatch(chunk, -1)
	switch len(found) {
	case 0:
		return ""
	case 1:
		return "row " + found[0][1]
	}
	return "rows " + found[0][1] + " to " + found[len(found)-1][1]
}

// cited is how a person is told where something is written.
func cited(name, place string) string {
	if place == "" {
		return name
	}
	return name + " (" + place + ")"
}
