package model

import (
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
// of the same names replace the texts for that character alone.
type Config struct {
	// The preferred provider of text, when several are configured: openai, anthropic, ollama or embedded.
	Provider string `env:"MODEL_PROVIDER"`

	// Key of OpenAI, or of the compatible server at OPENAI_BASE_URL.
	OpenAIKey string `env:"OPENAI_API_KEY"`
	// Base URL of an OpenAI-compatible server, with its /v1; it may work without a key. Default https://api.openai.com/v1.
	OpenAIBaseURL string `env:"OPENAI_BASE_URL"`
	// Model for text. Default gpt-4.1-mini, or the first one that a compatible server lists.
	OpenAIModel string `env:"OPENAI_MODEL"`
	// Older name of OPENAI_MODEL.
	OpenAILargeModel string `env:"OPENAI_LARGE_MODEL"`
	// Model for vectors. Default text-embedding-3-small at OpenAI itself; a compatible server makes vectors only when this is set.
	OpenAIEmbeddingModel string `env:"OPENAI_EMBEDDING_MODEL"`

	// Key of Anthropic.
	AnthropicKey string `env:"ANTHROPIC_API_KEY"`
	// Base URL of Anthropic's API, without /v1. Default https://api.anthropic.com.
	AnthropicBaseURL string `env:"ANTHROPIC_BASE_URL"`
	// Model for text. Default claude-haiku-4-5.
	AnthropicModel string `env:"ANTHROPIC_MODEL"`
	// Older name of ANTHROPIC_MODEL.
	AnthropicLargeModel string `env:"ANTHROPIC_LARGE_MODEL"`

	// URL of an Ollama server. When nothing at all is configured, one on this machine is used if it answers.
	OllamaURL string `env:"OLLAMA_BASE_URL"`
	// Older name of OLLAMA_BASE_URL; may end in /api.
	OllamaEndpoint string `env:"OLLAMA_API_ENDPOINT"`
	// Model for text. Default: the first that the server lists and that writes text.
	OllamaModel string `env:"OLLAMA_MODEL"`
	// Older name of OLLAMA_MODEL.
	OllamaLargeModel string `env:"OLLAMA_LARGE_MODEL"`
	// Model for vectors. Ollama makes vectors only when this is set.
	OllamaEmbeddingModel string `env:"OLLAMA_EMBEDDING_MODEL"`

	// Longest time for one call, its retries included.
	CallTimeout time.Duration `env:"MODEL_CALL_TIMEOUT" envDefault:"4m"`
	// Longest silence of a provider, before its answer or in the middle of it.
	StallTimeout time.Duration `env:"MODEL_STALL_TIMEOUT" envDefault:"90s"`
	// How often one call is tried in all.
	Attempts int `env:"MODEL_ATTEMPTS" envDefault:"4"`
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
	{"ANTHROPIC_API_KEY", func(c *Config) *string { return &c.AnthropicKey }},
	{"ANTHROPIC_BASE_URL", func(c *Config) *string { return &c.AnthropicBaseURL }},
	{"ANTHROPIC_MODEL", func(c *Config) *string { return &c.AnthropicModel }},
	{"ANTHROPIC_LARGE_MODEL", func(c *Config) *string { return &c.AnthropicLargeModel }},
	{"OLLAMA_BASE_URL", func(c *Config) *string { return &c.OllamaURL }},
	{"OLLAMA_API_ENDPOINT", func(c *Config) *string { return &c.OllamaEndpoint }},
	{"OLLAMA_MODEL", func(c *Config) *string { return &c.OllamaModel }},
	{"OLLAMA_LARGE_MODEL", func(c *Config) *string { return &c.OllamaLargeModel }},
}

// normal returns c without older names, blanks and zero limits.
func (c Config) normal() Config {
	for _, s := range settings {
		p := s.field(&c)
		*p = strings.TrimSpace(*p)
	}
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
