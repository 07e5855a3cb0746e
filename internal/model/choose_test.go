package model_test

import (
	"bytes"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/anthropic"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/ollama"
	"github.com/elizad/elizad/internal/model/openai"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/test/stubmodel"
)

// newRouter makes a router over all providers that looks for Ollama at local.
func newRouter(t testing.TB, cfg model.Config, embedded model.Embedded, local string) *model.Router {
	return model.New(t.Context(), cfg, embedded, openai.Provider(), anthropic.Provider(), ollama.Provider(local))
}

// embeddedParts stands for what a binary brings: any provider does.
func embeddedParts(t testing.TB) model.Embedded {
	_, url := modeltest.Serve(t)
	return model.Embedded{Text: ollama.NewText(ollama.Config{BaseURL: url, Model: "m"}), TextModel: "memory assistant",
		Embedder: openai.NewEmbedder(openai.Config{BaseURL: url + "/v1", EmbeddingModel: "use-lite"})}
}

func TestChoice(t *testing.T) {
	embedded := embeddedParts(t)
	_, found := modeltest.Serve(t)
	auto := func(local string) string {
		return "no model server is configured and an Ollama answers at " + local + "; OLLAMA_AUTODETECT=off turns this off"
	}
	nobody := httptest.NewServer(nil)
	nobody.Close()
	const custom = "http://127.0.0.1:9/v1"
	both := model.Config{OpenAIKey: "o", AnthropicKey: "a"}
	set := func(pairs ...any) *eliza.Character {
		c := &eliza.Character{Settings: map[string]any{}}
		for i := 0; i < len(pairs); i += 2 {
			c.Settings[pairs[i].(string)] = pairs[i+1]
		}
		return c
	}
	for _, c := range []struct {
		name      string
		cfg       model.Config
		character *eliza.Character
		local     string
		bare      bool // nothing is embedded
		text      string
		embedding string
	}{
		{name: "nothing", text: "embedded memory assistant: no model server is configured", embedding: "embedded use-lite: no provider of vectors is configured"},
		{name: "nothing, nothing embedded", bare: true, text: " : no model server is configured, and files are missing", embedding: " : no provider of vectors is configured, and files are missing"},
		{name: "a local server", local: found, text: "ollama stub-chat: " + auto(found),
			embedding: "embedded use-lite: OLLAMA_EMBEDDING_MODEL is not set"},
		{name: "a local server that is not wanted", cfg: model.Config{OllamaAutodetect: "off"}, local: found, text: "embedded memory assistant: no model server is configured", embedding: "embedded use-lite: no provider of vectors is configured"},
		{name: "a local server beside the embedded one that is asked for", cfg: model.Config{Provider: "embedded"}, local: found, text: "embedded memory assistant: MODEL_PROVIDER names it", embedding: "embedded use-lite: no provider of vectors is configured"},
		{name: "a local server that is asked for", cfg: model.Config{Provider: "ollama", OllamaAutodetect: "off"}, local: found, text: "ollama stub-chat: MODEL_PROVIDER names it"},
		{name: "a local server that is asked for beside others", cfg: model.Config{Provider: "ollama", OpenAIKey: "o"}, local: found, text: "ollama stub-chat: MODEL_PROVIDER names it", embedding: "openai text-embedding-3-small: OPENAI_API_KEY is set"},
		{name: "a local server and a model of it", cfg: model.Config{OllamaModel: "mine"}, local: found, text: "ollama mine: " + auto(found)},
		{name: "a dead local server", local: nobody.URL, text: "embedded memory assistant: no model server is configured", embedding: "embedded use-lite: no provider of vectors is configured"},
		{name: "OpenAI", cfg: both, local: found, text: "openai gpt-4.1-mini: OPENAI_API_KEY is set", embedding: "openai text-embedding-3-small: OPENAI_API_KEY is set"},
		{name: "compatible", cfg: model.Config{OpenAIBaseURL: custom}, text: "openai : OPENAI_BASE_URL is set",
			embedding: "embedded use-lite: OPENAI_BASE_URL is not OpenAI's own and OPENAI_EMBEDDING_MODEL is not set"},
		{name: "compatible with models", cfg: model.Config{OpenAIBaseURL: custom, OpenAIModel: " m ", OpenAIEmbeddingModel: "e"}, text: "openai m: OPENAI_BASE_URL is set",
			embedding: "openai e: OPENAI_EMBEDDING_MODEL is set"},
		{name: "old name of a model", cfg: model.Config{OpenAIKey: "o", OpenAILargeModel: "old"}, text: "openai old: OPENAI_API_KEY is set", embedding: "openai text-embedding-3-small: OPENAI_API_KEY is set"},
		{name: "OpenAI's own address without a key", cfg: model.Config{OpenAIBaseURL: openai.DefaultBaseURL}, text: "embedded memory assistant: no model server is configured",
			embedding: "embedded use-lite: no provider of vectors is configured"},
		{name: "Anthropic", cfg: model.Config{AnthropicKey: "a", OllamaURL: "http://127.0.0.1:9"}, text: "anthropic claude-haiku-4-5: ANTHROPIC_API_KEY is set",
			embedding: "embedded use-lite: OLLAMA_EMBEDDING_MODEL is not set"},
		{name: "Ollama", cfg: model.Config{OllamaEndpoint: "http://127.0.0.1:9/api", OllamaEmbeddingModel: "e"}, text: "ollama : OLLAMA_BASE_URL is set", embedding: "ollama e: OLLAMA_EMBEDDING_MODEL is set"},
		{name: "preferred by the environment", cfg: model.Config{OpenAIKey: "o", AnthropicKey: "a", Provider: "Anthropic"}, text: "anthropic claude-haiku-4-5: MODEL_PROVIDER names it",
			embedding: "openai text-embedding-3-small: OPENAI_API_KEY is set"},
		{name: "character names", cfg: both, character: &eliza.Character{ModelProvider: "anthropic"}, text: "anthropic claude-haiku-4-5: the character names it"},
		{name: "character names what is not there", cfg: both, character: &eliza.Character{ModelProvider: "groq"}, text: "openai gpt-4.1-mini: groq is asked for but not configured; OPENAI_API_KEY is set"},
		{name: "character names the embedded one", cfg: both, character: set("MODEL_PROVIDER", "offline"), text: "embedded memory assistant: the character names it"},
		{name: "character's model", cfg: both, character: set("model", "gpt-x"), text: "openai gpt-x: OPENAI_API_KEY is set"},
		{name: "character's model of a provider that is not there", cfg: both, character: set("model", "llama3", "MODEL_PROVIDER", "ollama"),
			text: "openai gpt-4.1-mini: ollama is asked for but not configured; OPENAI_API_KEY is set"},
		{name: "character's model of its provider", cfg: both, character: set("ANTHROPIC_MODEL", "claude-x", "MODEL_PROVIDER", "anthropic"), text: "anthropic claude-x: the character names it"},
		{name: "character's key", cfg: both, character: set("ANTHROPIC_API_KEY", "own"), text: "anthropic claude-haiku-4-5: the character sets ANTHROPIC_API_KEY"},
		{name: "the same key is no wish", cfg: both, character: set("ANTHROPIC_API_KEY", "a"), text: "openai gpt-4.1-mini: OPENAI_API_KEY is set"},
		{name: "character's secret", character: &eliza.Character{Secrets: map[string]any{"OPENAI_API_KEY": "own"}}, text: "openai gpt-4.1-mini: the character sets OPENAI_API_KEY"},
		{name: "character beside a local server", local: found, character: set("OPENAI_MODEL", "m"), text: "ollama stub-chat: " + auto(found)},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts := embedded
			if c.bare {
				parts = model.Embedded{Missing: "files are missing"}
			}
			r := newRouter(t, c.cfg, parts, c.local)
			text, choice := r.Text(c.character)
			if diff := cmp.Diff(c.text, line(choice)); diff != "" {
				t.Error(diff)
			}
			if text == nil {
				t.Error("no text")
			}
			explained := r.Explain()
			if c.character == nil && (explained[0] != choice || len(explained) != 4) {
				t.Errorf("explained as %+v", explained)
			}
			embedder, choice := r.Embedder()
			if diff := cmp.Diff(c.embedding, line(choice)); c.embedding != "" && diff != "" {
				t.Error(diff)
			}
			if (embedder == nil) != (choice.Provider == "") || embedder != nil && embedder.Model() != choice.Model {
				t.Errorf("embedder %v for %+v", embedder, choice)
			}
		})
	}
}

func line(c model.Choice) string { return c.Provider + " " + c.Model + ": " + c.Why }

func TestCharacterSettingsReachTheServer(t *testing.T) {
	first, firstURL := modeltest.Serve(t)
	second, secondURL := modeltest.Serve(t)
	r := newRouter(t, model.Config{OpenAIKey: "environment-key", OpenAIBaseURL: firstURL + "/v1", OpenAIModel: "m"}, model.Embedded{}, "")
	for _, c := range []struct {
		name, key, base string
		calls           int64 // of the second server
		want            string
	}{
		{"environment", "", "", 0, "environment-key"},
		{"own key", "own-key", "", 0, "own-key"},
		{"own address", "", secondURL + "/v1", 1, ""},
		{"own both", "own-key", secondURL + "/v1", 2, "own-key"},
	} {
		character := &eliza.Character{Name: "A", Settings: map[string]any{"OPENAI_BASE_URL": c.base}, Secrets: map[string]any{"OPENAI_API_KEY": c.key}}
		text, _ := r.Text(character)
		if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err != nil {
			t.Fatal(err)
		}
		last := first
		if c.base != "" {
			last = second
		}
		if second.Count() != c.calls || last.Last().Key != c.want {
			t.Errorf("%s: key %q, %d calls of the second server", c.name, last.Last().Key, second.Count())
		}
	}
}

func TestManyCharactersWithKeys(t *testing.T) {
	stub, url := modeltest.Serve(t)
	r := newRouter(t, model.Config{OpenAIBaseURL: url + "/v1", OpenAIModel: "m"}, model.Embedded{}, "")
	for i := range 600 {
		text, _ := r.Text(&eliza.Character{Secrets: map[string]any{"OPENAI_API_KEY": string(rune('a'+i%26)) + string(rune('a'+i/26))}})
		if i%100 == 0 {
			if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if stub.Count() != 6 {
		t.Errorf("%d calls", stub.Count())
	}
}

func BenchmarkRouterText(b *testing.B) {
	r := newRouter(b, model.Config{OpenAIKey: "k"}, model.Embedded{}, "")
	c := &eliza.Character{Name: "A", Settings: map[string]any{"model": "m", "secrets": map[string]any{"X": "y"}}, Secrets: map[string]any{"OPENAI_API_KEY": "own"}}
	b.ReportAllocs()
	for b.Loop() {
		r.Text(c)
	}
}

// TestACharactersServerIsGuarded has a character name an address that may not
// be called, beside the settings, which may name any.
func TestACharactersServerIsGuarded(t *testing.T) {
	for _, name := range []string{"OPENAI_BASE_URL", "OLLAMA_API_ENDPOINT", "ANTHROPIC_BASE_URL"} {
		stub, url := modeltest.Serve(t)
		guard := outbound.New(outbound.Options{})
		character := &eliza.Character{Name: "A", Settings: map[string]any{name: url, "MODEL_PROVIDER": strings.ToLower(name[:strings.IndexByte(name, '_')])}, Secrets: map[string]any{"ANTHROPIC_API_KEY": "k"}}
		text, _ := newRouter(t, model.Config{Guard: guard}, model.Embedded{}, "").Text(character)
		if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err == nil || !strings.Contains(err.Error(), "private network") {
			t.Errorf("%s: %v", name, err)
		}
		if stub.Count() != 0 {
			t.Errorf("%s: the server was called", name)
		}
	}
	_, url := modeltest.Serve(t)
	text, _ := newRouter(t, model.Config{OpenAIBaseURL: url + "/v1", OpenAIModel: "m", Guard: outbound.New(outbound.Options{})}, model.Embedded{}, "").Text(nil)
	if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err != nil {
		t.Errorf("the settings' own address: %v", err)
	}
}

func TestPicturesAreSeenAndMade(t *testing.T) {
	picture := model.Image{Type: "image/png", Data: stubmodel.Picture("x")}
	encoded := base64.StdEncoding.EncodeToString(picture.Data)
	for _, c := range []struct{ name, path string }{
		{"openai", "messages.1.content.1.image_url.url"}, {"anthropic", "messages.0.content.0.source.data"}, {"ollama", "messages.1.images.0"},
	} {
		stub, url := modeltest.Serve(t)
		cfg := map[string]model.Config{
			"openai":    {OpenAIBaseURL: url + "/v1", OpenAISightModel: "eye"},
			"anthropic": {AnthropicKey: "k", AnthropicBaseURL: url, AnthropicModel: "eye"},
			"ollama":    {OllamaURL: url, OllamaSightModel: "eye"},
		}[c.name]
		sight, choice := newRouter(t, cfg, model.Embedded{}, "").Sight(nil)
		if sight == nil || choice.Provider != c.name || choice.Model != "eye" {
			t.Fatalf("%s: %+v", c.name, choice)
		}
		answer, err := sight.Generate(t.Context(), model.Request{Purpose: model.ForDescription, System: "s", Turns: []model.Turn{{Role: model.RoleUser, Text: "what?", Images: []model.Image{picture}}}}, nil)
		if err != nil || answer.Text != "You said: what?" {
			t.Errorf("%s: %q %v", c.name, answer.Text, err)
		}
		call := stub.Last()
		if sent := strings.TrimPrefix(gjson.GetBytes(call.Body, c.path).String(), "data:image/png;base64,"); call.Model != "eye" || sent != encoded {
			t.Errorf("%s: model %s was shown %.60q", c.name, call.Model, sent)
		}
	}
	stub, url := modeltest.Serve(t)
	r := newRouter(t, model.Config{OpenAIBaseURL: url + "/v1"}, model.Embedded{}, "")
	if painter, choice := r.Painter(nil); painter != nil || choice.Why == "" {
		t.Errorf("a painter that nobody configured: %+v", choice)
	}
	painter, _ := r.Painter(&eliza.Character{Name: "A", Settings: map[string]any{"OPENAI_IMAGE_MODEL": "brush"}})
	stub.Script(stubmodel.Reply{Status: 503})
	made, err := painter.Paint(t.Context(), "a heron")
	if err != nil || made.Type != "image/png" || !bytes.Equal(made.Data, stubmodel.Picture("a heron")) {
		t.Errorf("made %s, %d bytes: %v", made.Type, len(made.Data), err)
	}
	stub.Script(stubmodel.Reply{CutAtOnce: true})
	if _, err := painter.Paint(t.Context(), "a heron"); err == nil {
		t.Error("a picture that may have been paid for was asked for again")
	}
	stub.Script(stubmodel.Reply{Raw: `{"data":[{"url":"http://example.com"}]}`, ContentType: "application/json", Times: 9})
	if _, err := painter.Paint(t.Context(), "a heron"); err == nil {
		t.Error("an answer without a picture is taken for one")
	}
}
