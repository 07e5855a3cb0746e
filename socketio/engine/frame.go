package engine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// errHungUp is the end of a WebSocket whose client said goodbye.
var errHungUp = errors.New("websocket closed by client")

// frameError is a broken rule of the WebSocket protocol.
type frameError struct{ cause error }

func (e *frameError) Error() string { return "websocket: " + e.cause.Error() }
func (e *frameError) Unwrap() error { return e.cause }

// frameReader puts the frames of a client together into messages.
type frameReader struct {
	reader *bufio.Reader
	max    int // largest message, in bytes
}

// firstChunk bounds the memory that a frame's header alone can claim.
const firstChunk = 64 << 10

// next is the next message. Pings met on the way are given to pong.
func (f *frameReader) next(pong func([]byte)) (data []byte, binary bool, err error) {
	state := ws.StateServerSide
	for {
		h, err := ws.ReadHeader(f.reader)
		if errors.Is(err, ws.ErrHeaderLengthMSB) || errors.Is(err, ws.ErrHeaderLengthUnexpected) {
			return nil, false, &frameError{err}
		} else if err != nil {
			return nil, false, err
		}
		if err := ws.CheckHeader(h, state); err != nil {
			return nil, false, &frameError{err}
		}
		if !h.Masked {
			return nil, false, &frameError{errors.New("frame is not masked")}
		}
		if h.OpCode.IsControl() {
			payload, err := f.payload(nil, h)
			if err != nil {
				return nil, false, err
			}
			switch h.OpCode {
			case ws.OpClose:
				return nil, false, errHungUp
			case ws.OpPing:
				pong(payload)
			}
			continue
		}
		if h.Length > int64(f.max-len(data)) {
			return nil, false, &frameError{fmt.Errorf("message exceeds %d bytes", f.max)}
		}
		if h.OpCode != ws.OpContinuation {
			binary = h.OpCode == ws.OpBinary
		}
		if data, err = f.payload(data, h); err != nil {
			return nil, false, err
		}
		if !h.Fin {
			state = state.Set(ws.StateFragmented)
			continue
		}
		if !binary && !utf8.Valid(data) {
			return nil, false, &frameError{errors.New("text is not UTF-8")}
		}
		return data, binary, nil
	}
}

// payload appends the payload of the frame to data. Memory is taken as bytes
// arrive, not as they are announced.
func (f *frameReader) payload(data []byte, h ws.Header) ([]byte, error) {
	for done := 0; done < int(h.Length); {
		n := min(int(h.Length)-done, max(firstChunk, done))
		start := len(data)
		if cap(data)-start < n {
			grown := make([]byte, start+n)
			copy(grown, data)
			data = grown
		} else {
			data = data[:start+n]
		}
		if _, err := io.ReadFull(f.reader, data[start:]); err != nil {
			return nil, fmt.Errorf("read frame: %w", err)
		}
		ws.Cipher(data[start:], h.Mask, done)
		done += n
	}
	return data, nil
}

// drain reads until the other side hangs up or the deadline passes.
func (f *frameReader) drain() { _, _ = io.Copy(io.Discard, f.reader) }
