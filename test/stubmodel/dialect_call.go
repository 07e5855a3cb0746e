package stubmodel

import (
	"fmt"
	"slices"
	"strings"
)

// The arguments of the calls.
const (
	pier = `{"place":"pier"}`
	mole = `{"place":"mole"}`
)

// LookUp is the dialect of a model that asks for the time before each answer.
const LookUp = "look-up"

// object is a JSON object to be.
type object = map[string]any

// callDialects ask for a tool in their own way.
var callDialects = []Dialect{
	everywhere(LookUp, func(c *Call) Reply {
		if answersTool(c) {
			return Reply{}
		}
		return Reply{ToolCalls: []ToolCall{{"call_1", "GET_STATE", `{"providers":["TIME"]}`}}}
	}),
	everywhere("call", asks(func(_ *Call, name string) Reply { return Reply{ToolCalls: []ToolCall{{"call_1", name, pier}}} })),
	everywhere("text-before-call", asks(func(_ *Call, name string) Reply {
		return Reply{Text: "Let me look. ", ToolCalls: []ToolCall{{"call_1", name, pier}}}
	})),
	calls("calls-without-index", func(name string) [][]object {
		return [][]object{{function("a", name, pier), function("b", name, mole)}}
	}),
	{"calls-without-id", map[string]func(*Call) Reply{
		OpenAI: asks(func(_ *Call, name string) Reply {
			one, two := function("", name, pier), function("", name, mole)
			return toolDeltas([][]object{{one}, {two}}, 0, 1)
		}),
		Anthropic: asks(func(_ *Call, name string) Reply {
			return Reply{Form: Form{Deltas: slices.Concat(useBlock(0, "", name, pier), useBlock(1, "", name, mole)), Whole: uses("", name, pier, mole)}}
		}),
	}},
	calls("calls-all-index-0", func(name string) [][]object {
		return [][]object{{indexed(0, function("a", name, pier))}, {indexed(0, function("b", name, mole))}}
	}),
	calls("calls-index-0-without-id", func(name string) [][]object {
		return [][]object{{indexed(0, function("", name, pier))}, {indexed(0, function("", name, mole))}}
	}),
	calls("call-id-changes", func(name string) [][]object {
		return [][]object{{indexed(0, function("a1", name, ""))}, {indexed(0, part("a2", nil, `{"place":`))}, {indexed(0, part("a3", nil, `"pier"}`))}}
	}),
	calls("call-name-split", func(name string) [][]object {
		half := len(name) / 2
		return [][]object{{indexed(0, function("a", name[:half], ""))}, {indexed(0, object{"function": object{"name": name[half:], "arguments": pier}})}}
	}),
	calls("call-name-repeated", func(name string) [][]object {
		return [][]object{{indexed(0, function("a", name, ""))}, {indexed(0, function("a", name, `{"place":`))}, {indexed(0, function("a", name, `"pier"}`))}}
	}),
	{"arguments-by-letter", map[string]func(*Call) Reply{
		OpenAI: asks(func(_ *Call, name string) Reply {
			all := [][]object{{indexed(0, function("a", name, ""))}}
			for _, letter := range pier {
				all = append(all, []object{indexed(0, object{"function": object{"arguments": string(letter)}})})
			}
			return toolDeltas(all)
		}),
		Anthropic: asks(func(_ *Call, name string) Reply {
			var letters []string
			for _, letter := range pier {
				letters = append(letters, string(letter))
			}
			return Reply{Form: Form{Deltas: useBlock(0, "toolu_1", name, letters...), Whole: uses("toolu_1", name, pier)}}
		}),
	}},
	{"arguments-object", map[string]func(*Call) Reply{
		OpenAI: asks(func(_ *Call, name string) Reply {
			return toolDeltas([][]object{{object{"id": "a", "type": "function", "function": object{"name": name, "arguments": object{"place": "pier"}}}}}, 0)
		}),
		Anthropic: asks(func(_ *Call, name string) Reply { // all of it where the block begins
			begin := fmt.Sprintf(`{"type":"tool_use","id":"toolu_1","name":%s,"input":%s}`, raw(name), pier)
			return Reply{Form: Form{Deltas: block(0, begin), Whole: "[" + begin + "]"}}
		}),
	}},
	{"arguments-string", map[string]func(*Call) Reply{Ollama: asks(func(_ *Call, name string) Reply { return ollamaCall(name, pier) })}},
	arguments("arguments-double-encoded", raw(pier)),
	arguments("arguments-trailing-comma", `{"place": "pier",}`),
	arguments("arguments-cut", `{"place": "pi`),
	arguments("arguments-broken", `place is the pier`),
	arguments("arguments-list", `["pier"]`),
	calls("arguments-empty", func(name string) [][]object { return [][]object{{indexed(0, function("a", name, ""))}} }),
	{"arguments-null", map[string]func(*Call) Reply{
		OpenAI: asks(func(_ *Call, name string) Reply {
			return toolDeltas([][]object{{object{"id": "a", "type": "function", "function": object{"name": name, "arguments": nil}}}}, 0)
		}),
		Ollama: asks(func(_ *Call, name string) Reply { return ollamaCall(name, nil) }),
	}},
	{"calls-end-as-text", map[string]func(*Call) Reply{
		OpenAI:    asks(func(c *Call, name string) Reply { return ended(name, "stop") }),
		Anthropic: asks(func(c *Call, name string) Reply { return ended(name, "end_turn") }),
	}},
	{"empty-call-list", map[string]func(*Call) Reply{
		OpenAI: always(Reply{Form: Form{
			Deltas: []string{`{"role":"assistant","content":"","tool_calls":[]}`, `{"content":"Hello there.","tool_calls":null}`},
			Whole:  `{"role":"assistant","content":"Hello there.","tool_calls":[],"function_call":null}`,
		}}),
		Ollama: always(Reply{Form: Form{
			Deltas: []string{`{"role":"assistant","content":"Hello there.","tool_calls":[]}`}, Whole: `{"role":"assistant","content":"Hello there.","tool_calls":null}`,
		}}),
	}},
	everywhere("unknown-tool", asks(func(*Call, string) Reply {
		return Reply{ToolCalls: []ToolCall{{"call_1", "look_into_the_future", pier}}}
	})),
	everywhere("endless-calls", func(c *Call) Reply { return endless(c, fmt.Sprintf(`{"place":"pier","try":%d}`, c.Nth)) }),
	everywhere("endless-same-call", func(c *Call) Reply { return endless(c, pier) }),
}

// endless asks for the tool for as long as it may.
func endless(c *Call, arguments string) Reply {
	if !asked(c) {
		return Reply{Text: Hello}
	}
	if !offersTools(c) {
		if found := tideTimes.FindString(strings.Join(told(c), " ")); found != "" {
			return Reply{Text: "High tide: " + found + "."}
		}
		return Reply{Text: "I could not find out."}
	}
	return Reply{ToolCalls: []ToolCall{{fmt.Sprint("call_", c.Nth), tideCall(c), arguments}}}
}

func ended(name, finish string) Reply {
	return Reply{ToolCalls: []ToolCall{{"call_1", name, pier}}, Form: Form{Finish: finish}}
}

// calls is a dialect of OpenAI's API alone: what each delta of its stream
// lists as tool calls.
func calls(name string, deltas func(tool string) [][]object) Dialect {
	return Dialect{name, map[string]func(*Call) Reply{OpenAI: asks(func(_ *Call, tool string) Reply { return toolDeltas(deltas(tool)) })}}
}

// arguments is a dialect in which the text of the arguments is odd.
func arguments(name, text string) Dialect {
	half := len(text) / 2
	return Dialect{name, map[string]func(*Call) Reply{
		OpenAI: asks(func(_ *Call, tool string) Reply {
			r := toolDeltas([][]object{{indexed(0, function("a", tool, text[:half]))}, {indexed(0, object{"function": object{"arguments": text[half:]}})}})
			r.Whole = raw(object{"role": "assistant", "content": nil, "tool_calls": []object{function("a", tool, text)}})
			return r
		}),
		Anthropic: asks(func(_ *Call, tool string) Reply {
			return Reply{Form: Form{Deltas: useBlock(0, "toolu_1", tool, text[:half], text[half:]), Whole: uses("toolu_1", tool, raw(text))}}
		}),
		Ollama: asks(func(_ *Call, tool string) Reply { return ollamaCall(tool, text) }),
	}}
}

// function is a whole call; without an id when that is empty.
func function(id, name, arguments string) object {
	o := object{"type": "function", "function": object{"name": name, "arguments": arguments}}
	if id != "" {
		o["id"] = id
	}
	return o
}

func part(id string, name any, arguments string) object {
	return object{"id": id, "type": "function", "function": object{"name": name, "arguments": arguments}}
}

func indexed(index int, call object) object {
	call["index"] = index
	return call
}

// toolDeltas is an answer of calls, by the delta that holds them. With indexes,
// each delta's call is given one; the answer in one piece never has any.
func toolDeltas(deltas [][]object, indexes ...int) Reply {
	var r Reply
	var all []object
	for _, list := range deltas {
		all = append(all, list...)
	}
	r.Whole = raw(object{"role": "assistant", "content": nil, "tool_calls": all})
	for i, list := range deltas {
		if i < len(indexes) {
			list[0]["index"] = indexes[i]
		}
		r.Deltas = append(r.Deltas, raw(object{"tool_calls": list}))
	}
	return r
}

// uses is the content of a whole answer of Anthropic's with a call for each
// arguments.
func uses(id, name string, arguments ...string) string {
	list := "["
	for i, a := range arguments {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf(`{"type":"tool_use","id":%s,"name":%s,"input":%s}`, raw(id), raw(name), a)
	}
	return list + "]"
}

func ollamaCall(name string, arguments any) Reply {
	message := raw(object{"role": "assistant", "content": "", "tool_calls": []object{{"function": object{"name": name, "arguments": arguments}}}})
	return Reply{Form: Form{Deltas: []string{message}, Whole: message}}
}
