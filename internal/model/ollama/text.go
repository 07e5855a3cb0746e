package ollama

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// Text writes by /api/chat. It is safe for concurrent use.
type Text struct {
	client
	first       wire.FirstModel
	habits      wire.Habits
	concessions wire.Concessions
}

// NewText makes a Text; it contacts nobody.
func NewText(cfg Config) *Text { return &Text{client: newClient(cfg)} }

// Generate calls the model once, and again without what its server refuses to
// take. On an error the answer holds the text so far.
func (t *Text) Generate(ctx context.Context, req model.Request, chunk func(string)) (model.Answer, error) {
	if err := req.Validate(); err != nil {
		return model.Answer{}, err
	}
	name, err := t.model(ctx, req.Model)
	if err != nil {
		return model.Answer{}, err
	}
	resp, err := t.concessions.Ask(name, concessions(req), func(made wire.Concession) (*http.Response, error) {
		body, err := encode(made.Apply(req), name)
		if err != nil {
			return nil, fmt.Errorf("encode a request to ollama: %w", err)
		}
		return t.send(ctx, http.MethodPost, "/api/chat", body)
	})
	if err != nil {
		return model.Answer{}, err
	}
	a := assembly{Composer: t.habits.Compose(req, name, false, chunk), peer: t.peer}
	answer, err := a.close(t.peer.ReadAnswer(resp, a.add))
	if err != nil {
		resp.Body.Close()
		return answer, t.peer.Broken(ctx, err)
	}
	resp.Body.(*wire.Body).Finish()
	return answer, nil
}

// concessions are what a request can do without.
func concessions(req model.Request) wire.Concession {
	can := wire.AlternatingRoles
	if req.System != "" {
		can |= wire.NoSystemRole
	}
	return can
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
