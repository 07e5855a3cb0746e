package anthropic

import (
	"net/http"
	"time"

	"github.com/elizad/elizad/internal/model"
)

// What is used when nothing else is configured. Claude wants a bound for each
// answer.
const (
	DefaultBaseURL   = "https://api.anthropic.com"
	DefaultModel     = "claude-haiku-4-5"
	DefaultMaxTokens = 4096
)

// Config says where the server is and which of its models to use.
type Config struct {
	Key     string
	BaseURL string        // without /v1; empty for Anthropic's own
	Model   string        // empty for DefaultModel
	Stall   time.Duration // longest silence of the server; 0 for no limit
	Client  *http.Client  // nil for the one that all providers share
}

// Name is the provider's name.
const Name = "anthropic"

// Provider offers Anthropic when the configuration has a key.
func Provider() model.Provider {
	return model.Provider{Name: Name, Offer: offer}
}

func offer(mc model.Config) model.Offer {
	if mc.AnthropicKey == "" {
		return model.Offer{}
	}
	cfg := Config{Key: mc.AnthropicKey, BaseURL: mc.AnthropicBaseURL, Model: mc.AnthropicModel, Stall: mc.StallTimeout}
	cfg.Client = mc.Client()
	o := model.Offer{Text: NewText(cfg), TextModel: cfg.Model, Why: "ANTHROPIC_API_KEY is set"}
	if o.TextModel == "" {
		o.TextModel = DefaultModel
	}
	o.Sight, o.SightModel = o.Text, o.TextModel
	return o
}
