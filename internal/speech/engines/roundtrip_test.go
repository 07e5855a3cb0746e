package engines

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
)

// spokenSentences are said by flite and heard by pocketsphinx.
var spokenSentences = []string{
	"The weather is going to be nice tomorrow morning.",
	"My sister lives in a small house near the river.",
	"Please remember that the meeting begins at nine in the evening.",
	"She bought three apples and a loaf of bread at the market.",
	"The children were playing in the garden when it started to rain.",
	"I would like to know what time the next train is leaving.",
}

// TestWhatIsSaidIsHeard is the whole way offline: a text is spoken, written as
// a file, read and heard.
func TestWhatIsSaidIsHeard(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s, done := New(speech.Config{}, model.Config{}, t.TempDir())
	defer done()
	speaker, err := s.Speaker(nil, speech.Wish{})
	if err != nil || speaker.Engine != "flite" {
		t.Fatalf("%+v speaks: %v", speaker, err)
	}
	for _, format := range []sound.Format{sound.WAV, s.Codec.Best()} {
		words, wrong := 0, 0
		var sounded, hearing time.Duration
		for _, said := range spokenSentences {
			clip, err := speaker.Say(ctx, said)
			if err != nil {
				t.Fatal(err)
			}
			file, err := s.Codec.File(ctx, format, clip)
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			heard, err := s.Hear(ctx, nil, file, "en")
			if err != nil || heard.Engine != "pocketsphinx" {
				t.Fatalf("heard %+v: %v", heard, err)
			}
			hearing += time.Since(begun)
			sounded += clip.Duration()
			n := distance(wordsOf(said), wordsOf(heard.Text))
			words, wrong = words+len(wordsOf(said)), wrong+n
			if n > 0 {
				t.Logf("%s: %q was heard as %q", format, said, heard.Text)
			}
		}
		rate := float64(wrong) / float64(words)
		t.Logf("%s: %d of %d words wrong (%.1f %%), %s of speech heard in %s", format, wrong, words, 100*rate, sounded, hearing)
		if rate > 0.20 {
			t.Errorf("%s: %.0f %% of the words were not understood", format, 100*rate)
		}
	}
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
}

// distance is how many words must be changed, left out or added.
func distance(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func TestSilenceIsNoText(t *testing.T) {
	s, done := New(speech.Config{}, model.Config{}, t.TempDir())
	defer done()
	for _, length := range []int{0, 100, 16000} {
		heard, err := s.Hear(t.Context(), nil, sound.Clip{Rate: 16000, Samples: make([]int16, length)}.WAV(), "")
		if err != nil || heard.Text != "" {
			t.Errorf("%d samples of silence: %q, %v", length, heard.Text, err)
		}
	}
}

func TestHearingIsBounded(t *testing.T) {
	s, done := New(speech.Config{}, model.Config{}, t.TempDir())
	defer done()
	for name, c := range map[string]struct {
		data     []byte
		language string
		code     eliza.Code
	}{
		"nothing":          {nil, "", eliza.CodeInvalidRequest},
		"no recording":     {[]byte("hello"), "", eliza.CodeInvalidFileType},
		"another language": {sound.Clip{Rate: 16000, Samples: make([]int16, 16000)}.WAV(), "de", eliza.CodeInvalidRequest},
		"three minutes":    {sound.Clip{Rate: 8000, Samples: make([]int16, 180*8000)}.WAV(), "", eliza.CodeFileTooLarge},
		"too many bytes":   {make([]byte, speech.MaxRecording+1), "", eliza.CodeFileTooLarge},
	} {
		if _, err := s.Hear(t.Context(), nil, c.data, c.language); eliza.ErrorCode(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.Hear(ended, nil, sound.Clip{Rate: 16000, Samples: make([]int16, 16000)}.WAV(), ""); err == nil {
		t.Error("an ended request was heard")
	}
}

// TestWordsAreHeardAtEveryRate says the same words with espeak-ng and hears
// them at the rates that recorders use. The table is in docs/VOICE.md.
func TestWordsAreHeardAtEveryRate(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	s, done := New(speech.Config{Provider: "espeak-ng"}, model.Config{}, t.TempDir())
	defer done()
	speaker, err := s.Speaker(nil, speech.Wish{Voice: "en-us", Speed: 0.85})
	if err != nil || speaker.Engine != "espeak-ng" {
		t.Fatalf("%+v speaks: %v", speaker, err)
	}
	for _, rate := range []int{8000, 16000, 22050, 44100, 48000} {
		words, wrong := 0, 0
		for _, said := range append([]string{"Good morning."}, spokenSentences...) {
			clip, err := speaker.Say(ctx, said)
			if err != nil {
				t.Fatal(err)
			}
			heard, err := s.Hear(ctx, nil, clip.At(rate).WAV(), "en")
			if err != nil {
				t.Fatal(err)
			}
			words, wrong = words+len(wordsOf(said)), wrong+distance(wordsOf(said), wordsOf(heard.Text))
		}
		share := float64(wrong) / float64(words)
		t.Logf("%5d Hz: %d of %d words wrong (%.0f %%)", rate, wrong, words, 100*share)
		most := 0.35
		if rate == 8000 { // the model expects what a telephone leaves out
			most = 0.75
		}
		if share > most {
			t.Errorf("%d Hz: %.0f %% of the words were not understood", rate, 100*share)
		}
	}
}
