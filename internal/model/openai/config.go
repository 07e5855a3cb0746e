package openai

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/wire"
)

// What is used when nothing else is configured.
const (
	DefaultBaseURL        = "https://api.openai.com/v1"
	DefaultModel          = "gpt-4.1-mini"
	DefaultEmbeddingModel = "text-embedding-3-small"
	DefaultImageModel     = "gpt-image-1"
)

// Config says where the server is and which of its models to use.
type Config struct {
	Key            string        // may be empty when BaseURL is not OpenAI's own
	BaseURL        string        // with its /v1; empty for OpenAI's own
	Model          string        // empty for DefaultModel, or the first one that another server lists
	EmbeddingModel string        // empty for DefaultEmbeddingModel
	Stall          time.Duration // longest silence of the server; 0 for no limit
	Client         *http.Client  // nil for the one that all providers share
	Fetch          *http.Client  // reads what the server says lies at other hosts; nil: nothing is read there
}

// own reports whether the address is OpenAI's.
func (c Config) own() bool {
	u, err := url.Parse(c.BaseURL)
	return c.BaseURL == "" || err == nil && u.Hostname() == "api.openai.com"
}

// client sends requests to one server.
type client struct {
	cfg  Config
	own  bool
	base string // without a slash at its end
	http wire.Doer
	peer wire.Peer
}

func newClient(cfg Config) client {
	c := client{cfg: cfg, own: cfg.own(), base: strings.TrimRight(cfg.BaseURL, "/")}
	if c.base == "" {
		c.base = DefaultBaseURL
	}
	c.http = wire.Doer{Client: cfg.Client, Stall: cfg.Stall}
	c.peer = wire.Peer{Provider: Name, Key: cfg.Key}
	return c
}

// Name is the provider's name.
const Name = "openai"

// Provider offers OpenAI when the configuration has a key or an address.
func Provider() model.Provider {
	return model.Provider{Name: Name, Offer: offer}
}

func offer(mc model.Config) model.Offer {
	if mc.OpenAIKey == "" && mc.OpenAIBaseURL == "" {
		return model.Offer{}
	}
	cfg := Config{Key: mc.OpenAIKey, BaseURL: mc.OpenAIBaseURL, Model: mc.OpenAIModel, EmbeddingModel: mc.OpenAIEmbeddingModel, Stall: mc.StallTimeout}
	if cfg.own() && cfg.Key == "" {
		return model.Offer{}
	}
	cfg.Client, cfg.Fetch = mc.Client(), mc.Fetch
	o := model.Offer{Text: NewText(cfg), TextModel: cfg.Model, Why: "OPENAI_API_KEY is set"}
	if mc.OpenAIBaseURL != "" {
		o.Why = "OPENAI_BASE_URL is set"
	}
	if o.TextModel == "" && cfg.own() {
		o.TextModel = DefaultModel
	}
	o.SightModel = mc.OpenAISightModel
	if o.SightModel == "" && cfg.own() {
		o.SightModel = o.TextModel
	}
	if o.SightModel != "" {
		o.Sight = o.Text
	}
	o.PainterModel = mc.OpenAIImageModel
	if o.PainterModel == "" && cfg.own() {
		o.PainterModel = DefaultImageModel
	}
	if o.PainterModel != "" {
		o.Painter = NewPainter(cfg, o.PainterModel)
	}
	switch {
	case cfg.EmbeddingModel != "":
		o.Embedder, o.EmbedderWhy = NewEmbedder(cfg), "OPENAI_EMBEDDING_MODEL is set"
	case cfg.own():
		o.Embedder, o.EmbedderWhy = NewEmbedder(cfg), o.Why
	default:
		o.EmbedderWhy = "OPENAI_BASE_URL is not OpenAI's own and OPENAI_EMBEDDING_MODEL is not set"
	}
	return o
}
