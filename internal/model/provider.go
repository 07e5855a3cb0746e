package model

import "context"

// Provider is a kind of model server: OpenAI, Anthropic, Ollama.
type Provider struct {
	Name string
	// Offer tells what it serves under a configuration, without contacting
	// anybody; the zero Offer when nothing of it is configured.
	Offer func(Config) Offer
	// Find looks for a server on this machine that nobody configured, and
	// returns the configuration that would use it, and one clause that says why
	// it is used and how to turn that off; nil for providers that are not
	// looked for.
	Find func(context.Context) (own Config, why string, found bool)
}

// Offer is what a provider serves under one configuration.
type Offer struct {
	Text      Text // nil when it serves none
	TextModel string
	Why       string // the setting that configured it: "OPENAI_API_KEY is set"
	// Context is how many tokens of context each call asks its server for,
	// unless the settings say more or the model reads less; 0 for a server that
	// cannot be asked.
	Context int

	Embedder    Embedder // nil when it serves none
	EmbedderWhy string   // why it does, or why not although Text is served

	Sight      Text // writes about images; nil when none does
	SightModel string

	Painter      Painter // nil when it makes no pictures
	PainterModel string
}

// Embedded is what the binary itself brings. Any part may be missing.
type Embedded struct {
	Text      Text
	TextModel string // how a Choice names it
	Embedder  Embedder
	Missing   string // one clause that says why a part is missing; empty when none is
}

// EmbeddedName is the provider's name in a Choice of something embedded.
const EmbeddedName = "embedded"

// Choice says who serves a capability, and why.
type Choice struct {
	Capability Capability `json:"capability"`
	Provider   string     `json:"provider"`        // "openai", "anthropic", "ollama" or "embedded"; "" when nobody serves it
	Model      string     `json:"model,omitempty"` // "" when the server's list is asked at the first call
	Why        string     `json:"reason"`          // one clause
}

// Name names the model for people: openai/gpt-4.1-mini.
func (c Choice) Name() string {
	if c.Model == "" {
		return "the default model of " + c.Provider
	}
	return c.Provider + "/" + c.Model
}
