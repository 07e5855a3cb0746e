package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/anthropic"
	"github.com/elizad/elizad/internal/model/ollama"
	"github.com/elizad/elizad/internal/model/openai"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/speech/engines"
)

// reachTime bounds how long the doctor waits for a model server.
const reachTime = 3 * time.Second

// Models tells who would serve each capability with these settings.
func Models(ctx context.Context, cfg config.Config) []model.Choice {
	speech, _ := engines.New(cfg.Speech, cfg.Model, cfg.DataDir)
	return append(providers.New(ctx, cfg.Model, embedded()).Explain(), speech.Explain()...)
}

func checkModels(ctx context.Context, cfg *config.Config) []Finding {
	brought := embedded()
	router := providers.New(ctx, cfg.Model, brought)
	var findings []Finding
	for _, c := range router.Explain() {
		findings = append(findings, checkChoice(ctx, cfg, c))
	}
	if brought.Missing != "" {
		findings = append(findings, Finding{"embedded models", Warning, brought.Missing, "run `make models` and build again to have them"})
	}
	speech, _ := engines.New(cfg.Speech, cfg.Model, cfg.DataDir)
	for _, c := range speech.Explain() {
		findings = append(findings, checkSpeech(c))
	}
	return findings
}

// checkSpeech tells who speaks or hears. Asking them would cost money or time.
func checkSpeech(c model.Choice) Finding {
	f := Finding{Subject: string(c.Capability), State: Fine, Says: strings.Join(strings.Fields(c.Provider+" "+c.Model), " ") + " (" + c.Why + ")"}
	if c.Provider == "" {
		f.State, f.Says = Warning, c.Why
		f.Do = "run `make models` and build again, install espeak-ng, or set OPENAI_API_KEY, OPENAI_TTS_BASE_URL or ELEVENLABS_API_KEY"
		if c.Capability == model.CanHear {
			f.Do = "install pocketsphinx and pocketsphinx-en-us, or set OPENAI_API_KEY or OPENAI_TRANSCRIPTION_BASE_URL"
		}
	}
	return f
}

func checkChoice(ctx context.Context, cfg *config.Config, c model.Choice) Finding {
	f := Finding{Subject: string(c.Capability), State: Fine}
	f.Says = strings.Join(strings.Fields(c.Provider+" "+c.Model), " ") + " (" + c.Why + ")"
	switch c.Provider {
	case "":
		f.State, f.Says, f.Do = Failure, "nobody serves it: "+c.Why, "set OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_BASE_URL, or run `make models` and build again"
		if c.Capability != model.CanText {
			f.State = Warning // recall goes by words then
		}
		return f
	case model.EmbeddedName:
		return f
	}
	if err := reach(ctx, cfg, c.Provider); err != nil {
		f.State, f.Says = Failure, f.Says+": "+err.Error()
		f.Do = "start the model server, or correct its address and key in the settings"
	} else {
		f.Says += ", it answers"
	}
	return f
}

// reach asks a model server for something that costs nothing.
func reach(ctx context.Context, cfg *config.Config, provider string) error {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	address, header, value := question(cfg, provider)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("%s is no address", address)
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("it does not answer within %s: %w", reachTime, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		return fmt.Errorf("it refuses the key (%s)", resp.Status)
	}
	return nil
}

// question is the address of a provider's list of models, and the header
// that brings the key.
func question(cfg *config.Config, provider string) (address, header, value string) {
	either := func(base, otherwise string) string {
		if base == "" {
			base = otherwise
		}
		return strings.TrimRight(base, "/")
	}
	m := &cfg.Model
	switch provider {
	case anthropic.Name:
		return either(m.AnthropicBaseURL, anthropic.DefaultBaseURL) + "/v1/models", "X-Api-Key", m.AnthropicKey
	case ollama.Name:
		return strings.TrimSuffix(either(m.OllamaURL, ollama.DefaultBaseURL), "/api") + "/api/tags", "", ""
	}
	if m.OpenAIKey != "" {
		value = "Bearer " + m.OpenAIKey
	}
	return either(m.OpenAIBaseURL, openai.DefaultBaseURL) + "/models", "Authorization", value
}
