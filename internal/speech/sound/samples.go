package sound

import (
	"encoding/binary"
	"math"
)

// cancelled is the part of a channel's energy below which a mix of several has
// lost what they say, as that of a voice and its mirror image does.
const cancelled = 0.1

// clip mixes the channels to one. Where they cancel out, or most are silent,
// the loudest speaks alone.
func (f *wavForm) clip(data []byte) Clip {
	samples := make([]int16, len(data)/f.frame)
	energies := make([]float64, f.channels)
	var mixed float64
	for i := range samples {
		var sum float64
		for ch := range f.channels {
			v := f.at(data, i, ch)
			sum += v
			energies[ch] += v * v
		}
		sum /= float64(f.channels)
		mixed += sum * sum
		samples[i] = clamp(sum)
	}
	loudest := 0
	for ch, e := range energies {
		if e > energies[loudest] {
			loudest = ch
		}
	}
	if f.channels > 1 && mixed < cancelled*energies[loudest] {
		for i := range samples {
			samples[i] = clamp(f.at(data, i, loudest))
		}
	}
	return Clip{Rate: f.rate, Samples: samples}
}

// at is one sample of a channel, in the range of 16 bits.
func (f *wavForm) at(data []byte, i, channel int) float64 {
	width := f.bits / 8
	from := i*f.frame + channel*width
	return f.sample(data[from : from+width])
}

// sample reads one sample in the range of 16 bits.
func (f *wavForm) sample(b []byte) float64 {
	switch {
	case f.kind == formALaw:
		return aLaw(b[0])
	case f.kind == formMuLaw:
		return muLaw(b[0])
	case f.kind == formFloat && f.bits == 32:
		return 32768 * float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case f.kind == formFloat:
		return 32768 * math.Float64frombits(binary.LittleEndian.Uint64(b))
	case f.bits == 8:
		return float64(int(b[0])-128) * 256
	case f.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b)))
	case f.bits == 24:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / 65536
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / 65536
}

func clamp(v float64) int16 {
	if !(v > math.MinInt16) { // also what is no number
		if v != v {
			return 0
		}
		return math.MinInt16
	}
	return int16(min(v, math.MaxInt16))
}

// aLaw and muLaw expand the telephone's eight bits (ITU-T G.711).
func aLaw(b byte) float64 {
	b ^= 0x55
	v, exponent := int(b&0x0f)<<4+8, int(b>>4&7)
	if exponent > 0 {
		v = (v + 0x100) << (exponent - 1)
	}
	if b&0x80 == 0 {
		v = -v
	}
	return float64(v)
}

func muLaw(b byte) float64 {
	b = ^b
	v := (int(b&0x0f)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		v = -v
	}
	return float64(v)
}
