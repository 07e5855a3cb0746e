package openai

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/test/stubmodel"
)

// images is a server of pictures.
type images struct {
	*httptest.Server
	asked  []map[string]any                                            // the requests for pictures
	answer func(n int, asked map[string]any) (status int, body string) // n: 1 for the first
	files  map[string]string                                           // content type and body, by path
	keys   []string                                                    // that came with requests for files
}

func newImages(t *testing.T) *images {
	s := &images{files: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, is := s.files[r.URL.Path]; is {
			s.keys = append(s.keys, r.Header.Get("Authorization"))
			io.WriteString(w, body)
			return
		}
		if r.URL.Path != "/v1/images/generations" {
			http.NotFound(w, r)
			return
		}
		var asked map[string]any
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		s.asked = append(s.asked, asked)
		status, body := s.answer(len(s.asked), asked)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *images) painter(name string) *Painter {
	return NewPainter(Config{BaseURL: s.URL + "/v1", Key: "secret", Fetch: outbound.New(outbound.Options{Allow: outbound.Loopback})}, name)
}

// data is an answer with one picture.
func data(field, value string) string {
	return fmt.Sprintf(`{"created":1,"data":[{%q:%q}]}`, field, value)
}

func encoded(t *testing.T, encode func(io.Writer, image.Image) error) string {
	var b bytes.Buffer
	if err := encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPicturesAreReadInEveryForm(t *testing.T) {
	pngBytes := string(stubmodel.Picture("a harbour"))
	jpegBytes := encoded(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
	gifBytes := encoded(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) })
	b64 := base64.StdEncoding.EncodeToString
	wrapped := func(s string) string {
		var lines []string
		for part := range slices.Chunk([]byte(b64([]byte(s))), 76) {
			lines = append(lines, string(part))
		}
		return strings.Join(lines, "\r\n")
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the key was sent to another host")
		}
		io.WriteString(w, pngBytes)
	}))
	defer elsewhere.Close()
	other, err := url.Parse(elsewhere.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		answer func(s *images) string
		want   string
		kind   string
	}{
		"base64":                       {func(*images) string { return data("b64_json", b64([]byte(pngBytes))) }, pngBytes, "image/png"},
		"base64 in lines":              {func(*images) string { return data("b64_json", wrapped(pngBytes)) }, pngBytes, "image/png"},
		"base64 for addresses":         {func(*images) string { return data("b64_json", base64.URLEncoding.EncodeToString([]byte(jpegBytes))) }, jpegBytes, "image/jpeg"},
		"base64 without padding":       {func(*images) string { return data("b64_json", base64.RawStdEncoding.EncodeToString([]byte(gifBytes))) }, gifBytes, "image/gif"},
		"base64 in the field url":      {func(*images) string { return data("url", b64([]byte(jpegBytes))) }, jpegBytes, "image/jpeg"},
		"a data URI":                   {func(*images) string { return data("b64_json", "data:image/png;base64,"+b64([]byte(pngBytes))) }, pngBytes, "image/png"},
		"a data URI of the wrong type": {func(*images) string { return data("url", "data:image/png;base64,"+b64([]byte(jpegBytes))) }, jpegBytes, "image/jpeg"},
		"a data URI with parameters":   {func(*images) string { return data("url", "DATA:image/png;name=a.png;base64,"+b64([]byte(pngBytes))) }, pngBytes, "image/png"},
		"a data URI with escapes": {func(*images) string {
			return data("url", "data:image/png;base64,"+url.QueryEscape(b64([]byte(pngBytes))))
		}, pngBytes, "image/png"},
		"an address":                  {func(s *images) string { return data("url", s.URL+"/pic.png") }, pngBytes, "image/png"},
		"an address in b64_json":      {func(s *images) string { return data("b64_json", s.URL+"/pic.png") }, pngBytes, "image/png"},
		"a path":                      {func(*images) string { return data("url", "/pic.png") }, pngBytes, "image/png"},
		"a path that could be base64": {func(*images) string { return data("url", "/pic/abc") }, pngBytes, "image/png"},
		"an address elsewhere":        {func(*images) string { return data("url", "http://localhost:"+other.Port()+"/x") }, pngBytes, "image/png"},
		"both, one of them null": {func(*images) string {
			return fmt.Sprintf(`{"data":[{"url":null,"b64_json":%q}]}`, b64([]byte(pngBytes)))
		}, pngBytes, "image/png"},
		"a list of images": {func(s *images) string { return fmt.Sprintf(`{"images":[{"url":%q}]}`, s.URL+"/pic.png") }, pngBytes, "image/png"},
		"a list of texts":  {func(*images) string { return fmt.Sprintf(`{"images":[%q]}`, b64([]byte(pngBytes))) }, pngBytes, "image/png"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newImages(t)
			s.files["/pic.png"], s.files["/pic/abc"] = pngBytes, pngBytes
			s.answer = func(int, map[string]any) (int, string) { return 200, test.answer(s) }
			made, err := s.painter("flux-1").Paint(t.Context(), "a harbour")
			if err != nil || string(made.Data) != test.want || made.Type != test.kind || len(s.asked) != 1 {
				t.Errorf("%s of %d bytes after %d requests, %v", made.Type, len(made.Data), len(s.asked), err)
			}
			if slices.ContainsFunc(s.keys, func(k string) bool { return k != "Bearer secret" }) {
				t.Errorf("its own files were asked for with %q", s.keys)
			}
		})
	}
}

// What was answered with success may be paid for: it is not asked for again.
func TestAPictureThatIsPaidForIsNotAskedForAgain(t *testing.T) {
	for name, test := range map[string]struct {
		answer, says string
		kind         model.FailureKind
	}{
		"an error object":          {`{"error":{"message":"Out of memory","type":"server_error"}}`, "Out of memory", ""},
		"an error as text":         {`{"error":"no GPU"}`, "no GPU", ""},
		"an error of the picture":  {`{"data":[{"error":{"code":"OutputImageSensitiveContentDetected","message":"flagged as sensitive"}}]}`, "sensitive", model.ContentFilter},
		"a filter":                 {`{"error":{"code":"content_policy_violation","message":"Your request was rejected"}}`, "rejected", model.ContentFilter},
		"a filter without a word":  {`{"data":[{"b64_json":"","finish_reason":"content_filter"}]}`, "held the picture back", model.ContentFilter},
		"no picture":               {`{"created":1,"data":[]}`, "without a picture", ""},
		"nothing":                  {`{}`, "without a picture", ""},
		"null":                     {`{"data":null}`, "without a picture", ""},
		"an empty picture":         {`{"data":[{"b64_json":"","url":""}]}`, "without a picture", ""},
		"no JSON":                  {`<html>`, "could not be read", ""},
		"no base64":                {data("b64_json", "!!!"), "could not be read", ""},
		"a page":                   {data("b64_json", base64.StdEncoding.EncodeToString([]byte("<html><body>Sorry</body></html>"))), "text/html", ""},
		"an address of nothing":    {data("url", "/nothing.png"), "not found", ""},
		"an address of a page":     {data("url", "/page"), "text/html", ""},
		"an address inside":        {data("url", "http://10.1.2.3/pic.png"), "private network", ""},
		"a file of this machine":   {data("url", "file:///etc/passwd"), "could not be read", ""},
		"a picture that is large":  {data("url", "/large"), "larger than 20 MB", ""},
		"an address with password": {data("url", "http://a:b@localhost:1/x"), "password", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newImages(t)
			s.files["/page"], s.files["/large"] = "<html><body>Sign in</body></html>", strings.Repeat("x", maxPicture+1)
			s.answer = func(int, map[string]any) (int, string) { return 200, test.answer }
			_, err := s.painter("flux-1").Paint(t.Context(), "a harbour")
			var failure *model.CallError
			if !errors.As(err, &failure) || failure.Temporary || !strings.Contains(failure.Message, test.says) || failure.Kind != test.kind {
				t.Errorf("%+v, %v", failure, err)
			}
			if len(s.asked) != 1 {
				t.Errorf("asked %d times", len(s.asked))
			}
		})
	}
}

func TestWhatAServerRefusesToBeToldIsLeftOut(t *testing.T) {
	picture := data("b64_json", base64.StdEncoding.EncodeToString(stubmodel.Picture("x")))
	for name, test := range map[string]struct {
		model   string
		refuses map[string]string // by the parameter
		first   string            // parameters of the first request
		asked   int
		then    string // parameters of the next picture's only request
	}{
		"OpenAI's own":             {"gpt-image-1", nil, "model n prompt size", 1, "model n prompt size"},
		"behind a gateway":         {"openai/gpt-image-1", map[string]string{"response_format": `{"error":{"message":"Unknown parameter: 'response_format'.","param":"response_format"}}`}, "model n prompt size", 1, "model n prompt size"},
		"an older one":             {"dall-e-3", nil, "model n prompt response_format size", 1, "model n prompt response_format size"},
		"another that refuses":     {"flux-1", map[string]string{"response_format": `{"error":{"message":"Unknown parameter: 'response_format'.","param":"response_format"}}`}, "model n prompt response_format size", 2, "model n prompt size"},
		"by words":                 {"flux-1", map[string]string{"response_format": `{"detail":"response_format is not supported"}`}, "model n prompt response_format size", 2, "model n prompt size"},
		"a list of its objections": {"flux-1", map[string]string{"response_format": `{"detail":[{"type":"extra_forbidden","loc":["body","response_format"]}]}`}, "model n prompt response_format size", 2, "model n prompt size"},
		"the size too":             {"grok", map[string]string{"size": `{"error":"Argument not supported: size"}`, "response_format": `{"error":"response_format?"}`, "n": `{"error":{"message":"no","param":"n"}}`}, "model n prompt response_format size", 4, "model prompt"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newImages(t)
			s.answer = func(_ int, asked map[string]any) (int, string) {
				for parameter, refusal := range test.refuses {
					if asked[parameter] != nil {
						return 400, refusal
					}
				}
				return 200, picture
			}
			sent := func(i int) string {
				var keys []string
				for key := range s.asked[i] {
					keys = append(keys, key)
				}
				slices.Sort(keys)
				return strings.Join(keys, " ")
			}
			p := s.painter(test.model)
			for range 2 {
				if _, err := p.Paint(t.Context(), "x"); err != nil {
					t.Fatal(err)
				}
			}
			if len(s.asked) != test.asked+1 || sent(0) != test.first || sent(len(s.asked)-1) != test.then {
				t.Errorf("asked %d times, first with %q, last with %q", len(s.asked), sent(0), sent(len(s.asked)-1))
			}
		})
	}
}

func TestARefusalForAnotherReasonIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		status    int
		body      string
		kind      model.FailureKind
		temporary bool
	}{
		"the prompt":         {400, `{"error":{"message":"Invalid prompt","param":"prompt"}}`, "", false},
		"the key":            {401, `{"error":{"message":"response_format: wrong key"}}`, "", false},
		"its content":        {400, `{"error":{"code":"moderation_blocked","message":"Your request was rejected by the safety system."}}`, model.ContentFilter, false},
		"its content, Azure": {400, `{"error":{"code":"contentFilter","message":"The response was filtered","inner_error":{"code":"ResponsibleAIPolicyViolation"}}}`, model.ContentFilter, false},
		"too many":           {429, `{"error":{"message":"slow down"}}`, "", true},
		"a failure":          {500, `{"error":{"message":"oops"}}`, "", true},
	} {
		s := newImages(t)
		s.answer = func(int, map[string]any) (int, string) { return test.status, test.body }
		_, err := s.painter("flux-1").Paint(t.Context(), "x")
		var failure *model.CallError
		if !errors.As(err, &failure) || failure.Kind != test.kind || failure.Temporary != test.temporary || failure.Status != test.status || len(s.asked) != 1 {
			t.Errorf("%s: %+v, %v, asked %d times", name, failure, err, len(s.asked))
		}
	}
}

func FuzzPicture(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 1, 1))); err != nil {
		f.Fatal(err)
	}
	for _, answer := range []string{data("b64_json", base64.StdEncoding.EncodeToString(b.Bytes())), data("url", "data:image/png,%89PNG"), data("url", "data:;base64"), `{"images":["x"]}`, `{"data":{"url":7}}`, `[`, `"x"`} {
		f.Add(answer)
	}
	p := NewPainter(Config{BaseURL: "http://127.0.0.1:1"}, "m")
	f.Fuzz(func(t *testing.T, answer string) {
		made, err := p.picture(t.Context(), []byte(answer))
		var failure *model.CallError
		if err != nil && (!errors.As(err, &failure) || failure.Temporary) || err == nil && (!strings.HasPrefix(made.Type, "image/") || len(made.Data) == 0) {
			t.Fatalf("%q: %+v, %v", answer, made, err)
		}
	})
}

// A server that was reached may have made the picture, whatever became of the
// connection; one that was not has not.
func TestABrokenConnectionIsTriedAgainOnlyBeforeTheRequestWasSent(t *testing.T) {
	for name, test := range map[string]struct {
		serve     http.HandlerFunc
		temporary bool
	}{
		"cut before the answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false},
		"cut in the answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"data":[`)
		}, false},
		"not there": {nil, true},
	} {
		s := httptest.NewServer(test.serve)
		if test.serve == nil {
			s.Close()
		}
		_, err := NewPainter(Config{BaseURL: s.URL}, "m").Paint(t.Context(), "x")
		s.Close()
		var failure *model.CallError
		if !errors.As(err, &failure) || failure.Temporary != test.temporary {
			t.Errorf("%s: %+v, %v", name, failure, err)
		}
	}
}
