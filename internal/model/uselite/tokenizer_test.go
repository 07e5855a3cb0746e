package uselite

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

func TestTokensOfUnusualTexts(t *testing.T) {
	e := encoder(t)
	for text, want := range map[string]string{
		"":                 "",
		"ﬁne":              "▁fine",        // NFKC
		"ＡＢＣ":              "▁A|BC",        // full width
		"你好 and 世界":        "▁|�|▁and|▁|�", // one unknown for a run
		"two  spaces":      "▁two|▁|▁space|s",
		"hello.\x80":       "▁hell|o|.|�",
		"time 8:15":        "▁time|▁8|:|15", // a piece without a score
		"▁under_the_score": "▁|▁under|_|the|_|s|core",
	} {
		var pieces []string
		for _, id := range e.tokenizer.tokenize(text) {
			pieces = append(pieces, e.tokenizer.piece(id))
		}
		if got := strings.Join(pieces, "|"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// piece returns the text of a token.
func (t *tokenizer) piece(id int32) string {
	for text, other := range t.ids {
		if other == id {
			return text
		}
	}
	return "�"
}

func FuzzTokenize(f *testing.F) {
	for _, text := range []string{"", "hello", " ", "Naïve café — 你好 🙂 test", "a\u0301\u0301\u0301", "\xff\xfe", "ﷺﷺﷺ", "://)::00"} {
		f.Add(text)
	}
	t := newTokenizer([]packfile.Piece{0: {Text: "�"}, 5: {}, 6: {Text: "a", Score: -1}, 7: {Text: "▁a", Score: -2}, 8: {Text: "ab", Score: -1.5}, 9: {Text: "é"}})
	f.Fuzz(func(test *testing.T, text string) {
		ids := t.tokenize(text)
		if len(ids) > maxTokens {
			test.Fatalf("%d tokens", len(ids))
		}
		written := clean(text)
		if !utf8.ValidString(written) || (written == "") != (len(ids) == 0) {
			test.Fatalf("%q is written %q and has %d tokens", text, written, len(ids))
		}
		for _, id := range ids {
			if id != unknown && (id < reserved || id > 9) {
				test.Fatalf("token %d", id)
			}
		}
	})
}
