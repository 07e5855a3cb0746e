package speech

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech/sound"
)

const (
	callTime  = time.Minute // for one sentence or one recording, its retries included
	attempts  = 3
	firstWait = 200 * time.Millisecond
	maxWait   = 5 * time.Second
	maxOwn    = 64 // configurations of characters that are kept built
)

// Engine is what one engine offers under a configuration.
type Engine struct {
	Name       string
	Voice      Voice // nil when it does not speak
	VoiceModel string
	VoiceWhy   string // the setting that configured it, or that it is embedded or installed
	Ear        Ear    // nil when it does not hear
	EarModel   string
	EarWhy     string
}

// Maker makes an engine under a configuration, without contacting anybody; one
// with neither voice nor ear when nothing of it is configured.
type Maker func(Config) Engine

// Service chooses who speaks and who hears. It is safe for concurrent use.
type Service struct {
	Codec sound.Codec

	cfg     Config
	makers  []Maker
	missing string
	engines []Engine

	mu  sync.Mutex
	own map[Config][]Engine
}

// New makes a service over engines, the preferred ones first. missing says in
// one clause why an engine that this binary could bring is not there.
func New(cfg Config, codec sound.Codec, missing string, makers ...Maker) *Service {
	s := &Service{Codec: codec, cfg: cfg.normal(), makers: makers, missing: missing, own: map[Config][]Engine{}}
	s.engines = s.build(s.cfg)
	return s
}

func (s *Service) build(cfg Config) []Engine {
	engines := make([]Engine, len(s.makers))
	for i, m := range s.makers {
		engines[i] = m(cfg)
	}
	return engines
}

// of returns the engines of a character's configuration, built once, and the
// names that it prefers.
func (s *Service) of(c *eliza.Character) (engines []Engine, cfg Config, reach string) {
	if c == nil {
		return s.engines, s.cfg, ""
	}
	cfg, reach = s.cfg.with(c.Setting)
	if cfg == s.cfg {
		return s.engines, cfg, ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	engines, ok := s.own[cfg]
	if !ok {
		for old := range s.own {
			if len(s.own) < maxOwn {
				break
			}
			delete(s.own, old)
		}
		engines = s.build(cfg)
		s.own[cfg] = engines
	}
	return engines, cfg, reach
}

// Wish is what a request asks for; zero leaves it to the character.
type Wish struct {
	Voice    string
	Language string
	Speed    float64
}

// Speaker chooses who speaks for a character, which may be nil. The order: the
// engine that the character names (settings.voice.provider, SPEECH_PROVIDER),
// the one it has a key or address for, SPEECH_PROVIDER of the environment,
// what the environment configures, what is embedded or installed. An engine
// that does not speak the language of the request or the character is passed
// over. A voice that the request names must be one of the engine's; a voice or
// a language that the character names gives way to the engine's own, since
// characters are written for many engines. Error codes: INVALID_REQUEST,
// MODEL_ERROR when nobody speaks, UNAVAILABLE when nobody speaks the language
// of the request.
func (s *Service) Speaker(c *eliza.Character, w Wish) (*Speaker, error) {
	engines, cfg, reach := s.of(c)
	named := characterVoice(c)
	language := w.Language
	if language == "" && baseOf(named.language) != "" {
		language = named.language
	}
	if len(w.Language) > 40 || w.Language != "" && baseOf(w.Language) == "" {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "language: %.40q is no language; name one as in en, pt-BR or zh", w.Language)
	}
	if w.Speed != 0 && !(w.Speed >= 0.25 && w.Speed <= 4) {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "speed: allowed is a number from 0.25 to 4")
	}
	e, why := choose(engines, speaking, []preference{
		{named.provider, "the character names it"}, {own(cfg.Provider, s.cfg.Provider), "the character names it"},
		{engineOf(reach), "the character sets " + reach}, {cfg.Provider, "SPEECH_PROVIDER names it"},
	}, func(e Engine) bool { return speaksLanguage(e.Voice, language) })
	if e.Voice == nil {
		return nil, s.nobody("speaks", "Nobody speaks here: "+why)
	}
	if !speaksLanguage(e.Voice, language) {
		if w.Language != "" {
			return nil, nobodySpeaks(namedLanguage(language))
		}
		language = ""
	}
	m := Manner{Voice: w.Voice, Language: language, Speed: w.Speed}
	known := e.Voice.Voices()
	if m.Voice == "" {
		m.Voice = fit(named.voice, known)
	} else if known != nil && !slices.Contains(known, m.Voice) {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "voice: %s has no voice %q, only %s", e.Name, m.Voice, strings.Join(known, ", "))
	}
	if len(m.Voice) > 100 {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "voice: longer than 100 bytes")
	}
	if m.Speed == 0 {
		m.Speed = named.speed
	}
	speaker := &Speaker{Engine: e.Name, Model: e.VoiceModel, Manner: m, Why: why, engines: []Engine{e}, spoke: map[string]int{}}
	for _, other := range engines {
		if other.Voice != nil && other.Name != e.Name {
			speaker.engines = append(speaker.engines, other)
		}
	}
	return speaker, nil
}

func (s *Service) nobody(what, message string) error {
	if s.missing != "" {
		message += ", and " + s.missing
	}
	return eliza.Errorf(eliza.CodeModel, "%s", message)
}

// own is a character's setting where it differs from the environment's.
func own(mine, others string) string {
	if mine == others {
		return ""
	}
	return mine
}

// fit returns a voice that a character names in the way the engine writes it,
// "" when it has none of that name.
func fit(name string, known []string) string {
	if known == nil {
		return name
	}
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return k
		}
	}
	return ""
}

// speaksLanguage reports whether a voice speaks a language, "" being any.
func speaksLanguage(v Voice, language string) bool {
	known := v.Languages()
	return language == "" || known == nil || slices.Contains(known, baseOf(language))
}

type preference struct{ name, why string }

// speaking and hearing tell whether an engine can, and what made it there.
func speaking(e Engine) (can bool, why string) { return e.Voice != nil, e.VoiceWhy }
func hearing(e Engine) (can bool, why string)  { return e.Ear != nil, e.EarWhy }

// choose returns the engine that serves, of those that can, and why.
func choose(engines []Engine, can func(Engine) (bool, string), preferences []preference, fits func(Engine) bool) (Engine, string) {
	why := ""
	for _, p := range preferences {
		for _, e := range engines {
			able, _ := can(e)
			switch {
			case !able || e.Name != p.name:
			case fits(e):
				return e, p.why
			case why == "":
				why = p.name + " does not speak the language; "
			}
		}
		if p.name != "" && why == "" {
			why = p.name + " is asked for but not there; "
		}
	}
	var second *Engine
	for i, e := range engines {
		able, there := can(e)
		switch {
		case !able:
		case fits(e):
			return e, why + there
		case second == nil:
			second = &engines[i]
		}
	}
	if second != nil {
		_, there := can(*second)
		return *second, why + there
	}
	return Engine{}, why + "no engine is configured, embedded or installed"
}

// engineOf is the engine that a setting belongs to.
func engineOf(setting string) string {
	name, _, _ := strings.Cut(setting, "_")
	return strings.ToLower(name)
}

// wishes are what a character says of its voice.
type wishes struct {
	provider, voice, language string
	speed                     float64
}

// characterVoice reads settings.voice: the name of a voice, or an object with
// model (ElizaOS's word), voice, voiceId or name, provider, language, speed.
func characterVoice(c *eliza.Character) (w wishes) {
	if c == nil {
		return w
	}
	switch v := c.Settings["voice"].(type) {
	case string:
		w.voice = v
	case map[string]any:
		text := func(keys ...string) string {
			for _, k := range keys {
				if s, _ := v[k].(string); s != "" {
					return strings.TrimSpace(s)
				}
			}
			return ""
		}
		w.provider, w.language = strings.ToLower(text("provider", "engine")), text("language")
		w.voice = text("voice", "voiceId", "model", "name")
		if speed, ok := v["speed"].(float64); ok && speed >= 0.25 && speed <= 4 {
			w.speed = speed
		}
	}
	return w
}

// CheckText refuses a text that is empty, too long, or no text. Error code:
// INVALID_REQUEST.
func CheckText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return eliza.Errorf(eliza.CodeInvalidRequest, "text: Text is required for speech synthesis")
	case !utf8.ValidString(text):
		return eliza.Errorf(eliza.CodeInvalidRequest, "text: not valid UTF-8")
	case utf8.RuneCountInString(text) > MaxText:
		return eliza.Errorf(eliza.CodeInvalidRequest, "text: longer than %d characters", MaxText)
	}
	return nil
}

// Hear writes down a recording for a character, which may be nil. The choice
// goes as that of Speaker does, by TRANSCRIPTION_PROVIDER. Error codes:
// INVALID_REQUEST, INVALID_FILE_TYPE, FILE_TOO_LARGE, MODEL_ERROR, TIMEOUT.
func (s *Service) Hear(ctx context.Context, c *eliza.Character, data []byte, language string) (Transcript, error) {
	switch {
	case len(data) == 0:
		return Transcript{}, eliza.Errorf(eliza.CodeInvalidRequest, "No audio file provided")
	case len(data) > MaxRecording:
		return Transcript{}, eliza.Errorf(eliza.CodeFileTooLarge, "The recording is larger than %d MB", MaxRecording>>20)
	}
	e, why := s.ear(c)
	if e.Ear == nil {
		return Transcript{}, eliza.Errorf(eliza.CodeModel, "Nobody hears here: %s", why)
	}
	t := Transcript{Engine: e.Name, Model: e.EarModel}
	err := try(ctx, e.Name, func(ctx context.Context) (err error) {
		t.Text, err = e.Ear.Hear(ctx, NewRecording(data, language, s.Codec))
		return err
	})
	return t, err
}

func (s *Service) ear(c *eliza.Character) (Engine, string) {
	engines, cfg, reach := s.of(c)
	return choose(engines, hearing, []preference{
		{own(cfg.EarProvider, s.cfg.EarProvider), "the character names it"}, {engineOf(reach), "the character sets " + reach},
		{cfg.EarProvider, "TRANSCRIPTION_PROVIDER names it"},
	}, func(Engine) bool { return true })
}

// Explain tells who speaks and who hears, and why, for agents whose characters
// wish nothing.
func (s *Service) Explain() []model.Choice {
	speaks, hears := model.Choice{Capability: model.CanSpeak}, model.Choice{Capability: model.CanHear}
	if speaker, err := s.Speaker(nil, Wish{}); err == nil {
		speaks.Provider, speaks.Model, speaks.Why = speaker.Engine, speaker.Model, speaker.Why
	} else {
		speaks.Why = eliza.ErrorMessage(err)
	}
	e, why := s.ear(nil)
	hears.Provider, hears.Model, hears.Why = e.Name, e.EarModel, why
	return []model.Choice{speaks, hears}
}

// try calls an engine until it goes well, fails for good, or was tried often
// enough, and words the failure of a server at the other end.
func try(parent context.Context, engine string, once func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(parent, callTime)
	defer cancel()
	for n, wait := 1, firstWait; ; n, wait = n+1, 2*wait {
		err := once(ctx)
		var (
			call  *model.CallError
			coded *eliza.Error
		)
		switch {
		case err == nil:
			return nil
		case parent.Err() != nil:
			return parent.Err()
		case ctx.Err() != nil:
			return &eliza.Error{Code: eliza.CodeTimeout, Message: engine + " did not answer in time", Err: err}
		case errors.As(err, &call):
			if call.Temporary && n < attempts && call.RetryAfter <= maxWait {
				timer := time.NewTimer(max(wait, call.RetryAfter))
				select {
				case <-timer.C:
				case <-ctx.Done():
					timer.Stop()
				}
				continue
			}
			return &eliza.Error{Code: eliza.CodeModel, Message: "The speech engine did not answer: " + call.Error(), Err: err}
		case errors.As(err, &coded):
			return err
		}
		return &eliza.Error{Code: eliza.CodeProcessing, Message: engine + " failed", Err: fmt.Errorf("%s: %w", engine, err)}
	}
}
