package anthropic

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"strings"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// Text writes by the messages API. It is safe for concurrent use.
type Text struct {
	cfg      Config
	messages sdk.MessageService
	http     wire.Doer
	peer     wire.Peer
}

// NewText makes a Text; it contacts nobody.
func NewText(cfg Config) *Text {
	base := strings.TrimSuffix(strings.TrimRight(cfg.BaseURL, "/"), "/v1")
	if base == "" {
		base = DefaultBaseURL
	}
	return &Text{
		cfg: cfg,
		// The service alone, unlike the library's client, reads no environment.
		messages: sdk.NewMessageService(option.WithBaseURL(base+"/"), option.WithAPIKey(cfg.Key), option.WithMaxRetries(0)),
		http:     wire.Doer{Client: cfg.Client, Stall: cfg.Stall},
		peer:     wire.Peer{Provider: Name, Key: cfg.Key},
	}
}

// Generate calls the model once. On an error the answer holds the text so far.
func (t *Text) Generate(ctx context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	if err := req.Validate(); err != nil {
		return model.Answer{}, err
	}
	name := req.Model
	if name == "" {
		name = t.cfg.Model
	}
	if name == "" {
		name = DefaultModel
	}
	ex := exchange{text: t, ctx: ctx}
	stream := t.messages.NewStreaming(ctx, encode(req, name), option.WithHTTPClient(&ex))
	defer stream.Close()
	a := assembly{answer: model.Answer{Model: name}, chunk: chunk, peer: t.peer}
	for !a.finished && stream.Next() {
		a.add(stream.Current())
	}
	err := stream.Err()
	if err == nil {
		err = a.close()
	}
	if err != nil {
		a.answer.Text = a.text.String()
		return a.answer, t.failure(ctx, err)
	}
	ex.body.Finish()
	return a.answer, nil
}

// failure words an error of the library.
func (t *Text) failure(ctx context.Context, err error) *model.CallError {
	var inStream *sdk.Error
	if errors.As(err, &inStream) {
		return t.peer.InStream([]byte(inStream.RawJSON()))
	}
	var known *model.CallError
	if ctx.Err() == nil && !errors.As(err, &known) && !wire.IsConnection(err) {
		return t.peer.Nonsense("a part of the answer", err)
	}
	return t.peer.Broken(ctx, err)
}

// exchange is the library's HTTP client for one call.
type exchange struct {
	text *Text
	ctx  context.Context
	body *wire.Body
}

// Do sends the request and refuses what is no stream.
func (e *exchange) Do(req *http.Request) (*http.Response, error) {
	resp, err := e.text.http.Do(req)
	if err != nil {
		return nil, e.text.peer.Broken(e.ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, e.text.peer.Refused(resp)
	}
	if mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); mediaType != "text/event-stream" {
		resp.Body.Close()
		return nil, e.text.peer.WrongType(mediaType)
	}
	e.body = resp.Body.(*wire.Body)
	return resp, nil
}
