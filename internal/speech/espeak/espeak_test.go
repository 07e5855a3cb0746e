package espeak

import (
	"slices"
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

// Every script that is told apart and that the program knows gives sound.
func TestScripts(t *testing.T) {
	e := engine(t)
	for language, text := range map[string]string{
		"zh": "你好，今天天气很好。", "ja": "こんにちは、元気ですか。", "ko": "안녕하세요", "ru": "Доброе утро, как дела?", "uk": "Доброго ранку", "ar": "صباح الخير", "fa": "صبح بخیر", "he": "בוקר טוב",
		"el": "Καλημέρα", "hi": "सुप्रभात", "th": "สวัสดีครับ", "bn": "সুপ্রভাত", "ta": "காலை வணக்கம்", "ka": "დილა მშვიდობისა", "hy": "Բարի լույս", "am": "ሰላም", "yue": "你好",
	} {
		clip, err := e.Say(t.Context(), text, speech.Manner{Language: language})
		if err != nil || !clip.Sounds() || !slices.Contains(e.Languages(), language) {
			t.Errorf("%s: sounds for %s, %v", language, clip.Duration(), err)
		}
	}
	if slices.Contains(e.Languages(), "xx") || !slices.Contains(e.Languages(), "en") {
		t.Errorf("it speaks %v", e.Languages())
	}
}

func TestLanguagesOfAList(t *testing.T) {
	got := languagesIn("Pty Language       Age/Gender VoiceName          File                 Other Languages\n" +
		" 5  cmn             --/M      Chinese sit/cmn              (zh-cmn 5)(zh 5)\n 2  pt-br           --/M      Brazil roa/pt-BR (pt 6)\n 1  qq --/M mbrola-1  mb/mb-qq1\nnonsense\n")
	if want := []string{"cmn", "en", "pt", "zh"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
