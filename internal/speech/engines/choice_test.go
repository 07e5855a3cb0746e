package engines

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/speechtest"
	"github.com/elizad/elizad/test/stubmodel"
)

func character(settings map[string]any) *eliza.Character {
	return &eliza.Character{Name: "C", Bio: eliza.TextList{"x"}, Settings: settings}
}

func again(status int, after string) stubmodel.Reply {
	return stubmodel.Reply{Status: status, RetryAfter: after}
}

func TestWhoSpeaks(t *testing.T) {
	for name, c := range map[string]struct {
		cfg       speech.Config
		models    model.Config
		character *eliza.Character
		wish      speech.Wish
		engine    string
		voice     string
		why       string
	}{
		"nothing is configured": {engine: "flite", why: "embedded"},
		"a key of OpenAI":       {models: model.Config{OpenAIKey: "k"}, engine: "openai", why: "OPENAI_API_KEY"},
		"a compatible server is not asked for what nobody said it can": {models: model.Config{OpenAIBaseURL: "http://127.0.0.1:1/v1"}, engine: "flite"},
		"a compatible server that speaks":                              {models: model.Config{OpenAIBaseURL: "http://127.0.0.1:1/v1"}, cfg: speech.Config{VoiceModel: "m"}, engine: "openai", why: "OPENAI_TTS_MODEL"},
		"a server of its own":                                          {cfg: speech.Config{VoiceBaseURL: "http://127.0.0.1:1/v1"}, engine: "openai", why: "OPENAI_TTS_BASE_URL"},
		"ElevenLabs comes first":                                       {cfg: speech.Config{ElevenLabsKey: "k"}, models: model.Config{OpenAIKey: "k"}, engine: "elevenlabs", why: "ELEVENLABS_API_KEY"},
		"the environment prefers":                                      {cfg: speech.Config{ElevenLabsKey: "k", Provider: " Flite "}, engine: "flite", why: "SPEECH_PROVIDER"},
		"the character names an engine":                                {cfg: speech.Config{ElevenLabsKey: "k"}, character: character(map[string]any{"voice": map[string]any{"provider": "flite", "voice": "RMS"}}), engine: "flite", voice: "rms", why: "the character names it"},
		"a setting of the character":                                   {models: model.Config{OpenAIKey: "k"}, character: character(map[string]any{"SPEECH_PROVIDER": "espeak-ng"}), engine: "espeak-ng", why: "the character names it"},
		"a key of the character":                                       {character: character(map[string]any{"secrets": map[string]any{"ELEVENLABS_API_KEY": "k"}}), engine: "elevenlabs", why: "the character sets ELEVENLABS_API_KEY"},
		"a voice for another engine":                                   {character: character(map[string]any{"voice": map[string]any{"model": "en-US-Neural2-F"}}), engine: "flite", voice: ""},
		"a voice by its name alone":                                    {character: character(map[string]any{"voice": "kal16"}), engine: "flite", voice: "kal16"},
		"the request's voice":                                          {character: character(map[string]any{"voice": "kal16"}), wish: speech.Wish{Voice: "awb"}, engine: "flite", voice: "awb"},
		"another language":                                             {wish: speech.Wish{Language: "de-DE"}, engine: "espeak-ng"},
		"English":                                                      {wish: speech.Wish{Language: "en_GB"}, engine: "flite"},
		"an engine that is not there":                                  {cfg: speech.Config{Provider: "elevenlabs"}, engine: "flite", why: "elevenlabs is asked for but not there; it is embedded"},
	} {
		s, done := New(c.cfg, c.models, t.TempDir())
		speaker, err := s.Speaker(c.character, c.wish)
		done()
		if err != nil || speaker.Engine != c.engine || speaker.Manner.Voice != c.voice || !strings.Contains(speaker.Why, c.why) {
			t.Errorf("%s: %+v, %v", name, speaker, err)
		}
	}
	s, done := New(speech.Config{}, model.Config{}, t.TempDir())
	defer done()
	for _, w := range []speech.Wish{{Voice: "nobody"}, {Speed: 9}, {Speed: -1}} {
		if _, err := s.Speaker(nil, w); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("%+v: %v", w, err)
		}
	}
}

func TestKeysStayWithTheirServers(t *testing.T) {
	for name, c := range map[string]struct {
		cfg    speech.Config
		models model.Config
		own    map[string]any
		key    string
	}{
		"the environment's server":     {models: model.Config{OpenAIKey: speechtest.Key}, cfg: speech.Config{VoiceModel: "m"}, key: speechtest.Key},
		"the character's server":       {models: model.Config{OpenAIKey: speechtest.Key}, own: map[string]any{"OPENAI_TTS_BASE_URL": "%url/v1"}},
		"the character's other server": {models: model.Config{OpenAIKey: speechtest.Key}, cfg: speech.Config{VoiceModel: "m"}, own: map[string]any{"OPENAI_BASE_URL": "%url/v1"}},
	} {
		stub, url := speechtest.Serve(t)
		stub.Key = c.key
		if c.own == nil {
			c.models.OpenAIBaseURL = url + "/v1"
		}
		for k, v := range c.own {
			c.own[k] = strings.ReplaceAll(v.(string), "%url", url)
		}
		s, done := New(c.cfg, c.models, t.TempDir())
		defer done()
		speaker, err := s.Speaker(character(c.own), speech.Wish{})
		if err != nil || speaker.Engine != "openai" {
			t.Fatalf("%s: %+v, %v", name, speaker, err)
		}
		if _, err := speaker.Say(t.Context(), "Good morning."); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, key := range stub.SpeechKeys() {
			if key != c.key {
				t.Errorf("%s was sent the key %q", name, key)
			}
		}
	}
}

func TestTemporaryFailuresAreTriedAgain(t *testing.T) {
	stub, url := speechtest.Serve(t)
	s, done := New(speech.Config{VoiceBaseURL: url + "/v1", EarBaseURL: url + "/inference"}, model.Config{}, t.TempDir())
	defer done()
	speaker, err := s.Speaker(nil, speech.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	stub.Script(again(429, "0"), again(503, ""))
	if _, err := speaker.Say(t.Context(), "Good morning."); err != nil {
		t.Errorf("it was not tried again: %v", err)
	}
	for status, code := range map[int]eliza.Code{401: eliza.CodeModel, 500: eliza.CodeModel} {
		stub.Script(again(status, ""), again(status, ""), again(status, ""))
		if _, err := speaker.Say(t.Context(), "Good morning."); eliza.ErrorCode(err) != code || !strings.Contains(eliza.ErrorMessage(err), "openai") {
			t.Errorf("%d: %v", status, err)
		}
	}
}
