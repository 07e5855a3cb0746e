// Package speechtest holds what every engine of package speech promises.
package speechtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
)

const patience = time.Minute

// Voice checks what every voice promises.
func Voice(t *testing.T, v speech.Voice) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	say := func(text string, m speech.Manner) time.Duration {
		t.Helper()
		clip, err := v.Say(ctx, text, m)
		if err != nil {
			t.Fatalf("%.40q as %+v: %v", text, m, err)
		}
		loudest := slices.Max(append(clip.Samples, 0))
		if clip.Rate < 8000 || clip.Duration() < 50*time.Millisecond || loudest < 500 {
			t.Errorf("%.40q: %d samples a second for %s, the loudest %d", text, clip.Rate, clip.Duration(), loudest)
		}
		return clip.Duration()
	}
	short := say("Good morning.", speech.Manner{})
	long := say("Good morning, and welcome to the meeting. We will begin in a few minutes, when everybody is here.", speech.Manner{})
	if long < 2*short {
		t.Errorf("a long text sounds for %s, a short one for %s", long, short)
	}
	slow, fast := say("We will begin in a few minutes.", speech.Manner{Speed: 0.7}), say("We will begin in a few minutes.", speech.Manner{Speed: 1.6})
	if slow < fast*4/3 {
		t.Errorf("slow speech sounds for %s, fast speech for %s", slow, fast)
	}
	for _, name := range v.Voices() {
		say("Good morning.", speech.Manner{Voice: name})
	}
	if v.Voices() != nil {
		if _, err := v.Say(ctx, "Good morning.", speech.Manner{Voice: "nobody"}); eliza.ErrorCode(err) != eliza.CodeInvalidRequest {
			t.Errorf("a voice that does not exist: error %v", err)
		}
	}
	// What no voice can say must not break it.
	for _, odd := range []string{"-t --help", "\x00", "<speak>hi</speak>", "日本語", strings.Repeat("a", 250), "$5.00, 1/2, 3:45 & 50%!"} {
		_, err := v.Say(ctx, odd, speech.Manner{})
		if err != nil && ctx.Err() != nil {
			t.Fatalf("%.40q: %v", odd, err)
		}
	}
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() { say("Good morning.", speech.Manner{}) })
	}
	together.Wait()
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := v.Say(ended, "Good morning.", speech.Manner{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: error %v", err)
	}
}
