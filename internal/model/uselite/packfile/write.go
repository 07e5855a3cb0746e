package packfile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Write writes a file. source is the SHA-256 of what the weights were read
// from.
func Write(w io.Writer, source [sourceSize]byte, pieces []Piece, tensors []Tensor) error {
	out := &writer{w: bufio.NewWriter(w)}
	out.bytes([]byte(magic))
	out.bytes(source[:])
	out.uint32(len(pieces))
	for _, p := range pieces {
		out.float32(p.Score)
		out.name(p.Text)
	}
	out.uint32(len(tensors))
	for _, t := range tensors {
		if len(t.Values) != t.Rows*t.Cols || t.Vector && t.Rows != 1 {
			return fmt.Errorf("tensor %s: %d values for %d x %d", t.Name, len(t.Values), t.Rows, t.Cols)
		}
		out.tensor(t)
	}
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

type writer struct {
	w   *bufio.Writer
	err error
}

func (w *writer) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}

func (w *writer) uint32(n int) { w.bytes(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func (w *writer) float32(f float32) {
	w.bytes(binary.LittleEndian.AppendUint32(nil, math.Float32bits(f)))
}

func (w *writer) name(s string) {
	if len(s) > math.MaxUint8 && w.err == nil {
		w.err = fmt.Errorf("the name %q is too long", s)
	}
	w.bytes([]byte{byte(len(s))})
	w.bytes([]byte(s))
}

func (w *writer) tensor(t Tensor) {
	w.name(t.Name)
	kind := byte(kindMatrix)
	if t.Vector {
		kind = kindVector
	}
	w.bytes([]byte{kind})
	w.uint32(t.Rows)
	w.uint32(t.Cols)
	if t.Vector {
		for _, f := range t.Values {
			w.float32(f)
		}
		return
	}
	scales := make([]float32, t.Rows)
	for r := range scales {
		for _, f := range t.Values[r*t.Cols : (r+1)*t.Cols] {
			scales[r] = max(scales[r], float32(math.Abs(float64(f)))/math.MaxInt8)
		}
		w.float32(scales[r])
	}
	row := make([]byte, t.Cols)
	for r, scale := range scales {
		for c, f := range t.Values[r*t.Cols : (r+1)*t.Cols] {
			row[c] = 0
			if scale > 0 {
				row[c] = byte(int8(math.RoundToEven(float64(f / scale))))
			}
		}
		w.bytes(row)
	}
}
