package espeak

import (
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/speechtest"
)

func engine(t *testing.T) *Engine {
	t.Helper()
	e := Find()
	if e == nil {
		t.Fatal("espeak-ng is not installed (run `make setup`)")
	}
	return e
}

func TestContract(t *testing.T) { speechtest.Voice(t, engine(t)) }

func TestLanguages(t *testing.T) {
	e := engine(t)
	for _, m := range []speech.Manner{{Language: "de"}, {Language: "pt-BR"}, {Voice: "en+f3"}, {Voice: "en-US-Neural2-F"}, {Voice: "; rm -rf /", Language: "fr"}} {
		if clip, err := e.Say(t.Context(), "Guten Morgen.", m); err != nil || len(clip.Samples) == 0 {
			t.Errorf("%+v: %v", m, err)
		}
	}
	for _, m := range []speech.Manner{{Language: "xx-nowhere"}, {Voice: "nobody", Language: "/etc/passwd"}} {
		if _, err := e.Say(t.Context(), "Guten Morgen.", m); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%+v: %v", m, err)
		}
	}
}
