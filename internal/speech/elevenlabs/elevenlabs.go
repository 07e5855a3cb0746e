// Package elevenlabs speaks through ElevenLabs, or a server that has its
// address for text to speech.
package elevenlabs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/model/wire"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
)

// What is used when nothing else is configured (ElevenLabs's API reference,
// "Create speech").
const (
	Name           = "elevenlabs"
	DefaultBaseURL = "https://api.elevenlabs.io/v1"
	DefaultVoice   = "EXAVITQu4vr4xnSDxMaL"
	DefaultModel   = "eleven_multilingual_v2"
	rate           = 16000
)

// Config says where the server is and what to use of it.
type Config struct {
	Key     string
	BaseURL string // with its /v1; empty for ElevenLabs's own
	Model   string
	Voice   string // a voice's id
	Stall   time.Duration
	Client  *http.Client // nil for the one that all providers share
}

// Voice is a [speech.Voice].
type Voice struct {
	cfg  Config
	base string
	http wire.Doer
	peer wire.Peer
}

// NewVoice makes a voice; it contacts nobody.
func NewVoice(cfg Config) *Voice {
	for _, d := range []struct {
		value *string
		or    string
	}{{&cfg.BaseURL, DefaultBaseURL}, {&cfg.Voice, DefaultVoice}, {&cfg.Model, DefaultModel}} {
		if *d.value == "" {
			*d.value = d.or
		}
	}
	return &Voice{cfg, strings.TrimRight(cfg.BaseURL, "/"), wire.Doer{Client: cfg.Client, Stall: cfg.Stall}, wire.Peer{Provider: Name, Key: cfg.Key}}
}

// Voices implements speech.Voice: an account has its own.
func (v *Voice) Voices() []string { return nil }

// Languages implements speech.Voice: the text's language is spoken.
func (v *Voice) Languages() []string { return nil }

// Say implements speech.Voice. It asks for plain samples, which every account
// may have at this rate.
func (v *Voice) Say(ctx context.Context, sentence string, m speech.Manner) (sound.Clip, error) {
	if m.Voice == "" {
		m.Voice = v.cfg.Voice
	}
	type settings struct {
		Speed float64 `json:"speed"`
	}
	question := struct {
		Text     string    `json:"text"`
		Model    string    `json:"model_id"`
		Settings *settings `json:"voice_settings,omitempty"`
	}{Text: sentence, Model: v.cfg.Model}
	if m.Speed != 0 && m.Speed != 1 {
		question.Settings = &settings{m.Speed}
	}
	body, err := json.Marshal(question)
	if err != nil {
		return sound.Clip{}, fmt.Errorf("encode a request to %s: %w", Name, err)
	}
	address := fmt.Sprintf("%s/text-to-speech/%s?output_format=pcm_%d", v.base, url.PathEscape(m.Voice), rate)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return sound.Clip{}, fmt.Errorf("ask %s: %w", Name, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Xi-Api-Key", v.cfg.Key)
	resp, err := v.http.Do(req)
	if err != nil {
		return sound.Clip{}, v.peer.Broken(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return sound.Clip{}, v.peer.Refused(resp)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/json") {
		return sound.Clip{}, v.peer.WrongType(kind)
	}
	samples, err := io.ReadAll(resp.Body)
	if err != nil {
		return sound.Clip{}, v.peer.Broken(ctx, err)
	}
	if len(samples) < 2 {
		return sound.Clip{}, v.peer.Nonsense("the audio", io.ErrUnexpectedEOF)
	}
	return sound.FromPCM(rate, samples), nil
}
