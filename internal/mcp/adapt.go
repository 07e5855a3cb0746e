package mcp

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// revision is the newest revision of the protocol that is asked for.
const revision = "2025-11-25"

// oldest is the first revision. Earlier drafts were the same for what is used
// of it here.
const oldest = "2024-11-05"

// adapt corrects results before the SDK decodes them, for it refuses a whole
// result for one part that it does not know.
func adapt(method string, result json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(result, &fields) != nil || fields == nil {
		return result
	}
	switch method {
	case "initialize":
		adaptHello(fields)
	case "tools/list":
		adaptList(fields)
	case "tools/call":
		adaptResult(fields)
	default:
		return result
	}
	adapted, err := json.Marshal(fields)
	if err != nil {
		return result
	}
	return adapted
}

func adaptHello(fields map[string]json.RawMessage) {
	var version string
	if json.Unmarshal(fields["protocolVersion"], &version) == nil && version < oldest && version != "" {
		fields["protocolVersion"], _ = json.Marshal(oldest)
	}
	hello := map[string]json.RawMessage{"protocolVersion": fields["protocolVersion"]}
	var able struct {
		Tools json.RawMessage `json:"tools"`
	}
	if json.Unmarshal(fields["capabilities"], &able) == nil && len(able.Tools) > 0 && string(able.Tools) != "null" {
		hello["capabilities"] = json.RawMessage(`{"tools":{}}`)
	}
	clear(fields)
	for name, value := range hello {
		if value != nil {
			fields[name] = value
		}
	}
}

// adaptList leaves of tools what is used of them.
func adaptList(fields map[string]json.RawMessage) {
	var tools []json.RawMessage
	if json.Unmarshal(fields["tools"], &tools) != nil {
		tools = nil
	}
	listed := []map[string]any{}
	for _, raw := range tools {
		var name, about string
		var t map[string]json.RawMessage
		if json.Unmarshal(raw, &t) != nil || json.Unmarshal(t["name"], &name) != nil {
			continue
		}
		if json.Unmarshal(t["description"], &about) != nil || about == "" {
			_ = json.Unmarshal(t["title"], &about) // without either it has none
		}
		one := map[string]any{"name": name, "description": about}
		if s := t["inputSchema"]; s != nil {
			one["inputSchema"] = s
		}
		listed = append(listed, one)
	}
	fields["tools"], _ = json.Marshal(listed)
	var cursor string
	if json.Unmarshal(fields["nextCursor"], &cursor) != nil {
		delete(fields, "nextCursor")
	}
}

// adaptResult names the parts of a result that are not known.
func adaptResult(fields map[string]json.RawMessage) {
	var parts []json.RawMessage
	var text string
	switch raw := fields["content"]; {
	case json.Unmarshal(raw, &parts) == nil:
	case json.Unmarshal(raw, &text) == nil:
		parts = []json.RawMessage{textPart(text)}
	case len(raw) > 0:
		parts = []json.RawMessage{raw}
	}
	for i, part := range parts {
		if json.Unmarshal(part, &text) == nil {
			parts[i] = textPart(text)
		} else if !readable(part) {
			parts[i] = textPart(unreadable(part))
		}
	}
	if parts == nil {
		parts = []json.RawMessage{}
	}
	adapted := map[string]json.RawMessage{"structuredContent": fields["structuredContent"]}
	adapted["content"], _ = json.Marshal(parts)
	var failed bool
	_ = json.Unmarshal(fields["isError"], &failed) // it says nothing else
	adapted["isError"], _ = json.Marshal(failed)
	if old, ok := fields["toolResult"]; ok && len(parts) == 0 { // of the drafts before 2024-11-05
		adapted["structuredContent"] = old
	}
	clear(fields)
	for name, value := range adapted {
		if value != nil {
			fields[name] = value
		}
	}
}

// partTypes are the parts of a result that wording knows.
var partTypes = []string{"text", "image", "audio", "resource", "resource_link"}

// readable reports whether the SDK can decode a part of a result.
func readable(part json.RawMessage) bool {
	var kind struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(part, &kind) != nil || !slices.Contains(partTypes, kind.Type) {
		return false
	}
	whole, err := json.Marshal(map[string]any{"content": []json.RawMessage{part}})
	var result mcp.CallToolResult
	return err == nil && json.Unmarshal(whole, &result) == nil
}

func unreadable(part json.RawMessage) string {
	var kind struct {
		Type     string `json:"type"`
		MIMEType string `json:"mimeType"`
		Text     string `json:"text"`
	}
	_ = json.Unmarshal(part, &kind) // what it is of can still be told
	if kind.Type == "" {
		kind.Type = "no type"
	}
	said := fmt.Sprintf("[a part that cannot be read, of type %.60s %.60s]", kind.Type, kind.MIMEType)
	if kind.Text != "" {
		said += "\n" + kind.Text
	}
	return said
}

func textPart(text string) json.RawMessage {
	b, _ := json.Marshal(map[string]string{"type": "text", "text": text})
	return b
}
