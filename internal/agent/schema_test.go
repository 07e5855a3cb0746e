package agent_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin"
	"github.com/elizad/elizad/test/stubmodel"
)

// TestSchemasOfPluginsFitEveryModel has a plugin with parameters that servers
// of models refuse.
func TestSchemasOfPluginsFitEveryModel(t *testing.T) {
	var with atomic.Value
	run := func(_ context.Context, _ *plugin.Turn, arguments json.RawMessage) (string, error) {
		with.Store(string(arguments))
		return "It is done.", nil
	}
	r := newRig(t, func(r *rig) {
		r.options.Plugins = []plugin.Plugin{{Name: "odd", Actions: []plugin.Action{
			{Name: "TEXT", Description: "x", Needs: plugin.ByAnyone, Parameters: json.RawMessage(`{"type":"string"}`), Run: run},
			{Name: "WEATHER", Description: "x", Needs: plugin.ByAnyone, Parameters: json.RawMessage(`{"$ref":"#/$defs/w","$defs":{"w":{"type":["object","null"],"properties":{"天気":{"const":"rain"}}}}}`), Run: run},
		}}}
	})
	a := r.agent("Keeper")
	room := r.channel(eliza.TypeDM, r.person, a.ID)
	r.want(r.ended(r.say(room, "hello").Message.ID, a.ID), eliza.Replied, "")
	tools := gjson.GetBytes(r.stub.Last().Body, "tools")
	weather := tools.Get(`#(function.name=="WEATHER").function.parameters`)
	name := ""
	weather.Get("properties").ForEach(func(key, _ gjson.Result) bool { name = key.Str; return true })
	if tools.Get(`#(function.name=="TEXT")`).Exists() || weather.Get("type").Str != "object" || weather.Get("$ref").Exists() || name == "" || name == "天気" {
		t.Fatalf("offered are %s", tools)
	}
	r.stub.Script(stubmodel.Reply{Empty: true, ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "WEATHER", Arguments: `{"` + name + `":"rain"}`}}}, stubmodel.Reply{Text: "It rains."})
	r.want(r.ended(r.say(room, "weather?").Message.ID, a.ID), eliza.Replied, "")
	if got := with.Load(); got != `{"天気":"rain"}` {
		t.Errorf("it was done with %v", got)
	}
}
