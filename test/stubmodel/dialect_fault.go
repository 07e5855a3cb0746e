package stubmodel

import (
	"net/http"
	"time"
)

// faultDialects report a failure, or fail, in their own way.
var faultDialects = []Dialect{
	bodies("error-200-quota", 200, "application/json", map[string]string{
		OpenAI:    `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`,
		Anthropic: `{"type":"error","error":{"type":"billing_error","message":"Your credit balance is too low: quota exceeded."}}`,
		Ollama:    `{"error":"quota exceeded for this account","code":"insufficient_quota"}`,
	}),
	bodies("error-200-code", 200, "application/json", map[string]string{
		OpenAI:    `{"error":{"message":"Rate limit reached, slow down.","code":429}}`,
		Anthropic: `{"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached, slow down."}}`,
	}),
	bodies("error-200-text", 200, "application/json", map[string]string{
		OpenAI: `{"error":"the model is not loaded"}`,
		Ollama: `{"error":"the model is not loaded"}`,
	}),
	bodies("error-200-object", 200, "application/json", map[string]string{
		OpenAI: `{"object":"error","message":"top_p must be in (0, 1], got 0.0.","type":"BadRequestError","param":null,"code":400}`,
	}),
	bodies("error-list", 400, "application/json", map[string]string{
		OpenAI: `[{"error":{"code":400,"message":"Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]`,
	}),
	everywhere("error-event", always(Reply{Form: Form{Pieces: []string{"Half an ", "answer"}}, ErrorAfter: 1, ErrorType: "overloaded_error", Message: "Provider disconnected unexpectedly"})),
	bodies("error-event-first", 200, "text/event-stream", map[string]string{
		OpenAI:    "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"error\":{\"code\":502,\"message\":\"Upstream is down\"},\"choices\":[]}\n\n",
		Anthropic: "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Upstream is down\"}}\n\n",
	}),
	{"error-finish", map[string]func(*Call) Reply{OpenAI: always(Reply{ContentType: "text/event-stream",
		Raw: `data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Half an "},"finish_reason":null}]}` + "\n\n" +
			`data: {"id":"x","object":"chat.completion.chunk","error":{"code":"server_error","message":"Provider disconnected unexpectedly"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}` + "\n\n" + "data: [DONE]\n\n"})}},
	page("html", 200),
	page("html-502", 502),
	{"retry-after-seconds", retry(func(*Call) string { return "1" })},
	{"retry-after-date", retry(func(c *Call) string {
		return time.Now().Add(-c.Since).Add(2 * time.Second).UTC().Format(http.TimeFormat)
	})},
	everywhere("quota-429", always(Reply{Status: 429, ErrorType: "insufficient_quota", Message: "You exceeded your current quota, please check your plan and billing details."})),
	everywhere("loading", func(c *Call) Reply {
		if c.Nth == 1 {
			return Reply{Status: 503, ErrorType: "unavailable_error", Message: "Loading model"}
		}
		return Reply{Text: Hello}
	}),
	everywhere("overloaded", always(Reply{Status: 503, Message: "The model is overloaded"})),
	everywhere("bad-key", always(Reply{Status: 401, EchoKey: true})),
	{"content-filter", map[string]func(*Call) Reply{
		OpenAI:    always(Reply{Empty: true, Form: Form{Finish: "content_filter"}}),
		Anthropic: always(Reply{Empty: true, Form: Form{Finish: "refusal"}}),
	}},
	{"content-filter-late", map[string]func(*Call) Reply{
		OpenAI:    always(Reply{Form: Form{Pieces: []string{"Half an "}, Finish: "content_filter"}}),
		Anthropic: always(Reply{Form: Form{Pieces: []string{"Half an "}, Finish: "refusal"}}),
	}},
	bodies("content-filter-400", 400, "application/json", map[string]string{
		OpenAI: `{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}`,
	}),
}

// bodies is a dialect that answers with these bodies.
func bodies(name string, status int, contentType string, byAPI map[string]string) Dialect {
	d := Dialect{name, map[string]func(*Call) Reply{}}
	for api, body := range byAPI {
		d.speaks[api] = always(Reply{Status: status, ContentType: contentType, Raw: body})
	}
	return d
}

func page(name string, status int) Dialect {
	return everywhere(name, always(Reply{Status: status, ContentType: "text/html; charset=utf-8", Raw: "<html><body><h1>Bad gateway</h1></body></html>"}))
}

// retry asks for patience, and answers nobody who comes before the moment that
// it named.
func retry(after func(*Call) string) map[string]func(*Call) Reply {
	say := func(c *Call) Reply {
		if c.Nth == 1 || c.Since < 950*time.Millisecond {
			return Reply{Status: 429, RetryAfter: after(c), Message: "slow down"}
		}
		return Reply{Text: Hello}
	}
	return map[string]func(*Call) Reply{OpenAI: say, Anthropic: say, Ollama: say}
}
