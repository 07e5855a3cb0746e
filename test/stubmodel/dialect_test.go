package stubmodel_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/elizad/elizad/test/stubmodel"
)

// What a dialect sends is JSON, unless it is about something else.
func TestDialectsAreSpokenInJSON(t *testing.T) {
	silent := []string{"silent", "silent-in-the-middle", "cut", "cut-at-once"}
	pages := []string{"html", "html-502"}
	paths := map[string]string{stubmodel.OpenAI: "/v1/chat/completions", stubmodel.Anthropic: "/v1/messages", stubmodel.Ollama: "/api/chat"}
	for _, d := range stubmodel.Dialects() {
		if slices.Contains(silent, d.Name) {
			continue
		}
		for _, api := range d.APIs() {
			for _, variant := range []string{"streamed", "whole"} {
				stub, url := start(t)
				model := d.Name + ":" + variant
				_, body, _ := post(t, url+paths[api], fmt.Sprintf(`{"model":%q,"stream":true,"messages":[{"role":"user","content":"hello"}]}`, model))
				if stub.CountOf(model) != 1 {
					t.Errorf("%s is not known to %s", model, api)
				}
				if slices.Contains(pages, d.Name) {
					continue
				}
				for _, part := range parts(body) {
					if !json.Valid([]byte(part)) {
						t.Errorf("%s in the API of %s sends %q", model, api, part)
					}
				}
			}
		}
	}
}

// parts are the JSON documents of an answer, streamed or not.
func parts(body string) (all []string) {
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		data, isData := strings.CutPrefix(line, "data:")
		switch {
		case line == "", strings.HasPrefix(line, ":"), strings.HasPrefix(line, "event:"), strings.TrimSpace(data) == "[DONE]":
		case isData:
			all = append(all, data)
		default:
			all = append(all, line)
		}
	}
	return all
}

func TestAScriptMayAnswerInADialect(t *testing.T) {
	stub, url := start(t)
	stub.Script(stubmodel.Reply{Form: stubmodel.Form{Dialect: "no-done"}})
	for i, done := range []bool{false, true} {
		_, body, _ := post(t, url+"/v1/chat/completions", strings.Replace(chats["/v1/chat/completions"], "%s", "true", 1))
		if strings.Contains(body, "[DONE]") != done {
			t.Errorf("call %d: %s", i+1, body)
		}
	}
}
