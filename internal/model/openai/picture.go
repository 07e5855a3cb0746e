package openai

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
)

// maxPicture bounds the bytes of a picture that lies at an address.
const maxPicture = 20 << 20

// picture reads the first picture of an answer of success.
func (p *Painter) picture(ctx context.Context, answer []byte) (model.Image, error) {
	if !gjson.ValidBytes(answer) {
		return model.Image{}, paid(p.peer.Nonsense("the picture", nil))
	}
	all := gjson.ParseBytes(answer)
	for _, at := range []string{"data.0", "images.0", "data"} {
		if given := all.Get(at); given.Exists() {
			if text := pictureIn(given); text != "" {
				content, err := p.content(ctx, text)
				if err != nil {
					return model.Image{}, err
				}
				return p.checked(content)
			}
		}
	}
	return model.Image{}, p.none(answer)
}

// pictureIn finds the picture in an item of an answer: base64, a data URI or
// an address, as servers put any of them into any field.
func pictureIn(item gjson.Result) string {
	if item.Type == gjson.String {
		return strings.TrimSpace(item.Str)
	}
	for _, key := range []string{"b64_json", "url", "image_url.url", "image_url", "base64", "image"} {
		if v := item.Get(key); v.Type == gjson.String && strings.TrimSpace(v.Str) != "" {
			return strings.TrimSpace(v.Str)
		}
	}
	return ""
}

// none says why an answer has no picture.
func (p *Painter) none(answer []byte) error {
	for _, at := range []string{"error", "data.0.error", "errors.0"} {
		said := gjson.GetBytes(answer, at)
		if !said.Exists() || said.Type == gjson.Null {
			continue
		}
		failure := paid(p.peer.InStream([]byte(`{"error":` + said.Raw + `}`)))
		if held([]byte(said.Raw)) {
			failure.Kind = model.ContentFilter
		}
		return failure
	}
	failure := &model.CallError{Provider: Name, Message: "it answered without a picture"}
	if held(answer) {
		failure.Kind, failure.Message = model.ContentFilter, "it held the picture back"
	}
	return failure
}

// content reads what a field holds.
func (p *Painter) content(ctx context.Context, text string) ([]byte, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	switch strings.ToLower(scheme) {
	case "data":
		form, data, is := strings.Cut(rest, ",")
		if !is {
			break
		}
		if strings.HasSuffix(strings.ToLower(strings.TrimSpace(form)), ";base64") {
			if unescaped, err := url.PathUnescape(data); err == nil {
				data = unescaped
			}
			return p.decode(data)
		}
		plain, err := url.PathUnescape(data)
		if err != nil {
			return nil, paid(p.peer.Nonsense("the picture", err))
		}
		return []byte(plain), nil
	case "http", "https":
		return p.fetch(ctx, text)
	}
	content, err := p.decode(text)
	if strings.HasPrefix(text, "/") && !strings.ContainsAny(text, " \n") && (err != nil || !isPicture(kindOf(content))) {
		return p.fetch(ctx, text) // a JPEG in base64 begins with a slash too
	}
	return content, err
}

// decode reads base64 of either alphabet, with or without padding and breaks.
func (p *Painter) decode(text string) ([]byte, error) {
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '=':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, text)
	content, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, paid(p.peer.Nonsense("the picture", err))
	}
	return content, nil
}

// fetch reads a picture at an address that the server names. One on its own
// host is read as the server itself is; anything else by the guarded client,
// since it is the server that says where to go.
func (p *Painter) fetch(ctx context.Context, address string) ([]byte, error) {
	base, err := url.Parse(p.base)
	if err != nil {
		return nil, paid(p.peer.Nonsense("the picture's address", err))
	}
	at, err := base.Parse(address)
	if err != nil {
		return nil, paid(p.peer.Nonsense("the picture's address", err))
	}
	if !strings.EqualFold(at.Hostname(), base.Hostname()) {
		if p.cfg.Fetch == nil {
			return nil, &model.CallError{Provider: Name, Message: "the picture lies at another server"}
		}
		return p.peer.Fetch(ctx, p.cfg.Fetch, at.String(), maxPicture)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, paid(p.peer.Nonsense("the picture's address", err))
	}
	if p.cfg.Key != "" && at.Scheme == base.Scheme && at.Host == base.Host {
		req.Header.Set("Authorization", "Bearer "+p.cfg.Key)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return nil, paid(p.peer.Broken(ctx, err))
	}
	if resp.StatusCode != http.StatusOK {
		return nil, paid(p.peer.Refused(resp))
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	if err != nil {
		return nil, paid(p.peer.Broken(ctx, err))
	}
	if len(content) > maxPicture {
		return nil, &model.CallError{Provider: Name, Message: "the picture is larger than 20 MB"}
	}
	return content, nil
}

// checked tells by its bytes what a picture is.
func (p *Painter) checked(content []byte) (model.Image, error) {
	kind := kindOf(content)
	if !isPicture(kind) {
		return model.Image{}, &model.CallError{Provider: Name, Message: "what it made is no picture but " + kind}
	}
	return model.Image{Type: kind, Data: content}, nil
}

func kindOf(content []byte) string {
	kind, _, _ := strings.Cut(mimetype.Detect(content).String(), ";")
	return kind
}

func isPicture(kind string) bool { return strings.HasPrefix(kind, "image/") }
