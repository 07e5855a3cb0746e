package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wave is a tone of a quarter of a second.
func wave(rate int) Clip {
	samples := make([]int16, rate/4)
	for i := range samples {
		samples[i] = int16(12000 * math.Sin(2*math.Pi*300*float64(i)/float64(rate)))
	}
	return Clip{Rate: rate, Samples: samples}
}

// file writes a WAV file of any form, with a chunk of another kind before the
// samples.
func file(kind, channels, rate, bits int, data []byte, dataSize uint32) []byte {
	var b bytes.Buffer
	le := func(values ...any) {
		for _, v := range values {
			binary.Write(&b, binary.LittleEndian, v)
		}
	}
	b.WriteString("RIFF\xff\xff\xff\xffWAVE")
	b.WriteString("LIST")
	le(uint32(3), []byte("abc\x00"))
	b.WriteString("fmt ")
	le(uint32(16), uint16(kind), uint16(channels), uint32(rate), uint32(rate*channels*bits/8), uint16(channels*bits/8), uint16(bits))
	b.WriteString("data")
	le(dataSize, data)
	return b.Bytes()
}

func TestWAVRoundTrip(t *testing.T) {
	clip := wave(16000)
	got, err := ReadWAV(clip.WAV())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(clip, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if clip.Duration() != 250*time.Millisecond {
		t.Errorf("it lasts %s", clip.Duration())
	}
}

func TestWAVForms(t *testing.T) {
	le := func(values ...any) []byte {
		var b bytes.Buffer
		for _, v := range values {
			binary.Write(&b, binary.LittleEndian, v)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		file []byte
		want []int16
	}{
		"8 bits":            {file(1, 1, 8000, 8, []byte{128, 255, 0}, 3), []int16{0, 32512, -32768}},
		"24 bits":           {file(1, 1, 8000, 24, []byte{0, 0, 0x40, 0, 0, 0xc0}, 6), []int16{16384, -16384}},
		"32 bits":           {file(1, 1, 8000, 32, le(int32(1<<30)), 4), []int16{16384}},
		"floats":            {file(3, 1, 8000, 32, le(float32(0.5), float32(-2), float32(math.NaN())), 12), []int16{16384, -32768, 0}},
		"long floats":       {file(3, 1, 8000, 64, le(-0.25), 8), []int16{-8192}},
		"two channels":      {file(1, 2, 8000, 16, le(int16(100), int16(300), int16(-5), int16(5)), 8), []int16{200, 0}},
		"µ-law":             {file(7, 1, 8000, 8, []byte{0xff, 0x80, 0x00}, 3), []int16{0, 32124, -32124}},
		"A-law":             {file(6, 1, 8000, 8, []byte{0xd5, 0x55, 0xaa}, 3), []int16{8, -8, 32256}},
		"an unknown length": {file(1, 1, 8000, 16, le(int16(7), int16(8)), math.MaxUint32), []int16{7, 8}},
		"a cut sample":      {file(1, 1, 8000, 16, []byte{1, 0, 9}, 3), []int16{1}},
		"no samples":        {file(1, 1, 8000, 16, nil, 0), []int16{}},
	} {
		got, err := ReadWAV(c.file)
		if diff := cmp.Diff(c.want, got.Samples); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("hello, I am no audio at all"), "a head alone": []byte("RIFF\x04\x00\x00\x00WAVE"),
		"samples before their form": append([]byte("RIFF\x00\x00\x00\x00WAVE"), "data\x02\x00\x00\x00ab"...),
		"a compressed form":         file(2, 1, 8000, 4, []byte{1}, 1), "no channel": file(1, 0, 8000, 16, []byte{1}, 1), "no rate": file(1, 1, 0, 16, []byte{1, 2}, 2),
	} {
		if _, err := ReadWAV(b); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestRates(t *testing.T) {
	for _, rate := range []int{8000, 22050, 44100, 48000} {
		clip := wave(rate).At(16000)
		if got := clip.Duration() - 250*time.Millisecond; got.Abs() > time.Millisecond {
			t.Errorf("%d: %s more", rate, got)
		}
		// The tone must still be one of 300 Hz.
		crossings := 0
		for i := 1; i < len(clip.Samples); i++ {
			if clip.Samples[i-1] < 0 && clip.Samples[i] >= 0 {
				crossings++
			}
		}
		if crossings < 72 || crossings > 76 {
			t.Errorf("%d: a tone of %d Hz", rate, crossings*4)
		}
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(wave(1000).WAV())
	f.Add(file(3, 2, 44100, 32, []byte{0, 0, 0, 0, 1, 2, 3, 4}, 8))
	f.Add(file(0xfffe, 1, 8000, 16, []byte{1, 2}, math.MaxUint32))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEdata\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		clip, err := ReadWAV(b)
		if err != nil {
			if !errors.Is(err, ErrNotWAV) && !errors.Is(err, errForm) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if clip.Rate < minRate || 2*len(clip.Samples) > 2*len(b) {
			t.Fatalf("%d samples a second, %d samples from %d bytes", clip.Rate, len(clip.Samples), len(b))
		}
		again, err := ReadWAV(clip.At(16000).WAV())
		if err != nil || again.Rate != 16000 {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
