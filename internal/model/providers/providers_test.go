package providers_test

import (
	"testing"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/providers"
)

func TestEveryProviderIsThere(t *testing.T) {
	_, url := modeltest.Serve(t)
	for provider, cfg := range map[string]model.Config{
		"openai":    {OpenAIBaseURL: url + "/v1"},
		"anthropic": {AnthropicBaseURL: url, AnthropicKey: "k"},
		"ollama":    {OllamaURL: url},
	} {
		text, choice := providers.New(t.Context(), cfg, model.Embedded{}).Text(nil)
		answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
		if choice.Provider != provider || err != nil || answer.Text != "You said: hi" {
			t.Errorf("%s: %+v, %+v, %v", provider, choice, answer, err)
		}
	}
}
