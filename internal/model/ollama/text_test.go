package ollama_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/ollama"
)

func TestText(t *testing.T) {
	modeltest.Peer(t, func(url, _ string, stall time.Duration) model.Text {
		return ollama.NewText(ollama.Config{BaseURL: url + "/api/", Model: "llama-x", Stall: stall})
	})
}

func TestModelIsPicked(t *testing.T) {
	stub, url := modeltest.Serve(t)
	text := ollama.NewText(ollama.Config{BaseURL: url})
	stub.Models = []string{"all-minilm"}
	if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err == nil || !strings.Contains(err.Error(), "no model that can chat") {
		t.Errorf("with embedders only: %v", err)
	}
	stub.Models = []string{"all-minilm", "llama3:8b", "other"}
	answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
	if err != nil || answer.Model != "llama3:8b" {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestToolResultNamesItsTool(t *testing.T) {
	stub, url := modeltest.Serve(t)
	req := modeltest.Ask("hi")
	req.Turns = append(req.Turns, model.Turn{Role: model.RoleAssistant, ToolCalls: []model.ToolCall{{ID: "x", Name: "clock", Arguments: []byte(`{}`)}}},
		model.Turn{Role: model.RoleTool, ToolCallID: "x", Text: "noon"})
	if _, err := ollama.NewText(ollama.Config{BaseURL: url, Model: "m"}).Generate(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	if sent := string(stub.Last().Body); !strings.Contains(sent, `"tool_name":"clock"`) {
		t.Error(sent)
	}
}

// TestOnlyAModelThatCanChatIsPicked lists models as Ollama does, the better ones
// last.
func TestOnlyAModelThatCanChatIsPicked(t *testing.T) {
	type listed struct{ name, family, remote, can, template string }
	const chat = "{{ .System }}{{ .Prompt }}{{ .Response }}"
	unfit := []listed{
		{"nomic-embed-text:latest", "nomic-bert", "", `["embedding"]`, ""},
		{"my-vectors", "bert", "", `["embedding"]`, ""},
		{"vectors-of-mine", "qwen3", "", `["embedding"]`, chat},
		{"llama3:8b-text", "llama", "", `["completion"]`, chat},
		{"mistral-base", "llama", "", `["completion"]`, chat},
		{"continues", "llama", "", `["completion"]`, "{{ .Prompt }}"},
		{"moondream", "phi2", "", `["completion","vision"]`, chat},
		{"llava:7b", "llama", "", `["completion","vision"]`, chat},
		{"llama-guard3", "llama", "", `["completion"]`, chat},
		{"gpt-oss:120b-cloud", "gptoss", "https://ollama.com:443", `["completion","tools"]`, chat},
		{"draws", "flux", "", `["image"]`, chat},
	}
	for name, c := range map[string]struct {
		models []listed
		older  bool // the server does not say what models can
		want   string
	}{
		"none":                   {nil, false, ""},
		"none that can chat":     {unfit, false, ""},
		"one that can chat":      {append(unfit[:len(unfit):len(unfit)], listed{"gemma3:4b", "gemma3", "", `["completion","vision"]`, chat}), false, "gemma3:4b"},
		"one that takes tools":   {append(unfit[:len(unfit):len(unfit)], listed{"gemma2", "gemma2", "", `["completion"]`, chat}, listed{"qwen3:4b", "qwen3", "", `["completion","tools"]`, chat}), false, "qwen3:4b"},
		"an older server":        {[]listed{unfit[0], unfit[3], {"gemma2", "gemma2", "", "", ""}, {"qwen3:4b", "qwen3", "", "", ""}}, true, "gemma2"},
		"an older one with none": {unfit[:2], true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/api/tags":
					var all []string
					for _, m := range c.models {
						all = append(all, fmt.Sprintf(`{"name":%q,"remote_host":%q,"details":{"family":%q,"families":[%q]}}`, m.name, m.remote, m.family, m.family))
					}
					fmt.Fprintf(w, `{"models":[%s]}`, strings.Join(all, ","))
				case "/api/show":
					body, _ := io.ReadAll(r.Body)
					for _, m := range c.models {
						if strings.Contains(string(body), fmt.Sprintf("%q", m.name)) && !c.older {
							fmt.Fprintf(w, `{"capabilities":%s,"template":%q}`, m.can, m.template)
							return
						}
					}
					http.NotFound(w, r)
				}
			}))
			defer server.Close()
			own, why, found := ollama.Provider(server.URL).Find(t.Context())
			if found != (c.want != "") || own.OllamaModel != c.want {
				t.Errorf("found %q (%v), want %q", own.OllamaModel, found, c.want)
			}
			if !strings.Contains(why, server.URL) || !strings.Contains(why, "OLLAMA_AUTODETECT=off") {
				t.Errorf("the reason is %q", why)
			}
			name, err := ollama.NewText(ollama.Config{BaseURL: server.URL}).ModelName(t.Context())
			if name != c.want || (err != nil) != (c.want == "") {
				t.Errorf("without a search %q is used: %v", name, err)
			}
		})
	}
}
