package main

import "github.com/elizad/elizad/test/stubmodel"

const (
	thatIsIt  = "the answer is the same in either form"
	noFilter  = "it has no filter"
	errorText = "its errors are texts"
	typed     = "its errors have types"
)

var (
	noForm  = map[string]string{inOnePiece: thatIsIt}
	openAIs = map[string]string{stubmodel.Anthropic: openAIWords, stubmodel.Ollama: openAIWords, inOnePiece: thatIsIt}
)

var faultRows = []row{
	{dialect: "error-200-quota", does: "answers 200 and an error: the quota is used up", servers: "OpenRouter", sees: fails("quota"), absent: noForm},
	{dialect: "error-200-code", does: "answers 200 and an error whose code is 429", servers: "OpenRouter", sees: fails("Rate limit reached").again(),
		absent: map[string]string{stubmodel.Ollama: "its errors have no code", inOnePiece: thatIsIt}},
	{dialect: "error-200-text", does: "answers 200 and an error that is a text", servers: "Text Generation Inference", sees: fails("not loaded"),
		absent: map[string]string{stubmodel.Anthropic: typed, inOnePiece: thatIsIt}},
	{dialect: "error-200-object", does: "answers 200 and an object of type error", servers: "vLLM (with status 400)", sees: fails("top_p must be"), absent: openAIs},
	{dialect: "error-list", does: "answers 400 and a list that holds the error", servers: "Gemini's OpenAI-compatible endpoint", sees: fails("pass a valid API key"), absent: openAIs},
	{dialect: "error-event", does: "sends an error in the middle of the stream", servers: "OpenRouter, Anthropic, Ollama", sees: half("Provider disconnected unexpectedly"), absent: map[string]string{inOnePiece: noPart}},
	{dialect: "error-event-first", does: "sends an error before any text in the stream", servers: "OpenRouter", sees: fails("Upstream is down").again(),
		absent: map[string]string{stubmodel.Ollama: "such a line is error-200-text", inOnePiece: thatIsIt}},
	{dialect: "error-finish", does: "sends an error in the middle beside a choice that ends with \"error\"", servers: "OpenRouter", sees: half("Provider disconnected unexpectedly"), absent: openAIs},
	{dialect: "html", does: "answers 200 and a page of HTML", sees: fails("text/html"), absent: noForm},
	{dialect: "html-502", does: "answers 502 and a page of HTML", sees: fails("502").again(), absent: noForm},
	{dialect: "retry-after-seconds", does: "answers 429 until the seconds of Retry-After are over", sees: says(stubmodel.Hello).costs(2), absent: noForm},
	{dialect: "retry-after-date", does: "answers 429 until the date of Retry-After has come", sees: says(stubmodel.Hello).costs(2), absent: noForm},
	{dialect: "quota-429", does: "answers 429 because the quota is used up", servers: "OpenAI", sees: fails("quota"), absent: noForm,
		differs: map[string]sees{stubmodel.Ollama: fails("quota").again()}},
	{dialect: "loading", does: "answers 503 while it loads the model", servers: "llama.cpp, llama-swap", sees: says(stubmodel.Hello).costs(2), absent: noForm},
	{dialect: "overloaded", does: "answers 503 for ever", servers: "Together, Gemini", sees: fails("overloaded").again(), absent: noForm},
	{dialect: "bad-key", does: "answers 401 and repeats the key", servers: "OpenAI", sees: fails("401"), absent: noForm},
	{dialect: "content-filter", does: "holds the answer back, and says why it ends", servers: "Azure OpenAI", sees: fails("held"),
		absent: map[string]string{stubmodel.Ollama: noFilter}},
	{dialect: "content-filter-late", does: "stops in the middle because of its filter", servers: "Azure OpenAI", sees: half("held"),
		absent: map[string]string{stubmodel.Ollama: noFilter, inOnePiece: noPart}},
	{dialect: "content-filter-400", does: "answers 400, code content_filter", servers: "Azure OpenAI", sees: fails("held"), absent: openAIs},
}

var usageRows = []row{
	{counts: true, dialect: "usage-missing", does: "counts nothing", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-null", does: "counts null", servers: "proxies that LiveKit met", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-zero", does: "counts 0", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-negative", does: "counts less than nothing", servers: "Portkey's gateway (Gemini)", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-absurd", does: "counts more than there can be", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-strings", does: "writes the numbers as texts", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-fractions", does: "counts fractions", sees: says(stubmodel.Hello)},
	{counts: true, dialect: "usage-in-each-chunk", does: "counts anew with each piece", servers: "Kimi", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Anthropic: "it counts at the beginning and the end", stubmodel.Ollama: "it counts at the end", inOnePiece: streamOnly}},
}
