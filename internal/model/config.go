package model

import (
	"net/http"
	"strings"
	"time"
)

// Defaults of [Config].
const (
	DefaultCallTimeout  = 4 * time.Minute
	DefaultStallTimeout = 90 * time.Second
	DefaultAttempts     = 4
)

// Config says which providers there are. A character's settings and secrets
// of the same names replace the texts for that character alone. The tags are
// the settings' only declaration: the command line, the environment and the
// document of them read it.
type Config struct {
	Provider string `name:"model-provider" env:"MODEL_PROVIDER" help:"Provider of text that is preferred when several are configured: openai, anthropic, ollama or embedded." placeholder:"NAME"`

	OpenAIKey            string `name:"openai-api-key" env:"OPENAI_API_KEY" secret:"" help:"Key of OpenAI, or of the compatible server at OPENAI_BASE_URL."`
	OpenAIBaseURL        string `name:"openai-base-url" env:"OPENAI_BASE_URL" help:"Address of an OpenAI-compatible server, with its /v1; it may work without a key." placeholder:"https://api.openai.com/v1"`
	OpenAIModel          string `name:"openai-model" env:"OPENAI_MODEL,OPENAI_LARGE_MODEL" help:"Model for text. Without it gpt-4.1-mini, or the first one that a compatible server lists." placeholder:"NAME"`
	OpenAILargeModel     string `kong:"-"` // the older name, which characters may still use
	OpenAIEmbeddingModel string `name:"openai-embedding-model" env:"OPENAI_EMBEDDING_MODEL" help:"Model for vectors. Without it text-embedding-3-small at OpenAI itself; a compatible server makes vectors only when this is set." placeholder:"NAME"`

	OpenAIImageModel string `name:"openai-image-model" env:"OPENAI_IMAGE_MODEL" help:"Model for pictures that an agent makes. Without it gpt-image-1 at OpenAI itself; a compatible server makes pictures only when this is set." placeholder:"NAME"`
	OpenAISightModel string `name:"openai-image-description-model" env:"OPENAI_IMAGE_DESCRIPTION_MODEL" help:"Model that describes pictures which come with a message. Without it the model for text at OpenAI itself; a compatible server describes pictures only when this is set." placeholder:"NAME"`

	AnthropicKey        string `name:"anthropic-api-key" env:"ANTHROPIC_API_KEY" secret:"" help:"Key of Anthropic."`
	AnthropicBaseURL    string `name:"anthropic-base-url" env:"ANTHROPIC_BASE_URL" help:"Address of Anthropic's API, without /v1." placeholder:"https://api.anthropic.com"`
	AnthropicModel      string `name:"anthropic-model" env:"ANTHROPIC_MODEL,ANTHROPIC_LARGE_MODEL" help:"Model for text. Without it claude-haiku-4-5." placeholder:"NAME"`
	AnthropicLargeModel string `kong:"-"` // the older name, which characters may still use

	OllamaURL            string `name:"ollama-base-url" env:"OLLAMA_BASE_URL,OLLAMA_API_ENDPOINT" help:"Address of an Ollama server. When no model server is configured at all, one on this machine is used if it answers, see OLLAMA_AUTODETECT." placeholder:"http://127.0.0.1:11434"`
	OllamaEndpoint       string `kong:"-"` // the older name, which characters may still use; may end in /api
	OllamaModel          string `name:"ollama-model" env:"OLLAMA_MODEL,OLLAMA_LARGE_MODEL" help:"Model for text. Without it the first one that the server lists of those that take tools, or else of those that can chat." placeholder:"NAME"`
	OllamaLargeModel     string `kong:"-"` // the older name, which characters may still use
	OllamaAutodetect     string `name:"ollama-autodetect" env:"OLLAMA_AUTODETECT" default:"on" enum:"on,off" help:"Whether an Ollama at its usual address on this machine is used when no model server is configured. The start lines and elizad models say when it is, and with which model. MODEL_PROVIDER=ollama uses it in any case."`
	OllamaEmbeddingModel string `name:"ollama-embedding-model" env:"OLLAMA_EMBEDDING_MODEL" help:"Model for vectors. Ollama makes vectors only when this is set." placeholder:"NAME"`
	OllamaSightModel     string `name:"ollama-image-description-model" env:"OLLAMA_IMAGE_DESCRIPTION_MODEL" help:"Model that describes pictures which come with a message. Ollama describes them only when this is set." placeholder:"NAME"`

	// Guard calls the addresses that characters name, nil for the client of
	// all others. Foreign says that this configuration has such an address.
	Guard   *http.Client `kong:"-"`
	Foreign bool         `kong:"-"`
	// Fetch reads what model servers say lies elsewhere, such as pictures;
	// without one nothing is read there.
	Fetch *http.Client `kong:"-"`

	CallTimeout   time.Duration `name:"model-call-timeout" env:"MODEL_CALL_TIMEOUT" default:"4m" help:"Longest time for one call, its retries included."`
	StallTimeout  time.Duration `name:"model-stall-timeout" env:"MODEL_STALL_TIMEOUT" default:"90s" help:"Longest silence of a provider, before its answer or in the middle of it."`
	ContextTokens int           `name:"model-context-tokens" env:"MODEL_CONTEXT_TOKENS" help:"How many tokens the model for text reads and writes in one call. Without it known models' own context, 8192 for Ollama, and 32768 for models that nobody knows; a server that says it reads less is believed. A longer request is shortened. A character's setting of this name counts for its agent." placeholder:"NUMBER"`
	Attempts      int           `name:"model-attempts" env:"MODEL_ATTEMPTS" default:"4" help:"How often one call is tried in all."`
}

// setting is a text of Config under its name in the environment.
type setting struct {
	key   string
	field func(*Config) *string
}

// settings are the texts that a character may replace, older names after the
// newer ones.
var settings = []setting{
	{"OPENAI_API_KEY", func(c *Config) *string { return &c.OpenAIKey }},
	{"OPENAI_BASE_URL", func(c *Config) *string { return &c.OpenAIBaseURL }},
	{"OPENAI_MODEL", func(c *Config) *string { return &c.OpenAIModel }},
	{"OPENAI_LARGE_MODEL", func(c *Config) *string { return &c.OpenAILargeModel }},
	{"OPENAI_IMAGE_MODEL", func(c *Config) *string { return &c.OpenAIImageModel }},
	{"OPENAI_IMAGE_DESCRIPTION_MODEL", func(c *Config) *string { return &c.OpenAISightModel }},
	{"ANTHROPIC_API_KEY", func(c *Config) *string { return &c.AnthropicKey }},
	{"ANTHROPIC_BASE_URL", func(c *Config) *string { return &c.AnthropicBaseURL }},
	{"ANTHROPIC_MODEL", func(c *Config) *string { return &c.AnthropicModel }},
	{"ANTHROPIC_LARGE_MODEL", func(c *Config) *string { return &c.AnthropicLargeModel }},
	{"OLLAMA_BASE_URL", func(c *Config) *string { return &c.OllamaURL }},
	{"OLLAMA_API_ENDPOINT", func(c *Config) *string { return &c.OllamaEndpoint }},
	{"OLLAMA_MODEL", func(c *Config) *string { return &c.OllamaModel }},
	{"OLLAMA_LARGE_MODEL", func(c *Config) *string { return &c.OllamaLargeModel }},
	{"OLLAMA_IMAGE_DESCRIPTION_MODEL", func(c *Config) *string { return &c.OllamaSightModel }},
}

// normal returns c without older names, blanks and zero limits.
func (c Config) normal() Config {
	for _, s := range settings {
		p := s.field(&c)
		*p = strings.TrimSpace(*p)
	}
	c.OpenAIEmbeddingModel = strings.TrimSpace(c.OpenAIEmbeddingModel)
	c.OllamaEmbeddingModel = strings.TrimSpace(c.OllamaEmbeddingModel)
	newer := func(value, old *string) {
		if *value == "" {
			*value = *old
		}
		*old = ""
	}
	newer(&c.OpenAIModel, &c.OpenAILargeModel)
	newer(&c.AnthropicModel, &c.AnthropicLargeModel)
	newer(&c.OllamaModel, &c.OllamaLargeModel)
	newer(&c.OllamaURL, &c.OllamaEndpoint)
	c.Provider = strings.ToLower(strings.TrimSpace(c.Provider))
	if c.CallTimeout <= 0 {
		c.CallTimeout = DefaultCallTimeout
	}
	if c.StallTimeout <= 0 {
		c.StallTimeout = DefaultStallTimeout
	}
	if c.Attempts <= 0 {
		c.Attempts = DefaultAttempts
	}
	return c
}

// server is the server of a provider under this configuration.
func (c *Config) server(provider string) server {
	switch provider {
	case "openai":
		return server{provider, c.OpenAIBaseURL, c.OpenAIKey}
	case "anthropic":
		return server{provider, c.AnthropicBaseURL, c.AnthropicKey}
	case "ollama":
		return server{provider, c.OllamaURL, ""}
	}
	return server{provider: provider}
}

// Client is what calls the servers of this configuration: nil for the one
// that all providers share.
func (c Config) Client() *http.Client {
	if c.Foreign {
		return c.Guard
	}
	return nil
}

// with returns c, which is normal, with what get knows in its place, and the
// name of the first own setting that says where to call or with which key.
// A server that get names never receives the key that c holds.
func (c Config) with(get func(key string) string) (own Config, reach string) {
	var mine Config
	found := false
	for _, s := range settings {
		if v := get(s.key); v != "" {
			*s.field(&mine), found = v, true
		}
	}
	if !found {
		return c, ""
	}
	mine = mine.normal()
	own = c
	if mine.OpenAIBaseURL != "" && mine.OpenAIBaseURL != c.OpenAIBaseURL {
		own.OpenAIKey = ""
	}
	if mine.AnthropicBaseURL != "" && mine.AnthropicBaseURL != c.AnthropicBaseURL {
		own.AnthropicKey = ""
	}
	for _, a := range [][2]string{{mine.OpenAIBaseURL, c.OpenAIBaseURL}, {mine.AnthropicBaseURL, c.AnthropicBaseURL}, {mine.OllamaURL, c.OllamaURL}} {
		own.Foreign = own.Foreign || a[0] != "" && a[0] != a[1]
	}
	for _, s := range settings {
		v := *s.field(&mine)
		if v == "" {
			continue
		}
		if p := s.field(&own); *p != v {
			*p = v
			if reach == "" && !strings.HasSuffix(s.key, "MODEL") {
				reach = s.key
			}
		}
	}
	return own, reach
}
