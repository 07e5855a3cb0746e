package packfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// File is an open pack file.
type File struct {
	Source   [sourceSize]byte // SHA-256 of what it was made from
	Pieces   []Piece
	vectors  map[string][]float32
	matrices map[string]*Matrix
}

// minPiece is the least that a piece takes, in bytes.
const minPiece = 5

// errMalformed says that the file is not one that Write wrote.
var errMalformed = errors.New("not a pack file of this version, or a damaged one")

// Open reads everything but the weights of matrices, which stay in r. It
// refuses a file that is longer or shorter than what it says it holds.
func Open(r io.ReaderAt, size int64) (*File, error) {
	in := &reader{r: r, size: size}
	f := &File{vectors: map[string][]float32{}, matrices: map[string]*Matrix{}}
	if string(in.bytes(len(magic))) != magic {
		return nil, errMalformed
	}
	copy(f.Source[:], in.bytes(sourceSize))
	pieces := in.count(int(min(maxPieces, size/minPiece)))
	f.Pieces = make([]Piece, 0, pieces)
	for range pieces {
		score := in.float32()
		f.Pieces = append(f.Pieces, Piece{Text: in.name(), Score: score})
	}
	for range in.count(maxTensors) {
		if in.err != nil {
			break
		}
		in.tensor(f)
	}
	if in.err == nil && in.at != size {
		in.err = errMalformed
	}
	if in.err != nil {
		return nil, in.err
	}
	return f, nil
}

// Vector returns the vector of that name and length.
func (f *File) Vector(name string, length int) ([]float32, error) {
	v, ok := f.vectors[name]
	if !ok || len(v) != length {
		return nil, fmt.Errorf("the pack file has no vector %s of %d values", name, length)
	}
	return v, nil
}

// Matrix returns the matrix of that name and shape.
func (f *File) Matrix(name string, rows, cols int) (*Matrix, error) {
	m, ok := f.matrices[name]
	if !ok || m.Rows != rows || m.Cols != cols {
		return nil, fmt.Errorf("the pack file has no matrix %s of %d x %d values", name, rows, cols)
	}
	return m, nil
}

// reader walks through a file. After its first error it reads zeros.
type reader struct {
	r        io.ReaderAt
	at, size int64
	err      error
}

func (r *reader) bytes(n int) []byte {
	if r.err == nil && int64(n) > r.size-r.at {
		r.err = errMalformed
	}
	if r.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, r.err = r.r.ReadAt(b, r.at); r.err != nil {
		return nil
	}
	r.at += int64(n)
	return b
}

func (r *reader) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) float32() float32 { return math.Float32frombits(r.uint32()) }

// count reads a number that must not be above most.
func (r *reader) count(most int) int {
	n := r.uint32()
	if int64(n) > int64(most) && r.err == nil {
		r.err = errMalformed
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	b := r.bytes(1)
	if b == nil {
		return ""
	}
	return string(r.bytes(int(b[0])))
}

func (r *reader) floats(n int) []float32 {
	b := r.bytes(4 * n)
	if b == nil {
		return nil
	}
	v := make([]float32, n)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}

func (r *reader) tensor(f *File) {
	name, kind := r.name(), r.bytes(1)
	rows, cols := r.count(maxSide), r.count(maxSide)
	switch {
	case r.err != nil:
	case rows == 0 || cols == 0:
		r.err = errMalformed
	case kind[0] == kindVector && rows == 1:
		f.vectors[name] = r.floats(cols)
	case kind[0] == kindMatrix:
		m := &Matrix{Rows: rows, Cols: cols, Scales: r.floats(rows), weights: r.r, offset: r.at}
		f.matrices[name] = m
		if r.at += int64(rows) * int64(cols); r.at > r.size {
			r.err = errMalformed
		}
	default:
		r.err = errMalformed
	}
}
