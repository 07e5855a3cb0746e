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

// New makes the router. Only when nothing is configured does it contact
// anybody: Ollama's usual address on this machine, for 300 ms at most.
func New(ctx context.Context, cfg model.Config, embedded model.Embedded) *model.Router {
	return model.New(ctx, cfg, embedded, openai.Provider(), anthropic.Provider(), ollama.Provider(ollama.DefaultBaseURL))
}
