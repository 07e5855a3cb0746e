package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/model"
)

const everything = NoStreamOptions | OtherTokenLimit | NoTemperature | NoSystemRole | AlternatingRoles | NoStreaming

func refuse(status int, message string) error {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"message": message}})
	return Peer{Provider: "p"}.Refused(&http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(body))})
}

func TestWhatServersRefuse(t *testing.T) {
	for message, want := range map[string]Concession{
		"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.":                       OtherTokenLimit,
		"Unrecognized request argument supplied: max_completion_tokens":                                                                    OtherTokenLimit,
		"Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.":                  NoTemperature,
		"`temperature` is deprecated for this model.":                                                                                      NoTemperature,
		"stream_options: Extra inputs are not permitted":                                                                                   NoStreamOptions,
		"Unknown field: stream_options":                                                                                                    NoStreamOptions,
		"system role not supported":                                                                                                        NoSystemRole,
		"Jinja Exception: System role not supported":                                                                                       NoSystemRole,
		"Developer instruction is not enabled for models/gemma-3-27b-it":                                                                   NoSystemRole,
		"Unsupported value: 'messages[0].role' does not support 'system' with this model.":                                                 NoSystemRole,
		"Only user, assistant and tool roles are supported, got system.":                                                                   NoSystemRole,
		"Unexpected role 'system' in message":                                                                                              NoSystemRole,
		"Conversation roles must alternate user/assistant/user/assistant/...":                                                              AlternatingRoles,
		"After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.": AlternatingRoles,
		"This model does not support streaming":                                                                                            NoStreaming,
		"Your organization must be verified to stream this model.":                                                                         NoStreaming,
		"max_tokens is too large: 5000. This model supports at most 4096 completion tokens":                                                0,
		"The model is not supported":                                                                                                       0,
		"system error":                                                                                                                     0,
		"stub does not support tools":                                                                                                      0,
	} {
		if got := without(refuse(400, message), everything); got != want {
			t.Errorf("%s: %b, want %b", message, got, want)
		}
	}
	if got := without(refuse(401, "system role not supported"), everything); got != 0 {
		t.Errorf("after a wrong key: %b", got)
	}
}

func TestConcessionsAreRemembered(t *testing.T) {
	var c Concessions
	var sent []Concession
	server := func(made Concession) (*http.Response, error) {
		sent = append(sent, made)
		switch {
		case made&OtherTokenLimit == 0:
			return nil, refuse(400, "Unsupported parameter: 'max_tokens'")
		case made&NoTemperature == 0:
			return nil, refuse(400, "Unsupported value: 'temperature'")
		}
		return nil, nil
	}
	for range 2 {
		if _, err := c.Ask("m", everything, server); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]Concession{0, OtherTokenLimit, OtherTokenLimit | NoTemperature, OtherTokenLimit | NoTemperature}, sent); diff != "" {
		t.Error(diff)
	}
	sent = nil
	if _, err := c.Ask("another", NoTemperature, server); err == nil || len(sent) != 1 {
		t.Errorf("it asked %d times without what it has not: %v", len(sent), err)
	}
	sent = nil
	stubborn := func(made Concession) (*http.Response, error) {
		sent = append(sent, made)
		return nil, refuse(400, "roles must alternate")
	}
	if _, err := c.Ask("stubborn", everything, stubborn); err == nil || len(sent) != 3 {
		t.Errorf("asked %d times: %v", len(sent), err)
	}
}

func TestRequestsAreRewritten(t *testing.T) {
	warm := 0.7
	req := model.Request{System: "You are Eliza.", Temperature: &warm, Turns: []model.Turn{
		{Role: model.RoleAssistant, Text: "welcome"}, {Role: model.RoleUser, Name: "Ann", Text: "hi"}, {Role: model.RoleUser, Name: "Bob", Text: "ho", Images: []model.Image{{Type: "image/png"}}},
		{Role: model.RoleAssistant, ToolCalls: []model.ToolCall{{ID: "a"}}}, {Role: model.RoleTool, ToolCallID: "a", Text: "1"}, {Role: model.RoleTool, ToolCallID: "b", Text: "2"},
	}}
	got := (NoTemperature | NoSystemRole | AlternatingRoles).Apply(req)
	want := []model.Turn{
		{Role: model.RoleUser, Text: "You are Eliza."}, {Role: model.RoleAssistant, Text: "welcome"},
		{Role: model.RoleUser, Text: "Ann: hi\n\nBob: ho", Images: []model.Image{{Type: "image/png"}}},
		{Role: model.RoleAssistant, ToolCalls: []model.ToolCall{{ID: "a"}}}, {Role: model.RoleTool, ToolCallID: "a", Text: "1"}, {Role: model.RoleTool, ToolCallID: "b", Text: "2"},
	}
	if diff := cmp.Diff(want, got.Turns); diff != "" || got.System != "" || got.Temperature != nil {
		t.Errorf("%+v\n%s", got, diff)
	}
	if req.Turns[1].Text != "hi" || req.Turns[1].Name != "Ann" {
		t.Errorf("the request itself was changed: %+v", req.Turns)
	}
	got = AlternatingRoles.Apply(req)
	if got.System == "" || got.Turns[0].Role != model.RoleUser || len(got.Turns) != 6 {
		t.Errorf("%+v", got)
	}
	if got = NoSystemRole.Apply(model.Request{System: "S", Turns: []model.Turn{{Role: model.RoleUser, Text: "hi"}}}); got.Turns[0].Text != "S\n\nhi" {
		t.Errorf("%+v", got)
	}
}
