package ollama

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

// Text writes by /api/chat. It is safe for concurrent use.
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
	body, err := encode(req, name)
	if err != nil {
		return model.Answer{}, fmt.Errorf("encode a request to ollama: %w", err)
	}
	resp, err := t.send(ctx, http.MethodPost, "/api/chat", body)
	if err != nil {
		return model.Answer{}, err
	}
	a := assembly{answer: model.Answer{Model: name}, chunk: chunk, peer: t.peer}
	switch mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); mediaType {
	case "application/x-ndjson", "application/json", "":
		err = readLines(resp.Body, &a)
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

// readLines reads the objects up to the one that says that it is the last.
func readLines(r io.Reader, a *assembly) error {
	lines := wire.NewLines(r)
	defer lines.Close()
	for !a.finished {
		line, err := lines.Next()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := a.add(line); err != nil {
			return err
		}
	}
	a.answer.Text = a.text.String()
	return nil
}

// send posts or gets, and returns an answer of success.
func (c *client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &model.CallError{Provider: Name, Message: "its base URL is not valid"}
	}
	if body != nil {
		req.Header["Content-Type"] = []string{"application/json"}
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
