package mcp_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/mcp"
)

func character(t testing.TB, servers string) eliza.Character {
	t.Helper()
	var c eliza.Character
	if err := json.Unmarshal([]byte(`{"name":"A","bio":"x","settings":{"mcp":{"servers":`+servers+`}}}`), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWhatIsWrongWithAServerIsTold asks for the state of servers that cannot be
// used.
func TestWhatIsWrongWithAServerIsTold(t *testing.T) {
	for servers, want := range map[string]string{
		`{"x":{"type":"stdio"}}`:                                    "command: a server of type stdio needs one",
		`{"x":{"type":"carrier pigeon"}}`:                           "type: it is one of",
		`{"x":{"type":"http"}}`:                                     "allowed are addresses of http and https",
		`{"x":{"url":"file:///etc/passwd"}}`:                        "allowed are addresses of http and https",
		`{"x":{"url":"http://user:password@example.com"}}`:          "a user name or a password",
		`{"x":{"url":"http://example.com","approval":"sometimes"}}`: "approval: it is one of",
		`{"x":{"command":7}}`:                                       "its settings cannot be read",
		`{"x":"a text"}`:                                            "its settings cannot be read",
	} {
		s := mcp.New(mcp.Options{Log: slog.New(slog.DiscardHandler)})
		a := eliza.NewAgent(character(t, servers))
		status := s.Status(&a)
		if len(status) != 1 || status[0].State != mcp.Failed || !strings.Contains(status[0].Error, want) {
			t.Errorf("%s: %+v, want %q", servers, status, want)
		}
		if tools := s.Tools(t.Context(), &a, false); len(tools) != 0 {
			t.Errorf("%s: %v", servers, tools)
		}
		s.Close()
	}
}

func FuzzServers(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":{"command":"x","args":["y"],"env":{"A":"b"}}}`, `{"a":{"url":"http://x","headers":{"A":"b"},"timeout":-1}}`, `[]`, `null`, `7`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, servers string) {
		var c eliza.Character
		if json.Unmarshal([]byte(`{"name":"A","bio":"x","settings":{"mcp":{"servers":`+servers+`}}}`), &c) != nil {
			return
		}
		if n := len(mcp.Servers(&c)); n > 20 {
			t.Errorf("%d servers", n)
		}
	})
}
