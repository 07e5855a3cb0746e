package anthropic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// version is that of the API (Anthropic's API reference, "Versions").
const version = "2023-06-01"

// Text writes by the messages API. It is safe for concurrent use.
type Text struct {
	cfg         Config
	own         bool   // the server is Anthropic's
	address     string // of the messages
	http        wire.Doer
	peer        wire.Peer
	habits      wire.Habits
	concessions wire.Concessions
}

// NewText makes a Text; it contacts nobody.
func NewText(cfg Config) *Text {
	base := strings.TrimSuffix(strings.TrimRight(cfg.BaseURL, "/"), "/v1")
	if base == "" {
		base = DefaultBaseURL
	}
	u, err := url.Parse(base)
	return &Text{
		cfg: cfg, own: err == nil && u.Hostname() == "api.anthropic.com", address: base + "/v1/messages",
		http: wire.Doer{Client: cfg.Client, Stall: cfg.Stall},
		peer: wire.Peer{Provider: Name, Key: cfg.Key},
	}
}

// Generate calls the model once, and again without what its server refuses to
// take. On an error the answer holds the text so far.
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
	resp, err := t.concessions.Ask(name, concessions(req), func(made wire.Concession) (*http.Response, error) {
		return t.send(ctx, made.Apply(req), name)
	})
	if err != nil {
		return model.Answer{}, err
	}
	a := assembly{Composer: t.habits.Compose(req, name, t.own, chunk), peer: t.peer}
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
	if req.Temperature != nil {
		return wire.NoTemperature
	}
	return 0
}

// send posts a request, and returns an answer of success.
func (t *Text) send(ctx context.Context, req model.Request, name string) (*http.Response, error) {
	params := encode(req, name)
	params.SetExtraFields(map[string]any{"stream": true})
	body, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("encode a request to anthropic: %w", err)
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, t.address, bytes.NewReader(body))
	if err != nil {
		return nil, &model.CallError{Provider: Name, Message: "its base URL is not valid"}
	}
	post.Header["Content-Type"] = []string{"application/json"}
	post.Header.Set("Anthropic-Version", version)
	post.Header.Set("X-Api-Key", t.cfg.Key)
	resp, err := t.http.Do(post)
	if err != nil {
		return nil, t.peer.Broken(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, t.peer.Refused(resp)
	}
	return resp, nil
}
