// Package engines puts the speech service of the server together: every engine
// there is, the preferred ones first.
package engines

import (
	"path/filepath"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/elevenlabs"
	"github.com/elizad/elizad/internal/speech/espeak"
	"github.com/elizad/elizad/internal/speech/flite"
	"github.com/elizad/elizad/internal/speech/openai"
	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/internal/speech/sphinx"
)

// stall is the longest silence of a server.
const stall = 20 * time.Second

// New makes the service. It contacts nobody, starts nothing and loads nothing;
// it looks which programs are installed. close ends the programs that run.
func New(cfg speech.Config, models model.Config, dataDir string) (service *speech.Service, closeAll func()) {
	cfg.OpenAIKey, cfg.OpenAIBaseURL = models.OpenAIKey, models.OpenAIBaseURL
	codec := sound.FindCodec()
	embedded, installed := speech.Engine{}, speech.Engine{}
	missing := flite.MissingReason
	if flite.Available() {
		missing = ""
		embedded = speech.Engine{Name: "flite", Voice: flite.New(filepath.Join(dataDir, "cache", "flite")), VoiceModel: flite.DefaultVoice, VoiceWhy: "it is embedded"}
	}
	if e := espeak.Find(); e != nil {
		installed = speech.Engine{Name: "espeak-ng", Voice: e, VoiceWhy: "it is installed"}
	}
	hears := speech.Engine{}
	closeAll = func() {}
	if e := sphinx.Find(); e != nil {
		hears = speech.Engine{Name: "pocketsphinx", Ear: e, EarModel: "en-us", EarWhy: "it is installed; it is basic"}
		closeAll = e.Close
	}
	always := func(e speech.Engine) speech.Maker { return func(speech.Config) speech.Engine { return e } }
	service = speech.New(cfg, codec, missing, offerElevenLabs, func(c speech.Config) speech.Engine { return offerOpenAI(c, codec) },
		always(embedded), always(installed), always(hears))
	return service, closeAll
}

func offerElevenLabs(c speech.Config) speech.Engine {
	e := speech.Engine{Name: elevenlabs.Name}
	switch {
	case c.ElevenLabsKey != "":
		e.VoiceWhy = "ELEVENLABS_API_KEY is set"
	case c.ElevenLabsBaseURL != "":
		e.VoiceWhy = "ELEVENLABS_BASE_URL is set"
	default:
		return e
	}
	e.VoiceModel = c.ElevenLabsModel
	if e.VoiceModel == "" {
		e.VoiceModel = elevenlabs.DefaultModel
	}
	e.Voice = elevenlabs.NewVoice(elevenlabs.Config{Key: c.ElevenLabsKey, BaseURL: c.ElevenLabsBaseURL, Model: e.VoiceModel, Voice: c.ElevenLabsVoice, Stall: stall, Client: c.Client()})
	return e
}

// offerOpenAI offers what the server of OPENAI_BASE_URL can, and the servers
// of speech and of transcription that have an address of their own.
func offerOpenAI(c speech.Config, codec sound.Codec) speech.Engine {
	e := speech.Engine{Name: openai.Name}
	at := func(address, key, model string) (openai.Config, bool) {
		cfg := openai.Config{Key: key, BaseURL: address, Model: model, Stall: stall, Codec: codec, Client: c.Client()}
		if address != "" {
			return cfg, true
		}
		cfg.BaseURL, cfg.Key = c.OpenAIBaseURL, c.OpenAIKey
		if cfg.Own() {
			return cfg, cfg.Key != ""
		}
		return cfg, model != ""
	}
	if cfg, there := at(c.VoiceBaseURL, c.VoiceKey, c.VoiceModel); there {
		cfg.Voice = c.VoiceName
		e.Voice, e.VoiceModel, e.VoiceWhy = openai.NewVoice(cfg), c.VoiceModel, why(c.VoiceBaseURL, "OPENAI_TTS", cfg)
		if e.VoiceModel == "" {
			e.VoiceModel = openai.DefaultModel
		}
	}
	if cfg, there := at(c.EarBaseURL, c.EarKey, c.EarModel); there {
		e.Ear, e.EarModel, e.EarWhy = openai.NewEar(cfg), c.EarModel, why(c.EarBaseURL, "OPENAI_TRANSCRIPTION", cfg)
		if e.EarModel == "" {
			e.EarModel = openai.DefaultEarModel
		}
	}
	return e
}

func why(address, prefix string, cfg openai.Config) string {
	switch {
	case address != "":
		return prefix + "_BASE_URL is set"
	case cfg.Own():
		return "OPENAI_API_KEY is set"
	}
	return prefix + "_MODEL is set"
}
