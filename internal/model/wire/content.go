package wire

import "github.com/tidwall/gjson"

// maxPartDepth bounds how deep parts of a content hold further parts.
const maxPartDepth = 4

// Content takes the content of a message: a text, one part, or a list of
// parts, as OpenAI, Mistral and Anthropic have them.
func (c *Composer) Content(v gjson.Result) { c.content(v, c.Write, maxPartDepth) }

// Reasoning takes reasoning in any of the same forms.
func (c *Composer) Reasoning(v gjson.Result) { c.content(v, c.Think, maxPartDepth) }

func (c *Composer) content(v gjson.Result, write func(string), depth int) {
	switch {
	case v.Type == gjson.String:
		write(v.Str)
	case depth == 0:
	case v.IsArray():
		v.ForEach(func(_, part gjson.Result) bool {
			c.content(part, write, depth-1)
			return true
		})
	case v.IsObject():
		c.part(v, write, depth-1)
	}
}

// part takes one part by its type; a part of a kind that is no text is
// passed over.
func (c *Composer) part(v gjson.Result, write func(string), depth int) {
	switch v.Get("type").Str {
	case "thinking", "reasoning", "thought", "reasoning.text", "reasoning.summary", "summary_text", "reasoning_text":
		c.content(firstOf(v, "thinking", "reasoning", "thought", "text", "summary", "content"), c.Think, depth)
	case "tool_use", "tool_call", "function_call":
		c.calls.round++
		c.calls.add(CallPart{ID: v.Get("id").String(), Name: v.Get("name").Str, Arguments: Arguments(firstOf(v, "input", "arguments")), Whole: true})
	case "redacted_thinking", "reasoning.encrypted", "image_url", "image", "tool_result":
	default:
		c.content(firstOf(v, "text", "refusal", "value", "content"), write, depth)
	}
}

// reasoningFields are where servers put reasoning beside the content, the
// first that says anything counts: DeepSeek, vLLM and SGLang; OpenRouter,
// Groq and newer vLLM; OpenRouter's details; Ollama; some gateways.
var reasoningFields = []string{"reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks", "reasoning_text"}

// Message takes a message, or a piece of one, of OpenAI's or Ollama's API.
func (c *Composer) Message(m gjson.Result) {
	var reasoning [6]gjson.Result
	var content, refusal, calls, call gjson.Result
	m.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "content":
			content = value
		case "refusal":
			refusal = value
		case "tool_calls":
			calls = value
		case "function_call":
			call = value
		default:
			for i, name := range reasoningFields {
				if key.Str == name {
					reasoning[i] = value
				}
			}
		}
		return true
	})
	for _, v := range reasoning {
		if v.Type == gjson.String && v.Str != "" || v.Type == gjson.JSON {
			c.Reasoning(v)
			break
		}
	}
	c.Content(content)
	c.Content(refusal)
	if calls.IsArray() {
		c.calls.round++
		calls.ForEach(func(_, one gjson.Result) bool {
			c.calls.add(callEntry(one))
			return true
		})
	}
	if call.IsObject() { // of the API before tools
		c.calls.round++
		c.calls.add(CallPart{Name: call.Get("name").Str, Arguments: Arguments(call.Get("arguments"))})
	}
}

// callEntry reads one entry of tool_calls.
func callEntry(v gjson.Result) CallPart {
	f := v.Get("function")
	if !f.Exists() {
		f = v
	}
	part := CallPart{ID: v.Get("id").String(), Name: f.Get("name").Str, Arguments: Arguments(firstOf(f, "arguments", "parameters", "input"))}
	if index := v.Get("index"); index.Type == gjson.Number {
		part.Index, part.Numbered = int(index.Int()), true
	}
	return part
}

// Arguments is the text of a call's arguments, which some servers send as an
// object instead.
func Arguments(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.Str
	case gjson.Null:
		return ""
	}
	return v.Raw
}
