package attachment_test

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/attachment"
	"github.com/elizad/elizad/internal/eliza"
)

// docx is a document of Word with this main part.
func docx(main string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range map[string]string{"[Content_Types].xml": `<?xml version="1.0"?><Types/>`, "word/document.xml": main} {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			panic(err)
		}
	}
	w.Close()
	return b.Bytes()
}

func inProcess(_ context.Context, data []byte) (string, error) { return attachment.PDFText(data) }

func TestDocumentsAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
		code eliza.Code
	}{
		"text":            {data: []byte("\xef\xbb\xbfWhat the tide did."), want: "What the tide did."},
		"Markdown":        {data: []byte("# Tides\n\n* high\n* low\n"), want: "# Tides\n\n* high\n* low\n"},
		"JSON":            {data: []byte(`{"tide":"high"}`), want: `{"tide":"high"}`},
		"CSV":             {data: []byte("ship,berth\nThistle,4\n"), want: "ship,berth\nThistle,4\n"},
		"HTML":            {data: []byte("<!doctype html><title>The harbour</title><head><style>p{}</style></head><body><h1>Tides</h1><p>The <b>Thistle</b> lies\n in berth <i>4</i>.</p><script>alert(1)</script><ul><li>high<li>low</ul>"), want: "The harbour\nTides\nThe Thistle lies in berth 4 .\nhigh\nlow"},
		"DOCX":            {data: docx(`<w:document xmlns:w="x"><w:body><w:p><w:r><w:t>The Thistle</w:t></w:r><w:r><w:t xml:space="preserve"> lies in berth 4.</w:t></w:r></w:p><w:p><w:r><w:t>So it was.</w:t></w:r></w:p></w:body></w:document>`), want: "The Thistle lies in berth 4.\nSo it was."},
		"a broken DOCX":   {data: docx("<w:document><w:t>x"), code: eliza.CodeProcessing},
		"a picture":       {data: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), code: eliza.CodeUnsupportedMedia},
		"bytes":           {data: []byte{0, 1, 2, 3, 0xff}, code: eliza.CodeUnsupportedMedia},
		"half a PDF":      {data: []byte("%PDF-1.4\n1 0 obj"), code: eliza.CodeProcessing},
		"a PDF of itself": {data: []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF"), code: eliza.CodeProcessing},
	} {
		got, err := attachment.ReadText(t.Context(), c.data, inProcess)
		if got != c.want || eliza.ErrorCode(err) != c.code {
			t.Errorf("%s: %q %v, want %q %s", name, got, err, c.want, c.code)
		}
	}
}

// FuzzReadText reads anything but PDFs, which a process of their own reads.
func FuzzReadText(f *testing.F) {
	f.Add([]byte("<html><p>a</p><script>b"))
	f.Add(docx("<w:p><w:t>a</w:t></w:p>"))
	f.Add([]byte("a,b\nc"))
	f.Add([]byte{0xff, 0xfe, 'a', 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := attachment.ReadText(t.Context(), data, func(context.Context, []byte) (string, error) { return "a PDF", nil })
		if err == nil && !utf8.ValidString(strings.ToValidUTF8(text, "")) || err != nil && eliza.ErrorCode(err) == "" {
			t.Errorf("%q: %q %v", data, text, err)
		}
	})
}
