package model

import (
	"encoding/json"
	"strings"
)

// toolsInWords is how a model that takes no tools is told of them. Package
// wire reads the calls out of its answer. It is the form that most open models
// were trained on ("Hermes Function Calling", NousResearch).
const toolsInWords = `# Tools

You may call these tools, each described by a JSON object with its parameters as a JSON Schema:
`

const callsInWords = `
To call a tool, write nothing but this, with the tool's name and its arguments:
<tool_call>{"name": "...", "arguments": {...}}</tool_call>
You are then given its result in <tool_response>. Call a tool only when it is needed; otherwise answer in plain text.`

// inWords returns a request without tools: those that are offered stand in the
// instructions, and calls and results in the texts of the conversation.
func inWords(req Request) Request {
	if len(req.Tools) > 0 {
		var b strings.Builder
		b.WriteString(req.System)
		if req.System != "" {
			b.WriteString("\n\n")
		}
		b.WriteString(toolsInWords)
		for _, tool := range req.Tools {
			b.Write(toolLine(&tool))
			b.WriteByte('\n')
		}
		b.WriteString(callsInWords)
		req.System, req.Tools = b.String(), nil
	}
	turns := make([]Turn, 0, len(req.Turns))
	names := map[string]string{} // of the tools, by the ids of their calls
	for i, turn := range req.Turns {
		switch {
		case turn.Role == RoleTool:
			name := names[turn.ToolCallID]
			if name == "" {
				name = turn.Name
			}
			text := "<tool_response>" + string(object("name", name, "content", turn.Text)) + "</tool_response>"
			if i > 0 && req.Turns[i-1].Role == RoleTool {
				last := &turns[len(turns)-1]
				last.Text += "\n" + text
				continue
			}
			turn = Turn{Role: RoleUser, Text: text, Images: turn.Images}
		case len(turn.ToolCalls) > 0:
			var b strings.Builder
			b.WriteString(turn.Text)
			for _, call := range turn.ToolCalls {
				names[call.ID] = call.Name
				if b.Len() > 0 {
					b.WriteByte('\n')
				}
				b.WriteString("<tool_call>")
				b.Write(object("name", call.Name, "arguments", call.Arguments))
				b.WriteString("</tool_call>")
			}
			turn.Text, turn.ToolCalls = b.String(), nil
		}
		turns = append(turns, turn)
	}
	req.Turns = turns
	return req
}

// toolLine describes a tool as one line of JSON.
func toolLine(t *Tool) []byte {
	pairs := []any{"name", t.Name}
	if t.Description != "" {
		pairs = append(pairs, "description", t.Description)
	}
	if len(t.Parameters) > 0 {
		pairs = append(pairs, "parameters", t.Parameters)
	}
	return object(pairs...)
}

// object writes keys and values as a JSON object, in their order. Marks such
// as < are escaped, so that no text ends the block around it. A value that is
// no JSON is left out.
func object(pairs ...any) []byte {
	b := []byte{'{'}
	for i := 0; i < len(pairs); i += 2 {
		key, _ := json.Marshal(pairs[i]) // a text is JSON
		value, err := json.Marshal(pairs[i+1])
		if err != nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',', ' ')
		}
		b = append(append(append(b, key...), ':', ' '), value...)
	}
	return append(b, '}')
}
