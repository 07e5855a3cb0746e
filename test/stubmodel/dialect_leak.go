package stubmodel

import (
	"fmt"
	"strings"
)

// leakDialects write the call of a tool into their text, each in the words of
// some model's template.
var leakDialects = []Dialect{
	leak("leak-tool-call", "<tool_call>\n{\"name\": \"%s\", \"arguments\": {\"place\": \"pier\"}}\n</tool_call>"),
	everywhere("leak-tool-call-split", asks(func(_ *Call, name string) Reply {
		return Reply{Form: Form{Pieces: []string{"<too", "l_call>{\"name\": \"", name, "\", \"argum", "ents\": {\"place\": \"pier\"}}</tool_", "call>"}}}
	})),
	leak("leak-after-text", "Let me look. <tool_call>{\"name\": \"%s\", \"arguments\": {\"place\": \"pier\"}}</tool_call>"),
	everywhere("leak-after-thought", asks(func(_ *Call, name string) Reply {
		return Reply{Form: Form{Pieces: []string{"<think>secret plan</think>\n\n", "<tool_call>", `{"name": "` + name + `", "arguments": {"place": "pier"}}`, "</tool_call>"}}}
	})),
	everywhere("leak-two-calls", asks(func(_ *Call, name string) Reply {
		one := `<tool_call>{"name": "` + name + `", "arguments": {"place": "%s"}}</tool_call>`
		return Reply{Text: fmt.Sprintf(one, "pier") + "\n" + fmt.Sprintf(one, "mole")}
	})),
	leak("leak-unclosed", "<tool_call>{\"name\": \"%s\", \"arguments\": {\"place\": \"pier\"}}"),
	leak("leak-broken", "<tool_call>{\"name\": \"%s\", \"arguments\": {\"place\": pi}}</tool_call>"),
	leak("leak-function-tags", "<tool_call>\n<function=%s>\n<parameter=place>\npier\n</parameter>\n</function>\n</tool_call>"),
	leak("leak-bare-json", `{"name": "%s", "parameters": {"place": "pier"}}`),
	leak("leak-python-tag", `<|python_tag|>{"name": "%s", "parameters": {"place": "pier"}}`),
	leak("leak-tool-calls-list", `[TOOL_CALLS][{"name": "%s", "arguments": {"place": "pier"}}]`),
	leak("leak-channel", `<|channel|>commentary to=functions.%s <|constrain|>json<|message|>{"place": "pier"}<|call|>`),
}

// leak is a dialect whose text is this, with the name of the tool.
func leak(name, text string) Dialect {
	return everywhere(name, asks(func(_ *Call, tool string) Reply { return Reply{Text: strings.Replace(text, "%s", tool, 1)} }))
}
