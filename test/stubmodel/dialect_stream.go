package stubmodel

import "time"

// streamDialects send the answer in a form of their own.
var streamDialects = []Dialect{
	everywhere("plain", always(Reply{Text: Hello})),
	everywhere("no-stream", always(Reply{Text: Hello, NoStream: true})),
	{"no-stream-wrong-type", map[string]func(*Call) Reply{
		OpenAI:    always(Reply{Text: Hello, NoStream: true, ContentType: "text/event-stream"}),
		Anthropic: always(Reply{Text: Hello, NoStream: true, ContentType: "text/event-stream"}),
		Ollama:    always(Reply{Text: Hello, NoStream: true, ContentType: "text/plain"}),
	}},
	everywhere("stream-as-json", always(Reply{Text: Hello, ContentType: "application/json"})),
	everywhere("stream-as-text", always(Reply{Text: Hello, ContentType: "text/plain; charset=utf-8"})),
	{"no-done", map[string]func(*Call) Reply{OpenAI: always(Reply{Text: Hello, Form: Form{NoDone: true}})}},
	everywhere("crlf", always(Reply{Text: Hello, Form: Form{CRLF: true}})),
	everywhere("byte-by-byte", always(Reply{Text: "Grüße, 漢字 👩‍👩‍👧.", Form: Form{ByByte: true}})),
	everywhere("typography", always(Reply{Text: "It’s “done” — quite…"})),
	{"keep-alive-comments", map[string]func(*Call) Reply{
		OpenAI:    always(Reply{Text: Hello, Form: Form{Head: ": PROCESSING\n\n: PROCESSING\n\n"}}),
		Anthropic: always(Reply{Text: Hello, Form: Form{Head: ": PROCESSING\n\n"}}),
		Ollama:    always(Reply{Text: Hello, Form: Form{Head: "\n\n"}}),
	}},
	{"null-contents", map[string]func(*Call) Reply{OpenAI: always(Reply{Form: Form{
		Deltas: []string{`{"role":"assistant","content":null}`, `{"role":"assistant","content":"Hello "}`, `{"role":"assistant","content":"there.","tool_calls":null}`, `{"content":null}`},
		Whole:  `{"role":"assistant","content":"Hello there.","refusal":null,"tool_calls":null}`,
	}})}},
	{"chunk-without-choices", map[string]func(*Call) Reply{OpenAI: always(Reply{Text: Hello, Form: Form{
		Head: `data: {"id":"","object":"","created":0,"model":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}],"choices":[]}` + "\n\n",
	}})}},
	{"chunk-without-delta", map[string]func(*Call) Reply{OpenAI: always(Reply{Text: Hello, Form: Form{
		Head: `data: {"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{"check_offset":1},"content_filter_results":{}}]}` + "\n\n",
	}})}},
	{"data-without-space", map[string]func(*Call) Reply{OpenAI: always(Reply{Text: Hello, Form: Form{Tight: true}}), Anthropic: always(Reply{Text: Hello, Form: Form{Tight: true}})}},
	{"content-parts", map[string]func(*Call) Reply{OpenAI: always(Reply{Form: Form{
		Deltas: []string{`{"content":[{"type":"text","text":"Hello "}]}`, `{"content":[{"type":"text","text":"there."}]}`},
		Whole:  `{"role":"assistant","content":[{"type":"text","text":"Hello "},{"type":"text","text":"there."}]}`,
	}})}},
	{"cut-by-length", map[string]func(*Call) Reply{
		OpenAI:    always(Reply{Text: "Hello", Form: Form{Finish: "length"}}),
		Anthropic: always(Reply{Text: "Hello", Form: Form{Finish: "max_tokens"}}),
		Ollama:    always(Reply{Text: "Hello", Form: Form{Finish: "length"}}),
	}},
	everywhere("slow", always(Reply{Form: Form{Pieces: []string{"Hello ", "there."}}, FirstDelay: 200 * time.Millisecond, PieceDelay: 100 * time.Millisecond})),
	everywhere("empty", always(Reply{Empty: true})),
	{"empty-stream", map[string]func(*Call) Reply{OpenAI: always(Reply{ContentType: "text/event-stream", Raw: "data: [DONE]\n\n"})}},
	everywhere("cut", always(Reply{Form: Form{Pieces: []string{"Half an ", "answer"}}, CutAfter: 1})),
	everywhere("no-end", always(Reply{Form: Form{Pieces: []string{"Half an "}}, NoEnd: true})),
	everywhere("cut-at-once", always(Reply{CutAtOnce: true})),
	everywhere("silent", always(Reply{Hang: true})),
	everywhere("silent-in-the-middle", always(Reply{Form: Form{Pieces: []string{"Half an ", "answer"}}, HangAfter: 1})),
}
