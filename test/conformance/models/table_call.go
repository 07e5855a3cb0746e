package main

import "github.com/elizad/elizad/test/stubmodel"

// What the person reads of one tide, of two, and of none.
var (
	tide   = sees{text: "High tide: pier 14:07."}.costs(2)
	tides  = sees{text: "High tide: pier 14:07, mole 14:21."}.costs(2)
	untold = sees{text: "High tide: a problem."}.costs(2)
)

const (
	noIndexes   = "its calls come whole, without numbers"
	blockNumber = "its calls are blocks with numbers"
	noIDs       = "its calls have no ids"
	wholeCalls  = "a call comes in one piece"
	anObject    = "that is its own form"
	noReason    = "an answer that ends with calls ends like any other"
)

var callRows = []row{
	{dialect: "call", tool: true, does: "asks for a tool as documented", servers: "all", sees: tide},
	{dialect: stubmodel.LookUp, does: "asks for an action of the agent's own, to look something up", servers: "all", sees: says("You said: Hello.").costs(2)},
	{dialect: "text-before-call", tool: true, does: "writes a sentence before the call", servers: "hosted models", sees: sees{text: "Let me look. High tide: pier 14:07."}.costs(2)},
	{dialect: "calls-without-index", tool: true, does: "leaves the index of parallel calls out", servers: "Gemini's OpenAI-compatible endpoint", sees: tides,
		absent: map[string]string{stubmodel.Anthropic: blockNumber, stubmodel.Ollama: noIndexes}},
	{dialect: "calls-without-id", tool: true, does: "leaves the ids out", servers: "proxies to Gemini, Ollama", sees: tides, absent: map[string]string{stubmodel.Ollama: noIDs}},
	{dialect: "calls-all-index-0", tool: true, does: "gives all calls the index 0, with ids of their own", servers: "gcli2api, omnigent (Gemini)", sees: tides,
		absent: map[string]string{stubmodel.Anthropic: blockNumber, stubmodel.Ollama: noIndexes, inOnePiece: streamOnly}},
	{dialect: "calls-index-0-without-id", tool: true, does: "gives all calls the index 0 and no id", servers: "GPT-5.4 as Open WebUI met it", sees: tides,
		absent: map[string]string{stubmodel.Anthropic: blockNumber, stubmodel.Ollama: noIndexes, inOnePiece: streamOnly}},
	{dialect: "call-id-changes", tool: true, does: "gives each piece of one call another id", servers: "Poolside", sees: tide,
		absent: map[string]string{stubmodel.Anthropic: wholeCalls + " but for its arguments", stubmodel.Ollama: noIDs, inOnePiece: streamOnly}},
	{dialect: "call-name-split", tool: true, does: "sends the name in two pieces", servers: "Gemini as Continue met it", sees: tide,
		absent: map[string]string{stubmodel.Anthropic: wholeCalls + " but for its arguments", stubmodel.Ollama: wholeCalls, inOnePiece: streamOnly}},
	{dialect: "call-name-repeated", tool: true, does: "repeats the name with each piece", servers: "NVIDIA NIM (MiniMax M2.7)", sees: tide,
		absent: map[string]string{stubmodel.Anthropic: wholeCalls + " but for its arguments", stubmodel.Ollama: wholeCalls, inOnePiece: streamOnly}},
	{dialect: "arguments-by-letter", tool: true, does: "sends the arguments letter by letter", servers: "LM Studio", sees: tide,
		absent: map[string]string{stubmodel.Ollama: wholeCalls, inOnePiece: streamOnly}},
	{dialect: "arguments-object", tool: true, does: "sends the arguments as an object (Anthropic: all of them where the block begins)", servers: "llama.cpp", sees: tide,
		absent: map[string]string{stubmodel.Ollama: anObject}},
	{dialect: "arguments-string", tool: true, does: "sends the arguments as a text", sees: tide,
		absent: map[string]string{stubmodel.OpenAI: anObject, stubmodel.Anthropic: "they are a text in its stream"}},
	{dialect: "arguments-double-encoded", tool: true, does: "sends the arguments as a text within a text", servers: "Amazon Nova Sonic", sees: tide},
	{dialect: "arguments-trailing-comma", tool: true, does: "leaves a comma behind the last argument", sees: tide},
	{dialect: "arguments-cut", tool: true, does: "cuts the arguments off", servers: "vLLM (Hermes parser; a limit of tokens)", sees: untold},
	{dialect: "arguments-broken", tool: true, does: "writes arguments that are no JSON", sees: untold},
	{dialect: "arguments-list", tool: true, does: "writes a list in place of named arguments", sees: untold},
	{dialect: "arguments-empty", tool: true, does: "sends no arguments at all", sees: untold,
		absent: map[string]string{stubmodel.Anthropic: "an empty object is its own form", stubmodel.Ollama: "an empty object is its own form"}},
	{dialect: "arguments-null", tool: true, does: "sends null for the arguments", sees: untold,
		absent: map[string]string{stubmodel.Anthropic: "an empty object is its own form"}},
	{dialect: "calls-end-as-text", tool: true, does: "says that the answer ended as a text does, although it asks for a tool", servers: "vLLM", sees: tide,
		absent: map[string]string{stubmodel.Ollama: noReason}},
	{dialect: "empty-call-list", does: "sends an empty list of calls with each piece", servers: "Foundry Local, vLLM", sees: says(stubmodel.Hello),
		absent: map[string]string{stubmodel.Anthropic: "a call is a block, of which there is none"}},
	{dialect: "unknown-tool", tool: true, does: "asks for a tool that nobody offered", sees: untold},
	{dialect: "endless-calls", tool: true, does: "asks for a tool in every answer, for as long as tools are offered", sees: tide.costs(steps)},
	{dialect: "endless-same-call", tool: true, does: "repeats one call for ever", sees: tide.costs(repeats + 1)},
}

const (
	steps   = 6 // how often a turn calls its model at most
	repeats = 3 // after so many calls for the same the model is asked without tools
)
