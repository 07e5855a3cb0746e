package anthropic_test

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/anthropic"
	"github.com/elizad/elizad/internal/model/modeltest"
)

func TestText(t *testing.T) {
	modeltest.Peer(t, func(url, key string, stall time.Duration) model.Text {
		return anthropic.NewText(anthropic.Config{BaseURL: url + "/v1", Key: key, Model: "claude-x", Stall: stall})
	})
}

func TestEnvironmentIsNotRead(t *testing.T) {
	stub, url := modeltest.Serve(t)
	t.Setenv("ANTHROPIC_API_KEY", "key-of-the-environment")
	t.Setenv("ANTHROPIC_AUTH_TOKEN", "token-of-the-environment")
	t.Setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
	text := anthropic.NewText(anthropic.Config{BaseURL: url, Key: modeltest.Key})
	answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
	if err != nil || answer.Model != anthropic.DefaultModel {
		t.Fatalf("%+v, %v", answer, err)
	}
	if got := stub.Last().Key; got != modeltest.Key {
		t.Errorf("the server was sent key %q", got)
	}
}

func TestConversationThatClaudeAccepts(t *testing.T) {
	stub, url := modeltest.Serve(t)
	req := modeltest.Ask("")
	req.Turns = []model.Turn{
		{Role: model.RoleAssistant, Text: "welcome"}, {Role: model.RoleUser, Text: ""},
		{Role: model.RoleAssistant, ToolCalls: []model.ToolCall{{ID: "a", Name: "f", Arguments: []byte(`{"x":1}`)}, {ID: "b", Name: "g", Arguments: []byte(`{}`)}}},
		{Role: model.RoleTool, ToolCallID: "a", Text: ""}, {Role: model.RoleTool, ToolCallID: "b", Text: "2"}, {Role: model.RoleUser, Text: "and?"},
	}
	req.Tools = []model.Tool{{Name: "f"}, {Name: "g"}}
	if _, err := anthropic.NewText(anthropic.Config{BaseURL: url, Key: "k"}).Generate(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	sent := string(stub.Last().Body)
	if strings.Contains(sent, `"text":""`) || strings.Count(sent, `"role":"user"`) != 3 || strings.Index(sent, `"user"`) > strings.Index(sent, `"assistant"`) {
		t.Errorf("empty texts, split results or a wrong beginning: %s", sent)
	}
}

func TestToolResultsAreToldWhereNoToolsAreOffered(t *testing.T) {
	stub, url := modeltest.Serve(t)
	req := modeltest.Ask("when is high tide?")
	req.Turns = append(req.Turns, model.Turn{Role: model.RoleAssistant, Text: "Let me look.", ToolCalls: []model.ToolCall{{ID: "a", Name: "tide", Arguments: []byte(`{"place":"pier"}`)}}},
		model.Turn{Role: model.RoleTool, ToolCallID: "a", Text: "14:07"})
	if _, err := anthropic.NewText(anthropic.Config{BaseURL: url, Key: "k"}).Generate(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	sent := string(stub.Last().Body)
	if strings.Contains(sent, "tool_use") || strings.Contains(sent, "tool_result") || !strings.Contains(sent, "The result of tide: 14:07") || !strings.Contains(sent, "tide was called with") {
		t.Error(sent)
	}
}
