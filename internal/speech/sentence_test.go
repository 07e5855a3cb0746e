package speech

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"":                     nil,
		"Hello":                {"Hello"},
		"Hello. How are you? ": {"Hello. ", "How are you? "},
		"Dr. Smith paid 3.50 dollars, e.g. for tea. Fine.":    {"Dr. Smith paid 3.50 dollars, e.g. for tea. ", "Fine."},
		"J. Doe is here. So am I. Good.":                      {"J. Doe is here. ", "So am I. ", "Good."},
		"\"Stop!\" he said. (Really?) Yes...  Well":           {"\"Stop!\" ", "he said. ", "(Really?) ", "Yes...  ", "Well"},
		"First\n\nSecond line\n- third":                       {"First\n\n", "Second line\n", "- third"},
		"1. Wash it.\n2. Dry it.":                             {"1. Wash it.\n", "2. Dry it."},
		"こんにちは。元気ですか？":                                        {"こんにちは。", "元気ですか？"},
		strings.Repeat("many words, ", 40) + "and an end. Ok": {strings.Repeat("many words, ", 25), strings.Repeat("many words, ", 15) + "and an end. ", "Ok"},
		strings.Repeat("x", 650):                              {strings.Repeat("x", 300), strings.Repeat("x", 300), strings.Repeat("x", 50)},
	} {
		if diff := cmp.Diff(want, Sentences(text)); diff != "" {
			t.Errorf("%.60q (-want +got)\n%s", text, diff)
		}
	}
}

func TestSentencesComeAsSoonAsTheyAreWhole(t *testing.T) {
	var c Cutter
	for _, step := range []struct {
		piece string
		want  []string
	}{{"Good mor", nil}, {"ning.", nil}, {" How", []string{"Good morning. "}}, {" are you? I am fine. And", []string{"How are you? ", "I am fine. "}}} {
		if diff := cmp.Diff(step.want, c.Add(step.piece)); diff != "" {
			t.Errorf("after %q\n%s", step.piece, diff)
		}
	}
	if diff := cmp.Diff([]string{"And"}, c.Rest()); diff != "" {
		t.Error(diff)
	}
}

func TestSpeakable(t *testing.T) {
	for text, want := range map[string]string{
		"**Bold** and _plain_ `code`":              "Bold and _plain_ code",
		"# Title\n- one\n* two\n> three":           "Title one two three",
		"See [the page](https://a.example/x?y=1).": "See the page.",
		"Go to https://www.example.com/a/b?c now":  "Go to example.com now",
		"Run ```\nrm -rf\n``` now 🚀❤️":             "Run now",
		"🎉🎉":                                       "", "...": "", "": "", "a\x00b\tc\n": "a b c",
		"| a | b |\n|---|:-:|\n| 1 | 2 |\n":           "a, b 1, 2",
		"<p>Good <b class=\"x\">morning</b><br/></p>": "Good morning",
		"<speak>hi<break time='1s'/></speak>":         "hi",
		"Tom &amp; Jerry, a < b and c > d":            "Tom & Jerry, a < b and c > d",
		"~~~\ncode\n~~~\nText ~~gone~~":               "Text gone",
		"Use `x := 1` ``` and the rest":               "Use x := 1",
		"3 * 4":                                       "3 4",
		"日本語、ok?":                                     "日本語、ok?",
		"5€ — 10 %":                                   "5€ — 10 %",
	} {
		if got := Speakable(text); got != want {
			t.Errorf("%q is said as %q, want %q", text, got, want)
		}
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("Hello. How are you? Dr. No said: \"3.5\".", 3)
	f.Add("…。？\n\n", 1)
	f.Add(strings.Repeat("é ", 400), 7)
	f.Add("\xff\xfe. \xffa", 2)
	f.Fuzz(func(t *testing.T, text string, step int) {
		whole := Sentences(text)
		if got := strings.Join(whole, ""); got != text {
			t.Fatalf("joined they are %q", got)
		}
		for _, s := range whole {
			if s == "" || utf8.RuneCountInString(strings.TrimSpace(s)) > maxSentence+20 {
				t.Fatalf("a sentence of %d bytes", len(s))
			}
			Speakable(s)
		}
		var c Cutter
		var pieces []string
		step = max(1, step&15)
		for i := 0; i < len(text); i += step {
			pieces = append(pieces, c.Add(text[i:min(i+step, len(text))])...)
		}
		if got := strings.Join(append(pieces, c.Rest()...), ""); got != text {
			t.Fatalf("in pieces they are %q", got)
		}
	})
}
