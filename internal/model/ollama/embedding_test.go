package ollama_test

import (
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/ollama"
)

func TestEmbedder(t *testing.T) {
	modeltest.Vectors(t, func(url, _ string) model.Embedder {
		return ollama.NewEmbedder(ollama.Config{BaseURL: url, EmbeddingModel: "nomic-embed-text"})
	})
}
