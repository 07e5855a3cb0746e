package ollama

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/elizad/elizad/internal/model"
)

// model names the model of a call: the wish, the configured one, or the first
// listed one that writes text.
func (t *Text) model(ctx context.Context, wish string) (string, error) {
	switch {
	case wish != "":
		return wish, nil
	case t.cfg.Model != "":
		return t.cfg.Model, nil
	}
	return t.first.Get(ctx, t.pick)
}

// ModelName is the model of a call that names none. It implements model.Namer.
func (t *Text) ModelName(ctx context.Context) (string, error) { return t.model(ctx, "") }

// pick asks the server for its models.
func (t *Text) pick(ctx context.Context) (string, error) {
	resp, err := t.send(ctx, http.MethodGet, "/api/tags", nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", t.peer.Broken(ctx, err)
	}
	var list struct {
		Models []listed `json:"models"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return "", t.peer.Nonsense("the list of models", err)
	}
	if name := t.best(ctx, list.Models); name != "" {
		return name, nil
	}
	return "", &model.CallError{Provider: Name, Message: "it has no model that can chat; pull one or set OLLAMA_MODEL"}
}
