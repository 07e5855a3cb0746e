package main

import "github.com/elizad/elizad/test/stubmodel"

const (
	ownThoughts = "its messages have thinking of their own"
	streamOnly  = "it is about the pieces of a stream"
)

// The second message shows whether the thought of the first is remembered.
var thoughtRows = saying(twice, []row{
	{dialect: "think-tags", does: "writes its thought into the text, between `<think>` and `</think>`", servers: "vLLM (MiniMax M2.5), llama.cpp (DeepSeek R1), Ollama", sees: thinks()},
	{dialect: "think-tags-split", does: "does so, and the tags are cut by the pieces of the stream", servers: "the same", sees: thinks()},
	{dialect: "think-closing-only", does: "writes only `</think>`, because its template has opened the thought", servers: "llama.cpp (reasoning_format none), Qwen 3.6", sees: thinks()},
	{dialect: "think-unclosed", does: "opens a thought and never ends it",
		sees: sees{reason: "empty_answer", told: "wrote nothing"}},
	{dialect: "thinking-tags", does: "uses `<thinking>`", sees: thinks()},
	{dialect: "reasoning-tags", does: "uses `<reasoning>`", servers: "vLLM", sees: thinks()},
	{dialect: "thought-tags", does: "uses `<thought>`", servers: "Gemini (Gemma 4)", sees: thinks()},
	{dialect: "think-namespaced", does: "uses `<mm:think>`", servers: "vLLM and OpenRouter (MiniMax M3)", sees: thinks()},
	{dialect: "think-brackets", does: "uses `[THINK]` and `[/THINK]`", servers: "koboldcpp (Magistral)", sees: thinks()},
	{dialect: "think-empty", does: "opens and ends a thought without a word in it", servers: "Ollama and vLLM (Qwen 3 with /no_think)", sees: says(stubmodel.Hello)},
	{dialect: "think-twice", does: "thinks again between two paragraphs", sees: sees{text: "Hello there.\n\nGood day.", thought: "secret\n\nplan"}},
	{dialect: "channels", does: "writes channels (`<|channel|>analysis<|message|>` ... `<|channel|>final<|message|>`)", servers: "mlx-lm, LlamaFarm (gpt-oss)", sees: thinks()},
	{dialect: "channels-gemma", does: "writes a channel of thought (`<|channel>thought` ... `<channel|>`)", servers: "LM Studio, Rapid-MLX, oMLX (Gemma 4)", sees: thinks()},
	{dialect: "template-leftovers", does: "ends its text with `<|im_end|>`", servers: "Ollama (own templates)", sees: says(stubmodel.Hello)},
	{dialect: "template-leftovers-split", does: "ends its text with `<|eot_id|>`, cut by the pieces of the stream", sees: says(stubmodel.Hello)},
	{dialect: "end-of-sequence", does: "ends its text with `</s>`", servers: "llama.cpp (Mistral 7B)", sees: says(stubmodel.Hello)},
	{dialect: "tags-mentioned", does: "explains the tags, in code", sees: says("The tag `<think>` opens a thought, and `</think>` ends it.")},
	{dialect: "angle-at-end", does: "ends with what could begin a tag", sees: says("Is 1 <")},
	{dialect: "reasoning-content-field", does: "tells its thought in `reasoning_content`", servers: "llama.cpp, vLLM, DeepSeek", sees: thinks(),
		absent: map[string]string{stubmodel.Anthropic: ownThoughts, stubmodel.Ollama: ownThoughts}},
	{dialect: "reasoning-field", does: "tells its thought in `reasoning`", servers: "OpenRouter, vLLM, mlx-lm", sees: thinks(),
		absent: map[string]string{stubmodel.Anthropic: ownThoughts, stubmodel.Ollama: ownThoughts}},
	{dialect: "both-fields", does: "tells the same thought in both", sees: thinks(),
		absent: map[string]string{stubmodel.Anthropic: ownThoughts, stubmodel.Ollama: ownThoughts}},
	{dialect: "thinking-field", does: "tells its thought in `thinking` (Anthropic: in a block of that type)", servers: "Ollama, Anthropic", sees: thinks()},
	{dialect: "thinking-parts", does: "sends content as a list of parts, some of type thinking", servers: "Mistral (Magistral)", sees: thinks(),
		absent: map[string]string{stubmodel.Anthropic: ownThoughts, stubmodel.Ollama: ownThoughts}},
	{dialect: "thought-only", does: "thinks and says nothing", servers: "mlx-lm (Gemma 4)", sees: sees{reason: "empty_answer", told: "wrote nothing"}},
})

// saying gives rows the messages of the person.
func saying(messages []string, rows []row) []row {
	for i := range rows {
		rows[i].says = messages
	}
	return rows
}
