package sound

import (
	"bytes"
	"encoding/binary"
)

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
