package ollama

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// DefaultBaseURL is where Ollama listens when nobody says otherwise.
const DefaultBaseURL = "http://127.0.0.1:11434"

// DefaultContext is the context that calls ask for, in tokens. Ollama cuts what
// is longer than its own without a word, usually 4,096 tokens, which an agent's
// instructions and tools fill nearly alone; with this size a model of 8 billion
// parameters takes about half a gigabyte more (Ollama's FAQ, "How can I specify
// the context window size?"). It is the same for all calls, since Ollama loads
// a model anew for another size.
const DefaultContext = 8192

// Config says where the server is and which of its models to use.
type Config struct {
	BaseURL        string        // an /api at its end is cut; empty for DefaultBaseURL
	Model          string        // empty for the first one listed that writes text
	EmbeddingModel string        // needed by an Embedder
	Stall          time.Duration // longest silence of the server; 0 for no limit
	Client         *http.Client  // nil for the one that all providers share
}

// client sends requests to one server.
type client struct {
	cfg  Config
	base string // without a slash at its end
	http wire.Doer
	peer wire.Peer
}

func newClient(cfg Config) client {
	c := client{cfg: cfg, base: strings.TrimSuffix(strings.TrimRight(cfg.BaseURL, "/"), "/api")}
	if c.base == "" {
		c.base = DefaultBaseURL
	}
	c.http = wire.Doer{Client: cfg.Client, Stall: cfg.Stall}
	c.peer = wire.Peer{Provider: Name}
	return c
}

// Name is the provider's name.
const Name = "ollama"

// Provider offers Ollama when the configuration has its address, and finds
// one that listens at local, which may be empty for nowhere.
func Provider(local string) model.Provider {
	p := model.Provider{Name: Name, Offer: offer}
	if local != "" {
		p.Find = func(ctx context.Context) (model.Config, string, bool) {
			name, err := NewText(Config{BaseURL: local}).pick(ctx)
			why := "no model server is configured and an Ollama answers at " + local + "; OLLAMA_AUTODETECT=off turns this off"
			return model.Config{OllamaURL: local, OllamaModel: name}, why, err == nil
		}
	}
	return p
}

func offer(mc model.Config) model.Offer {
	if mc.OllamaURL == "" {
		return model.Offer{}
	}
	cfg := Config{BaseURL: mc.OllamaURL, Model: mc.OllamaModel, EmbeddingModel: mc.OllamaEmbeddingModel, Stall: mc.StallTimeout}
	cfg.Client = mc.Client()
	o := model.Offer{Text: NewText(cfg), TextModel: cfg.Model, Context: DefaultContext, Why: "OLLAMA_BASE_URL is set", EmbedderWhy: "OLLAMA_EMBEDDING_MODEL is not set"}
	if cfg.EmbeddingModel != "" {
		o.Embedder, o.EmbedderWhy = NewEmbedder(cfg), "OLLAMA_EMBEDDING_MODEL is set"
	}
	if mc.OllamaSightModel != "" {
		o.Sight, o.SightModel = o.Text, mc.OllamaSightModel
	}
	return o
}
