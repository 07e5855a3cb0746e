package openai

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// Text writes by the chat completions API. It is safe for concurrent use.
type Text struct {
	client
	first wire.FirstModel
}

// NewText makes a Text; it contacts nobody.
func NewText(cfg Config) *Text { return &Text{client: newClient(cfg)} }

// Generate calls the model once. On an error the answer holds the text so far.
func (t *Text) Generate(ctx context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	if err := req.Validate(); err != nil {
		return model.Answer{}, err
	}
	name, err := t.model(ctx, req.Model)
	if err != nil {
		return model.Answer{}, err
	}
	body, err := encode(req, name, t.own)
	if err != nil {
		return model.Answer{}, fmt.Errorf("encode a request to openai: %w", err)
	}
	resp, err := t.send(ctx, http.MethodPost, "/chat/completions", body)
	if err != nil {
		return model.Answer{}, err
	}
	a := assembly{answer: model.Answer{Model: name}, chunk: chunk, peer: t.peer}
	switch mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); mediaType {
	case "text/event-stream", "":
		err = t.readStream(resp.Body, &a)
	case "application/json": // the server does not stream
		err = t.readWhole(resp.Body, &a)
	default:
		err = t.peer.WrongType(mediaType)
	}
	if err != nil {
		resp.Body.Close()
		a.answer.Text = a.text.String()
		return a.answer, t.peer.Broken(ctx, err)
	}
	resp.Body.(*wire.Body).Finish()
	return a.answer, nil
}

// readStream reads the chunks up to the closing [DONE], or to the end of a
// stream that had a finish reason.
func (t *Text) readStream(r io.Reader, a *assembly) error {
	events := wire.NewEvents(r)
	defer events.Close()
	for {
		data, err := events.Next()
		if err == io.EOF {
			if !a.finished {
				return io.ErrUnexpectedEOF
			}
			return a.close()
		}
		if err != nil {
			return err
		}
		if string(data) == "[DONE]" {
			return a.close()
		}
		if err := a.add(data); err != nil {
			return err
		}
	}
}

// readWhole reads an answer that came in one piece.
func (t *Text) readWhole(r io.Reader, a *assembly) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := a.add(data); err != nil {
		return err
	}
	if !a.finished {
		return t.peer.Nonsense("the answer", nil)
	}
	return a.close()
}

// request makes a request of the server.
func (c *client) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &model.CallError{Provider: Name, Message: "its base URL is not valid"}
	}
	if c.cfg.Key != "" {
		req.Header["Authorization"] = []string{"Bearer " + c.cfg.Key}
	}
	if body != nil {
		req.Header["Content-Type"] = []string{"application/json"}
	}
	return req, nil
}

// send posts or gets, and returns an answer of success.
func (c *client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.peer.Broken(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, c.peer.Refused(resp)
	}
	return resp, nil
}
