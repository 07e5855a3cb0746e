package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// maxResult bounds what a model is told of a result, in bytes.
const maxResult = 64 << 10

// wording is what a result says, in words. What is no text is described. What
// it says as data is told unless a text says the same.
func wording(r *mcp.CallToolResult) string {
	var b strings.Builder
	for _, part := range r.Content {
		if said := strings.TrimSpace(partWording(part)); said != "" {
			b.WriteString(said + "\n")
		}
		if b.Len() > maxResult {
			break
		}
	}
	if r.StructuredContent != nil {
		data, err := json.Marshal(r.StructuredContent)
		if err == nil && string(data) != "{}" && !says(r.Content, data) {
			b.Write(data)
		}
	}
	said := strings.TrimSpace(b.String())
	if len(said) > maxResult {
		said = strings.ToValidUTF8(said[:maxResult], "") + "\n[the rest was left out]"
	}
	return said
}

func partWording(part mcp.Content) string {
	switch p := part.(type) {
	case *mcp.TextContent:
		return p.Text
	case *mcp.ImageContent:
		return described("a picture", p.MIMEType, len(p.Data))
	case *mcp.AudioContent:
		return described("a recording", p.MIMEType, len(p.Data))
	case *mcp.ResourceLink:
		said := fmt.Sprintf("[%s: %s]", p.Name, p.URI)
		if p.Description != "" {
			said += " " + p.Description
		}
		return said
	case *mcp.EmbeddedResource:
		return resourceWording(p.Resource)
	}
	return "[a part that cannot be read]"
}

func resourceWording(r *mcp.ResourceContents) string {
	switch {
	case r == nil:
		return "[a resource without contents]"
	case r.Text != "":
		return fmt.Sprintf("[%s]\n%s", r.URI, r.Text)
	case len(r.Blob) > 0:
		return described("a file at "+r.URI, r.MIMEType, len(r.Blob))
	}
	return fmt.Sprintf("[%s, which is empty]", r.URI)
}

func described(what, mediaType string, size int) string {
	if mediaType == "" {
		mediaType = "an unknown type"
	}
	return fmt.Sprintf("[%s of %s, %d bytes]", what, mediaType, size)
}

// says reports whether a text of a result is its data, however it is written.
func says(content []mcp.Content, data []byte) bool {
	for _, part := range content {
		text, ok := part.(*mcp.TextContent)
		if !ok {
			continue
		}
		var same any
		if json.Unmarshal([]byte(text.Text), &same) != nil {
			continue
		}
		if written, err := json.Marshal(same); err == nil && bytes.Equal(written, data) {
			return true
		}
	}
	return false
}
