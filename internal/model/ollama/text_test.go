package ollama_test

import (
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
	if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err == nil || !strings.Contains(err.Error(), "no model that writes text") {
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
