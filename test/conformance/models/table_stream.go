package main

import "github.com/elizad/elizad/test/stubmodel"

const (
	noMarker  = "its stream has no such marker"
	plainText = "its content is a text"
	noStream  = "it is not streamed anyway"
	noPart    = "there is no part of it"
)

var openAIOnly = map[string]string{stubmodel.Anthropic: plainText, stubmodel.Ollama: plainText}

var streamRows = []row{
	{dialect: "plain", does: "answers as documented", servers: "all", sees: says(stubmodel.Hello)},
	{dialect: "no-stream", does: "sends one JSON document although a stream was asked for", servers: "Text Generation Inference 1.3", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: noStream}},
	{dialect: "no-stream-wrong-type", does: "does so and calls it an event stream (Ollama: plain text)", servers: "9router", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: noStream}},
	{dialect: "stream-as-json", does: "streams, and calls it JSON", servers: "gateways that OpenClaw met", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: streamOnly}},
	{dialect: "stream-as-text", does: "streams, and calls it plain text", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: streamOnly}},
	{dialect: "no-done", does: "ends the stream without `[DONE]`", servers: "ik_llama.cpp, Text Generation Inference, MLC LLM, vllm-mlx", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Anthropic: noMarker, stubmodel.Ollama: noMarker, inOnePiece: streamOnly}},
	{dialect: "crlf", does: "ends lines with CR and LF", servers: "Azure OpenAI, servers on sse-starlette", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: streamOnly}},
	{dialect: "byte-by-byte", does: "sends letters cut in two by the packets", sees: says("Grüße, 漢字 👩‍👩‍👧."), absent: map[string]string{inOnePiece: streamOnly}},
	{dialect: "typography", does: "writes quotation marks and dashes of several bytes", servers: "all", sees: says("It’s “done” — quite…")},
	{dialect: "keep-alive-comments", does: "sends comments (Ollama: empty lines) before the answer", servers: "OpenRouter", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: streamOnly}},
	{dialect: "null-contents", does: "sends contents that are null, and the role with each piece", sees: says(stubmodel.Hello), absent: openAIOnly},
	{dialect: "chunk-without-choices", does: "begins with a chunk without choices", servers: "Azure OpenAI", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Anthropic: "it has no choices", stubmodel.Ollama: "it has no choices", inOnePiece: streamOnly}},
	{dialect: "chunk-without-delta", does: "sends a choice without a delta", servers: "Azure OpenAI", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Anthropic: "it has no choices", stubmodel.Ollama: "it has no choices", inOnePiece: streamOnly}},
	{dialect: "data-without-space", does: "leaves out the space behind `data:`", servers: "proxies that Clawith met", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Ollama: "its lines have no fields", inOnePiece: streamOnly}},
	{dialect: "content-parts", does: "sends the content as a list of parts", servers: "Mistral, gateways", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Anthropic: "that is its own form", stubmodel.Ollama: plainText}},
	{dialect: "cut-by-length", does: "stops in the middle because of a limit of tokens, and says so", servers: "all", sees: says("Hello")},
	{dialect: "slow", does: "begins late and writes slowly", sees: says(stubmodel.Hello), absent: map[string]string{inOnePiece: streamOnly}},
	{dialect: "empty", does: "answers properly, with no word", servers: "gcli2api (Gemini)", sees: sees{reason: "empty_answer", told: "wrote nothing"}},
	{dialect: "empty-stream", does: "sends `[DONE]` and nothing else", sees: sees{reason: "empty_answer", told: "wrote nothing"},
		absent: map[string]string{stubmodel.Anthropic: noMarker, stubmodel.Ollama: noMarker, inOnePiece: streamOnly}},
	{dialect: "cut", does: "breaks the connection in the middle", servers: "DeepSeek behind LiteLLM", sees: half("broke off"), absent: map[string]string{inOnePiece: noPart}},
	{dialect: "no-end", does: "ends the stream in the middle without a word", sees: half("broke off"), absent: map[string]string{inOnePiece: noPart}},
	{dialect: "cut-at-once", does: "breaks the connection before the first byte", sees: fails("connection").again(), absent: map[string]string{inOnePiece: noPart}},
	{dialect: "silent", does: "says nothing at all", sees: fails("silent for").again(), absent: map[string]string{inOnePiece: noPart}},
	{dialect: "silent-in-the-middle", does: "falls silent in the middle", sees: half("silent for"), absent: map[string]string{inOnePiece: noPart}},
}
