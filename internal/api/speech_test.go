package api_test

import (
	"bytes"
	"encoding/base64"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/test/stubmodel"
)

// form is a body with a recording, and its type.
func form(t testing.TB, field string, audio []byte, more ...string) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + field + `"; filename="blob"`}, "Content-Type": {"audio/wav"}})
	if err != nil {
		t.Fatal(err)
	}
	part.Write(audio)
	for i := 0; i < len(more); i += 2 {
		w.WriteField(more[i], more[i+1])
	}
	w.Close()
	return b.Bytes(), "Content-Type: " + w.FormDataContentType()
}

func TestSynthesize(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Speaker")
	const text1 = "Good morning. How are you?"
	got := r.send("POST", "/api/agents/"+agent+"/speech/synthesize", map[string]any{"text": text1, "format": "wav"}).data(200)
	audio, err := base64.StdEncoding.DecodeString(text(got, "audio"))
	if err != nil {
		t.Fatal(err)
	}
	clip, err := sound.ReadWAV(audio)
	// The stand-in sounds 50 ms for a letter.
	if err != nil || text(got, "format") != "wav" || text(got, "engine") != "openai" || clip.Duration().Milliseconds() != 25*50 || got["durationMs"] != float64(25*50) {
		t.Errorf("%s, %s of %s: %v", clip.Duration(), text(got, "format"), text(got, "engine"), err)
	}
	if n := r.stub.SpeechCount(); n != 2 {
		t.Errorf("two sentences took %d calls", n)
	}
	for _, path := range []string{"/speech/generate", "/audio-messages/synthesize"} {
		a := r.send("POST", "/api/audio/"+agent+path, map[string]any{"text": text1, "voice": "nova", "format": "wav"})
		if a.status != 200 || a.header.Get("Content-Type") != "audio/wav" || !bytes.Equal(a.body, audio) {
			t.Errorf("%s: %d %s, %d bytes", path, a.status, a.header.Get("Content-Type"), len(a.body))
		}
	}
	if best := sound.FindCodec().Best(); best == sound.MP3 {
		if a := r.send("POST", "/api/audio/"+agent+"/speech/generate", map[string]any{"text": text1}); a.header.Get("Content-Type") != "audio/mpeg" || len(a.body)*3 > len(audio) {
			t.Errorf("as a rule it is %s of %d bytes", a.header.Get("Content-Type"), len(a.body))
		}
	}
	channel := r.channel("GROUP", person)
	message := text(r.say(channel, "A stored message.").data(201), "id")
	if got := r.send("POST", "/api/audio/"+agent+"/audio-messages/synthesize", map[string]any{"messageId": message, "format": "ogg"}).data(200); text(got, "audio") == "" || text(got, "format") == "ogg" {
		t.Errorf("a stored message: %v", got)
	}
}

func TestSynthesizeRefusesWithACode(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Speaker")
	path := "/api/agents/" + agent + "/speech/synthesize"
	for name, c := range map[string]struct {
		path string
		body any
		code string
		says string
	}{
		"no text":           {path, map[string]any{}, "INVALID_REQUEST", "text"},
		"blanks":            {path, map[string]any{"text": "  \n"}, "INVALID_REQUEST", "text"},
		"nothing to say":    {path, map[string]any{"text": "🎉 ..."}, "INVALID_REQUEST", "said aloud"},
		"too long":          {path, map[string]any{"text": strings.Repeat("ab ", 1700)}, "INVALID_REQUEST", "5000"},
		"a number":          {path, map[string]any{"text": 5}, "INVALID_REQUEST", "text"},
		"too fast":          {path, map[string]any{"text": "a", "speed": 9}, "INVALID_REQUEST", "speed"},
		"no id":             {"/api/agents/x/speech/synthesize", map[string]any{"text": "a"}, "INVALID_ID", "agent"},
		"no agent":          {"/api/agents/" + nobody + "/speech/synthesize", map[string]any{"text": "a"}, "NOT_FOUND", "Agent"},
		"no agent of audio": {"/api/audio/" + nobody + "/speech/generate", map[string]any{"text": "a"}, "NOT_FOUND", "Agent"},
		"no message":        {"/api/audio/" + agent + "/audio-messages/synthesize", map[string]any{"messageId": nobody}, "NOT_FOUND", "Message"},
		"nothing at all":    {"/api/audio/" + agent + "/audio-messages/synthesize", map[string]any{}, "INVALID_REQUEST", "text"},
	} {
		a := r.send("POST", c.path, c.body)
		if code, message := a.envelope(); code != c.code || !strings.Contains(message, c.says) || a.status >= 500 {
			t.Errorf("%s: %d %s %s", name, a.status, code, message)
		}
	}
	r.stub.Script(stubmodel.Reply{Status: 401, EchoKey: true})
	if message := r.send("POST", path, map[string]any{"text": "Hello."}).fails(500, "MODEL_ERROR"); !strings.Contains(message, "401") {
		t.Errorf("a refusing server: %s", message)
	}
}

func TestTranscribe(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Listener")
	said := stubmodel.Speech("How do you do?")
	encoded := base64.StdEncoding.EncodeToString(said)
	for _, path := range []string{"/api/agents/" + agent + "/speech/transcribe", "/api/audio/" + agent + "/transcriptions", "/api/audio/" + agent + "/audio-messages"} {
		for name, send := range map[string]func() reply{
			"field audio": func() reply {
				body, kind := form(t, "audio", said, "language", "en")
				return r.send("POST", path, body, kind)
			},
			"field file": func() reply { body, kind := form(t, "file", said); return r.send("POST", path, body, kind) },
			"JSON":       func() reply { return r.send("POST", path, map[string]any{"audio": encoded}) },
			"an address": func() reply { return r.send("POST", path, map[string]any{"file": "data:audio/wav;base64," + encoded}) },
			"the body":   func() reply { return r.send("POST", path, said, "Content-Type: audio/wav") },
		} {
			got := send().data(200)
			if text(got, "text") != "How do you do?" || text(got, "engine") != "openai" || strings.HasSuffix(path, "messages") && text(got, "transcription") != "How do you do?" {
				t.Errorf("%s at %s: %v", name, path, got)
			}
		}
	}
	r.stub.Script(stubmodel.Reply{Empty: true})
	if got := r.send("POST", "/api/audio/"+agent+"/transcriptions", said, "Content-Type: audio/wav").data(200); text(got, "text") != "" {
		t.Errorf("silence: %v", got)
	}
}

func TestTranscribeRefusesWithACode(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Listener")
	path := "/api/agents/" + agent + "/speech/transcribe"
	empty, emptyKind := form(t, "audio", nil)
	other, otherKind := form(t, "picture", []byte("x"))
	noise, noiseKind := form(t, "audio", []byte("certainly no recording"))
	for name, c := range map[string]struct {
		path   string
		body   any
		header string
		code   string
	}{
		"an empty file":     {path, empty, emptyKind, "INVALID_REQUEST"},
		"another field":     {path, other, otherKind, "INVALID_REQUEST"},
		"no recording":      {path, noise, noiseKind, "INVALID_FILE_TYPE"},
		"a cut form":        {path, noise[:len(noise)-20], noiseKind, "INVALID_REQUEST"},
		"no form":           {path, "hello", noiseKind, "INVALID_REQUEST"},
		"no boundary":       {path, "hello", "Content-Type: multipart/form-data", "INVALID_REQUEST"},
		"not JSON":          {path, "{", "Content-Type: application/json", "INVALID_REQUEST"},
		"not base64":        {path, map[string]any{"audio": "https://example.com/x.wav"}, "Content-Type: application/json", "INVALID_REQUEST"},
		"text":              {path, "hello", "Content-Type: text/plain", "INVALID_CONTENT_TYPE"},
		"a type of no kind": {path, "hello", "Content-Type: /", "INVALID_CONTENT_TYPE"},
		"too large":         {path, make([]byte, 36<<20), "Content-Type: audio/wav", "FILE_TOO_LARGE"},
		"a bit too large":   {path, make([]byte, speech.MaxRecording+1), "Content-Type: audio/wav", "FILE_TOO_LARGE"},
		"no agent":          {"/api/agents/" + nobody + "/speech/transcribe", noise, noiseKind, "NOT_FOUND"},
		"no id":             {"/api/audio/x/transcriptions", noise, noiseKind, "INVALID_ID"},
	} {
		a := r.send("POST", c.path, c.body, c.header)
		if code, message := a.envelope(); code != c.code || a.status >= 500 {
			t.Errorf("%s: %d %s %s", name, a.status, code, message)
		}
	}
}

func FuzzRecordingForms(f *testing.F) {
	r := newRig(f)
	agent := r.agent("Listener")
	body, kind := form(f, "audio", stubmodel.Speech("a"), "language", "en")
	f.Add(body, strings.TrimPrefix(kind, "Content-Type: "))
	f.Add([]byte(`{"audio":"UklGRg==","metadata":{"a":1}}`), "application/json")
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=audio\r\n\r\ndata:,AAAA\r\n--x--"), "multipart/form-data; boundary=x")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		kind = strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, strings.TrimSpace(kind))
		here := *r
		here.t = t
		a := here.send("POST", "/api/agents/"+agent+"/speech/transcribe", body, "Content-Type: "+kind)
		if a.status >= 500 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a.status >= 400 {
			a.envelope()
		}
	})
}
