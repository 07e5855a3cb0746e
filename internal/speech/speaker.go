package speech

import (
	"context"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech/sound"
)

// Speaker is a voice that speaks for a character: an engine, and others for
// what that one does not speak. It is used by one goroutine, for one text.
type Speaker struct {
	Engine string // the one that was chosen
	Model  string
	Manner Manner
	Why    string

	engines []Engine // that speak, the chosen one first
	reader  Reader
	spoke   map[string]int // samples by engine
	nobody  error          // why something was not said
}

// Say speaks one sentence. What cannot be said aloud, and what nobody here
// speaks, is a clip without samples; of the latter [Speaker.Silent] tells. A
// clip with samples has sound. Error codes: INVALID_REQUEST, MODEL_ERROR,
// TIMEOUT.
func (s *Speaker) Say(ctx context.Context, sentence string) (sound.Clip, error) {
	all := sound.Clip{Rate: 16000}
	text := s.reader.Speakable(sentence)
	if text == "" {
		return all, nil
	}
	engines := s.engines
	if engines[0].Voice.Languages() == nil { // it knows the text's languages itself
		clip, err := s.part(ctx, engines[:1], run{text: text}, text)
		if err != nil || len(clip.Samples) > 0 {
			return clip, err
		}
		engines = engines[1:]
	}
	for _, part := range runs(text) {
		clip, err := s.part(ctx, engines, part, text)
		if err != nil {
			return sound.Clip{}, err
		}
		if len(clip.Samples) == 0 {
			continue
		}
		if len(all.Samples) == 0 {
			all = clip
			continue
		}
		all.Samples = append(slices.Clip(all.Samples), clip.At(all.Rate).Samples...)
	}
	return all, nil
}

// part speaks a part of a sentence with the first of the engines that makes a
// sound of it; a clip without samples says that none does.
func (s *Speaker) part(ctx context.Context, engines []Engine, part run, sentence string) (sound.Clip, error) {
	if Speakable(part.text) == "" {
		return sound.Clip{}, nil
	}
	language, name := part.languageOf(s.Manner.Language, sentence)
	for _, e := range engines {
		if !speaksLanguage(e.Voice, language) {
			continue
		}
		chosen := e.Name == s.Engine
		m := Manner{Language: language, Speed: s.Manner.Speed}
		if chosen && part.reads(s.Manner.Voice) {
			m.Voice = s.Manner.Voice
		}
		var clip sound.Clip
		err := try(ctx, e.Name, func(ctx context.Context) (err error) {
			clip, err = e.Voice.Say(ctx, part.text, m)
			return err
		})
		switch {
		case err != nil && (chosen || ctx.Err() != nil):
			return sound.Clip{}, err
		case err == nil && clip.Sounds():
			s.spoke[e.Name] += len(clip.Samples)
			return clip, nil
		}
	}
	if language == "" {
		s.nobody = eliza.Errorf(eliza.CodeUnavailable, "The speech engine made no sound of this text")
	} else {
		s.nobody = nobodySpeaks(name)
	}
	return sound.Clip{}, nil
}

// reads reports whether a voice that is named by a language, as espeak-ng's
// are, is one for a part's script.
func (r run) reads(voice string) bool {
	if r.script == nil || voice == "" {
		return true
	}
	name, _, _ := strings.Cut(voice, "+")
	return slices.Contains(r.script.languages, baseOf(name))
}

func nobodySpeaks(language string) error {
	return eliza.Errorf(eliza.CodeUnavailable, "Nobody here speaks %s: install espeak-ng on the server's machine, or set OPENAI_API_KEY or ELEVENLABS_API_KEY", language)
}

// Silent is why nothing of what was to be said has sounded; nil when something
// has, or nothing was to be. Error code: UNAVAILABLE.
func (s *Speaker) Silent() error {
	if len(s.spoke) > 0 {
		return nil
	}
	return s.nobody
}

// Spoke names the engine that said most, and the chosen one as long as nothing
// was said.
func (s *Speaker) Spoke() string {
	most := s.Engine
	for name, n := range s.spoke {
		if n > s.spoke[most] {
			most = name
		}
	}
	return most
}

// Speak speaks a text sentence by sentence and hands each on. Error codes:
// those of Say and Silent, and INVALID_REQUEST for a text that is empty or too
// long.
func (s *Speaker) Speak(ctx context.Context, text string, hand func(sentence string, clip sound.Clip) error) error {
	if err := CheckText(text); err != nil {
		return err
	}
	for _, sentence := range Sentences(text) {
		clip, err := s.Say(ctx, sentence)
		if err == nil {
			err = hand(sentence, clip)
		}
		if err != nil {
			return err
		}
	}
	return s.Silent()
}
