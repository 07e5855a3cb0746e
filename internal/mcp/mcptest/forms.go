package mcptest

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"
)

// Secret is what a server of a form may tell and nobody may see.
const Secret = "s3cr3t-value-0815"

// Forms are all forms.
var Forms = append(append(append([]Form{}, everywhere...), overStdio...), overWeb...)

var encoded = base64.StdEncoding.EncodeToString([]byte("four"))

// growing lists one tool more once the first was called.
func growing(s *Server, _ string) (any, any) {
	tools := []any{tool("tide")}
	if s.Calls() > 0 {
		tools = append(tools, tool("harbour_map"))
	}
	return object{"tools": tools}, nil
}

func saying(parts ...any) func(*Server) (any, any) {
	return func(*Server) (any, any) { return object{"content": parts}, nil }
}

// everywhere are the forms that all transports know.
var everywhere = []Form{
	{Name: "plain", Does: "answers as the specification says", Sees: "the result", Known: "most", Told: []string{"high 14:07"}},
	{
		Name: "list-changed", Does: "says `tools/list_changed` within the answer to a call", Sees: "the new tools in the next turn", Known: "server-everything, GitHub's server",
		Actions: []string{"T_TIDE", "T_HARBOUR_MAP"}, Told: []string{"high 14:07"}, before: []any{object{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}},
		list: growing,
	},
	{
		Name: "structured", Does: "says its result as `structuredContent` beside an empty text", Sees: "the data", Known: "FastMCP",
		Told: []string{`{"high":"14:07"}`}, call: func(*Server) (any, any) {
			return object{"content": []any{object{"type": "text", "text": ""}}, "structuredContent": object{"high": "14:07"}}, nil
		},
	},
	{
		Name: "structured-and-text", Does: "says in `structuredContent` what its text leaves out", Sees: "both", Known: "servers with an output schema",
		Told: []string{"2 tides", `{"high":"14:07"}`}, call: func(*Server) (any, any) {
			return object{"content": []any{object{"type": "text", "text": "2 tides"}}, "structuredContent": object{"high": "14:07"}}, nil
		},
	},
	{Name: "no-content", Does: "leaves out `content`", Sees: "the data", Known: "home-made servers", Told: []string{`{"high":"14:07"}`}, call: func(*Server) (any, any) { return object{"structuredContent": object{"high": "14:07"}}, nil }},
	{Name: "text-content", Does: "has a bare text as `content`", Sees: "the text", Known: "home-made servers", Told: []string{"high 14:07"}, call: func(*Server) (any, any) { return object{"content": "high 14:07"}, nil }},
	{Name: "resource", Does: "embeds a resource of text", Sees: "the text with its address", Known: "server-everything, server-filesystem", Told: []string{"tide://today", "high 14:07"},
		call: saying(object{"type": "resource", "resource": object{"uri": "tide://today", "mimeType": "text/plain", "text": "high 14:07"}})},
	{Name: "blob", Does: "embeds a resource of bytes, a picture, a recording", Sees: "what each is, its type and size", Known: "server-everything", Told: []string{"tide://chart of application/pdf, 4 bytes", "a picture of image/png", "a recording of audio/wav"},
		call: saying(object{"type": "resource", "resource": object{"uri": "tide://chart", "mimeType": "application/pdf", "blob": encoded}},
			object{"type": "image", "mimeType": "image/png", "data": encoded}, object{"type": "audio", "mimeType": "audio/wav", "data": encoded})},
	{Name: "link", Does: "links a resource", Sees: "name, address and description", Known: "server-everything", Told: []string{"chart: tide://chart", "of the harbour"},
		call: saying(object{"type": "resource_link", "uri": "tide://chart", "name": "chart", "description": "of the harbour"})},
	{Name: "unknown-part", Does: "has a part of a type that is not known, or a broken one", Sees: "that the part is there and its type; the other parts", Known: "servers of drafts", Told: []string{"of type video video/mp4", "of type image", "high 14:07"},
		call: saying(object{"type": "video", "mimeType": "video/mp4", "data": encoded}, object{"type": "image", "data": "no base64!"}, object{"type": "text", "text": "high 14:07"})},
	{Name: "rpc-error", Does: "answers a call with an error of JSON-RPC", Sees: "code and words of the error", Known: "all, for arguments that do not fit", Fails: true, Told: []string{"-32602", "station is missing"},
		call: func(*Server) (any, any) { return nil, object{"code": -32602, "message": "station is missing"} }},
	{Name: "secret-error", Does: "repeats its credentials in an error", Sees: "the error without them", Known: "gateways", Fails: true, Told: []string{"refused for"}, Untold: Secret,
		call: func(*Server) (any, any) { return nil, object{"code": -32000, "message": "refused for " + Secret} }},
	{Name: "tool-error", Does: "answers with `isError`", Sees: "its words as a failure", Known: "most", Fails: true, Told: []string{"no such station"},
		call: func(*Server) (any, any) {
			return object{"isError": true, "content": []any{object{"type": "text", "text": "no such station"}}}, nil
		}},
	{Name: "no-tools", Does: "has prompts or resources and no tools", Sees: "`ready` without tools", Known: "servers of resources", Actions: []string{},
		hello: func(s *Server, _ string) (any, any) {
			h := s.welcome()
			h["capabilities"] = object{"resources": object{}}
			return h, nil
		},
		list: func(*Server, string) (any, any) { return nil, object{"code": -32600, "message": "no tools here"} }},
	{Name: "no-list", Does: "answers `tools/list` with \"method not found\"", Sees: "`ready` without tools", Known: "servers of prompts", Actions: []string{},
		list: func(*Server, string) (any, any) { return nil, object{"code": -32601, "message": "Method not found"} }},
	{Name: "pages", Does: "lists its tools in pages", Sees: "all", Known: "GitHub's server", Actions: []string{"T_TIDE", "T_MOON"}, Told: []string{"high 14:07"},
		list: func(_ *Server, cursor string) (any, any) {
			if cursor == "2" {
				return object{"tools": []any{tool("moon")}}, nil
			}
			return object{"tools": []any{tool("tide")}, "nextCursor": "2"}, nil
		}},
	{Name: "same-cursor", Does: "names the same `nextCursor` again and again", Sees: "each tool once", Known: "gateways", Told: []string{"high 14:07"}, LeftOut: "twice",
		list: func(*Server, string) (any, any) { return object{"tools": []any{tool("tide")}, "nextCursor": "x"}, nil }},
	{Name: "odd-schemas", Does: "has tools whose schema is absent, empty, a reference, alternatives, or of no object", Sees: "tools with a completed schema; the last one left out, with the reason", Known: "FastMCP, zod, Go servers", Actions: []string{"T_TIDE", "T_NONE", "T_NULL", "T_REF"}, Told: []string{"high 14:07"}, LeftOut: "are not an object",
		list: func(*Server, string) (any, any) {
			return object{"tools": []any{tool("tide"), object{"name": "none"}, object{"name": "null", "inputSchema": nil},
				object{"name": "ref", "inputSchema": object{"$ref": "#/$defs/q", "$defs": object{"q": object{"type": "object"}}}}, object{"name": "text", "inputSchema": object{"type": "string"}}, 7, object{"name": 7}}}, nil
		}},
	{Name: "many-tools", Does: "has more tools than are offered of one server", Sees: "the first hundred; the others by name, with the reason", Known: "gateways", Told: []string{"high 14:07"}, LeftOut: "more than 100",
		Actions: numbered(100), list: func(*Server, string) (any, any) {
			var tools []any
			for i := range 120 {
				tools = append(tools, tool(strings.ToLower(strings.TrimPrefix(numbered(120)[i], "T_"))))
			}
			return object{"tools": tools}, nil
		}},
	{Name: "ping", Does: "asks `ping` in the middle of a call", Sees: "the result: it is answered", Known: "the Python and Java SDKs", asksFor: "ping", Told: []string{"high 14:07"}},
	{Name: "roots", Does: "asks for what a client need not have", Sees: "the result: it is told that there is none", Known: "server-everything", asksFor: "sampling/createMessage", Told: []string{"high 14:07"}},
	{Name: "draft", Does: "knows a revision of before the first one alone", Sees: "the result", Known: "servers of 2024", Told: []string{"high 14:07"},
		hello: func(s *Server, _ string) (any, any) {
			h := s.welcome()
			h["protocolVersion"] = "2024-10-07"
			return h, nil
		}},
	{Name: "refused-revision", Does: "refuses a revision that it does not know, where it should name one", Sees: "the result: it is asked for one that it knows", Known: "early Java and C# servers", Told: []string{"high 14:07"},
		hello: func(s *Server, asked string) (any, any) {
			if asked != s.Revision {
				return nil, object{"code": -32602, "message": "Unsupported protocol version", "data": object{"supported": []string{s.Revision}, "requested": asked}}
			}
			return s.welcome(), nil
		}},
	{Name: "future-revision", Does: "knows no revision that is known here", Sees: "that it speaks one that is not known", Known: "-", Fails: true, Actions: []string{}, State: "failed", Error: "revision of the protocol", Told: []string{"revision of the protocol"}, Calls: -1,
		hello: func(s *Server, _ string) (any, any) {
			h := s.welcome()
			h["protocolVersion"] = "2099-01-01"
			return h, nil
		}},
	{Name: "text-ids", Does: "answers the call 1 as `\"1\"`, and leaves out `jsonrpc`", Sees: "the result", Known: "home-made servers", Told: []string{"high 14:07"},
		rewrite: func(answer map[string]any) {
			answer["id"] = fmt.Sprintf("%s", answer["id"])
			delete(answer, "jsonrpc")
		}},
}

func numbered(n int) (names []string) {
	names = []string{"T_TIDE"}
	for i := 1; i < n; i++ {
		names = append(names, fmt.Sprintf("T_TOOL%d", i))
	}
	return names
}

// overStdio are the forms of programs.
var overStdio = []Form{
	{Name: "noise", Does: "greets, and writes its log, on standard output", Sees: "the result; the lines are in the log at `debug`", Known: "servers with `console.log`", Over: []string{Stdio}, Told: []string{"high 14:07"},
		program: func(_ io.Reader, out, _ io.Writer) bool {
			fmt.Fprint(out, "Tide MCP server running on stdio\n{\"level\":30,\"msg\":\"ready\"}\n\n[1,2]\r\nContent-Length: 7\n\xff\xfe\n{broken\n")
			return true
		}},
	{Name: "dies-at-start", Does: "ends before it has answered", Sees: "how it ended and the last lines of its standard error, without secrets, paths and frames", Known: "servers without their key", Over: []string{Stdio}, Fails: true, Actions: []string{}, State: "failed",
		Error: "exit status 3); it said last: Error: API_KEY=[REDACTED] is no key, see .../config.json", Told: []string{"cannot be used"}, Untold: Secret, Calls: -1,
		program: func(_ io.Reader, _, log io.Writer) bool {
			fmt.Fprintf(log, "Error: API_KEY=%s is no key, see /srv/tides/config.json\n    at main (/srv/tides/index.js:1:1)\n", Secret)
			os.Exit(3)
			return false
		}},
	{Name: "dies-in-call", Does: "ends in the middle of a call", Sees: "that it is not known whether the call was done; the next call starts the program again", Known: "servers that crash", Over: []string{Stdio}, Fails: true, State: "failed", Error: "exit status 4", Told: []string{"not known whether it was done"},
		call: func(*Server) (any, any) { os.Exit(4); return nil, nil }},
	{Name: "environment", Does: "needs `HOME`", Sees: "the result: it is there, and nothing of this server's own settings is", Known: "npx, uvx", Over: []string{Stdio}, Told: []string{"home true canary false"},
		call: func(*Server) (any, any) {
			return text(fmt.Sprintf("home %t canary %t", os.Getenv("HOME") != "", os.Getenv("CANARY") != "")), nil
		}},
}
