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

// A clip sounds when so many of its samples are as loud as that: less is a
// click or the noise of silence.
const (
	loudEnough  = 256
	soundingFor = 10 * time.Millisecond
)

// Sounds reports whether there is anything to hear in the clip.
func (c Clip) Sounds() bool {
	loud, need := 0, int(int64(c.Rate)*soundingFor.Milliseconds()/1000)
	for _, s := range c.Samples {
		if s >= loudEnough || s <= -loudEnough {
			loud++
		}
	}
	return loud > 0 && loud >= need
}
