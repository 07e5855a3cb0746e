package api

import (
	"cmp"
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
)

func (a *API) speechRoutes() {
	const tag, of, audio = "Speech", "/api/agents/{agentId}/speech", "/api/audio/{agentId}"
	add(a, operation{id: "synthesize-speech", method: "POST", paths: []string{of + "/synthesize"}, tag: tag, errors: []int{404, 408, 503},
		summary: "Say a text with the agent's voice, as base64",
		about: "The voice is that of the character (settings.voice) unless the request names one. format tells what the audio is: mp3 where lame or ffmpeg is " +
			"installed, else wav. A text has 5000 characters at most."}, a.synthesize)
	add(a, operation{id: "generate-speech", method: "POST", paths: []string{audio + "/speech/generate"}, tag: tag, errors: []int{404, 408, 503},
		summary: "Say a text with the agent's voice, as an audio file", files: audioTypes}, a.generateSpeech)
	add(a, operation{id: "synthesize-message", method: "POST", paths: []string{audio + "/audio-messages/synthesize"}, tag: tag, errors: []int{404, 408, 503},
		summary: "Say a text, as an audio file, or a stored message, as base64", files: audioTypes, gives: success[Spoken]{},
		about: "With text the answer is the file. With messageId it is the audio in base64 and its format, which is what @elizaos/api-client expects."}, a.synthesizeMessage)
	const takes = "The recording is field audio or file of a form, or of a JSON object in base64, or the body itself. It has 25 MB at most. WAV is always understood, " +
		"MP3 where lame is installed, everything else where ffmpeg is. Silence is an empty text."
	add(a, operation{id: "transcribe-speech", method: "POST", paths: []string{of + "/transcribe", audio + "/transcriptions"}, tag: tag, errors: []int{404, 408, 413},
		summary: "Write down a recording", about: takes, file: maxRecordingBody}, a.transcribe)
	add(a, operation{id: "transcribe-message", method: "POST", paths: []string{audio + "/audio-messages"}, tag: tag, errors: []int{404, 408, 413},
		summary: "Write down a recording, in the words of ElizaOS's audio messages", about: takes, file: maxRecordingBody}, a.transcribeMessage)
}

// audioTypes are what speech is sent as.
var audioTypes = []string{"audio/mpeg", "audio/wav"}

// SpeechWish is what a request may ask of a voice.
type SpeechWish struct {
	Voice    string  `json:"voice,omitempty" maxLength:"100" doc:"A voice of the engine that speaks for the agent"`
	Language string  `json:"language,omitempty" maxLength:"40" doc:"Such as en or pt-BR"`
	Speed    float64 `json:"speed,omitempty" minimum:"0.25" maximum:"4" doc:"1 is normal"`
	Format   string  `json:"format,omitempty" doc:"mp3 or wav; when absent or another one, mp3 if it can be written here"`
}

type synthesizeBody struct {
	AgentPath
	Body struct {
		SpeechWish
		Text string `json:"text,omitempty" doc:"What to say, 5000 characters at most"`
	}
}

type synthesizeMessageBody struct {
	AgentPath
	Body struct {
		SpeechWish
		Text      string     `json:"text,omitempty" doc:"What to say, 5000 characters at most; this or messageId"`
		MessageID ID         `json:"messageId,omitempty" doc:"The message to say"`
		Options   SpeechWish `json:"options,omitempty" doc:"Older place of voice, language and speed"`
	}
}

// Spoken is audio in an answer of JSON.
type Spoken struct {
	Audio    string `json:"audio" doc:"The file, in base64"`
	Format   string `json:"format" enum:"wav,mp3"`
	Engine   string `json:"engine" doc:"Who spoke: flite, espeak-ng, openai or elevenlabs"`
	Voice    string `json:"voice,omitempty"`
	Duration int64  `json:"durationMs"`
}

// audioFile is audio as the body of an answer.
type audioFile struct {
	ContentType string `header:"Content-Type"`
	Engine      string `header:"X-Speech-Engine"`
	Body        []byte
}

func (a *API) synthesize(ctx context.Context, in *synthesizeBody) (*answer[Spoken], error) {
	s, err := a.speak(ctx, in.AgentID, in.Body.Text, in.Body.SpeechWish)
	if err != nil {
		return nil, fail(err)
	}
	return ok(s.view()), nil
}

func (a *API) generateSpeech(ctx context.Context, in *synthesizeBody) (*audioFile, error) {
	s, err := a.speak(ctx, in.AgentID, in.Body.Text, in.Body.SpeechWish)
	if err != nil {
		return nil, fail(err)
	}
	return s.asFile(), nil
}

func (a *API) synthesizeMessage(ctx context.Context, in *synthesizeMessageBody) (*huma.StreamResponse, error) {
	b, text := &in.Body, in.Body.Text
	b.Voice, b.Language, b.Speed = cmp.Or(b.Voice, b.Options.Voice), cmp.Or(b.Language, b.Options.Language), cmp.Or(b.Speed, b.Options.Speed)
	stored := text == "" && b.MessageID != ID(eliza.NoID)
	if stored {
		m, err := a.Messaging.Message(ctx, eliza.ID(b.MessageID))
		if err != nil {
			return nil, fail(err)
		}
		text = m.Content
	}
	s, err := a.speak(ctx, in.AgentID, text, b.SpeechWish)
	if err != nil {
		return nil, fail(err)
	}
	if stored {
		return jsonResponse(200, success[Spoken]{true, s.view()}), nil
	}
	return s.response(), nil
}

// spoken is a file that was spoken.
type spoken struct {
	file    []byte
	format  sound.Format
	speaker *speech.Speaker
	millis  int64
}

func (s *spoken) view() Spoken {
	return Spoken{Audio: base64Text(s.file), Format: string(s.format), Engine: s.speaker.Spoke(), Voice: s.voice(), Duration: s.millis}
}

// voice is the one that was chosen, unless another engine spoke.
func (s *spoken) voice() string {
	if s.speaker.Spoke() != s.speaker.Engine {
		return ""
	}
	return s.speaker.Manner.Voice
}

func (s *spoken) asFile() *audioFile {
	return &audioFile{ContentType: s.format.MediaType(), Engine: s.speaker.Spoke(), Body: s.file}
}

func (s *spoken) response() *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", s.format.MediaType())
		h.SetHeader("X-Speech-Engine", s.speaker.Spoke())
		h.SetStatus(200)
		_, _ = h.BodyWriter().Write(s.file) // a client that is gone needs no audio
	}}
}

// speaker chooses the voice of an agent.
func (a *API) speaker(ctx context.Context, agent ID, w SpeechWish) (*speech.Speaker, *eliza.Agent, error) {
	found, err := a.Agents.Agent(ctx, eliza.ID(agent))
	if err != nil {
		return nil, nil, err
	}
	s, err := a.Speech.Speaker(&found.Character, speech.Wish{Voice: w.Voice, Language: w.Language, Speed: w.Speed})
	return s, &found, err
}

// format is what a request asks for, as far as it can be written here.
func (a *API) format(asked string) sound.Format {
	if f := sound.Format(asked); f == sound.WAV || f == sound.MP3 && a.Speech.Codec.Writes(f) {
		return f
	}
	return a.Speech.Codec.Best()
}

// speak says a text with an agent's voice, sentence by sentence into one file.
func (a *API) speak(ctx context.Context, agent ID, text string, w SpeechWish) (*spoken, error) {
	speaker, _, err := a.speaker(ctx, agent, w)
	if err != nil {
		return nil, err
	}
	s := &spoken{format: a.format(w.Format), speaker: speaker}
	var file *sound.Encoder
	err = speaker.Speak(ctx, text, func(_ string, clip sound.Clip) (err error) {
		if len(clip.Samples) == 0 {
			return nil
		}
		if file == nil {
			if file, err = a.Speech.Codec.Encode(ctx, s.format, clip.Rate); err != nil {
				return err
			}
		}
		return file.Add(clip)
	})
	if file != nil {
		defer file.Close()
	}
	switch {
	case err != nil:
		return nil, err
	case file == nil:
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "text: there is nothing in it that can be said aloud")
	}
	s.millis = file.Duration().Milliseconds()
	s.file, err = file.Finish()
	return s, err
}

// Transcription is what was heard.
type Transcription struct {
	Text     string `json:"text"`
	Engine   string `json:"engine" doc:"Who heard it: openai or pocketsphinx"`
	Model    string `json:"model,omitempty"`
	Language string `json:"language,omitempty" doc:"As the request says"`
}

func (a *API) transcribe(ctx context.Context, in *RecordingBody) (*answer[Transcription], error) {
	r, err := in.read()
	if err != nil {
		return nil, fail(err)
	}
	t, err := a.hear(ctx, in.AgentID, r)
	if err != nil {
		return nil, fail(err)
	}
	return ok(t), nil
}

type transcribedMessage struct {
	Transcription
	Spelled string `json:"transcription"`
	Message string `json:"message"`
}

func (a *API) transcribeMessage(ctx context.Context, in *RecordingBody) (*answer[transcribedMessage], error) {
	heard, err := a.transcribe(ctx, in)
	if err != nil {
		return nil, err
	}
	t := heard.Body.Data
	return ok(transcribedMessage{t, t.Text, "Audio transcribed"}), nil
}

// hear writes down a recording for an agent.
func (a *API) hear(ctx context.Context, agent ID, r recording) (Transcription, error) {
	found, err := a.Agents.Agent(ctx, eliza.ID(agent))
	if err != nil {
		return Transcription{}, err
	}
	language := r.fields["language"]
	if len(language) > 40 {
		return Transcription{}, eliza.Errorf(eliza.CodeInvalidRequest, "language: longer than 40 bytes")
	}
	t, err := a.Speech.Hear(ctx, &found.Character, r.audio, language)
	return Transcription{Text: t.Text, Engine: t.Engine, Model: t.Model, Language: language}, err
}
