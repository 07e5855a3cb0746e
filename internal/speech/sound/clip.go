// Package sound is speech as samples: one channel, 16 bits. It reads and
// writes WAV by itself and everything else with ffmpeg or lame, where one of
// them is installed.
package sound

import "time"

// Clip is a piece of sound, one channel of signed 16-bit samples. It is not
// changed after it was made.
type Clip struct {
	Rate    int // samples in a second; above 0
	Samples []int16
}

// Duration is how long the clip sounds.
func (c Clip) Duration() time.Duration {
	if c.Rate <= 0 {
		return 0
	}
	return time.Duration(float64(len(c.Samples)) / float64(c.Rate) * float64(time.Second))
}

// At returns the clip with another rate. Going down it averages what falls
// together, which is enough for speech; going up it draws lines.
func (c Clip) At(rate int) Clip {
	if rate == c.Rate || rate <= 0 || c.Rate <= 0 || len(c.Samples) == 0 {
		return Clip{Rate: rate, Samples: c.Samples}
	}
	n := int(int64(len(c.Samples)) * int64(rate) / int64(c.Rate))
	out := make([]int16, n)
	step := float64(c.Rate) / float64(rate)
	for i := range out {
		from := float64(i) * step
		if step > 1 {
			out[i] = c.mean(from, from+step)
		} else {
			out[i] = c.between(from)
		}
	}
	return Clip{Rate: rate, Samples: out}
}

// mean is the average of the samples from a place to another, parts of
// samples counted as such.
func (c Clip) mean(from, to float64) int16 {
	to = min(to, float64(len(c.Samples)))
	var sum, weight float64
	for i := int(from); i < len(c.Samples) && float64(i) < to; i++ {
		w := min(float64(i+1), to) - max(float64(i), from)
		sum += w * float64(c.Samples[i])
		weight += w
	}
	if weight == 0 {
		return 0
	}
	return int16(sum / weight)
}

func (c Clip) between(place float64) int16 {
	i := int(place)
	a := float64(c.Samples[min(i, len(c.Samples)-1)])
	b := float64(c.Samples[min(i+1, len(c.Samples)-1)])
	return int16(a + (b-a)*(place-float64(i)))
}
