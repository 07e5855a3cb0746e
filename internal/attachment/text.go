package attachment

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/elizad/elizad/internal/eliza"
)

// maxUnpacked bounds what is unpacked of a document.
const maxUnpacked = 40 << 20

// ReadText returns the text of a document: PDF by pdf, DOCX, HTML, and
// everything that is text already, such as Markdown, JSON and CSV. Error codes:
// UNSUPPORTED_MEDIA_TYPE, PROCESSING_ERROR.
func ReadText(ctx context.Context, data []byte, pdf func(context.Context, []byte) (string, error)) (string, error) {
	kind := mimetype.Detect(data)
	switch {
	case kind.Is("application/pdf"):
		text, err := pdf(ctx, data)
		if err == nil && strings.TrimSpace(text) == "" {
			err = eliza.Errorf(eliza.CodeProcessing, "the PDF has no text")
		}
		return text, err
	case kind.Is("application/vnd.openxmlformats-officedocument.wordprocessingml.document"):
		return docxText(data)
	case kind.Is("text/html"):
		return htmlText(data), nil
	case isText(kind) && utf8.Valid(data):
		return strings.TrimPrefix(string(data), "\uFEFF"), nil
	}
	shown, _, _ := strings.Cut(kind.String(), ";")
	return "", eliza.Errorf(eliza.CodeUnsupportedMedia, "nothing can be read from %s", shown)
}

func isText(kind *mimetype.MIME) bool {
	for ; kind != nil; kind = kind.Parent() {
		if kind.Is("text/plain") {
			return true
		}
	}
	return false
}

// htmlText is what a page shows, a line for each of its blocks.
func htmlText(data []byte) string {
	var b strings.Builder
	hidden := 0 // within how many elements that are not shown
	for z := html.NewTokenizer(bytes.NewReader(data)); ; {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return tidy(b.String())
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.Join(strings.Fields(string(z.Text())), " ") + " ")
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Head:
				switch kind {
				case html.StartTagToken:
					hidden++
				case html.EndTagToken:
					hidden = max(0, hidden-1)
				}
			case atom.A, atom.B, atom.I, atom.Em, atom.Strong, atom.Span, atom.Code, atom.Sup, atom.Sub, atom.Small, atom.Mark:
			default:
				b.WriteString("\n")
			}
		}
	}
}

// tidy drops blanks at the ends of lines, and lines of nothing.
func tidy(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// docxText is the text of the main part of a DOCX file, a line for each
// paragraph (ECMA-376, part 1, "WordprocessingML").
func docxText(data []byte) (string, error) {
	broken := eliza.Errorf(eliza.CodeProcessing, "the document cannot be read")
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", broken
	}
	part, err := files.Open("word/document.xml")
	if err != nil {
		return "", broken
	}
	defer part.Close()
	var b strings.Builder
	within := false // an element that holds text
	for d := xml.NewDecoder(io.LimitReader(part, maxUnpacked)); ; {
		token, err := d.Token()
		switch {
		case err == io.EOF:
			return tidy(b.String()), nil
		case err != nil:
			return "", broken
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				within = true
			case "tab":
				b.WriteString("\t")
			case "br":
				b.WriteString("\n")
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				within = false
			case "p":
				b.WriteString("\n")
			}
		case xml.CharData:
			if within {
				b.Write(t)
			}
		}
	}
}
