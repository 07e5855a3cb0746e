package eliza

import (
	"strings"
	"testing"
)

func TestSecretsInTextsAreMasked(t *testing.T) {
	for text, want := range map[string]string{
		"https://host/mcp?api_key=SECRET&page=2":                      "https://host/mcp?api_key=[REDACTED]&page=2",
		"https://host/mcp?q=Zx81kqP0a7Lm2nB4":                         "https://host/mcp?q=[REDACTED]",
		"https://olga:SECRET@host/mcp":                                "https://[REDACTED]@host/mcp",
		"https://host/s/0123abcd-4567-89ab-cdef-0123456789ab/mcp":     "https://host/s/[REDACTED]/mcp",
		`Get "https://host:8443/a?token=SECRET": EOF`:                 `Get "https://host:8443/a?token=[REDACTED]": EOF`,
		"wss://host/socket?access_token=SECRET#token=SECRET":          "wss://host/socket?access_token=[REDACTED]#token=[REDACTED]",
		"sent Authorization: Bearer SECRET-TOKEN to it":               "sent Authorization: Bearer [REDACTED] to it",
		"X-Api-Key: 0123456789abcdef0123":                             "X-Api-Key: [REDACTED]",
		"the token: expired":                                          "the token: expired",
		"header bearer abcdef123456":                                  "header bearer [REDACTED]",
		"API_KEY=SECRET started":                                      "API_KEY=[REDACTED] started",
		`{"apiKey": "SECRET", "name": "x"}`:                           `{"apiKey": "[REDACTED]", "name": "x"}`,
		"the key sk-proj-abcdefghijkl was refused":                    "the key [REDACTED] was refused",
		"https://host/docs/2025-06-18/basic/transports":               "https://host/docs/2025-06-18/basic/transports",
		"state: ready, tools: 3, monkey=banana, publicKey=0123456789": "state: ready, tools: 3, monkey=banana, publicKey=0123456789",
		"postgres://user:SECRET@db/x?sslmode=off":                     "postgres://[REDACTED]@db/x?sslmode=off",
	} {
		if got := MaskSecrets(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

func FuzzMaskSecrets(f *testing.F) {
	f.Add("x", "host")
	f.Add("https://a:b@", "%zz")
	f.Fuzz(func(t *testing.T, before, host string) {
		masked := MaskSecrets(before + " https://h.example/mcp?api_key=s3cr3tV4lue! " + host)
		if strings.Contains(masked, "s3cr3tV4lue") {
			t.Errorf("%q", masked)
		}
	})
}
