package stubmodel

import (
	"fmt"
	"strings"
)

// ContextTokens is how much the models of the dialects about context read,
// counted as a token for each four bytes of the request. It is less than what
// Ollama is commonly asked for.
const ContextTokens = 2600

// contextDialects refuse what is too long for the model, each in the words of
// some server. %n is how much was sent, %m the most.
var contextDialects = []Dialect{
	tooLong("context-openai", 400, `{"error":{"message":"This model's maximum context length is %m tokens. However, your messages resulted in %n tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`, OpenAI),
	tooLong("context-vllm", 400, `{"object":"error","message":"This model's maximum context length is %m tokens. However, you requested %n tokens in the messages, Please reduce the length of the messages.","type":"BadRequestError","param":null,"code":400}`, OpenAI),
	tooLong("context-n-ctx", 400, `{"error":{"code":400,"message":"request (%n tokens) exceeds the available context size (%m tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":%n,"n_ctx":%m}}`, OpenAI),
	tooLong("context-exceeded", 500, `{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}`, OpenAI),
	tooLong("context-lmstudio", 400, `{"error":"Trying to keep the first %n tokens when context the overflows. However, the model is loaded with context length of only %m tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input"}`, OpenAI),
	tooLong("context-tgi", 422, "{\"error\":\"Input validation error: `inputs` tokens + `max_new_tokens` must be <= %m. Given: %n `inputs` tokens and 100 `max_new_tokens`\",\"error_type\":\"validation\"}", OpenAI),
	tooLong("context-anthropic", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: %n tokens > %m maximum"}}`, Anthropic),
	tooLong("context-ollama", 400, `{"error":"the input length exceeds the context length"}`, Ollama),
	{"context-in-stream", map[string]func(*Call) Reply{OpenAI: func(c *Call) Reply {
		if n := len(c.Body) / 4; n > ContextTokens {
			return Reply{ContentType: "text/event-stream",
				Raw: fmt.Sprintf("data: {\"error\":{\"code\":400,\"message\":\"prompt is too long: %d tokens > %d maximum\"},\"choices\":[]}\n\n", n, ContextTokens)}
		}
		return counted(c)
	}}},
}

func tooLong(name string, status int, body string, api string) Dialect {
	return Dialect{name, map[string]func(*Call) Reply{api: func(c *Call) Reply {
		if n := len(c.Body) / 4; n > ContextTokens {
			return Reply{Status: status, ContentType: "application/json", Raw: strings.NewReplacer("%n", fmt.Sprint(n), "%m", fmt.Sprint(ContextTokens)).Replace(body)}
		}
		return counted(c)
	}}}
}

// counted is the plain answer of a server that counts tokens as it bounds them.
func counted(c *Call) Reply {
	return Reply{Text: Hello, Form: Form{Counts: [2]string{fmt.Sprint(len(c.Body) / 4), "3"}}}
}
