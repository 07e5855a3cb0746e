package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/elizad/elizad/internal/model"
)

// What servers say when they refuse a request: their words, as they are
// quoted in their documentation and in reports.
func TestKindsOfFailures(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string // JSON, or the message alone
		kind   model.FailureKind
		limit  int
	}{
		{400, `{"error":{"message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).","type":"invalid_request_error","code":"context_length_exceeded"}}`, model.ContextTooLong, 4096},
		{400, `{"object":"error","message":"This model's maximum context length is 32768 tokens. However, your request has 40000 input tokens.","type":"BadRequestError","code":400}`, model.ContextTooLong, 32768},
		{400, `{"error":{"message":"Your input exceeds the context window of this model.","code":"context_length_exceeded"}}`, model.ContextTooLong, 0},
		{400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}`, model.ContextTooLong, 200000},
		{413, `{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}`, model.ContextTooLong, 0},
		{413, `<html>too large</html>`, model.ContextTooLong, 0},
		{400, `{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}`, model.ContextTooLong, 4096},
		{500, `{"error":{"code":500,"message":"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"server_error"}}`, model.ContextTooLong, 4096},
		{400, `[{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]`, model.ContextTooLong, 1048576},
		{400, "input length exceeds the context length", model.ContextTooLong, 0},
		{400, "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens", model.ContextTooLong, 4096},
		{422, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 20 `max_new_tokens`", model.ContextTooLong, 4096},
		{400, "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", model.ContextTooLong, 32768},
		{400, "This model's maximum prompt length is 131072 but the request contains 200000 tokens.", model.ContextTooLong, 131072},
		{400, "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000", model.ContextTooLong, 4081},
		{413, "Request body too large for gpt-4o model. Max size: 8000 tokens.", model.ContextTooLong, 8000},
		{400, "Input is too long for requested model.", model.ContextTooLong, 0},
		{400, "Range of input length should be [1, 30720]", model.ContextTooLong, 30720},
		{400, `{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"maximum context length is 8192 tokens\"}}"}}}`, model.ContextTooLong, 8192},

		{400, `{"error":{"message":"registry.ollama.ai/library/gemma:2b does not support tools","type":"api_error"}}`, model.NoToolSupport, 0},
		{400, `{"error":"gemma:2b does not support tools"}`, model.NoToolSupport, 0},
		{400, "stub does not support tools", model.NoToolSupport, 0},
		{400, "This model does not support function calling", model.NoToolSupport, 0},
		{404, "No endpoints found that support tool use. To learn more about provider routing, visit: https://example.com", model.NoToolSupport, 0},
		{400, `{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","code":400}`, model.NoToolSupport, 0},
		{500, `{"error":{"code":500,"message":"tools param requires --jinja flag","type":"server_error"}}`, model.NoToolSupport, 0},
		{500, `{"code":500,"message":"Unsupported param: tools","type":"server_error"}`, model.NoToolSupport, 0},
		{400, "Unrecognized request argument supplied: tools", model.NoToolSupport, 0},
		{422, `{"detail":[{"type":"extra_forbidden","loc":["body","tools"],"msg":"Extra inputs are not permitted"}]}`, model.NoToolSupport, 0},
		{400, "create() got an unexpected keyword argument 'tools'", model.NoToolSupport, 0},
		{400, "`tool_choice` is not supported for this model", model.NoToolSupport, 0},
		{400, "tool use is not supported", model.NoToolSupport, 0},
		{400, "tools is not supported in this model", model.NoToolSupport, 0},
		{400, "Function calling is not enabled for models/gemma-3-27b-it", model.NoToolSupport, 0},

		{400, `{"error":{"message":"Invalid schema for function 'tide': schema must be of type 'object'","type":"invalid_request_error","param":"tools[0].function.parameters","code":"invalid_function_parameters"}}`, model.BadToolSchema, 0},
		{400, "tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12", model.BadToolSchema, 0},
		{400, "* GenerateContentRequest.tools[0].function_declarations[3].parameters.properties: should be non-empty for OBJECT type", model.BadToolSchema, 0},
		{400, "Invalid 'tools[0].function.name': string does not match pattern.", model.BadToolSchema, 0},
		{400, "failed to parse grammar", model.BadToolSchema, 0},

		{400, `{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, model.ContentFilter, 0},
		{400, "Your request was rejected as a result of our safety system.", model.ContentFilter, 0},
		{400, `{"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate content."}}`, model.ContentFilter, 0},

		{400, "max_tokens is wrong", "", 0},
		{401, "tools are not supported for this key", "", 0},
		{404, "model not found", "", 0},
		{429, "Rate limit reached: maximum context length", "", 0},
		{500, "internal error", "", 0},
		{400, "temperature does not support 0.5 with this model", "", 0},
	} {
		body := c.body
		if body[0] != '{' && body[0] != '[' && body[0] != '<' {
			b, _ := json.Marshal(map[string]any{"error": map[string]any{"message": body}})
			body = string(b)
		}
		e := Peer{Provider: "p"}.Refused(&http.Response{StatusCode: c.status, Body: io.NopCloser(bytes.NewReader([]byte(body)))})
		if e.Kind != c.kind || e.ContextLimit != c.limit || c.kind != "" && e.Temporary {
			t.Errorf("%s:\n%q, limit %d, temporary %v; want %q, %d", c.body, e.Kind, e.ContextLimit, e.Temporary, c.kind, c.limit)
		}
	}
}

// An error that comes with a status of success is asked again only if it says
// that it passes.
func TestErrorsInsteadOfAnAnswer(t *testing.T) {
	for body, want := range map[string]struct {
		message   string
		temporary bool
	}{
		`{"error":{"message":"quota exceeded","code":429}}`:                              {"quota exceeded", false},
		`{"error":{"message":"slow down","code":429}}`:                                   {"slow down", true},
		`{"error":{"message":"slow down","code":"429"}}`:                                 {"slow down", true},
		`{"error":{"message":"You exceeded your quota. Please retry in 5s","code":429}}`: {"You exceeded your quota. Please retry in 5s", true},
		`{"error":{"message":"down","code":502}}`:                                        {"down", true},
		`{"error":"no such model"}`:                                                      {"no such model", false},
		`{"error":"model is overloaded"}`:                                                {"model is overloaded", true},
		`{"object":"error","message":"bad request","code":400}`:                          {"bad request", false},
		`{"detail":"Not authenticated"}`:                                                 {"Not authenticated", false},
		`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`:    {"Overloaded", true},
		`[{"error":{"message":"in a list","code":400}}]`:                                 {"in a list", false},
		`{"error":{}}`: {"it reported an error without words", false},
	} {
		if e := (Peer{Provider: "p"}).Instead([]byte(body)); e.Message != want.message || e.Temporary != want.temporary {
			t.Errorf("%s: %+v", body, e)
		}
	}
}
