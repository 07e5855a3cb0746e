package sound

import (
	"encoding/binary"
	"errors"
	"fmt"
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
	formMPEG       = 0x50
	formMP3        = 0x55
	formExtensible = 0xfffe
)

// formNames are the forms that recorders and telephones write and that are
// not read here.
var formNames = map[int]string{
	2: "Microsoft ADPCM", 5: "IBM CVSD", 0x11: "IMA ADPCM", 0x14: "G.723", 0x16: "Dialogic ADPCM", 0x22: "TrueSpeech", 0x31: "GSM 6.10", 0x40: "G.721 ADPCM", 0x42: "G.723.1",
	formMPEG: "MPEG audio", formMP3: "MP3", 0x64: "G.726 ADPCM", 0x83: "G.729", 0xff: "AAC", 0x160: "Windows Media Audio", 0x161: "Windows Media Audio", 0x1610: "AAC",
	0x674f: "Vorbis", 0x704f: "Opus", 0xa106: "AAC", 0xf1ac: "FLAC",
}

// ErrNotWAV says that some bytes are no WAV file.
var ErrNotWAV = errors.New("not a WAV file")

// FormError says that a WAV file holds samples of a form that is not read.
type FormError struct {
	Form string // such as "MP3"
	mp3  []byte // the samples, when they are a stream of MPEG audio
}

func (e *FormError) Error() string { return "a WAV file of " + e.Form }

// wavForm is the chunk "fmt ".
type wavForm struct {
	kind, channels, bits int
	rate, frame          int // frame is bytes of one sample of every channel
}

// ReadWAV reads a WAV file, also one of the long kind (RF64 and BW64, EBU Tech
// 3306): PCM of 8 to 32 bits, floats, A-law and µ-law, any number of channels,
// which are mixed to one. A data chunk whose length is unknown, too long or
// was never written, as streams and recorders that were cut have it, ends with
// the file. Errors are ErrNotWAV and *FormError.
func ReadWAV(b []byte) (Clip, error) {
	if len(b) < 12 || string(b[8:12]) != "WAVE" || string(b[:4]) != "RIFF" && string(b[:4]) != "RF64" && string(b[:4]) != "BW64" {
		return Clip{}, ErrNotWAV
	}
	var form *wavForm
	var unread *FormError
	long := uint64(unknownSize) // of the samples, by the chunk ds64
	for rest := b[12:]; len(rest) >= chunkHead; {
		name, chunk, after := nextChunk(rest)
		switch name {
		case "ds64":
			if len(chunk) >= 16 {
				long = binary.LittleEndian.Uint64(chunk[8:])
			}
		case "fmt ":
			f, err := readForm(chunk)
			if err != nil && !errors.As(err, &unread) {
				return Clip{}, err
			}
			form = &f
		case "data":
			if form == nil {
				return Clip{}, fmt.Errorf("%w: its samples come before their form", ErrNotWAV)
			}
			data := samplesOf(rest, long)
			if unread != nil {
				if form.kind == formMP3 || form.kind == formMPEG {
					unread.mp3 = data
				}
				return Clip{}, unread
			}
			return form.clip(data), nil
		}
		rest = after
	}
	return Clip{}, fmt.Errorf("%w: it has no samples", ErrNotWAV)
}

const (
	chunkHead   = 8          // bytes of a chunk's name and length
	unknownSize = 0xffffffff // of a chunk whose length is not known, or elsewhere
)

// nextChunk cuts off the first chunk. A filling byte follows one of odd
// length, though not every program writes it.
func nextChunk(b []byte) (name string, chunk, after []byte) {
	name, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
	b = b[chunkHead:]
	size = min(size, int64(len(b)))
	chunk, after = b[:size], b[size:]
	if size%2 == 1 && len(after) > 0 && !(isName(after) && !isName(after[1:])) {
		after = after[1:]
	}
	return name, chunk, after
}

// isName reports whether bytes begin as a chunk does.
func isName(b []byte) bool {
	if len(b) < chunkHead {
		return false
	}
	for _, c := range b[:4] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// samplesOf is what a data chunk holds: as much as it says, or as the chunk
// ds64 says in its place. One that says nothing, or more than there is, holds
// all that follows, unless other chunks follow it.
func samplesOf(b []byte, long uint64) []byte {
	_, chunk, after := nextChunk(b)
	switch size := binary.LittleEndian.Uint32(b[4:]); {
	case size == unknownSize && long > 0 && long < uint64(len(chunk)):
		return chunk[:long]
	case size == 0 && !chunksOnly(after):
		return after
	}
	return chunk
}

// chunksOnly reports whether bytes are whole chunks and nothing else.
func chunksOnly(b []byte) bool {
	for len(b) > 1 {
		if !isName(b) || int64(binary.LittleEndian.Uint32(b[4:])) > int64(len(b)-chunkHead) {
			return false
		}
		_, _, b = nextChunk(b)
	}
	return true
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
		f.bits = (f.bits + 7) / 8 * 8 // 12 and 20 bits lie at the upper end of whole bytes
		known = f.bits >= 8 && f.bits <= 32
	case formFloat:
		known = f.bits == 32 || f.bits == 64
	case formALaw, formMuLaw:
		known = f.bits == 8
	}
	if !known {
		name := formNames[f.kind]
		switch {
		case f.kind == formPCM || f.kind == formFloat || f.kind == formALaw || f.kind == formMuLaw:
			name = fmt.Sprintf("samples of %d bits", f.bits)
		case name == "":
			name = fmt.Sprintf("an unknown form (code %d)", f.kind)
		}
		return f, &FormError{Form: name}
	}
	if f.channels < 1 || f.channels > maxChannels || f.rate < minRate || f.rate > maxRate {
		return wavForm{}, &FormError{Form: fmt.Sprintf("%d channels with %d samples a second", f.channels, f.rate)}
	}
	f.frame = f.channels * f.bits / 8
	return f, nil
}
