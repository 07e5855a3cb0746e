package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/elizad/elizad/internal/model/wire"
)

// Embedder makes vectors by the embeddings API. It is safe for concurrent use.
type Embedder struct {
	client
	name string
}

// NewEmbedder makes an Embedder; it contacts nobody.
func NewEmbedder(cfg Config) *Embedder {
	e := &Embedder{client: newClient(cfg), name: cfg.EmbeddingModel}
	if e.name == "" {
		e.name = DefaultEmbeddingModel
	}
	return e
}

// Model names the model.
func (e *Embedder) Model() string { return e.name }

// Embed returns a vector of unit length for each text. A very long text is
// embedded by its beginning (see [wire.MaxEmbedText]).
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return e.peer.EmbedBatches(ctx, texts, e.batch)
}

func (e *Embedder) batch(ctx context.Context, texts []string) ([][]float32, error) {
	body, err := json.Marshal(struct {
		Model          string   `json:"model"`
		Input          []string `json:"input"`
		EncodingFormat string   `json:"encoding_format"`
	}{e.name, texts, "float"})
	if err != nil {
		return nil, fmt.Errorf("encode a request to openai: %w", err)
	}
	resp, err := e.send(ctx, http.MethodPost, "/embeddings", body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, e.peer.Broken(ctx, err)
	}
	var list struct {
		Data []struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
		Error json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, e.peer.Nonsense("the vectors", err)
	}
	if len(list.Error) > 0 && string(list.Error) != "null" {
		return nil, e.peer.InStream(answer)
	}
	vectors := make([][]float32, len(texts))
	for _, d := range list.Data {
		if d.Index < 0 || d.Index >= len(vectors) {
			return nil, e.peer.Nonsense("the vectors", wire.ErrVectorCount)
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, nil
}
