package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/media"
)

const (
	maxUploadBody = media.MaxBytes + 1<<20 // room for the other parts of a form
	uploadTime    = 15 * time.Minute       // for the slowest client
	linkTime      = 24 * time.Hour         // how long a signed address is good
)

func (a *API) mediaRoutes() {
	const tag = "Media"
	const about = "A form with one field file, of at most 50 MB. Its content, its name's extension and the type that it is declared with must agree, and be one of: " +
		"JPEG, PNG, GIF, WebP; MP4, WebM; MP3, WAV, OGG, AAC, FLAC, M4A; PDF, plain text. With a key set the answer also has signedUrl, good for a day without the key."
	upload := operation{method: "POST", tag: tag, about: about, errors: []int{507}, upload: true, file: maxUploadBody}
	agents, channels, said := upload, upload, upload
	agents.id, agents.summary = "upload-agent-media", "Upload a file for an agent"
	agents.paths = []string{"/api/media/agents/{agentId}/upload", "/api/media/agents/{agentId}/upload-media", "/api/media/{agentId}/upload-media"}
	add(a, agents, a.uploadForAgent)
	channels.id, channels.summary, channels.paths = "upload-channel-media", "Upload a file for a channel", []string{"/api/media/channels/{channelId}/upload-media"}
	add(a, channels, a.uploadForChannel)
	said.id, said.summary, said.paths = "upload-message-media", "Upload a file for a message of a channel", []string{"/api/messaging/channels/{channelId}/upload-media"}
	add(a, said, a.uploadForChannel)

	add(a, operation{id: "sign-media", method: "POST", paths: []string{"/api/media/links"}, tag: tag, needs: eliza.RightRead, errors: []int{404},
		summary: "Make an address of a file that is good for a day without a key", about: "For pages and messages, whose pictures cannot be asked for with a key."}, a.signMedia)

	serve := operation{method: "GET", tag: tag, errors: []int{404, 416}, ranges: true, files: append(media.Types(), "multipart/byteranges"),
		about: "Answers ranges and conditions. Documents are offered for saving; nothing in a file is ever run."}
	ofAgent, ofChannel, made := serve, serve, serve
	ofAgent.id, ofAgent.summary = "get-agent-media", "An uploaded file of an agent"
	ofAgent.paths = []string{"/api/media/uploads/agents/{agentId}/{filename}", "/media/uploads/agents/{agentId}/{filename}"}
	add(a, ofAgent, a.agentFile)
	ofChannel.id, ofChannel.summary = "get-channel-media", "An uploaded file of a channel"
	ofChannel.paths = []string{"/api/media/uploads/channels/{channelId}/{filename}", "/media/uploads/channels/{channelId}/{filename}"}
	add(a, ofChannel, a.channelFile)
	made.id, made.summary = "get-generated-media", "A file that an agent's model made"
	made.paths = []string{"/api/media/generated/{agentId}/{filename}", "/media/generated/{agentId}/{filename}"}
	add(a, made, a.generatedFile)
}

// Upload reads a form as it arrives.
type Upload struct{ request huma.Context }

// Resolve implements huma.Resolver.
func (u *Upload) Resolve(h huma.Context) []error {
	u.request = h
	return nil
}

type agentUpload struct {
	AgentPath
	Upload
}

type channelUpload struct {
	ChannelPath
	Upload
}

type uploaded struct {
	URL          string   `json:"url" doc:"Where the file is served, without the host"`
	SignedURL    string   `json:"signedUrl,omitempty" doc:"The same, good for a day without the key"`
	Type         string   `json:"type" doc:"For agents image, video, audio or document; for channels the MIME type"`
	MimeType     string   `json:"mimeType"`
	Filename     string   `json:"filename"`
	OriginalName string   `json:"originalName"`
	Size         int64    `json:"size" doc:"Bytes"`
	AgentID      eliza.ID `json:"agentId,omitzero"`
	ChannelID    eliza.ID `json:"channelId,omitzero"`
}

func (a *API) uploadForAgent(ctx context.Context, in *agentUpload) (*answer[uploaded], error) {
	f, err := a.takeIn(media.Place{Kind: media.Agents, Owner: eliza.ID(in.AgentID)}, in.request)
	if err != nil {
		return nil, fail(err)
	}
	u := a.viewUpload(ctx, f)
	u.Type, u.AgentID = f.Class(), f.Owner
	return ok(u), nil
}

func (a *API) uploadForChannel(ctx context.Context, in *channelUpload) (*answer[uploaded], error) {
	f, err := a.takeIn(media.Place{Kind: media.Channels, Owner: eliza.ID(in.ChannelID)}, in.request)
	if err != nil {
		return nil, fail(err)
	}
	u := a.viewUpload(ctx, f)
	u.ChannelID = f.Owner
	return ok(u), nil
}

func (a *API) viewUpload(ctx context.Context, f *media.File) uploaded {
	u := uploaded{URL: f.URL(), Type: f.Type, MimeType: f.Type, Filename: f.Name, OriginalName: f.Original, Size: f.Size}
	if !a.Access.Open(ctx) {
		u.SignedURL = a.Signer.Sign(u.URL, time.Now().Add(linkTime))
	}
	return u
}

var errNoFile = eliza.Errorf(eliza.CodeInvalidRequest, "No media file provided")

// takeIn keeps the file of a form, which is on the disk before anything of it
// is answered.
func (a *API) takeIn(p media.Place, h huma.Context) (*media.File, error) {
	r, w := humachi.Unwrap(h)
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		return nil, eliza.Errorf(eliza.CodeInvalidContentType, "Invalid or missing Content-Type header: an upload is multipart/form-data")
	}
	tooLarge := eliza.Errorf(eliza.CodeFileTooLarge, "The file is larger than %d MB", media.MaxBytes>>20)
	if r.ContentLength > maxUploadBody {
		return nil, tooLarge
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime)) // a connection without deadlines has none to pass
	f, err := a.readUpload(p, multipart.NewReader(http.MaxBytesReader(w, r.Body, maxUploadBody), parameters["boundary"]))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge
	case err != nil && !errors.As(err, new(*eliza.Error)):
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "body: not a form: %s", formProblem(err))
	}
	return f, err
}

func (a *API) readUpload(p media.Place, form *multipart.Reader) (_ *media.File, err error) {
	var draft *media.Draft
	var declared string
	defer func() {
		if err != nil && draft != nil {
			draft.Discard()
		}
	}()
	for range maxParts {
		part, err := form.NextPart()
		if err == io.EOF {
			if draft == nil {
				return nil, errNoFile
			}
			return draft.Keep(p, declared)
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != "file" || part.FileName() == "" {
			if _, err := io.Copy(io.Discard, io.LimitReader(part, maxFieldBytes)); err != nil {
				return nil, err
			}
			continue
		}
		if draft != nil {
			return nil, eliza.Errorf(eliza.CodeInvalidRequest, "file: one file at a time")
		}
		if declared, err = media.Declared(part.Header.Get("Content-Type")); err != nil {
			return nil, err
		}
		if draft, err = a.Media.Draft(part.FileName(), part); err != nil {
			return nil, err
		}
	}
	return nil, eliza.Errorf(eliza.CodeInvalidRequest, "body: more than %d parts", maxParts)
}

type linkBody struct {
	Body struct {
		URL string `json:"url" minLength:"1" maxLength:"1000" doc:"As an upload answered it"`
	}
}

type mediaLink struct {
	URL       string       `json:"url"`
	ExpiresAt eliza.Millis `json:"expiresAt"`
}

func (a *API) signMedia(_ context.Context, in *linkBody) (*answer[mediaLink], error) {
	p, name, is := media.Find(in.Body.URL)
	if !is {
		return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "url: not the address of a file of this server"))
	}
	file, _, err := a.Media.Open(p, name)
	if err != nil {
		return nil, fail(err)
	}
	file.Close()
	until := time.Now().Add(linkTime)
	return ok(mediaLink{a.Signer.Sign(p.URL(name), until), eliza.Millis(until.UnixMilli())}), nil
}

// FilePath names a file below an agent or a channel.
type FilePath struct {
	Filename string `path:"filename" maxLength:"1000"`
}

type agentFilePath struct {
	AgentPath
	FilePath
}

type channelFilePath struct {
	ChannelPath
	FilePath
}

func (a *API) agentFile(_ context.Context, in *agentFilePath) (*huma.StreamResponse, error) {
	return a.serveFile(media.Place{Kind: media.Agents, Owner: eliza.ID(in.AgentID)}, in.Filename)
}

func (a *API) channelFile(_ context.Context, in *channelFilePath) (*huma.StreamResponse, error) {
	return a.serveFile(media.Place{Kind: media.Channels, Owner: eliza.ID(in.ChannelID)}, in.Filename)
}

func (a *API) generatedFile(_ context.Context, in *agentFilePath) (*huma.StreamResponse, error) {
	return a.serveFile(media.Place{Kind: media.Generated, Owner: eliza.ID(in.AgentID)}, in.Filename)
}

// serveFile answers with a file in a way that keeps a browser from running
// what is in it.
func (a *API) serveFile(p media.Place, name string) (*huma.StreamResponse, error) {
	file, f, err := a.Media.Open(p, name)
	if err != nil {
		return nil, fail(err)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer file.Close()
		r, w := humachi.Unwrap(c)
		h := w.Header()
		disposition := "inline"
		if f.Class() == "document" {
			disposition = "attachment"
		}
		h.Set("Content-Type", f.Type)
		if f.Type == "text/plain" {
			h.Set("Content-Type", "text/plain; charset=utf-8")
		}
		h.Set("Content-Disposition", disposition+`; filename="`+f.Name+`"`)
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cache-Control", "private, max-age=3600")
		h.Set("ETag", f.ETag())
		r.Header.Del("If-Match")
		r.Header.Del("If-Unmodified-Since")
		http.ServeContent(&rangeWriter{ResponseWriter: w}, r, "", f.Modified, file)
	}}, nil
}

// rangeWriter tells in the envelope that a part is not there.
type rangeWriter struct {
	http.ResponseWriter
	refused bool
}

func (w *rangeWriter) WriteHeader(status int) {
	if status != http.StatusRequestedRangeNotSatisfiable {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.refused = true
	writeFailure(w.ResponseWriter, &failure{status: status, Problem: problem{Code: "RANGE_NOT_SATISFIABLE", Message: "The file does not have this range"}})
}

func (w *rangeWriter) Write(b []byte) (int, error) {
	if w.refused {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// ReadFrom lets the system send a file by itself.
func (w *rangeWriter) ReadFrom(from io.Reader) (int64, error) { return io.Copy(w.ResponseWriter, from) }

// forget removes the files of what was deleted. What cannot be removed now is
// when the library is swept.
func (a *API) forget(ctx context.Context, places ...media.Place) {
	for _, p := range places {
		if err := a.Media.RemoveAll(p); err != nil {
			a.log(ctx).Warn("files could not be removed", "error", err)
		}
	}
}

// signedFile reports whether a request may see a file without a key: its
// address was signed.
func (a *API) signedFile(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (strings.HasPrefix(r.URL.Path, "/media/") || strings.HasPrefix(r.URL.Path, "/api/media/") || signedPanel(r.URL)) &&
		r.URL.RawQuery != "" && a.Signer != nil && a.Signer.Fits(r.URL.Path, r.URL.Query(), time.Now())
}

// fileGrant is what a signed address gives: the path is all it is good for.
var fileGrant = access.Grant{Right: eliza.RightRead, Name: "a signed address"}
