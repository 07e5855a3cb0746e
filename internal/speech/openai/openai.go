// Package openai speaks and hears through OpenAI's audio API and everything
// compatible with it: /audio/speech, /audio/transcriptions, and the /inference
// of whisper.cpp's own server.
package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model/wire"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
)

// What is used when nothing else is configured (OpenAI's API reference,
// "Create speech" and "Create transcription").
const (
	Name            = "openai"
	DefaultBaseURL  = "https://api.openai.com/v1"
	DefaultModel    = "gpt-4o-mini-tts"
	DefaultVoice    = "alloy"
	DefaultEarModel = "gpt-4o-mini-transcribe"
)

// voices are those of OpenAI itself.
var voices = []string{"alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse"}

// Config says where the server is and what to use of it.
type Config struct {
	Key     string // may be empty when BaseURL is not OpenAI's own
	BaseURL string // with its /v1; empty for OpenAI's own. A path that ends in /inference is called as it is
	Model   string
	Voice   string // when nobody asks for one; of a Voice only
	Stall   time.Duration
	Client  *http.Client // nil for the one that all providers share
	Codec   sound.Codec  // reads what a server answers that knows no WAV
}

// Own reports whether the address is OpenAI's.
func (c Config) Own() bool {
	u, err := url.Parse(c.BaseURL)
	return c.BaseURL == "" || err == nil && u.Hostname() == "api.openai.com"
}

type client struct {
	cfg  Config
	base string
	http wire.Doer
	peer wire.Peer
}

func newClient(cfg Config) client {
	base := strings.TrimRight(cfg.BaseURL, "/")
	if base == "" {
		base = DefaultBaseURL
	}
	return client{cfg: cfg, base: base, http: wire.Doer{Client: cfg.Client, Stall: cfg.Stall}, peer: wire.Peer{Provider: Name, Key: cfg.Key}}
}

// post sends a body and returns the whole answer.
func (c *client) post(ctx context.Context, path, contentType string, body []byte) ([]byte, error) {
	address := c.base + path
	if strings.HasSuffix(c.base, "/inference") {
		address = c.base
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", Name, err)
	}
	req.Header.Set("Content-Type", contentType)
	if c.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.peer.Broken(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, c.peer.Refused(resp)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, c.peer.Broken(ctx, err)
	}
	return answer, nil
}

// Voice is a [speech.Voice].
type Voice struct{ client }

// NewVoice makes a voice; it contacts nobody.
func NewVoice(cfg Config) *Voice {
	if cfg.Model == "" {
		cfg.Model = DefaultModel
	}
	if cfg.Voice == "" {
		cfg.Voice = DefaultVoice
	}
	return &Voice{newClient(cfg)}
}

// Voices implements speech.Voice.
func (v *Voice) Voices() []string {
	if !v.cfg.Own() {
		return nil
	}
	return slices.Clone(voices)
}

// Languages implements speech.Voice: the text's language is spoken.
func (v *Voice) Languages() []string { return nil }

// Say implements speech.Voice.
func (v *Voice) Say(ctx context.Context, sentence string, m speech.Manner) (sound.Clip, error) {
	if m.Voice == "" {
		m.Voice = v.cfg.Voice
	}
	body, err := json.Marshal(struct {
		Model  string  `json:"model"`
		Input  string  `json:"input"`
		Voice  string  `json:"voice"`
		Format string  `json:"response_format"`
		Speed  float64 `json:"speed,omitempty"`
	}{v.cfg.Model, sentence, m.Voice, "wav", m.Speed})
	if err != nil {
		return sound.Clip{}, fmt.Errorf("encode a request to %s: %w", Name, err)
	}
	answer, err := v.post(ctx, "/audio/speech", "application/json", body)
	if err != nil {
		return sound.Clip{}, err
	}
	clip, err := v.cfg.Codec.Decode(ctx, answer)
	if err != nil {
		return sound.Clip{}, v.peer.Nonsense("the audio", err)
	}
	if len(clip.Samples) == 0 {
		return sound.Clip{}, v.peer.Nonsense("the audio", io.ErrUnexpectedEOF)
	}
	return clip, nil
}

// Ear is a [speech.Ear].
type Ear struct{ client }

// NewEar makes an ear; it contacts nobody.
func NewEar(cfg Config) *Ear {
	if cfg.Model == "" {
		cfg.Model = DefaultEarModel
	}
	return &Ear{newClient(cfg)}
}

// Hear implements speech.Ear. The recording is sent as it came.
func (e *Ear) Hear(ctx context.Context, r speech.Recording) (string, error) {
	name := fileName(r.Data)
	data := r.Data
	if name == "" { // nothing a server would take by itself
		clip, err := r.Clip(ctx)
		if err != nil {
			return "", err
		}
		name, data = "speech.wav", clip.WAV()
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = file.Write(data)
	}
	fields := [][2]string{{"model", e.cfg.Model}, {"response_format", "json"}}
	if r.Language != "" {
		language, _, _ := strings.Cut(r.Language, "-")
		fields = append(fields, [2]string{"language", strings.ToLower(language)})
	}
	for _, f := range fields {
		if err == nil {
			err = form.WriteField(f[0], f[1])
		}
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return "", fmt.Errorf("encode a recording for %s: %w", Name, err)
	}
	answer, err := e.post(ctx, "/audio/transcriptions", form.FormDataContentType(), body.Bytes())
	if err != nil {
		return "", err
	}
	var heard struct {
		Text  *string         `json:"text"`
		Error json.RawMessage `json:"error"`
	}
	switch err := json.Unmarshal(answer, &heard); {
	case err != nil:
		return "", e.peer.Nonsense("the transcription", err)
	case len(heard.Error) > 0 && string(heard.Error) != "null":
		return "", e.peer.InStream(answer)
	case heard.Text == nil:
		return "", e.peer.Nonsense("the transcription", eliza.Errorf(eliza.CodeModel, "it has no text"))
	}
	return strings.TrimSpace(*heard.Text), nil
}

// fileName names a recording by its first bytes, since servers go by the
// ending of the name; "" for a format that OpenAI does not list.
func fileName(b []byte) string {
	at := func(i int, s string) bool { return len(b) >= i+len(s) && string(b[i:i+len(s)]) == s }
	switch {
	case at(0, "RIFF") && at(8, "WAVE"):
		return "speech.wav"
	case at(0, "OggS"):
		return "speech.ogg"
	case at(0, "\x1aE\xdf\xa3"):
		return "speech.webm"
	case at(0, "fLaC"):
		return "speech.flac"
	case at(4, "ftyp"):
		return "speech.m4a"
	case at(0, "ID3") || len(b) > 2 && b[0] == 0xff && b[1]&0xe6 == 0xe2:
		return "speech.mp3"
	}
	return ""
}
