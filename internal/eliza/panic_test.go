package eliza

import (
	"strings"
	"testing"
)

func explode(m map[string]int) { m["x"] = 1 }

func TestRecoveredNamesTheFunctionAndNothingElse(t *testing.T) {
	var err error
	func() {
		defer func() { err = Recovered(recover()) }()
		explode(nil)
	}()
	text := err.Error()
	if !strings.Contains(text, "eliza.explode") || !strings.Contains(text, "nil map") || strings.Contains(text, ".go") || strings.Contains(text, "\n") {
		t.Errorf("got %q", text)
	}
}
