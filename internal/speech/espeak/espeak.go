// Package espeak speaks more than a hundred languages through the program
// espeak-ng, where it is installed. It sounds like a machine and answers at
// once.
package espeak

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

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
type Engine struct {
	path string

	mu        sync.Mutex
	languages []string // nil as long as the program was not asked
}

// Find returns an engine, nil when the program is not installed.
func Find() *Engine {
	if path := program.Find("espeak-ng"); path != "" {
		return &Engine{path: path}
	}
	return nil
}

// Voices implements speech.Voice: there are hundreds, and variants of each.
func (e *Engine) Voices() []string { return nil }

// askTime bounds how long the program may take to list its voices.
const askTime = 10 * time.Second

// Languages implements speech.Voice by what the program lists, English alone
// when it lists nothing.
func (e *Engine) Languages() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.languages == nil {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		list, err := program.Run(ctx, maxOutput, nil, e.path, "--voices")
		if err != nil {
			return []string{"en"} // it is asked again
		}
		e.languages = languagesIn(string(list))
	}
	return e.languages
}

// other finds a further language of a voice, such as (zh 5).
var other = regexp.MustCompile(`\(([a-z]+)[^ )]* \d+\)`)

// languagesIn reads the table that the program lists. Voices of MBROLA are in
// it whether or not their data are installed.
func languagesIn(list string) []string {
	known := []string{"en"}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[0] == "Pty" || strings.HasPrefix(fields[4], "mb/") {
			continue
		}
		base, _, _ := strings.Cut(strings.ToLower(fields[1]), "-")
		known = append(known, base)
		for _, found := range other.FindAllStringSubmatch(line, -1) {
			known = append(known, found[1])
		}
	}
	slices.Sort(known)
	return slices.Compact(known)
}

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
	language := strings.ToLower(strings.ReplaceAll(m.Language, "_", "-"))
	if language == "" {
		language = "en"
	}
	names := []string{language}
	if base, _, regional := strings.Cut(language, "-"); regional {
		names = append(names, base)
	}
	if m.Voice != "" {
		names = append([]string{m.Voice}, names...)
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
