package sound

import (
	"math"
	"sync"
)

// The filter of [Clip.At]: a sinc that a Kaiser window ends (Julius O. Smith,
// "Digital Audio Resampling"). It leaves the lower 86 % of the band as it is
// and takes 70 dB of what is beyond, so that nothing is mirrored into speech.
const (
	crossings = 32  // of zero, on each side
	grain     = 256 // places of the table between two crossings
	kaiser    = 7.0
	passed    = 0.93 // of half the lower rate
)

// filter is one side of it, from its middle.
var filter = sync.OnceValue(func() []float64 {
	table := make([]float64, crossings*grain+2)
	for i := range table {
		x := float64(i) / grain
		if x >= crossings {
			break
		}
		sinc := 1.0
		if x > 0 {
			sinc = math.Sin(math.Pi*x) / (math.Pi * x)
		}
		table[i] = sinc * bessel(kaiser*math.Sqrt(1-x*x/(crossings*crossings))) / bessel(kaiser)
	}
	return table
})

// bessel is the modified Bessel function of the first kind and order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

// maxPhases is how many places between two samples are told apart.
const maxPhases = 1024

// At returns the clip with another rate. What the lower of the two rates
// cannot hold is filtered out.
func (c Clip) At(rate int) Clip {
	if rate == c.Rate || rate <= 0 || c.Rate <= 0 || len(c.Samples) == 0 {
		return Clip{Rate: rate, Samples: c.Samples}
	}
	n := int(int64(len(c.Samples)) * int64(rate) / int64(c.Rate))
	out := make([]int16, n)
	narrow := passed * min(1, float64(rate)/float64(c.Rate)) // the filter's band, as part of the old one
	reach := int(math.Ceil(crossings / narrow))
	phases := min(rate/gcd(rate, c.Rate), maxPhases)
	weights := make([][]float64, phases+1) // of each place, made when it is needed
	for i := range out {
		at := int64(i) * int64(c.Rate)
		whole, part := int(at/int64(rate)), float64(at%int64(rate))/float64(rate)
		phase := int(math.Round(part * float64(phases)))
		if weights[phase] == nil {
			weights[phase] = weigh(float64(phase)/float64(phases), narrow, reach)
		}
		from := whole - reach + 1
		first, last := max(from, 0), min(from+2*reach, len(c.Samples))
		samples, w := c.Samples[first:last], weights[phase][first-from:last-from]
		var sum float64
		for k, s := range samples {
			sum += float64(s) * w[k]
		}
		out[i] = clamp(math.Round(sum))
	}
	return Clip{Rate: rate, Samples: out}
}

// weigh is how much each sample counts from reach-1 before a place to reach
// behind it; part says how far the place is behind its sample.
func weigh(part, narrow float64, reach int) []float64 {
	table := filter()
	w := make([]float64, 2*reach)
	for k := range w {
		place := math.Abs(float64(k-reach+1)-part) * narrow * grain
		if j := int(place); j < crossings*grain {
			w[k] = narrow * (table[j] + (table[j+1]-table[j])*(place-float64(j)))
		}
	}
	return w
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
