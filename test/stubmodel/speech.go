package stubmodel

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// What the server's speech is like.
const (
	speechRate      = 16000
	speechPerLetter = speechRate / 20 // samples: a letter sounds for 50 ms
	saidChunk       = "said"          // the chunk of its WAV files that holds the text
)

// Speech is what the server answers when it is asked to say a text: a WAV file
// with a tone, which holds the text too, so that the server hears what it said.
func Speech(text string) []byte {
	n := max(len(text), 1) * speechPerLetter
	if len(text)%2 == 1 {
		text += " "
	}
	var b bytes.Buffer
	b.WriteString("RIFF\xff\xff\xff\xffWAVEfmt ") // a stream does not know its length
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(speechRate), uint32(2 * speechRate), uint16(2), uint16(16)} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString(saidChunk)
	binary.Write(&b, binary.LittleEndian, uint32(len(text)))
	b.WriteString(text + "data\xff\xff\xff\xff")
	b.Write(tone(n))
	return b.Bytes()
}

func tone(n int) []byte {
	b := make([]byte, 0, 2*n)
	for i := range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(8000*math.Sin(2*math.Pi*440*float64(i)/speechRate))))
	}
	return b
}

// serveSpeech answers POST /v1/audio/speech as OpenAI does, and ElevenLabs's
// text to speech with plain samples. CutAfter breaks it off in the middle.
func (s *Server) serveSpeech(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	text, samples := gjson.GetBytes(body, "input"), false
	if strings.HasPrefix(r.URL.Path, "/v1/text-to-speech/") {
		text, samples = gjson.GetBytes(body, "text"), true
	}
	if err != nil || text.String() == "" {
		w.WriteHeader(http.StatusBadRequest)
		w.Write(openAI{}.failure(nil, 0, "invalid_request_error", "a text is required"))
		return
	}
	key := speechKey(r)
	s.speeches.Add(1)
	s.mu.Lock()
	s.speechKeys = append(s.speechKeys, key)
	s.mu.Unlock()
	reply := s.next(&Call{Key: key})
	if early(w, r, &reply, key, openAI{}.failure) {
		return
	}
	audio := Speech(text.String())
	contentType := "audio/wav"
	if samples {
		audio, contentType = tone(len(text.String())*speechPerLetter), "audio/pcm"
	}
	if reply.ContentType == "" {
		w.Header().Set("Content-Type", contentType)
	}
	if reply.CutAfter > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(audio)))
		w.Write(audio[:len(audio)/2])
		panic(http.ErrAbortHandler)
	}
	w.Write(audio)
}

// serveHearing answers POST /v1/audio/transcriptions, and /inference as
// whisper.cpp's server does: with the text that the recording holds, with
// Reply.Text, or with the recording's length.
func (s *Server) serveHearing(w http.ResponseWriter, r *http.Request) {
	file, _, err := r.FormFile("file")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		w.Write(openAI{}.failure(nil, 0, "invalid_request_error", "file is required"))
		return
	}
	defer file.Close()
	audio, _ := io.ReadAll(file)
	key := speechKey(r)
	reply := s.next(&Call{Key: key})
	if early(w, r, &reply, key, openAI{}.failure) {
		return
	}
	text := reply.Text
	if text == "" && !reply.Empty {
		text = heard(audio)
	}
	b := append([]byte(`{"text":`), gjson.AppendJSONString(nil, text)...)
	if reply.BreakJSON {
		b = b[:len(b)/2]
	} else {
		b = append(b, '}')
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b)
}

func heard(audio []byte) string {
	_, rest, found := bytes.Cut(audio, []byte(saidChunk))
	if found && len(rest) > 4 {
		if n := int(binary.LittleEndian.Uint32(rest)); n <= len(rest)-4 {
			return strings.TrimSpace(string(rest[4 : 4+n]))
		}
	}
	return strconv.Itoa(len(audio)) + " bytes"
}

// speechKey is the key of either kind of request.
func speechKey(r *http.Request) string {
	if key := r.Header.Get("Xi-Api-Key"); key != "" {
		return key
	}
	return sentKey(r)
}

// SpeechCount tells how many calls for audio came.
func (s *Server) SpeechCount() int64 { return s.speeches.Load() }

// SpeechKeys lists the keys that calls for audio came with.
func (s *Server) SpeechKeys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.speechKeys...)
}
