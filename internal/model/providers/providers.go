// Package providers puts the router of the server together: every provider
// there is, the preferred ones first.
package providers

import (
	"context"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/anthropic"
	"github.com/elizad/elizad/internal/model/ollama"
	"github.com/elizad/elizad/internal/model/openai"
)

// New makes the router, over more providers that are asked last. Only when nothing is configured does it contact
// anybody: Ollama's usual address on this machine, for 300 ms at most.
func New(ctx context.Context, cfg model.Config, embedded model.Embedded, more ...model.Provider) *model.Router {
	return model.New(ctx, cfg, embedded, append([]model.Provider{openai.Provider(), anthropic.Provider(), ollama.Provider(ollama.DefaultBaseURL)}, more...)...)
}
