package sphinx

import (
	"math"
	"math/rand/v2"

	"github.com/elizad/elizad/internal/speech/sound"
)

// The noise that is put under a recording: as loud as that of a quiet room
// (-52 dB of the greatest sample), and no louder than -30 dB of the recording.
const (
	roomNoise = 80
	leastGap  = 32
)

// withNoise puts a room's noise under a clip. The model knows recordings, which
// are never perfectly silent and have something in every band; the pauses of a
// synthetic voice, and what lies above the band of a telephone, are, and cost
// it half of the words. The same clip gets the same noise.
func withNoise(c sound.Clip) sound.Clip {
	var energy float64
	for _, s := range c.Samples {
		energy += float64(s) * float64(s)
	}
	loudness := math.Sqrt(energy / float64(max(len(c.Samples), 1)))
	level := min(roomNoise, loudness/leastGap)
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]int16, len(c.Samples))
	for i, s := range c.Samples {
		v := float64(s) + level*random.NormFloat64()
		out[i] = int16(max(math.MinInt16, min(math.MaxInt16, math.Round(v))))
	}
	return sound.Clip{Rate: c.Rate, Samples: out}
}
