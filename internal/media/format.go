package media

import (
	"mime"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/elizad/elizad/internal/eliza"
)

// Format is a kind of file that is kept.
type Format struct {
	Declared   []string // types that clients declare it with; the first is its own
	Content    []string // types that its content shows
	Extensions []string // the first is given to a file that has none
}

// formats are those of the media documents of ElizaOS.
var formats = []Format{
	{[]string{"image/jpeg"}, []string{"image/jpeg"}, []string{".jpg", ".jpeg"}},
	{[]string{"image/png"}, []string{"image/png", "image/vnd.mozilla.apng"}, []string{".png"}},
	{[]string{"image/gif"}, []string{"image/gif"}, []string{".gif"}},
	{[]string{"image/webp"}, []string{"image/webp"}, []string{".webp"}},
	{[]string{"video/mp4", "audio/mp4", "audio/x-m4a", "audio/m4a"}, []string{"video/mp4", "audio/mp4", "audio/x-m4a", "video/x-m4v"}, []string{".mp4", ".m4a", ".m4v"}},
	{[]string{"video/webm", "audio/webm"}, []string{"video/webm"}, []string{".webm", ".weba"}},
	{[]string{"audio/mpeg", "audio/mp3"}, []string{"audio/mpeg"}, []string{".mp3"}},
	{[]string{"audio/wav", "audio/x-wav", "audio/wave"}, []string{"audio/wav"}, []string{".wav"}},
	{[]string{"audio/ogg"}, []string{"audio/ogg", "application/ogg"}, []string{".ogg", ".oga", ".opus"}},
	{[]string{"audio/aac"}, []string{"audio/aac"}, []string{".aac"}},
	{[]string{"audio/flac"}, []string{"audio/flac"}, []string{".flac"}},
	{[]string{"application/pdf"}, []string{"application/pdf"}, []string{".pdf"}},
	{[]string{"text/plain"}, []string{"text/plain"}, []string{".txt"}},
}

// opening is how much of a file shows what it is.
const opening = 3072

// unstated is the type that a form gives a file of which the client says
// nothing.
const unstated = "application/octet-stream"

// Declared reads the type that a client declares, without its parameters. It
// is "" when the client says nothing, and an UNSUPPORTED_MEDIA_TYPE when no
// file of that type is kept.
func Declared(contentType string) (string, error) {
	declared, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		declared, _, _ = strings.Cut(strings.ToLower(contentType), ";")
	}
	if declared = strings.TrimSpace(declared); declared == "" || declared == unstated {
		return "", nil
	}
	if !slices.ContainsFunc(formats, func(f Format) bool { return slices.Contains(f.Declared, declared) }) {
		return "", unsupported(declared)
	}
	return declared, nil
}

func unsupported(declared string) *eliza.Error {
	return eliza.Errorf(eliza.CodeUnsupportedMedia, "Unsupported media MIME type: %.100s", strings.ToValidUTF8(declared, "_"))
}

// recognize tells the format of a file by how it begins and the extension of
// its name, which must agree. A name without extension takes that of the
// format.
func recognize(begin []byte, name string) (*Format, string, error) {
	content := mimetype.Detect(begin)
	shown, _, _ := strings.Cut(content.String(), ";")
	at := slices.IndexFunc(formats, func(f Format) bool { return slices.ContainsFunc(f.Content, content.Is) })
	if at < 0 && textual(content) {
		at = slices.IndexFunc(formats, func(f Format) bool { return f.Declared[0] == "text/plain" })
	}
	if at < 0 {
		return nil, "", unsupported(shown)
	}
	f := &formats[at]
	extension := strings.ToLower(path.Ext(name))
	switch {
	case extension == "" || extension == ".":
		return f, f.Extensions[0], nil
	case !slices.Contains(f.Extensions, extension):
		return nil, "", eliza.Errorf(eliza.CodeUnsupportedMedia, "Unsupported media file: a file of %s is not named %.20s", f.Declared[0], extension)
	}
	return f, extension, nil
}

// textual reports whether a content is text that no browser takes for a page.
func textual(content *mimetype.MIME) bool {
	for _, page := range []string{"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"} {
		if content.Is(page) {
			return false
		}
	}
	for m := content; m != nil; m = m.Parent() {
		if m.Is("text/plain") {
			return true
		}
	}
	return false
}

// Types lists what files are served as.
func Types() []string {
	all := []string{unstated, "audio/mp4", "audio/webm"}
	for i := range formats {
		all = append(all, formats[i].Declared[0])
	}
	slices.Sort(all)
	return all
}

// typeOf is what a kept file is served as: what its extension says, and
// nothing a browser would run for any other.
func typeOf(name string) string {
	switch extension := strings.ToLower(path.Ext(name)); extension {
	case ".m4a":
		return "audio/mp4"
	case ".weba":
		return "audio/webm"
	default:
		for i := range formats {
			if slices.Contains(formats[i].Extensions, extension) {
				return formats[i].Declared[0]
			}
		}
	}
	return unstated
}
