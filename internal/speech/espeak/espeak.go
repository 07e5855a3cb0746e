// Package espeak speaks more than a hundred languages through the program
// espeak-ng, where it is installed. It sounds like a machine and answers at
// once.
package espeak

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/program"
	"github.com/elizad/elizad/internal/speech/sound"
)

const (
	maxOutput    = 16 << 20
	wordsAMinute = 165 // at speed 1
)

// Engine is a [speech.Voice].
type Engine struct{ path string }

// Find returns an engine, nil when the program is not installed.
func Find() *Engine {
	if path := program.Find("espeak-ng"); path != "" {
		return &Engine{path}
	}
	return nil
}

// Voices implements speech.Voice: there are hundreds, and variants of each.
func (e *Engine) Voices() []string { return nil }

// Languages implements speech.Voice.
func (e *Engine) Languages() []string { return nil }

// voiceName is what a voice or a language may look like: "en", "pt-BR",
// "en+f3". Nothing else reaches the program.
var voiceName = regexp.MustCompile(`^[A-Za-z0-9]+([-_+][A-Za-z0-9]+)*$`)

// Say implements speech.Voice. A voice that is no voice of espeak-ng, as
// characters written for other engines name them, gives way to the language.
func (e *Engine) Say(ctx context.Context, sentence string, m speech.Manner) (sound.Clip, error) {
	speed := m.Speed
	if speed == 0 {
		speed = 1
	}
	language := strings.ToLower(m.Language)
	if language == "" {
		language = "en"
	}
	names := []string{language}
	if m.Voice != "" {
		names = []string{m.Voice, language}
	}
	var err error
	for _, name := range names {
		if len(name) > 40 || !voiceName.MatchString(name) {
			err = eliza.Errorf(eliza.CodeInvalidRequest, "voice: %q is no name of a voice", name)
			continue
		}
		var wav []byte
		wav, err = program.Run(ctx, maxOutput, []byte(sentence), e.path, "--stdin", "--stdout", "-b", "1", "-v", name, "-s", strconv.Itoa(int(wordsAMinute*speed)))
		if err == nil && len(wav) > 0 {
			return sound.ReadWAV(wav)
		}
		if ctx.Err() != nil {
			return sound.Clip{}, ctx.Err()
		}
		err = &eliza.Error{Code: eliza.CodeInvalidRequest, Message: "voice: espeak-ng has no voice or language " + strconv.Quote(name), Err: err}
	}
	return sound.Clip{}, err
}
