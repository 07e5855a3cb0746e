package elevenlabs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/speechtest"
	"github.com/elizad/elizad/test/stubmodel"
)

func TestVoice(t *testing.T) {
	speechtest.Peer(t, func(ctx context.Context, url string) error {
		v := NewVoice(Config{Key: speechtest.Key, BaseURL: url + "/v1/", Stall: 100 * time.Millisecond})
		clip, err := v.Say(ctx, "Good morning.", speech.Manner{Voice: "../odd name", Speed: 1.1})
		if err == nil && (clip.Rate != rate || clip.Duration() != 650*time.Millisecond) {
			t.Errorf("%d samples a second for %s", clip.Rate, clip.Duration())
		}
		return err
	})
}

func TestAudioThatBreaksOff(t *testing.T) {
	stub, url := speechtest.Serve(t)
	v := NewVoice(Config{BaseURL: url + "/v1", Stall: 100 * time.Millisecond})
	for _, reply := range []stubmodel.Reply{{CutAfter: 1}, {Raw: "x", ContentType: "audio/pcm"}} {
		stub.Script(reply)
		var failure *model.CallError
		if _, err := v.Say(t.Context(), "Good morning.", speech.Manner{}); !errors.As(err, &failure) || !failure.Temporary {
			t.Errorf("%+v: %v", reply, err)
		}
	}
}
