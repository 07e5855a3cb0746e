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

// reasoningField tells by its rank where servers put reasoning beside the
// content; 0 for any other field. The highest that says anything counts, as
// some send it twice: DeepSeek, SGLang and vLLM; OpenRouter, Groq and newer
// vLLM; OpenRouter's details; Ollama; gateways.
func reasoningField(name string) int {
	switch name {
	case "reasoning_content":
		return 6
	case "reasoning":
		return 5
	case "reasoning_details":
		return 4
	case "thinking":
		return 3
	case "thinking_blocks":
		return 2
	case "reasoning_text":
		return 1
	}
	return 0
}

// Message takes a message, or a piece of one, of OpenAI's or Ollama's API.
func (c *Composer) Message(m gjson.Result) {
	var reasoning, content, refusal, calls, call gjson.Result
	best := 0
	m.ForEach(func(key, value gjson.Result) bool {
		if value.Type == gjson.Null {
			return true
		}
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
			if rank := reasoningField(key.Str); rank > best && (value.Type == gjson.JSON || value.Str != "") {
				best, reasoning = rank, value
			}
		}
		return true
	})
	if best > 0 {
		c.Reasoning(reasoning)
	}
	c.Content(content)
	if refusal.Type != gjson.Null {
		c.Content(refusal)
	}
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
