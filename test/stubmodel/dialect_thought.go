package stubmodel

import (
	"bytes"
	"encoding/json"
)

// What dialects say, and what they think meanwhile.
const (
	Hello  = "Hello there."
	Secret = "secret plan"
)

// thoughtDialects tell what the model thinks, in its text or beside it. None
// of them answers a request that holds the thought of an answer before.
var thoughtDialects = private([]Dialect{
	pieces("think-tags", "<think>secret plan</think>", "\n\nHello there."),
	pieces("think-tags-split", "<thi", "nk>secret ", "plan</th", "ink>\n\nHel", "lo there."),
	pieces("think-closing-only", "secret ", "plan\n</think>\n\n", "Hello there."),
	{"think-unclosed", map[string]func(*Call) Reply{
		OpenAI: unclosed("length"), Anthropic: unclosed("max_tokens"), Ollama: unclosed("length"),
	}},
	pieces("thinking-tags", "<thinking>\nsecret plan\n</thinking>\n", "Hello there."),
	pieces("reasoning-tags", "<reasoning>secret plan</reasoning>", "Hello there."),
	pieces("thought-tags", "<thought>", "secret plan", "</thought>", "Hello there."),
	pieces("think-namespaced", "<mm:think>", "secret plan", "</mm:think>", "Hello there."),
	pieces("think-brackets", "[THINK]secret plan[/THINK]", "Hello there."),
	pieces("think-empty", "<think>\n\n</think>\n\n", "Hello there."),
	pieces("think-twice", "<think>secret</think>", "Hello there.\n\n", "<think>plan</think>", "Good day."),
	pieces("channels", "<|channel|>analysis<|mes", "sage|>secret plan<|end|><|start|>assistant<|chan", "nel|>final<|message|>Hello ", "there."),
	pieces("channels-gemma", "<|channel>thought\nsecret plan", "<channel|>Hello there."),
	pieces("template-leftovers", "Hello there.", "<|im_end|>"),
	pieces("template-leftovers-split", "Hello there", ".<|eot", "_id|>"),
	pieces("end-of-sequence", "Hello there.", "</s>"),
	pieces("tags-mentioned", "The tag `<think>` opens a thought, ", "and `</think>` ends it."),
	pieces("angle-at-end", "Is 1 ", "<"),
	thoughtField("reasoning-content-field", "reasoning_content"),
	thoughtField("reasoning-field", "reasoning"),
	thoughtField("both-fields", "reasoning", "reasoning_content"),
	{"thinking-field", map[string]func(*Call) Reply{
		OpenAI: always(inFields("thinking")),
		Anthropic: always(Reply{Form: Form{
			Deltas: append(block(0, `{"type":"thinking","thinking":"","signature":""}`,
				`{"type":"thinking_delta","thinking":"secret "}`, `{"type":"thinking_delta","thinking":"plan"}`, `{"type":"signature_delta","signature":"c2ln"}`),
				textBlock(1, "Hello ", "there.")...),
			Whole: `[{"type":"thinking","thinking":"secret plan","signature":"c2ln"},{"type":"text","text":"Hello there."}]`,
		}}),
		Ollama: always(inFields("thinking")),
	}},
	{"thinking-parts", map[string]func(*Call) Reply{OpenAI: always(Reply{Form: Form{
		Deltas: []string{`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"secret "}]}]}`,
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"plan"}]}]}`, `{"content":"Hello "}`, `{"content":"there."}`},
		Whole: `{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"secret plan"}]},{"type":"text","text":"Hello there."}]}`,
	}})}},
	{"thought-only", map[string]func(*Call) Reply{
		OpenAI: always(Reply{Form: Form{
			Deltas: []string{`{"reasoning_content":"secret plan"}`}, Whole: `{"role":"assistant","content":null,"reasoning_content":"secret plan"}`,
		}}),
		Anthropic: always(Reply{Form: Form{
			Deltas: block(0, `{"type":"thinking","thinking":"","signature":""}`, `{"type":"thinking_delta","thinking":"secret plan"}`),
			Whole:  `[{"type":"thinking","thinking":"secret plan","signature":"c2ln"}]`,
		}}),
		Ollama: always(Reply{Form: Form{
			Deltas: []string{`{"role":"assistant","content":"","thinking":"secret plan"}`}, Whole: `{"role":"assistant","content":"","thinking":"secret plan"}`,
		}}),
	}},
})

// private has dialects refuse what they thought before.
func private(all []Dialect) []Dialect {
	for _, d := range all {
		for api, say := range d.speaks {
			d.speaks[api] = func(c *Call) Reply {
				if bytes.Contains(c.Body, []byte("secret")) {
					return Reply{Status: 400, Message: "a thought came back"}
				}
				return say(c)
			}
		}
	}
	return all
}

// pieces is a dialect of text that comes in these pieces.
func pieces(name string, all ...string) Dialect {
	return everywhere(name, always(Reply{Form: Form{Pieces: all}}))
}

func unclosed(finish string) func(*Call) Reply {
	return always(Reply{Form: Form{Pieces: []string{"<think>secret", " plan"}, Finish: finish}})
}

// thoughtField is a dialect that tells the thought in members of the message.
func thoughtField(name string, fields ...string) Dialect {
	return Dialect{name, map[string]func(*Call) Reply{OpenAI: always(inFields(fields...))}}
}

func inFields(fields ...string) Reply {
	message := func(content, thought string) string {
		m := map[string]any{"role": "assistant", "content": content}
		for _, f := range fields {
			if thought != "" {
				m[f] = thought
			}
		}
		return raw(m)
	}
	return Reply{Form: Form{
		Deltas: []string{message("", "secret "), message("", "plan"), message("Hello ", ""), message("there.", "")},
		Whole:  message(Hello, Secret),
	}}
}

// raw encodes what certainly can be.
func raw(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
