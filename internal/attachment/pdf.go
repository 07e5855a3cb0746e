package attachment

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/ledongthuc/pdf"

	"github.com/elizad/elizad/internal/eliza"
)

// maxPages is how many pages of a PDF are read.
const maxPages = 500

// PDFText returns the text of a PDF, a form feed between its pages. A file
// that somebody made to do harm may take any time and memory: call it in a
// process of its own. Error code: PROCESSING_ERROR.
func PDFText(data []byte) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			text, err = "", unreadable(fmt.Errorf("panic: %v", p))
		}
	}()
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", unreadable(err)
	}
	var b strings.Builder
	fonts := map[string]*pdf.Font{}
	for n := 1; n <= min(r.NumPage(), maxPages) && b.Len() < 4*maxText; n++ {
		if n > 1 {
			b.WriteByte('\f')
		}
		page := r.Page(n)
		if page.V.IsNull() {
			continue
		}
		for _, name := range page.Fonts() {
			if _, known := fonts[name]; !known {
				f := page.Font(name)
				fonts[name] = &f
			}
		}
		words, err := page.GetPlainText(fonts)
		if err != nil {
			return "", unreadable(err)
		}
		b.WriteString(strings.TrimSpace(words) + "\n")
	}
	return b.String(), nil
}

func unreadable(err error) error {
	message := "the PDF cannot be read"
	if errors.Is(err, pdf.ErrInvalidPassword) {
		message = "the PDF needs a password"
	}
	return &eliza.Error{Code: eliza.CodeProcessing, Message: message, Err: err}
}
