package sphinx

import (
	"math"
	"slices"
	"testing"

	"github.com/elizad/elizad/internal/speech/sound"
)

func TestNoiseIsFarBelowWhatIsSaid(t *testing.T) {
	for _, peak := range []float64{0, 100, 3000, 30000} {
		c := sound.Clip{Rate: rate, Samples: make([]int16, rate)}
		var said float64
		for i := range c.Samples {
			c.Samples[i] = int16(peak * math.Sin(float64(i)/9))
			said += float64(c.Samples[i]) * float64(c.Samples[i])
		}
		out := withNoise(c)
		var noise float64
		for i := range out.Samples {
			d := float64(out.Samples[i]) - float64(c.Samples[i])
			noise += d * d
		}
		if len(out.Samples) != len(c.Samples) || noise > said/800 || noise > 1.1*roomNoise*roomNoise*rate || peak >= 3000 && noise == 0 {
			t.Errorf("peak %.0f: noise of %.0f beside %.0f", peak, noise, said)
		}
		if !slices.Equal(withNoise(c).Samples, out.Samples) {
			t.Errorf("peak %.0f: another noise the second time", peak)
		}
	}
}
