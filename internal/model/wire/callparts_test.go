package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/model"
)

// messages gives a composer the messages, or pieces of one, of a list in JSON
// and returns the calls: id, name and arguments, "?" for an id that was made up.
func callsOf(t *testing.T, tools []model.Tool, messages string) []string {
	t.Helper()
	c := new(Habits).Compose(model.Request{Tools: tools}, "m", false, nil)
	gjson.Parse(messages).ForEach(func(_, m gjson.Result) bool {
		c.Message(m)
		return true
	})
	answer, err := c.Close(Peer{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ids := make(map[string]bool)
	for _, call := range answer.ToolCalls {
		if call.ID == "" || ids[call.ID] {
			t.Errorf("id %q is empty or not its call's alone", call.ID)
		}
		ids[call.ID] = true
		id := call.ID
		if strings.HasPrefix(id, "call_") {
			id = "?"
		}
		said := id + " " + call.Name + string(call.Arguments)
		if call.Problem != "" {
			said = id + " " + call.Name + "!"
		}
		all = append(all, said)
	}
	return all
}

func TestCallsArePutTogether(t *testing.T) {
	tools := []model.Tool{{Name: "f"}, {Name: "g"}, {Name: "REMEMBER"}}
	for name, c := range map[string]struct {
		messages string
		want     []string
	}{
		"as specified":                    {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]},{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}]`, []string{`a f{"x":1}`, `b g{}`}},
		"interleaved":                     {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}]},{"tool_calls":[{"index":0,"function":{"arguments":"\"x\":1}"}}]},{"tool_calls":[{"index":1,"function":{"arguments":"}"}}]}]`, []string{`a f{"x":1}`, `b g{}`}},
		"no index, together":              {`[{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{\"x\":1}"}}]}]`, []string{`a f{}`, `b f{"x":1}`}},
		"no index, no id, together":       {`[{"tool_calls":[{"function":{"name":"f"}},{"function":{"name":"f","arguments":{"x":1}}}]}]`, []string{`? f{}`, `? f{"x":1}`}},
		"no index, no id, apart":          {`[{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},{"tool_calls":[{"function":{"name":"f","arguments":"{\"x\":1}"}}]}]`, []string{`? f{}`, `? f{"x":1}`}},
		"no index, in pieces":             {`[{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\""}}]},{"tool_calls":[{"function":{"arguments":":1}"}}]},{"tool_calls":[{"id":"b","function":{"name":"g","arguments":""}}]},{"tool_calls":[{"function":{"arguments":"{}"}}]}]`, []string{`a f{"x":1}`, `b g{}`}},
		"no index, pieces by id":          {`[{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\""}}]},{"tool_calls":[{"id":"a","function":{"arguments":":1}"}}]}]`, []string{`a f{"x":1}`}},
		"all numbered 0":                  {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]}]`, []string{`a f{}`, `b g{}`}},
		"all numbered 0, no id":           {`[{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"{\"x\":2}"}}]}]`, []string{`? f{"x":1}`, `? f{"x":2}`}},
		"all numbered 0, no arguments":    {`[{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"function":{"name":"g","arguments":""}}]}]`, []string{`? f{}`, `? g{}`}},
		"numbered 0, in pieces":           {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]},{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":2}"}}]}]`, []string{`a f{"x":1}`, `b f{"x":2}`}},
		"one id for all":                  {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},{"tool_calls":[{"index":1,"id":"a","function":{"name":"g","arguments":"{}"}}]}]`, []string{`a f{}`, `? g{}`}},
		"another id with every piece":     {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"id":"b","function":{"name":null,"arguments":"{\"x\":"}}]},{"tool_calls":[{"index":0,"id":"c","function":{"name":null,"arguments":"1}"}}]}]`, []string{`a f{"x":1}`}},
		"another id, no index":            {`[{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]},{"tool_calls":[{"id":"b","function":{"arguments":"1}"}}]}]`, []string{`a f{"x":1}`}},
		"an id that is a number":          {`[{"tool_calls":[{"index":0,"id":7,"function":{"name":"f","arguments":"{}"}}]}]`, []string{`7 f{}`}},
		"the id comes later":              {`[{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}]}]`, []string{`a f{}`}},
		"a name in pieces":                {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"REMEM","arguments":""}}]},{"tool_calls":[{"index":0,"function":{"name":"BER","arguments":"{}"}}]}]`, []string{`a REMEMBER{}`}},
		"a name in pieces, with its id":   {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"REMEM"}}]},{"tool_calls":[{"index":0,"id":"a","function":{"name":"BER","arguments":"{}"}}]}]`, []string{`a REMEMBER{}`}},
		"an unknown name in pieces":       {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"un"}}]},{"tool_calls":[{"index":0,"function":{"name":"known","arguments":"{}"}}]}]`, []string{`a unknown{}`}},
		"a name repeated":                 {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]},{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]}]`, []string{`a f{"x":1}`}},
		"a name repeated with each piece": {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]},{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}]}]`, []string{`a f{"x":1}`}},
		"a name that grows":               {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"REM"}}]},{"tool_calls":[{"index":0,"id":"a","function":{"name":"REMEMBER","arguments":"{}"}}]}]`, []string{`a REMEMBER{}`}},
		"arguments as an object":          {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":[1]}}}]}]`, []string{`a f{"x":[1]}`}},
		"an empty object first":           {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]}]`, []string{`a f{"x":1}`}},
		"no function around it":           {`[{"tool_calls":[{"id":"a","name":"f","arguments":"{}"}]}]`, []string{`a f{}`}},
		"the older form":                  {`[{"function_call":{"name":"f","arguments":""}},{"function_call":{"arguments":"{\"x\":1}"}}]`, []string{`? f{"x":1}`}},
		"a part of the content":           {`[{"content":[{"type":"text","text":"hi"},{"type":"tool_use","id":"a","name":"f","input":{"x":1}}]}]`, []string{`a f{"x":1}`}},
		"no name":                         {`[{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{\"x\":1}"}}]}]`, []string{"a unnamed_tool!"}},
		"nothing at all":                  {`[{"tool_calls":[{"index":0,"function":{}}]},{"tool_calls":[]},{"tool_calls":null}]`, nil},
		"cut":                             {`[{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}]`, []string{"a f!", "b g{}"}},
		"beside a call in the text":       {`[{"content":"<tool_call>{\"name\":\"g\"}</tool_call>"},{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}]`, []string{"? g{}", "a f{}"}},
	} {
		if diff := cmp.Diff(c.want, callsOf(t, tools, c.messages)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestCallsAreBounded(t *testing.T) {
	one := `{"tool_calls":[{"id":"x","function":{"name":"` + strings.Repeat("f", 10*maxToolName) + `","arguments":"{}"}}]},`
	calls := callsOf(t, nil, "["+strings.TrimSuffix(strings.Repeat(one, 3*maxCalls), ",")+"]")
	if len(calls) != maxCalls || len(calls[0]) > maxToolName+20 {
		t.Errorf("%d calls", len(calls))
	}
}

func FuzzMessages(f *testing.F) {
	f.Add(`[{"content":"a","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]},{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"}"}}]}]`)
	f.Add(`[{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"text":"x"}],"reasoning_details":[{"type":"reasoning.text","text":"y"}]}]`)
	f.Add(`[{"function_call":{"name":"f","arguments":{}}},{"tool_calls":{"a":1}}]`)
	f.Fuzz(func(t *testing.T, messages string) {
		if gjson.Valid(messages) {
			callsOf(t, []model.Tool{{Name: "f"}}, messages)
		}
	})
}
