package speech

import (
	"net/http"
	"net/url"
	"strings"
)

// Config says which engines there are besides those that are embedded or
// installed. A character's settings and secrets of the same names replace the
// texts for that character alone. The tags are the settings' only declaration.
type Config struct {
	Provider    string `name:"speech-provider" env:"SPEECH_PROVIDER" help:"Engine of speech that is preferred: openai, elevenlabs, flite or espeak-ng." placeholder:"NAME"`
	EarProvider string `name:"transcription-provider" env:"TRANSCRIPTION_PROVIDER" help:"Engine of transcription that is preferred: openai or pocketsphinx." placeholder:"NAME"`

	VoiceBaseURL string `name:"openai-tts-base-url" env:"OPENAI_TTS_BASE_URL" help:"Address of an OpenAI-compatible server that speaks, when it is not the one of OPENAI_BASE_URL." placeholder:"URL"`
	VoiceKey     string `name:"openai-tts-api-key" env:"OPENAI_TTS_API_KEY" secret:"" help:"Key of the server at OPENAI_TTS_BASE_URL."`
	VoiceModel   string `name:"openai-tts-model" env:"OPENAI_TTS_MODEL" help:"Model for speech. Without it gpt-4o-mini-tts at OpenAI itself; a compatible server speaks only when this or OPENAI_TTS_BASE_URL is set." placeholder:"NAME"`
	VoiceName    string `name:"openai-tts-voice" env:"OPENAI_TTS_VOICE" help:"Voice of OpenAI or of the compatible server. Without it alloy." placeholder:"NAME"`

	EarBaseURL string `name:"openai-transcription-base-url" env:"OPENAI_TRANSCRIPTION_BASE_URL" help:"Address of an OpenAI-compatible server that transcribes, when it is not the one of OPENAI_BASE_URL; with /inference at its end one of whisper.cpp." placeholder:"URL"`
	EarKey     string `name:"openai-transcription-api-key" env:"OPENAI_TRANSCRIPTION_API_KEY" secret:"" help:"Key of the server at OPENAI_TRANSCRIPTION_BASE_URL."`
	EarModel   string `name:"openai-transcription-model" env:"OPENAI_TRANSCRIPTION_MODEL" help:"Model for transcription. Without it gpt-4o-mini-transcribe at OpenAI itself; a compatible server transcribes only when this or OPENAI_TRANSCRIPTION_BASE_URL is set." placeholder:"NAME"`

	ElevenLabsKey     string `name:"elevenlabs-api-key" env:"ELEVENLABS_API_KEY,ELEVENLABS_XI_API_KEY" secret:"" help:"Key of ElevenLabs, which then speaks."`
	ElevenLabsBaseURL string `name:"elevenlabs-base-url" env:"ELEVENLABS_BASE_URL" help:"Address of ElevenLabs's API, with its /v1." placeholder:"https://api.elevenlabs.io/v1"`
	ElevenLabsVoice   string `name:"elevenlabs-voice-id" env:"ELEVENLABS_VOICE_ID" help:"Id of the voice at ElevenLabs." placeholder:"ID"`
	ElevenLabsModel   string `name:"elevenlabs-model-id" env:"ELEVENLABS_MODEL_ID" help:"Model of ElevenLabs. Without it eleven_multilingual_v2." placeholder:"NAME"`

	// The server of the text models, which may speak and hear as well.
	OpenAIKey     string `kong:"-"`
	OpenAIBaseURL string `kong:"-"`

	// Guard calls the addresses that characters name, nil for the client of
	// all others. Foreign says that this configuration has such an address.
	Guard   *http.Client `kong:"-"`
	Foreign bool         `kong:"-"`
}

// setting is a text of Config under its name in the environment.
type setting struct {
	key   string
	field func(*Config) *string
}

var settings = []setting{
	{"SPEECH_PROVIDER", func(c *Config) *string { return &c.Provider }},
	{"TRANSCRIPTION_PROVIDER", func(c *Config) *string { return &c.EarProvider }},
	{"OPENAI_TTS_BASE_URL", func(c *Config) *string { return &c.VoiceBaseURL }},
	{"OPENAI_TTS_API_KEY", func(c *Config) *string { return &c.VoiceKey }},
	{"OPENAI_TTS_MODEL", func(c *Config) *string { return &c.VoiceModel }},
	{"OPENAI_TTS_VOICE", func(c *Config) *string { return &c.VoiceName }},
	{"OPENAI_TRANSCRIPTION_BASE_URL", func(c *Config) *string { return &c.EarBaseURL }},
	{"OPENAI_TRANSCRIPTION_API_KEY", func(c *Config) *string { return &c.EarKey }},
	{"OPENAI_TRANSCRIPTION_MODEL", func(c *Config) *string { return &c.EarModel }},
	{"ELEVENLABS_API_KEY", func(c *Config) *string { return &c.ElevenLabsKey }},
	{"ELEVENLABS_BASE_URL", func(c *Config) *string { return &c.ElevenLabsBaseURL }},
	{"ELEVENLABS_VOICE_ID", func(c *Config) *string { return &c.ElevenLabsVoice }},
	{"ELEVENLABS_MODEL_ID", func(c *Config) *string { return &c.ElevenLabsModel }},
	{"OPENAI_API_KEY", func(c *Config) *string { return &c.OpenAIKey }},
	{"OPENAI_BASE_URL", func(c *Config) *string { return &c.OpenAIBaseURL }},
}

// Client is what calls the servers of this configuration: nil for the one
// that all engines share.
func (c Config) Client() *http.Client {
	if c.Foreign {
		return c.Guard
	}
	return nil
}

// normal returns c without blanks around its texts.
func (c Config) normal() Config {
	for _, s := range settings {
		p := s.field(&c)
		*p = strings.TrimSpace(*p)
	}
	c.Provider, c.EarProvider = strings.ToLower(c.Provider), strings.ToLower(c.EarProvider)
	return c
}

// with returns c with what get knows in its place, and the first own setting
// that reaches an engine. An address that get names never receives a key that
// c holds.
func (c Config) with(get func(key string) string) (own Config, reach string) {
	own = c
	var mine Config
	for _, s := range settings {
		v := strings.TrimSpace(get(s.key))
		*s.field(&mine) = v
		if v == "" || v == *s.field(&own) {
			continue
		}
		*s.field(&own) = v
		if reach == "" && (strings.HasSuffix(s.key, "_API_KEY") || strings.HasSuffix(s.key, "_BASE_URL")) {
			reach = s.key
		}
	}
	for _, pair := range []struct{ address, before, key, own *string }{
		{&mine.VoiceBaseURL, &c.VoiceBaseURL, &own.VoiceKey, &mine.VoiceKey},
		{&mine.EarBaseURL, &c.EarBaseURL, &own.EarKey, &mine.EarKey},
		{&mine.ElevenLabsBaseURL, &c.ElevenLabsBaseURL, &own.ElevenLabsKey, &mine.ElevenLabsKey},
		{&mine.OpenAIBaseURL, &c.OpenAIBaseURL, &own.OpenAIKey, &mine.OpenAIKey},
	} {
		if *pair.address != "" && *pair.address != *pair.before {
			*pair.key = *pair.own
			own.Foreign = true
		}
	}
	return own.normal(), reach
}

// Confidential lists the secrets that c holds, for masking.
func (c Config) Confidential() []string { return []string{c.VoiceKey, c.EarKey, c.ElevenLabsKey} }

// Check refuses what names no engine, with the variable that does.
func (c Config) Check() (variable, value, allowed string) {
	switch strings.ToLower(strings.TrimSpace(c.Provider)) {
	case "", "openai", "elevenlabs", "flite", "espeak-ng":
	default:
		return "SPEECH_PROVIDER", c.Provider, "allowed is openai, elevenlabs, flite or espeak-ng"
	}
	switch strings.ToLower(strings.TrimSpace(c.EarProvider)) {
	case "", "openai", "pocketsphinx":
	default:
		return "TRANSCRIPTION_PROVIDER", c.EarProvider, "allowed is openai or pocketsphinx"
	}
	for _, a := range []struct{ name, value string }{
		{"OPENAI_TTS_BASE_URL", c.VoiceBaseURL}, {"OPENAI_TRANSCRIPTION_BASE_URL", c.EarBaseURL}, {"ELEVENLABS_BASE_URL", c.ElevenLabsBaseURL},
	} {
		if u, err := url.Parse(a.value); a.value != "" && (err != nil || u.Host == "") {
			return a.name, a.value, "allowed is an address such as http://127.0.0.1:8080/v1"
		}
	}
	return "", "", ""
}
