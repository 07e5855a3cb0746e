package knowledge

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"strings"
	"unicode"

	"github.com/elizad/elizad/plugin"
)

// given is a document as it was uploaded.
type given struct {
	name string
	data []byte
	tags []any
}

// readUpload reads a form with the field file and, if there, metadata, or
// JSON with filename, text and tags.
func readUpload(r *plugin.Request) (given, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return given{}, plugin.Errorf("INVALID_CONTENT_TYPE", "Invalid or missing Content-Type header: an upload is multipart/form-data or JSON")
	}
	var g given
	switch {
	case kind == "multipart/form-data" && parameters["boundary"] != "":
		g, err = readForm(multipart.NewReader(bytes.NewReader(r.Body), parameters["boundary"]))
	case kind == "application/json":
		g, err = readJSON(r.Body)
	default:
		return given{}, plugin.Errorf("INVALID_CONTENT_TYPE", "Invalid or missing Content-Type header: an upload is multipart/form-data or JSON")
	}
	if err != nil {
		return given{}, err
	}
	g.name = cleanName(g.name)
	switch {
	case g.name == "":
		return given{}, plugin.Errorf("INVALID_REQUEST", "filename: a document needs a name")
	case len(bytes.TrimSpace(g.data)) == 0:
		return given{}, plugin.Errorf("INVALID_REQUEST", "file: the document is empty")
	case len(g.data) > maxDocument:
		return given{}, plugin.Errorf("FILE_TOO_LARGE", "The document is larger than %d MB", maxDocument>>20)
	}
	return g, nil
}

func readJSON(body []byte) (given, error) {
	var b struct {
		Filename string `json:"filename"`
		Text     string `json:"text"`
		Tags     []any  `json:"tags"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return given{}, plugin.Errorf("INVALID_REQUEST", "body: allowed is an object with filename, text and tags")
	}
	return given{b.Filename, []byte(b.Text), texts(b.Tags)}, nil
}

const maxParts = 20

func readForm(form *multipart.Reader) (g given, err error) {
	found := false
	for range maxParts {
		part, err := form.NextPart()
		if err == io.EOF {
			if !found {
				return given{}, plugin.Errorf("INVALID_REQUEST", "file: no document was uploaded")
			}
			return g, nil
		}
		if err != nil {
			return given{}, plugin.Errorf("INVALID_REQUEST", "body: not a form")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return given{}, plugin.Errorf("INVALID_REQUEST", "body: the form breaks off")
		}
		switch part.FormName() {
		case "file":
			if found {
				return given{}, plugin.Errorf("INVALID_REQUEST", "file: one document at a time")
			}
			found, g.name, g.data = true, part.FileName(), content
		case "metadata":
			var metadata struct {
				Tags []any `json:"tags"`
			}
			if err := json.Unmarshal(content, &metadata); err != nil {
				return given{}, plugin.Errorf("INVALID_REQUEST", "metadata: allowed is an object with tags")
			}
			g.tags = texts(metadata.Tags)
		}
	}
	return given{}, plugin.Errorf("INVALID_REQUEST", "body: more than %d parts", maxParts)
}

// texts are those of a list that are texts, at most 50.
func texts(list []any) (kept []any) {
	for _, v := range list {
		if s, is := v.(string); is && len(s) <= 100 && len(kept) < 50 {
			kept = append(kept, s)
		}
	}
	return kept
}

// cleanName leaves the last part of a name, without what no person wrote.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(printable(name))
	for len(name) > maxName {
		name = name[:len(name)-1]
	}
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	return strings.ToValidUTF8(name, "")
}

// printable leaves out what is not seen.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
}
