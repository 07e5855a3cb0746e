package sound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech/program"
)

// Format is how a clip is written.
type Format string

// The formats that can be written.
const (
	WAV Format = "wav"
	MP3 Format = "mp3"
)

// MediaType is the format's name in HTTP.
func (f Format) MediaType() string {
	if f == MP3 {
		return "audio/mpeg"
	}
	return "audio/wav"
}

// Limits of what is read.
const (
	// MaxDuration bounds a recording.
	MaxDuration = 15 * time.Minute
	decodeRate  = 16000
	decodeTime  = 60 * time.Second
	maxDecoded  = int(MaxDuration/time.Second) * decodeRate * 2
)

// Codec reads and writes what is not WAV, with the programs that are there.
type Codec struct {
	FFmpeg string // path of the program; "" when it is not installed
	Lame   string // the same
}

// FindCodec looks for the programs.
func FindCodec() Codec { return Codec{FFmpeg: program.Find("ffmpeg"), Lame: program.Find("lame")} }

// Best is the format that takes least room among those that can be written.
func (c Codec) Best() Format {
	if c.FFmpeg == "" && c.Lame == "" {
		return WAV
	}
	return MP3
}

// Writes reports whether the format can be written.
func (c Codec) Writes(f Format) bool { return f == WAV || f == MP3 && c.Best() == MP3 }

// Decode reads a recording: WAV always, MP3 with lame, also within a WAV file, whatever ffmpeg reads
// where it is installed. Error codes: INVALID_FILE_TYPE, FILE_TOO_LARGE when
// it lasts too long.
func (c Codec) Decode(ctx context.Context, data []byte) (Clip, error) {
	clip, err := ReadWAV(data)
	if err != nil {
		clip, err = c.decode(ctx, data, err)
	}
	switch {
	case errors.Is(err, program.ErrTooMuch) || err == nil && clip.Duration() > MaxDuration:
		return Clip{}, eliza.Errorf(eliza.CodeFileTooLarge, "The recording lasts longer than %d minutes", int(MaxDuration.Minutes()))
	case err != nil:
		return Clip{}, err
	}
	return clip, nil
}

func (c Codec) decode(parent context.Context, data []byte, notWAV error) (Clip, error) {
	ctx, cancel := context.WithTimeout(parent, decodeTime)
	defer cancel()
	mp3 := data
	var form *FormError
	if errors.As(notWAV, &form) {
		mp3 = form.mp3
	}
	var err error
	switch {
	case c.FFmpeg != "":
		var raw []byte
		raw, err = program.Run(ctx, maxDecoded, data, c.FFmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "pipe", "-threads", "1",
			"-i", "pipe:0", "-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", "1", "-ar", strconv.Itoa(decodeRate), "-f", "s16le", "pipe:1")
		if err == nil && len(raw) > 0 {
			return FromPCM(decodeRate, raw), nil
		}
	case c.Lame != "" && isMP3(mp3):
		var raw []byte
		raw, err = program.Run(ctx, 8*maxDecoded, mp3, c.Lame, "--quiet", "--decode", "--mp3input", "-", "-")
		if err == nil {
			return ReadWAV(raw)
		}
	case form != nil && form.mp3 != nil:
		return Clip{}, unread(form.Form+" in a WAV file cannot be read here; it needs lame or ffmpeg on the server's machine", notWAV)
	case form != nil:
		return Clip{}, unread("A WAV file of "+form.Form+" cannot be read here; it needs ffmpeg on the server's machine", notWAV)
	default:
		return Clip{}, unread("Only WAV recordings can be read here; other formats need ffmpeg on the server's machine", notWAV)
	}
	switch {
	case parent.Err() != nil:
		return Clip{}, parent.Err()
	case errors.Is(err, program.ErrTooMuch):
		return Clip{}, err
	}
	return Clip{}, unread("The file is no recording that can be read", err)
}

func unread(message string, err error) error {
	return &eliza.Error{Code: eliza.CodeInvalidFileType, Message: message, Err: err}
}

// encoders bounds how many programs write at once. They have slots of their
// own, because what they write may need a program for each sentence.
var encoders = make(program.Slots, 8)

// isMP3 looks for a tag or the first frame of an MP3 file.
func isMP3(b []byte) bool {
	return bytes.HasPrefix(b, []byte("ID3")) || len(b) > 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0
}

// Encoder joins clips to one file. It is used by one goroutine; what is
// written so far takes the room of the format, not of the samples.
type Encoder struct {
	rate    int
	file    bytes.Buffer
	samples int64

	// of MP3
	stdin io.WriteCloser
	cmd   *exec.Cmd
	end   func()
	done  bool
}

// Encode begins a file. Close must follow. Error code: INVALID_REQUEST for a
// format that nothing here writes.
func (c Codec) Encode(ctx context.Context, f Format, rate int) (*Encoder, error) {
	e := &Encoder{rate: rate, end: func() {}}
	switch {
	case f == WAV:
		e.file.Write(wavHeader(rate, 0))
		return e, nil
	case !c.Writes(f):
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "format: %s cannot be written here; mp3 needs lame or ffmpeg on the server's machine", f)
	}
	path, args := c.Lame, []string{"--quiet", "-r", "-s", strconv.FormatFloat(float64(rate)/1000, 'f', -1, 64), "--bitwidth", "16", "--signed", "--little-endian",
		"-m", "m", "-q", "7", "-b", "48", "-", "-"}
	if path == "" {
		path, args = c.FFmpeg, []string{"-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "pipe", "-threads", "1",
			"-f", "s16le", "-ar", strconv.Itoa(rate), "-ac", "1", "-i", "pipe:0", "-b:a", "48k", "-f", "mp3", "pipe:1"}
	}
	leave, err := encoders.Enter(ctx)
	if err != nil {
		return nil, err
	}
	e.end = leave
	e.cmd = program.Command(ctx, path, args...)
	e.cmd.Stdout = &e.file
	if e.stdin, err = e.cmd.StdinPipe(); err == nil {
		err = program.Start(e.cmd)
	}
	if err != nil {
		leave()
		return nil, fmt.Errorf("start writing mp3: %w", err)
	}
	return e, nil
}

// Add puts a clip at the end.
func (e *Encoder) Add(c Clip) error {
	c = c.At(e.rate)
	e.samples += int64(len(c.Samples))
	if e.stdin == nil {
		e.file.Write(c.PCM())
		return nil
	}
	if _, err := e.stdin.Write(c.PCM()); err != nil {
		return fmt.Errorf("write mp3: %w", err)
	}
	return nil
}

// Duration is how long the clips last together.
func (e *Encoder) Duration() time.Duration {
	return time.Duration(float64(e.samples) / float64(e.rate) * float64(time.Second))
}

// Finish ends the file and returns it.
func (e *Encoder) Finish() ([]byte, error) {
	if e.stdin == nil {
		b := e.file.Bytes()
		copy(b, wavHeader(e.rate, len(b)-headerBytes))
		return b, nil
	}
	e.done = true
	_ = e.stdin.Close()
	defer e.end()
	if err := e.cmd.Wait(); err != nil {
		return nil, fmt.Errorf("write mp3: %w", err)
	}
	return e.file.Bytes(), nil
}

// Close ends a file that was not finished.
func (e *Encoder) Close() {
	if e.stdin == nil || e.done {
		return
	}
	e.done = true
	_ = e.stdin.Close()
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait()
	e.end()
}

// File writes one clip.
func (c Codec) File(ctx context.Context, f Format, clip Clip) ([]byte, error) {
	e, err := c.Encode(ctx, f, clip.Rate)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.Add(clip); err != nil {
		return nil, err
	}
	return e.Finish()
}
