package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/elizad/elizad/internal/toolschema"
)

const (
	maxAbout  = 1000     // bytes of a tool's description
	maxSchema = 20 << 10 // bytes of a tool's parameters
	maxPages  = 100      // of a list
	maxRead   = 2000     // tools of a list
)

// LeftOut is a tool of a server that is not offered.
type LeftOut struct {
	Name, Why string
}

// listing is what a server offers.
type listing struct {
	tools []Tool // without names as actions
	left  []LeftOut
}

// list reads the server's tools. A server without tools has none.
func (c *connection) list(ctx context.Context, s *session) (listing, error) {
	var found listing
	cursors := map[string]bool{"": true}
	params := &mcp.ListToolsParams{}
	read := 0
	for range maxPages {
		page, err := s.ListTools(ctx, params)
		if err != nil && c.toolless(s, err) {
			break
		}
		if err != nil {
			return listing{}, err
		}
		for _, tool := range page.Tools {
			if read++; read > maxRead {
				break
			}
			c.take(&found, tool)
		}
		if cursors[page.NextCursor] || read > maxRead {
			break
		}
		cursors[page.NextCursor] = true
		params.Cursor = page.NextCursor
	}
	if read > maxRead {
		found.left = append(found.left, LeftOut{"...", fmt.Sprintf("the server has more than %d tools, and the rest was not read", maxRead)})
	}
	return found, nil
}

// toolless reports whether an error means that there are no tools, rather than
// that they cannot be read.
func (c *connection) toolless(s *session, err error) bool {
	var rpc *jsonrpc.Error
	hello := s.InitializeResult()
	none := hello == nil || hello.Capabilities == nil || hello.Capabilities.Tools == nil
	return errors.As(err, &rpc) && (none || rpc.Code == jsonrpc.CodeMethodNotFound)
}

// take adds a tool, or why it is left out.
func (c *connection) take(found *listing, tool *mcp.Tool) {
	leave := func(format string, args ...any) {
		found.left = append(found.left, LeftOut{tool.Name, fmt.Sprintf(format, args...)})
	}
	schema, err := json.Marshal(tool.InputSchema)
	simple, refused := toolschema.Simplify(schema)
	switch {
	case strings.TrimSpace(tool.Name) == "":
		leave("it has no name")
	case slices.ContainsFunc(found.tools, func(t Tool) bool { return t.Name == tool.Name }):
		leave("the server lists it twice")
	case slices.Contains(c.server.Deny, tool.Name):
		leave("the character denies it")
	case !c.server.uses(tool.Name):
		leave("the character does not allow it")
	case err != nil || refused != nil:
		leave("%v", errors.Join(err, refused))
	case len(simple.JSON) > maxSchema:
		leave("its parameters are described in %d bytes, more than %d", len(simple.JSON), maxSchema)
	case len(found.tools) >= maxTools:
		leave("more than %d tools of one server", maxTools)
	default:
		about, cut := strings.ToValidUTF8(tool.Description, ""), false
		if len(about) > maxAbout {
			about, cut = strings.ToValidUTF8(about[:maxAbout-3], "")+"...", true
		}
		found.tools = append(found.tools, Tool{Server: c.server.Name, Name: tool.Name, Description: about, Cut: cut, Parameters: simple.JSON, Approval: c.server.Approval, schema: simple})
	}
}
