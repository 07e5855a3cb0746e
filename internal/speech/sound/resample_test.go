package sound

import (
	"fmt"
	"math"
	"testing"
)

// tone is a second of one frequency.
func tone(rate int, hertz float64) Clip {
	samples := make([]int16, rate)
	for i := range samples {
		samples[i] = int16(math.Round(12000 * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))))
	}
	return Clip{Rate: rate, Samples: samples}
}

// strength is how loud one frequency is in the middle of a clip.
func strength(c Clip, hertz float64) float64 {
	var re, im float64
	part := c.Samples[len(c.Samples)/4 : 3*len(c.Samples)/4]
	for i, s := range part {
		window := 1 - math.Cos(2*math.Pi*float64(i)/float64(len(part)))
		angle := 2 * math.Pi * hertz * float64(i) / float64(c.Rate)
		re += window * float64(s) * math.Cos(angle)
		im += window * float64(s) * math.Sin(angle)
	}
	return 2 * math.Hypot(re, im) / float64(len(part))
}

func TestTonesStayWhatTheyAre(t *testing.T) {
	for _, c := range []struct {
		from, to int
		hertz    float64
	}{
		{8000, 16000, 300}, {8000, 16000, 3400}, {16000, 8000, 3400}, {11025, 16000, 4500}, {22050, 16000, 6800}, {44100, 16000, 1000}, {44100, 16000, 6800}, {48000, 16000, 6800},
		{16000, 48000, 6800}, {44099, 16000, 5000}, {16000, 44100, 440}, {384000, 16000, 3000}, {1000, 16000, 400},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			out := tone(c.from, c.hertz).At(c.to)
			if len(out.Samples) != c.to {
				t.Fatalf("%d samples", len(out.Samples))
			}
			want := tone(c.to, c.hertz)
			var noise, signal float64
			for i := c.to / 4; i < c.to*3/4; i++ {
				d := float64(out.Samples[i]) - float64(want.Samples[i])
				noise, signal = noise+d*d, signal+float64(want.Samples[i])*float64(want.Samples[i])
			}
			if db := 10 * math.Log10(noise/signal); db > -60 {
				t.Errorf("noise of %.0f dB", db)
			}
		})
	}
}

// What the lower rate cannot hold is neither folded down nor mirrored up.
func TestNoOtherToneAppears(t *testing.T) {
	for _, c := range []struct {
		from, to     int
		hertz, ghost float64
	}{
		{44100, 16000, 10000, 6000}, {48000, 16000, 12000, 4000}, {48000, 16000, 15000, 1000}, {22050, 16000, 9000, 7000}, {16000, 8000, 5000, 3000},
		{8000, 16000, 3000, 5000}, {8000, 48000, 1000, 7000}, {11025, 16000, 4000, 7025},
	} {
		out := tone(c.from, c.hertz).At(c.to)
		if db := 20 * math.Log10(strength(out, c.ghost)/12000); db > -60 {
			t.Errorf("%d to %d: %.0f Hz appears as %.0f Hz with %.0f dB", c.from, c.to, c.hertz, c.ghost, db)
		}
	}
}

func TestLoudSamplesDoNotWrapAround(t *testing.T) {
	samples := make([]int16, 8000)
	for i := range samples {
		samples[i] = math.MaxInt16
		if i/40%2 == 1 {
			samples[i] = math.MinInt16
		}
	}
	for i, s := range (Clip{Rate: 8000, Samples: samples}).At(16000).Samples {
		if near := i % 80; near > 10 && near < 70 && (s > 0) != (i/80%2 == 0) {
			t.Fatalf("sample %d is %d", i, s)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	for _, rate := range []int{8000, 44100, 48000} {
		b.Run(fmt.Sprint(rate), func(b *testing.B) {
			minute := Clip{Rate: rate, Samples: make([]int16, 60*rate)}
			for b.Loop() {
				minute.At(16000)
			}
		})
	}
}
