package main

import "github.com/elizad/elizad/test/stubmodel"

var leakRows = []row{
	{dialect: "leak-tool-call", tool: true, does: "writes `<tool_call>{\"name\": ..., \"arguments\": ...}</tool_call>`", servers: "vLLM without a tool parser (Qwen)", sees: tide},
	{dialect: "leak-tool-call-split", tool: true, does: "does so, and the tags are cut by the pieces of the stream", servers: "the same", sees: tide},
	{dialect: "leak-after-text", tool: true, does: "does so behind a sentence", servers: "the same", sees: sees{text: "Let me look. High tide: pier 14:07."}.costs(2)},
	{dialect: "leak-after-thought", tool: true, does: "does so behind a thought in tags", servers: "the same", sees: sees{text: tide.text, thought: stubmodel.Secret}.costs(2)},
	{dialect: "leak-two-calls", tool: true, does: "writes two calls", servers: "the same", sees: tides},
	{dialect: "leak-unclosed", tool: true, does: "leaves the closing tag out", servers: "vLLM (Hermes 2 Pro)", sees: tide},
	{dialect: "leak-broken", tool: true, does: "writes a call whose arguments are no JSON", sees: untold},
	{dialect: "leak-function-tags", tool: true, does: "writes `<function=...><parameter=...>` within `<tool_call>`", servers: "vLLM, Flama (Qwen 3 Coder)", sees: tide},
	{dialect: "leak-bare-json", tool: true, does: "writes the JSON of a call and nothing else", servers: "Ollama (Llama 3.2), oMLX, Rapid-MLX", sees: tide},
	{dialect: "leak-python-tag", tool: true, does: "writes `<|python_tag|>` before the JSON of a call", servers: "Rapid-MLX, vllm-mlx (Llama 3.1)", sees: tide},
	{dialect: "leak-tool-calls-list", tool: true, does: "writes `[TOOL_CALLS]` before a list of calls", sees: tide},
	{dialect: "leak-channel", tool: true, does: "writes a channel of commentary to a function", servers: "mlx-lm (gpt-oss)", sees: tide},
}
