// Package speech turns text into audio and audio into text. A [Voice] speaks,
// an [Ear] hears; each folder below is one engine with either or both.
// [Service] chooses among the engines, for each character anew, and says why
// it chose:
//
//	speaker, err := service.Speaker(&character, speech.Wish{})
//	clip, err := speaker.Say(ctx, "Good morning.")
//	transcript, err := service.Hear(ctx, &character, speech.Recording{Data: wav}, "")
//
// Long texts are spoken sentence by sentence ([Sentences], [Cutter]): the
// first one can be heard while the last one is not yet written, and memory
// stays flat.
package speech

import (
	"context"

	"github.com/elizad/elizad/internal/speech/sound"
)

// Limits of one request.
const (
	MaxText      = 5000     // characters of a text to speak, about five minutes
	MaxRecording = 25 << 20 // bytes of a recording; OpenAI takes as much
	maxSentence  = 300      // characters given to a voice at once
)

// Voice speaks.
type Voice interface {
	// Say speaks one sentence of plain text. An error is a *model.CallError
	// when a server at the other end failed, an *eliza.Error when the manner is
	// none it has.
	Say(ctx context.Context, sentence string, m Manner) (sound.Clip, error)
	// Voices lists the names a Manner may have; nil when any may be right.
	Voices() []string
	// Languages lists those it speaks, in the shortest form of ISO 639, and
	// must be told which a text is in; nil when it knows that itself.
	Languages() []string
}

// Manner is how something is said.
type Manner struct {
	Voice    string  // a name of Voices; "" for the engine's own choice
	Language string  // such as "en" or "pt-BR"; "" for the voice's own
	Speed    float64 // 1 is normal, 0 as well
}

// Ear hears.
type Ear interface {
	// Hear writes down a recording. Silence is "". The errors are those of
	// Voice, and INVALID_FILE_TYPE for what it cannot read.
	Hear(ctx context.Context, r Recording) (string, error)
}

// Recording is what somebody said.
type Recording struct {
	Data     []byte // a file, in any format
	Language string // such as "en"; "" when nobody knows
	clip     sound.Clip
	codec    sound.Codec
}

// NewRecording makes a recording that can be decoded.
func NewRecording(data []byte, language string, codec sound.Codec) Recording {
	return Recording{Data: data, Language: language, codec: codec}
}

// Clip decodes the recording. Error codes: INVALID_FILE_TYPE, FILE_TOO_LARGE.
func (r Recording) Clip(ctx context.Context) (sound.Clip, error) {
	if r.clip.Rate > 0 {
		return r.clip, nil
	}
	return r.codec.Decode(ctx, r.Data)
}

// Transcript is what was heard, and by whom.
type Transcript struct {
	Text   string
	Engine string
	Model  string
}
