package openai_test

import (
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/modeltest"
	"github.com/elizad/elizad/internal/model/openai"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestText(t *testing.T) {
	modeltest.Peer(t, func(url, key string, stall time.Duration) model.Text {
		return openai.NewText(openai.Config{BaseURL: url + "/v1/", Key: key, Model: "gpt-x", Stall: stall})
	})
}

func TestKeyIsSentAndOptional(t *testing.T) {
	stub, url := modeltest.Serve(t)
	for _, key := range []string{"", modeltest.Key} {
		text := openai.NewText(openai.Config{BaseURL: url + "/v1", Key: key, Model: "m"})
		if _, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil); err != nil {
			t.Fatal(err)
		}
		if got := stub.Last().Key; got != key {
			t.Errorf("the server was sent key %q, want %q", got, key)
		}
	}
}

func TestServersThatDiffer(t *testing.T) {
	stub, url := modeltest.Serve(t)
	text := openai.NewText(openai.Config{BaseURL: url + "/v1", Model: "m"})
	const stream = "text/event-stream"
	for name, c := range map[string]struct {
		reply stubmodel.Reply
		text  string
		tools int
	}{
		"no stream":              {stubmodel.Reply{NoStream: true, Text: "whole", ToolCalls: []stubmodel.ToolCall{{ID: "a", Name: "f", Arguments: "{}"}}}, "whole", 1},
		"no [DONE]":              {stubmodel.Reply{ContentType: stream, Raw: "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}"}, "hi", 0},
		"carriage returns":       {stubmodel.Reply{ContentType: stream, Raw: ": ping\r\n\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\r\n\r\ndata: [DONE]\r\n\r\n"}, "hi", 0},
		"all calls numbered 0":   {stubmodel.Reply{ContentType: stream, Raw: "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}}]}\n\ndata: [DONE]\n\n"}, "", 2},
		"no index, no arguments": {stubmodel.Reply{ContentType: stream, Raw: "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\"}},{\"function\":{\"name\":\"g\",\"arguments\":{\"x\":1}}}]}}]}\n\ndata: [DONE]\n\n"}, "", 2},
		"a refusal":              {stubmodel.Reply{ContentType: stream, Raw: "data: {\"choices\":[{\"delta\":{\"refusal\":\"I cannot\"}}],\"error\":null}\n\ndata: [DONE]\n\n"}, "I cannot", 0},
	} {
		stub.Script(c.reply)
		answer, err := text.Generate(t.Context(), modeltest.Ask("hi"), nil)
		if err != nil || answer.Text != c.text || len(answer.ToolCalls) != c.tools {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
		for _, call := range answer.ToolCalls {
			if call.ID == "" || !strings.HasPrefix(string(call.Arguments), "{") {
				t.Errorf("%s: call %+v", name, call)
			}
		}
	}
}

func TestModelIsPicked(t *testing.T) {
	for _, c := range []struct {
		listed []string
		want   string
	}{
		{nil, "stub-chat"},
		{[]string{"nomic-embed-text", "b", "c"}, "b"},
		{[]string{"z", openai.DefaultModel}, openai.DefaultModel},
		{[]string{}, openai.DefaultModel},
	} {
		stub, url := modeltest.Serve(t)
		stub.Models = c.listed
		answer, err := openai.NewText(openai.Config{BaseURL: url + "/v1"}).Generate(t.Context(), modeltest.Ask("hi"), nil)
		if err != nil || answer.Model != c.want {
			t.Errorf("of %v: %q, %v", c.listed, answer.Model, err)
		}
	}
}
