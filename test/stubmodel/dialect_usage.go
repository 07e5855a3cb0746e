package stubmodel

// usageDialects count tokens in their own way.
var usageDialects = []Dialect{
	everywhere("usage-missing", always(Reply{Text: Hello, NoUsage: true})),
	counts("usage-null", "null", "null"),
	counts("usage-zero", "0", "0"),
	counts("usage-negative", "-1", "-1000"),
	counts("usage-absurd", "9000000000000000000", "9000000000000000000"),
	counts("usage-strings", `"90"`, `"10"`),
	counts("usage-fractions", "90.5", "10.2"),
	{"usage-in-each-chunk", map[string]func(*Call) Reply{OpenAI: always(Reply{ContentType: "text/event-stream",
		Raw: `data: {"choices":[{"index":0,"delta":{"content":"Hello "}}],"usage":{"prompt_tokens":90,"completion_tokens":5}}` + "\n\n" +
			`data: {"choices":[{"index":0,"delta":{"content":"there."},"finish_reason":"stop"}],"usage":{"prompt_tokens":90,"completion_tokens":10}}` + "\n\n" + "data: [DONE]\n\n"})}},
}

func counts(name, in, out string) Dialect {
	return everywhere(name, always(Reply{Text: Hello, Form: Form{Counts: [2]string{in, out}}}))
}
