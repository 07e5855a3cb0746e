package main

import (
	"strings"

	"github.com/elizad/elizad/test/stubmodel"
)

var (
	twice = []string{"Hello.", "Hello again."}
	once  = says(stubmodel.Hello).costs(2, 1)
)

const (
	openAIWords = "the words are of servers with OpenAI's API"
	ownRole     = "the system's words are a field of their own"
	noOptions   = "nothing of the kind is sent"
	noPieces    = "it is about the request"
)

var others = map[string]string{stubmodel.Anthropic: openAIWords, stubmodel.Ollama: openAIWords, inOnePiece: noPieces}

var refusalRows = []row{
	{dialect: "no-tools", says: twice, does: "answers 400, the model \"does not support tools\"", servers: "Ollama, in both of its APIs", sees: once, absent: map[string]string{inOnePiece: noPieces}},
	{dialect: "no-tool-parser", says: twice, does: "answers 400, a tool choice \"requires --enable-auto-tool-choice\"", servers: "vLLM", sees: once, absent: others},
	{dialect: "no-tool-endpoint", says: twice, does: "answers 404, \"no endpoints found that support tool use\"", servers: "OpenRouter", sees: once, absent: others},
	{dialect: "no-function-calling", says: twice, does: "answers 400, the model \"does not support tool use or function calling\"", servers: "xAI", sees: once, absent: others},
	{dialect: "tools-not-supported", says: twice, does: "answers 400, \"tools is not supported in this model\"", servers: "OpenAI (gpt-5-chat), Groq", sees: once, absent: others},
	{dialect: "no-tool-template", says: twice, does: "answers 500, tools require \"--jinja\"", servers: "llama.cpp", sees: once, absent: others},
	{dialect: "no-tools-but-calls", tool: true, says: []string{stubmodel.TideQuestion, stubmodel.TideQuestion}, does: "refuses tools, and calls the one that it reads of in its prompt", sees: tide.costs(3, 2),
		absent: map[string]string{inOnePiece: noPieces}},
	{dialect: "bad-schema", tool: true, says: []string{stubmodel.TideQuestion, stubmodel.TideQuestion}, does: "refuses the schema of one tool", servers: "Gemini, Ollama", sees: once, absent: map[string]string{inOnePiece: noPieces}},
	{dialect: "no-system-role", says: twice, does: "answers 400, \"system role not supported\"", servers: "vLLM, SGLang and llama-cpp-python (Gemma 2)", sees: once, absent: map[string]string{stubmodel.Anthropic: ownRole, inOnePiece: noPieces}},
	{dialect: "no-stream-options", says: twice, does: "answers 400, \"unrecognized request argument supplied: stream_options\"", servers: "Azure OpenAI, one-api", sees: once,
		absent: map[string]string{stubmodel.Anthropic: noOptions, stubmodel.Ollama: noOptions, inOnePiece: noPieces}},
	{dialect: "extra-inputs-forbidden", says: twice, does: "answers 422, \"extra inputs are not permitted\", and names stream_options", servers: "Mistral on Azure AI Foundry", sees: once,
		absent: map[string]string{stubmodel.Anthropic: noOptions, stubmodel.Ollama: noOptions, inOnePiece: noPieces}},
}

// long is a message of some 1,100 tokens.
var long = strings.Repeat("The tide goes out and comes in again. ", 115)

// tooLong is the talk that passes what the model reads with its second message.
var tooLong = []string{long, long, "Hello."}

func longer(dialect, does, servers, api string) row {
	absent := map[string]string{inOnePiece: noPieces}
	for _, other := range []string{stubmodel.OpenAI, stubmodel.Anthropic, stubmodel.Ollama} {
		if other != api {
			absent[other] = "the words are of another API's servers"
		}
	}
	return row{dialect: dialect, does: does, servers: servers, says: tooLong, sees: says(stubmodel.Hello).costs(1, 2, 1), absent: absent}
}

var contextRows = []row{
	longer("context-openai", "answers 400, code context_length_exceeded, \"maximum context length is ... tokens\"", "OpenAI", stubmodel.OpenAI),
	longer("context-vllm", "says so in an object of type error", "vLLM", stubmodel.OpenAI),
	longer("context-n-ctx", "answers 400, exceed_context_size_error, with n_ctx", "llama.cpp", stubmodel.OpenAI),
	longer("context-exceeded", "answers 500, \"context size has been exceeded\", without a number", "llama.cpp", stubmodel.OpenAI),
	longer("context-lmstudio", "answers 400, \"loaded with context length of only ... tokens\"", "LM Studio", stubmodel.OpenAI),
	longer("context-tgi", "answers 422, \"`inputs` tokens + `max_new_tokens` must be <= ...\"", "Text Generation Inference", stubmodel.OpenAI),
	longer("context-anthropic", "answers 400, \"prompt is too long: ... tokens > ... maximum\"", "Anthropic", stubmodel.Anthropic),
	longer("context-ollama", "answers 400, \"input length exceeds the context length\", without a number", "Ollama (of embeddings)", stubmodel.Ollama),
	longer("context-in-stream", "answers 200 and an error in the stream, \"prompt is too long\"", "OpenRouter", stubmodel.OpenAI),
}
