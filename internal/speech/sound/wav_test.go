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

// chunk is a part of a WAV file.
func chunk(name string, size uint32, data []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(name), size), data...)
}

// assembled is a file of the kind that its first letters say.
func assembled(kind string, chunks ...[]byte) []byte {
	return append([]byte(kind+"\xff\xff\xff\xffWAVE"), bytes.Join(chunks, nil)...)
}

// formOf is the chunk "fmt ".
func formOf(kind, channels, rate, bits int, more ...byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(kind))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	return chunk("fmt ", uint32(16+len(more)), append(b, more...))
}

func TestFilesOfRecorders(t *testing.T) {
	pcm := []byte{7, 0, 8, 0, 9, 0}
	mono := formOf(1, 1, 8000, 16)
	list := chunk("LIST", 4, []byte("INFO"))
	ds64 := func(size uint64) []byte {
		b := make([]byte, 28)
		binary.LittleEndian.PutUint64(b[8:], size)
		return chunk("ds64", 28, b)
	}
	for name, c := range map[string]struct {
		file []byte
		want []int16
	}{
		"plain":                                {assembled("RIFF", mono, chunk("data", 6, pcm)), []int16{7, 8, 9}},
		"a length that was never written":      {assembled("RIFF", mono, chunk("data", 0, pcm)), []int16{7, 8, 9}},
		"an unknown length":                    {assembled("RIFF", mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8, 9}},
		"a length of half of that":             {assembled("RIFF", mono, chunk("data", 0x7fffffff, pcm)), []int16{7, 8, 9}},
		"a length of 4 GB less a head":         {assembled("RIFF", mono, chunk("data", 0xffffffdb, pcm)), []int16{7, 8, 9}},
		"a file that was cut":                  {assembled("RIFF", mono, chunk("data", 600, pcm)), []int16{7, 8, 9}},
		"no samples, and a list":               {assembled("RIFF", mono, chunk("data", 0, nil), list), []int16{}},
		"no samples at all":                    {assembled("RIFF", mono, chunk("data", 0, nil)), []int16{}},
		"a list behind":                        {assembled("RIFF", mono, chunk("data", 6, pcm), list), []int16{7, 8, 9}},
		"a list of odd length before":          {assembled("RIFF", chunk("LIST", 3, []byte("abc\x00")), mono, chunk("data", 6, pcm)), []int16{7, 8, 9}},
		"a list of odd length without filling": {assembled("RIFF", chunk("LIST", 3, []byte("abc")), mono, chunk("data", 6, pcm)), []int16{7, 8, 9}},
		"room for a longer head":               {assembled("RIFF", chunk("JUNK", 28, make([]byte, 28)), mono, chunk("PAD ", 2, []byte{0, 0}), chunk("data", 6, pcm)), []int16{7, 8, 9}},
		"a broadcast file":                     {assembled("RIFF", chunk("bext", 602, make([]byte, 602)), mono, chunk("fact", 4, make([]byte, 4)), chunk("data", 6, pcm)), []int16{7, 8, 9}},
		"a long file":                          {assembled("RF64", ds64(6), mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8, 9}},
		"a long file with more behind":         {assembled("RF64", ds64(4), mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8}},
		"a long file of unknown length":        {assembled("RF64", ds64(0), mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8, 9}},
		"a long file that was cut":             {assembled("RF64", ds64(1<<40), mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8, 9}},
		"a long file of the other name":        {assembled("BW64", ds64(6), mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8, 9}},
		"a long file without its lengths":      {assembled("RF64", mono, chunk("data", 0xffffffff, pcm)), []int16{7, 8, 9}},
		"a form with an extension":             {assembled("RIFF", formOf(0xfffe, 1, 8000, 16, 22, 0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113), chunk("data", 6, pcm)), []int16{7, 8, 9}},
		"samples of 20 bits":                   {assembled("RIFF", formOf(1, 1, 8000, 20), chunk("data", 6, []byte{0, 0, 0x40, 0, 0, 0xc0})), []int16{16384, -16384}},
	} {
		got, err := ReadWAV(c.file)
		if diff := cmp.Diff(c.want, got.Samples); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// What the channels say is not lost in their mix.
func TestChannelsAreMixed(t *testing.T) {
	channels := func(of ...Clip) []byte {
		var data []byte
		for i := range of[0].Samples {
			for _, c := range of {
				data = binary.LittleEndian.AppendUint16(data, uint16(c.Samples[i]))
			}
		}
		return assembled("RIFF", formOf(1, len(of), of[0].Rate, 16), chunk("data", uint32(len(data)), data))
	}
	voice, silence := wave(8000), Clip{Rate: 8000, Samples: make([]int16, 2000)}
	mirrored, faint := Clip{Rate: 8000, Samples: make([]int16, 2000)}, Clip{Rate: 8000, Samples: make([]int16, 2000)}
	for i, s := range voice.Samples {
		mirrored.Samples[i], faint.Samples[i] = -s, -s+s/20
	}
	for name, c := range map[string]struct {
		file []byte
		part float64 // how loud the voice is
	}{
		"the same twice":           {channels(voice, voice), 1},
		"left only":                {channels(voice, silence), 0.5},
		"right only":               {channels(silence, voice), 0.5},
		"opposite phase":           {channels(voice, mirrored), 1},
		"almost opposite phase":    {channels(voice, faint), 1},
		"one of eight":             {channels(silence, silence, silence, voice, silence, silence, silence, silence), 1},
		"two pairs that cancel":    {channels(voice, mirrored, voice, mirrored), 1},
		"silence, and silence too": {channels(silence, silence), 0},
	} {
		got, err := ReadWAV(c.file)
		if err != nil {
			t.Fatal(err)
		}
		var loud, want float64
		for i, s := range got.Samples {
			loud += math.Abs(float64(s))
			want += c.part * math.Abs(float64(voice.Samples[i]))
		}
		if math.Abs(loud-want) > 0.02*want {
			t.Errorf("%s: loudness %.0f, want %.0f", name, loud, want)
		}
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(wave(1000).WAV())
	f.Add(file(3, 2, 44100, 32, []byte{0, 0, 0, 0, 1, 2, 3, 4}, 8))
	f.Add(file(0xfffe, 1, 8000, 16, []byte{1, 2}, math.MaxUint32))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEdata\xff\xff\xff\x7f"))
	f.Add(assembled("RF64", chunk("ds64", 16, make([]byte, 16)), formOf(1, 2, 8000, 16), chunk("LIST", 1, []byte("a")), chunk("data", 0, []byte{1, 2, 3, 4})))
	f.Fuzz(func(t *testing.T, b []byte) {
		clip, err := ReadWAV(b)
		if err != nil {
			if !errors.Is(err, ErrNotWAV) && !errors.As(err, new(*FormError)) {
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
