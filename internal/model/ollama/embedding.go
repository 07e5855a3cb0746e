package ollama

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Embedder makes vectors by /api/embed. It is safe for concurrent use.
type Embedder struct {
	client
}

// NewEmbedder makes an Embedder; it contacts nobody.
func NewEmbedder(cfg Config) *Embedder { return &Embedder{newClient(cfg)} }

// Model names the model.
func (e *Embedder) Model() string { return e.cfg.EmbeddingModel }

// Embed returns a vector of unit length for each text. A text that is longer
// than the model reads is embedded by its beginning.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return e.peer.EmbedBatches(ctx, texts, e.batch)
}

func (e *Embedder) batch(ctx context.Context, texts []string) ([][]float32, error) {
	body, err := json.Marshal(struct {
		Model string   `json:"model"`
		Input []string `json:"input"`
	}{e.cfg.EmbeddingModel, texts})
	if err != nil {
		return nil, fmt.Errorf("encode a request to ollama: %w", err)
	}
	resp, err := e.send(ctx, http.MethodPost, "/api/embed", body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, e.peer.Broken(ctx, err)
	}
	var list struct {
		Embeddings [][]float32 `json:"embeddings"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, e.peer.Nonsense("the vectors", err)
	}
	return list.Embeddings, nil
}
