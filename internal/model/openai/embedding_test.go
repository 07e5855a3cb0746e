package openai_test

import (
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/openai"
)

func TestEmbedder(t *testing.T) {
	modeltest.Vectors(t, func(url, key string) model.Embedder {
		return openai.NewEmbedder(openai.Config{BaseURL: url + "/v1", Key: key})
	})
}
