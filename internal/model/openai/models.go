package openai

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/elizad/elizad/internal/model/wire"
)

// model names the model of a call: the wish, the configured one, OpenAI's
// default, or, at another server that does not list that default, the first
// listed one that writes text.
func (t *Text) model(ctx context.Context, wish string) (string, error) {
	switch {
	case wish != "":
		return wish, nil
	case t.cfg.Model != "":
		return t.cfg.Model, nil
	case t.own:
		return DefaultModel, nil
	}
	return t.first.Get(ctx, t.pick)
}

// ModelName is the model of a call that names none. It implements model.Namer.
func (t *Text) ModelName(ctx context.Context) (string, error) { return t.model(ctx, "") }

// pick asks the server for its models. One that has no such list is asked for
// the default model, which many servers take for "the one I have".
func (t *Text) pick(ctx context.Context) (string, error) {
	resp, err := t.send(ctx, http.MethodGet, "/models", nil)
	if err != nil {
		if failure := t.peer.Broken(ctx, err); failure.Status == 0 || failure.Temporary {
			return "", failure
		}
		return DefaultModel, nil
	}
	defer resp.Body.Close()
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", t.peer.Broken(ctx, err)
	}
	if json.Unmarshal(body, &list) != nil {
		return DefaultModel, nil
	}
	var names []string
	for _, m := range list.Data {
		if !wire.EmbedderName(m.ID) {
			names = append(names, m.ID)
		}
	}
	if len(names) == 0 || slices.Contains(names, DefaultModel) {
		return DefaultModel, nil
	}
	return names[0], nil
}
