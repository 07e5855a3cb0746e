package openai

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/internal/speech/speechtest"
	"github.com/elizad/elizad/test/stubmodel"
)

const stall = 100 * time.Millisecond

func TestVoice(t *testing.T) {
	speechtest.Peer(t, func(ctx context.Context, url string) error {
		clip, err := NewVoice(Config{Key: speechtest.Key, BaseURL: url + "/v1/", Stall: stall}).Say(ctx, "Good morning.", speech.Manner{})
		if err == nil && clip.Duration() != 650*time.Millisecond {
			t.Errorf("it sounds for %s", clip.Duration())
		}
		return err
	})
}

func TestEar(t *testing.T) {
	for _, path := range []string{"/v1", "/inference"} {
		speechtest.Peer(t, func(ctx context.Context, url string) error {
			text, err := NewEar(Config{Key: speechtest.Key, BaseURL: url + path, Stall: stall}).Hear(ctx, speech.NewRecording(stubmodel.Speech("Good morning."), "en-US", sound.Codec{}))
			if err == nil && text != "Good morning." {
				t.Errorf("it heard %q", text)
			}
			return err
		})
	}
}

func TestAudioThatBreaksOff(t *testing.T) {
	stub, url := speechtest.Serve(t)
	voice := NewVoice(Config{BaseURL: url + "/v1", Stall: stall})
	for name, reply := range map[string]stubmodel.Reply{"in the middle": {CutAfter: 1}, "in its head": {Raw: "RIFF", ContentType: "audio/wav"}} {
		stub.Script(reply)
		_, err := voice.Say(t.Context(), "Good morning.", speech.Manner{})
		var failure *model.CallError
		if !errors.As(err, &failure) || !failure.Temporary {
			t.Errorf("%s: %v", name, err)
		}
	}
	ear := NewEar(Config{BaseURL: url + "/v1", Stall: stall})
	for _, reply := range []stubmodel.Reply{{BreakJSON: true}, {Raw: `{"segments":[]}`}, {Raw: `{"error":{"message":"no"}}`}} {
		stub.Script(reply)
		if _, err := ear.Hear(t.Context(), speech.NewRecording(stubmodel.Speech("x"), "", sound.Codec{})); err == nil {
			t.Errorf("%+v is understood", reply)
		}
	}
}

func TestOwn(t *testing.T) {
	for address, own := range map[string]bool{"": true, "https://api.openai.com/v1": true, "http://127.0.0.1:1/v1": false, "https://api.openai.com.evil.example/v1": false} {
		if got := (Config{BaseURL: address}).Own(); got != own {
			t.Errorf("%q: own %v", address, got)
		}
	}
	if v := NewVoice(Config{Key: "k"}).Voices(); len(v) == 0 || !strings.Contains(strings.Join(v, " "), DefaultVoice) {
		t.Errorf("voices %v", v)
	}
}

func TestFileNames(t *testing.T) {
	for start, want := range map[string]string{
		"RIFF....WAVEfmt ": "speech.wav", "OggS": "speech.ogg", "\x1aE\xdf\xa3": "speech.webm", "fLaC": "speech.flac", "\x00\x00\x00 ftypM4A ": "speech.m4a",
		"ID3": "speech.mp3", "\xff\xfb\x90": "speech.mp3", "hello": "", "": "",
	} {
		if got := fileName([]byte(start)); got != want {
			t.Errorf("%q: %q, want %q", start, got, want)
		}
	}
}
