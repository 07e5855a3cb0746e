package speech

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech/sound"
)

// actor is a voice that notes what it is asked to say.
type actor struct {
	name      string
	languages []string
	silent    bool
	err       error
	said      *[]string
}

func (a *actor) Voices() []string    { return nil }
func (a *actor) Languages() []string { return a.languages }

func (a *actor) Say(_ context.Context, sentence string, m Manner) (sound.Clip, error) {
	*a.said = append(*a.said, a.name+"["+m.Language+"]"+strings.TrimSpace(sentence))
	if a.err != nil {
		return sound.Clip{}, a.err
	}
	clip := sound.Clip{Rate: 16000, Samples: make([]int16, 1600)}
	for i := range clip.Samples {
		clip.Samples[i] = int16(i % 7) // what silence sounds like
		if !a.silent {
			clip.Samples[i] = int16(2000 * (1 - i%20/10*2))
		}
	}
	return clip, nil
}

// cast makes a service of voices, the preferred ones first.
func cast(said *[]string, actors ...actor) *Service {
	var makers []Maker
	for _, a := range actors {
		a.said = said
		makers = append(makers, func(Config) Engine { return Engine{Name: a.name, Voice: &a, VoiceWhy: "it is here"} })
	}
	return New(Config{}, sound.Codec{}, "", makers...)
}

func TestATextIsSpokenByWhoCan(t *testing.T) {
	english := actor{name: "english", languages: []string{"en"}}
	many := actor{name: "many", languages: []string{"en", "de", "zh", "ru", "ar"}}
	cloud := actor{name: "cloud"}
	quiet := actor{name: "quiet", languages: []string{"en", "zh"}, silent: true}
	quietCloud := actor{name: "quietCloud", silent: true}
	broken := actor{name: "broken", languages: []string{"zh"}, err: errors.New("it broke")}
	for name, c := range map[string]struct {
		actors []actor
		wish   Wish
		text   string
		said   string
		spoke  string
		code   eliza.Code
		why    string
	}{
		"English":                           {actors: []actor{english, many}, text: "Good morning.", said: "english[]Good morning.", spoke: "english"},
		"Chinese":                           {actors: []actor{english, many}, text: "你好。", said: "many[zh]你好。", spoke: "many"},
		"Chinese, by one who knows":         {actors: []actor{cloud, many}, text: "你好。", said: "cloud[]你好。", spoke: "cloud"},
		"Chinese, by nobody":                {actors: []actor{english}, text: "你好。", spoke: "english", code: eliza.CodeUnavailable, why: "Nobody here speaks Chinese: install espeak-ng"},
		"Greek, by nobody":                  {actors: []actor{english, many}, text: "Καλημέρα", spoke: "english", code: eliza.CodeUnavailable, why: "Greek"},
		"a script without name, by nobody":  {actors: []actor{english, many}, text: "𐌰𐌱", spoke: "english", code: eliza.CodeUnavailable, why: "this script"},
		"a word of another script":          {actors: []actor{english, many}, text: "The word 犬 means dog.", said: "english[]The word; many[zh]犬; english[]means dog.", spoke: "english"},
		"the same, by one who knows":        {actors: []actor{cloud, many}, text: "The word 犬 means dog.", said: "cloud[]The word 犬 means dog.", spoke: "cloud"},
		"the same, by one who cannot":       {actors: []actor{english}, text: "The word 犬 means dog.", said: "english[]The word; english[]means dog.", spoke: "english"},
		"a sentence of another script":      {actors: []actor{english}, text: "Hello there. 你好。 Bye.", said: "english[]Hello there.; english[]Bye.", spoke: "english"},
		"a wished language":                 {actors: []actor{english, many}, wish: Wish{Language: "de"}, text: "Guten Morgen.", said: "many[de]Guten Morgen.", spoke: "many"},
		"a wished language of another text": {actors: []actor{english, many}, wish: Wish{Language: "de"}, text: "Доброе утро.", said: "many[ru]Доброе утро.", spoke: "many"},
		"a wished language, by nobody":      {actors: []actor{english}, wish: Wish{Language: "de"}, text: "Guten Morgen.", code: eliza.CodeUnavailable, why: `"de"`},
		"no language":                       {actors: []actor{english, cloud}, wish: Wish{Language: "xx"}, text: "Hello.", code: eliza.CodeInvalidRequest, why: "language"},
		"silence gives way":                 {actors: []actor{quiet, many}, text: "你好。", said: "quiet[zh]你好。; many[zh]你好。", spoke: "many"},
		"silence of one who knows":          {actors: []actor{quietCloud, english, many}, text: "你好。", said: "quietCloud[]你好。; many[zh]你好。", spoke: "many"},
		"silence alone":                     {actors: []actor{quiet}, text: "Hello.", said: "quiet[]Hello.", spoke: "quiet", code: eliza.CodeUnavailable, why: "no sound"},
		"a failure of the chosen one":       {actors: []actor{broken, many}, text: "你好。", said: "broken[zh]你好。", spoke: "broken", code: eliza.CodeProcessing},
		"a failure of another":              {actors: []actor{english, broken, many}, text: "你好。", said: "broken[zh]你好。; many[zh]你好。", spoke: "many"},
		"emoji":                             {actors: []actor{english, many}, text: "😀🎉", spoke: "english"},
		"code":                              {actors: []actor{english}, text: "Look:\n```js\nlet a = 1\n\nlet b\n```\nDone.", said: "english[]Look:; english[]Done.", spoke: "english"},
	} {
		t.Run(name, func(t *testing.T) {
			var said []string
			speaker, err := cast(&said, c.actors...).Speaker(nil, c.wish)
			sounding := 0
			if err == nil {
				err = speaker.Speak(t.Context(), c.text, func(_ string, clip sound.Clip) error {
					if clip.Sounds() != (len(clip.Samples) > 0) {
						t.Error("a clip of silence was handed on")
					}
					sounding += len(clip.Samples)
					return nil
				})
				if speaker.Spoke() != c.spoke {
					t.Errorf("%q spoke, want %q", speaker.Spoke(), c.spoke)
				}
			}
			if got := strings.Join(said, "; "); got != c.said || eliza.ErrorCode(err) != c.code || !strings.Contains(eliza.ErrorMessage(err), c.why) {
				t.Errorf("said %q: %v", got, err)
			}
			if c.code == "" && c.said != "" && sounding == 0 {
				t.Error("a success without sound")
			}
		})
	}
}

func TestAnEngineThatIsAskedForMustSpeakTheLanguage(t *testing.T) {
	var said []string
	s := cast(&said, actor{name: "many", languages: []string{"en", "de"}}, actor{name: "english", languages: []string{"en"}})
	for name, c := range map[string]struct {
		voice  map[string]any
		wish   Wish
		engine string
		manner string
	}{
		"named":                     {map[string]any{"provider": "english"}, Wish{}, "english", ""},
		"named, another language":   {map[string]any{"provider": "english"}, Wish{Language: "de"}, "many", "de"},
		"the character's language":  {map[string]any{"provider": "english", "language": "de-AT"}, Wish{}, "many", "de-AT"},
		"a language of nobody":      {map[string]any{"language": "fr"}, Wish{}, "many", ""},
		"a language that is none":   {map[string]any{"language": "xx"}, Wish{}, "many", ""},
		"the request's comes first": {map[string]any{"language": "fr"}, Wish{Language: "en"}, "many", "en"},
	} {
		speaker, err := s.Speaker(&eliza.Character{Settings: map[string]any{"voice": c.voice}}, c.wish)
		if err != nil || speaker.Engine != c.engine || speaker.Manner.Language != c.manner {
			t.Errorf("%s: %+v, %v", name, speaker, err)
		}
	}
}
