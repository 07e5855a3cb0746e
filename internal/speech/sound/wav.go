package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// What ReadWAV takes at most.
const (
	maxChannels = 32
	maxRate     = 384000
	minRate     = 1000
)

// Codes of the forms of samples (RFC 2361, and mmreg.h).
const (
	formPCM        = 1
	formFloat      = 3
	formALaw       = 6
	formMuLaw      = 7
	formExtensible = 0xfffe
)

// ErrNotWAV says that some bytes are no WAV file.
var ErrNotWAV = errors.New("not a WAV file")

// errForm says that a WAV file holds compressed or unusual samples.
var errForm = errors.New("a WAV file of a form that is not known")

// wavForm is the chunk "fmt ".
type wavForm struct {
	kind, channels, bits int
	rate, frame          int // frame is bytes of one sample of every channel
}

// ReadWAV reads a WAV file: PCM of 8 to 32 bits, floats, A-law and µ-law, any
// number of channels, which are mixed to one. A data chunk whose length is
// unknown or too long, as streams have it, ends with the file.
func ReadWAV(b []byte) (Clip, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Clip{}, ErrNotWAV
	}
	var form *wavForm
	for rest := b[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		rest = rest[8:]
		chunk := rest[:min(size, int64(len(rest)))]
		switch name {
		case "fmt ":
			f, err := readForm(chunk)
			if err != nil {
				return Clip{}, err
			}
			form = &f
		case "data":
			if form == nil {
				return Clip{}, fmt.Errorf("%w: its samples come before their form", ErrNotWAV)
			}
			return form.clip(chunk), nil
		}
		rest = rest[min(size+size%2, int64(len(rest))):]
	}
	return Clip{}, fmt.Errorf("%w: it has no samples", ErrNotWAV)
}

func readForm(b []byte) (wavForm, error) {
	if len(b) < 16 {
		return wavForm{}, fmt.Errorf("%w: its form is cut off", ErrNotWAV)
	}
	word := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	f := wavForm{kind: word(0), channels: word(2), rate: int(binary.LittleEndian.Uint32(b[4:])), bits: word(14)}
	if f.kind == formExtensible && len(b) >= 26 {
		f.kind = word(24)
	}
	known := false
	switch f.kind {
	case formPCM:
		known = f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32
	case formFloat:
		known = f.bits == 32 || f.bits == 64
	case formALaw, formMuLaw:
		known = f.bits == 8
	}
	if !known {
		return wavForm{}, fmt.Errorf("%w: code %d with %d bits", errForm, f.kind, f.bits)
	}
	if f.channels < 1 || f.channels > maxChannels || f.rate < minRate || f.rate > maxRate {
		return wavForm{}, fmt.Errorf("%w: %d channels, %d samples a second", errForm, f.channels, f.rate)
	}
	f.frame = f.channels * f.bits / 8
	return f, nil
}

func (f *wavForm) clip(data []byte) Clip {
	samples := make([]int16, len(data)/f.frame)
	width := f.bits / 8
	for i := range samples {
		frame := data[i*f.frame : (i+1)*f.frame]
		var sum float64
		for ch := range f.channels {
			sum += f.sample(frame[ch*width : (ch+1)*width])
		}
		samples[i] = clamp(sum / float64(f.channels))
	}
	return Clip{Rate: f.rate, Samples: samples}
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

// headerBytes is how long the head of a WAV file is that this package writes.
const headerBytes = 44

// WAV writes the clip as a WAV file of 16-bit PCM.
func (c Clip) WAV() []byte {
	b := bytes.NewBuffer(make([]byte, 0, headerBytes+2*len(c.Samples)))
	b.Write(wavHeader(c.Rate, 2*len(c.Samples)))
	b.Write(c.PCM())
	return b.Bytes()
}

// PCM is the samples as little-endian bytes, without a head.
func (c Clip) PCM() []byte {
	b := make([]byte, 0, 2*len(c.Samples))
	for _, s := range c.Samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// FromPCM reads little-endian samples of 16 bits; an odd byte at the end is
// left out.
func FromPCM(rate int, b []byte) Clip {
	samples := make([]int16, len(b)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return Clip{Rate: rate, Samples: samples}
}

func wavHeader(rate, dataBytes int) []byte {
	b := make([]byte, 0, headerBytes)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(headerBytes-8+dataBytes))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, formPCM)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, uint32(dataBytes))
}
