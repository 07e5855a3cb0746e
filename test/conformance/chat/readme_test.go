package chat

import (
	"os"
	"strings"
	"testing"
)

// printed returns the first block of code of a language in a section of
// README.md, with the server's address in place of the printed one.
func printed(t *testing.T, section, language, address string) string {
	t.Helper()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "\n## "+section+"\n")
	if found {
		rest, _, _ = strings.Cut(rest, "\n## ")
		_, rest, found = strings.Cut(rest, "```"+language+"\n")
	}
	code, _, closed := strings.Cut(rest, "\n```")
	const shown = "http://127.0.0.1:3000"
	if !found || !closed || !strings.Contains(code, shown) {
		t.Fatalf("README.md has no %s for %s under %q", language, shown, section)
	}
	return strings.ReplaceAll(code, shown, address)
}

// With nothing but what the binary brings: no key, no model server.
func TestConversationWithCurlAsPrinted(t *testing.T) {
	script := printed(t, "A first conversation with curl", "sh", serve(t))
	out := run(t, "", nil, "sh", "-e", "-u", "-c", script)
	answers := strings.Split(strings.TrimSpace(out), "\n")
	last := answers[len(answers)-1]
	_, text, _ := strings.Cut(last, `"agentResponse":`)
	if len(answers) != 2 || !strings.Contains(text, "Rex") || !strings.Contains(text, "remember that my dog is called Rex") && !strings.Contains(text, "told me") {
		t.Errorf("the last answer does not say Rex and where from:\n%s", out)
	}
	t.Log(text)
}

func TestConversationWithSocketAsPrinted(t *testing.T) {
	script := printed(t, "A first conversation with socket.io-client", "js", serve(t))
	out := run(t, script, nil, "node", "--input-type=module", "-")
	if !strings.Contains(out, "Me: hello\n") || !strings.Contains(out, "\nEliza: ") {
		t.Errorf("printed:\n%s", out)
	}
	t.Log(out)
}
