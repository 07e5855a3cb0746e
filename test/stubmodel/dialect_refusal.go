package stubmodel

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// refusalDialects refuse a part of the request.
var refusalDialects = []Dialect{
	noTools("no-tools", 400, "registry.ollama.ai/library/stub:latest does not support tools"),
	noTools("no-tool-parser", 400, `"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set`, OpenAI),
	noTools("no-tool-endpoint", 404, "No endpoints found that support tool use. To learn more about provider routing, see the documentation", OpenAI),
	noTools("no-function-calling", 400, "Invalid request content: The model does not support tool use or function calling but tools or tool_choice have been specified on the request.", OpenAI),
	noTools("tools-not-supported", 400, "tools is not supported in this model. For a list of supported models, refer to the guide.", OpenAI),
	noTools("no-tool-template", 500, "tools param requires --jinja flag", OpenAI),
	everywhere("no-tools-but-calls", func(c *Call) Reply {
		if !asked(c) {
			return Reply{Text: Hello}
		}
		if offersTools(c) {
			return Reply{Status: 400, Message: "the model does not support tools"}
		}
		if answer := tideAnswer(c); answer != "" {
			return Reply{Text: answer}
		}
		return Reply{Text: `<tool_call>{"name": "` + tideCall(c) + `", "arguments": {"place": "pier"}}</tool_call>`}
	}),
	{"bad-schema", map[string]func(*Call) Reply{
		OpenAI:    badSchema("Invalid schema for function '%s': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.", "invalid_function_parameters"),
		Anthropic: badSchema("tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (%s)", "invalid_request_error"),
		Ollama:    badSchema("json: cannot unmarshal array into Go struct field .tools.function.parameters.properties.type of type string", ""),
	}},
	{"no-system-role", map[string]func(*Call) Reply{OpenAI: refuses(hasSystem, "System role not supported"), Ollama: refuses(hasSystem, "System role not supported")}},
	{"no-stream-options", map[string]func(*Call) Reply{OpenAI: refuses(func(c *Call) bool {
		return gjson.GetBytes(c.Body, "stream_options").Exists()
	}, "Unrecognized request argument supplied: stream_options")}},
	{"extra-inputs-forbidden", map[string]func(*Call) Reply{OpenAI: func(c *Call) Reply {
		if gjson.GetBytes(c.Body, "stream_options").Exists() {
			return Reply{Status: 422, ContentType: "application/json",
				Raw: `{"detail":[{"type":"extra_forbidden","loc":["body","stream_options","include_usage"],"msg":"Extra inputs are not permitted","input":true}]}`}
		}
		return Reply{Text: Hello}
	}}},
}

// noTools is a dialect that refuses tools with these words, in all APIs unless
// some are named.
func noTools(name string, status int, message string, apis ...string) Dialect {
	d := everywhere(name, func(c *Call) Reply {
		if offersTools(c) {
			return Reply{Status: status, Message: message}
		}
		return Reply{Text: Hello}
	})
	for api := range d.speaks {
		if len(apis) > 0 && !slices.Contains(apis, api) {
			delete(d.speaks, api)
		}
	}
	return d
}

// badSchema refuses the schema of the tide's tool.
func badSchema(message, kind string) func(*Call) Reply {
	return func(c *Call) Reply {
		if name := tideCall(c); asked(c) && offersTools(c) && strings.Contains(gjson.GetBytes(c.Body, "tools").Raw, `"`+name+`"`) {
			return Reply{Status: 400, ErrorType: kind, Message: strings.Replace(message, "%s", name, 1)}
		}
		return Reply{Text: Hello}
	}
}

func refuses(this func(*Call) bool, message string) func(*Call) Reply {
	return func(c *Call) Reply {
		if this(c) {
			return Reply{Status: 400, Message: message}
		}
		return Reply{Text: Hello}
	}
}

func hasSystem(c *Call) bool {
	return gjson.GetBytes(c.Body, `messages.#(role=="system")`).Exists()
}
