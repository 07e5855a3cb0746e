package sound

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// codecs are the programs of this machine, each alone. `make setup` installs
// lame.
func codecs(t *testing.T) map[string]Codec {
	t.Helper()
	all := map[string]Codec{}
	found := FindCodec()
	if found.Lame == "" {
		t.Fatal("lame is not installed (run `make setup`)")
	}
	all["lame"] = Codec{Lame: found.Lame}
	if found.FFmpeg != "" {
		all["ffmpeg"] = Codec{FFmpeg: found.FFmpeg}
	}
	return all
}

func TestMP3RoundTrip(t *testing.T) {
	for name, c := range codecs(t) {
		t.Run(name, func(t *testing.T) {
			clip := wave(16000)
			file, err := c.Encode(t.Context(), MP3, clip.Rate)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			for range 8 {
				if err := file.Add(clip); err != nil {
					t.Fatal(err)
				}
			}
			mp3, err := file.Finish()
			if err != nil || !isMP3(mp3) {
				t.Fatalf("%d bytes that are no MP3: %v", len(mp3), err)
			}
			if wav, _ := c.File(t.Context(), WAV, clip); len(mp3) > 4*len(wav) {
				t.Errorf("MP3 takes %d bytes, WAV %d", len(mp3), 8*len(wav))
			}
			back, err := c.Decode(t.Context(), mp3)
			if err != nil {
				t.Fatal(err)
			}
			if d := back.Duration() - 8*clip.Duration(); d.Abs() > 200*time.Millisecond || file.Duration() != 8*clip.Duration() {
				t.Errorf("it lasts %s longer", d)
			}
		})
	}
}

func TestWithoutPrograms(t *testing.T) {
	var none Codec
	if none.Best() != WAV || none.Writes(MP3) || !none.Writes(WAV) {
		t.Error("MP3 is promised")
	}
	if _, err := none.Encode(t.Context(), MP3, 16000); eliza.ErrorCode(err) != eliza.CodeInvalidRequest || !strings.Contains(err.Error(), "lame") {
		t.Errorf("writing MP3: %v", err)
	}
	if _, err := none.Decode(t.Context(), []byte("ID3 something")); eliza.ErrorCode(err) != eliza.CodeInvalidFileType || !strings.Contains(err.Error(), "ffmpeg") {
		t.Errorf("reading MP3: %v", err)
	}
}

// MP3 within a WAV file is read by what reads MP3, and named where nothing does.
func TestCompressedSamplesInAWAVFile(t *testing.T) {
	for name, c := range codecs(t) {
		mp3, err := c.File(t.Context(), MP3, tone(16000, 440))
		if err != nil {
			t.Fatal(err)
		}
		wav := assembled("RIFF", formOf(0x55, 1, 16000, 0, 12, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0), chunk("fact", 4, make([]byte, 4)), chunk("data", 0, mp3))
		got, err := c.Decode(t.Context(), wav)
		if err != nil || (got.Duration()-time.Second).Abs() > 200*time.Millisecond || strength(got, 440) < 6000 {
			t.Errorf("%s: %s, %v", name, got.Duration(), err)
		}
		if _, err := (Codec{}).Decode(t.Context(), wav); eliza.ErrorCode(err) != eliza.CodeInvalidFileType || !strings.Contains(eliza.ErrorMessage(err), "MP3 in a WAV file") || !strings.Contains(eliza.ErrorMessage(err), "lame") {
			t.Errorf("without programs: %v", err)
		}
	}
	for kind, name := range map[int]string{2: "Microsoft ADPCM", 0x11: "IMA ADPCM", 0x31: "GSM 6.10", 0x704f: "Opus", 0x7777: "code 30583"} {
		wav := assembled("RIFF", formOf(kind, 1, 8000, 4), chunk("data", 4, []byte{1, 2, 3, 4}))
		if _, err := (Codec{Lame: "lame"}).Decode(t.Context(), wav); eliza.ErrorCode(err) != eliza.CodeInvalidFileType || !strings.Contains(eliza.ErrorMessage(err), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for name, c := range codecs(t) {
		for what, data := range map[string][]byte{
			"text": []byte("hello"), "noise": bytes.Repeat([]byte{0xff, 0xfb, 3, 4, 5}, 1000), "a playlist": []byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"),
			"an empty tag": []byte("ID3\x04\x00\x00\x00\x00\x00\x00"), "a WAV of an odd form": file(2, 1, 8000, 4, []byte{1}, 1),
		} {
			clip, err := c.Decode(t.Context(), data)
			if err != nil && eliza.ErrorCode(err) != eliza.CodeInvalidFileType || err == nil && clip.Duration() > time.Minute {
				t.Errorf("%s, %s: %s, %v", name, what, clip.Duration(), err)
			}
		}
	}
}

func TestLongRecordingsAreRefused(t *testing.T) {
	long := Clip{Rate: 1000, Samples: make([]int16, 1000*(int(MaxDuration.Seconds())+1))}
	if _, err := (Codec{}).Decode(t.Context(), long.WAV()); eliza.ErrorCode(err) != eliza.CodeFileTooLarge {
		t.Errorf("error %v", err)
	}
}

func TestEncodersEndWithTheirContext(t *testing.T) {
	for name, c := range codecs(t) {
		var all sync.WaitGroup
		for range 2 * cap(encoders) { // more than run at once
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				file, err := c.Encode(ctx, MP3, 16000)
				if err != nil {
					t.Error(err)
					return
				}
				defer file.Close()
				cancel()
				for err == nil {
					err = file.Add(wave(16000))
				}
			})
		}
		all.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.File(ended, MP3, wave(16000)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
}
