package model_test

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/test/stubmodel"
)

// TestWhatGoesToAModelIsBounded asks with far more than any model reads.
func TestWhatGoesToAModelIsBounded(t *testing.T) {
	long := strings.Repeat("lorem ipsum dolor ", 1_000_000) // 18 MB, 4 million tokens
	set := func(name, value string) *eliza.Character {
		return &eliza.Character{Name: "A", Settings: map[string]any{name: value}}
	}
	for _, c := range []struct {
		name      string
		model     string
		cfg       model.Config
		character *eliza.Character
		tokens    int // of the model
	}{
		{"unknown", "stub", model.Config{}, nil, 32_768},
		{"known", "gpt-4", model.Config{}, nil, 8192},
		{"known and large", "claude-haiku-4-5", model.Config{}, nil, 200_000},
		{"the character's model", "stub", model.Config{}, set("model", "llama-2-7b"), 4096},
		{"a setting", "gpt-4", model.Config{ContextTokens: 16_000}, nil, 16_000},
		{"the character's setting", "gpt-4", model.Config{ContextTokens: 16_000}, set("MODEL_CONTEXT_TOKENS", "4000"), 4000},
		{"a setting that says nothing", "gpt-4", model.Config{}, set("MODEL_CONTEXT_TOKENS", "much"), 8192},
		{"a setting that is too small", "gpt-4", model.Config{}, set("MODEL_CONTEXT_TOKENS", "1"), model.LeastContext},
	} {
		stub, url := modeltest.Serve(t)
		c.cfg.OpenAIBaseURL, c.cfg.OpenAIModel = url+"/v1", c.model
		text, _ := newRouter(t, c.cfg, model.Embedded{}, "").Text(c.character)
		answer, err := text.Generate(t.Context(), question(long), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		// A word of lorem ipsum is about six bytes and one token.
		if sent := len(stub.Last().Body); sent > 7*c.tokens || sent < 2*c.tokens {
			t.Errorf("%s: %d bytes were sent to a model of %d tokens", c.name, sent, c.tokens)
		}
		if said := strings.Join(answer.Omitted, " "); !strings.Contains(said, "characters of the newest message were left out") {
			t.Errorf("%s: said is %q", c.name, said)
		}
		answer, err = text.Generate(t.Context(), question("hi"), nil)
		if err != nil || len(answer.Omitted) > 0 {
			t.Errorf("%s: %+v, %v", c.name, answer, err)
		}
	}
}

func TestAModelThatCountsOtherwiseIsGivenAsMuchAsItReads(t *testing.T) {
	for _, counts := range []float64{0.7, 1, 2} {
		server := &picky{counts: counts}
		_, text := newPicky(t, server, model.Config{ContextTokens: 8000})
		long := strings.Repeat("four letters in some words of one kind ", 3000)
		for range 12 {
			if _, err := text.Generate(t.Context(), question(long), nil); err != nil {
				t.Fatal(err)
			}
		}
		counted := float64(bytesOf(server.last())) / 4 * counts
		if counted > 6000 || counted < 4500 {
			t.Errorf("a model that counts %.1f tokens for one is sent %.0f of 6000", counts, counted)
		}
	}
}

func TestOllamaIsAskedForTheContextThatIsCountedOn(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  model.Config
		want string
	}{
		"as it is":         {model.Config{OllamaModel: "llama3.1:8b"}, `"num_ctx":8192`},
		"a smaller model":  {model.Config{OllamaModel: "tinyllama"}, `"num_ctx":2048`},
		"an unknown model": {model.Config{}, `"num_ctx":8192`},
		"a setting":        {model.Config{OllamaModel: "llama3.1:8b", ContextTokens: 24_000}, `"num_ctx":24000`},
	} {
		stub, url := modeltest.Serve(t)
		c.cfg.OllamaURL = url
		text, _ := newRouter(t, c.cfg, model.Embedded{}, "").Text(nil)
		if _, err := text.Generate(t.Context(), question("hi"), nil); err != nil || !strings.Contains(string(stub.Last().Body), c.want) {
			t.Errorf("%s: %v, sent %s", name, err, stub.Last().Body)
		}
	}
}

func TestTheModelThatAnswersHasAName(t *testing.T) {
	stub, url := modeltest.Serve(t)
	var seen []model.Choice
	r := newRouter(t, model.Config{OpenAIBaseURL: url + "/v1", Attempts: 1}, model.Embedded{}, "")
	r.Measure(meter(func(by model.Choice) { seen = append(seen, by) }))
	text, _ := r.Text(nil)
	answer, err := text.Generate(t.Context(), question("hi"), nil)
	if err != nil || answer.Model != "stub-chat" || len(seen) != 1 || seen[0].Model != "stub-chat" {
		t.Errorf("%+v, %v, the meter saw %+v", answer, err, seen)
	}
	stub.Script(stubmodel.Reply{Status: 500})
	if answer, err = text.Generate(t.Context(), question("hi"), nil); err == nil || answer.Model != "stub-chat" {
		t.Errorf("of a call that failed: %+v, %v", answer, err)
	}
}
