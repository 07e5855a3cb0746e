// Package packfile is the file that carries the weights of the embedded
// sentence model: its vocabulary, its vectors in float32 and its matrices in
// int8 with one scale for each row. The program pack writes it when the server
// is built, and package uselite reads it in place, without copying the weights
// into memory.
//
// All numbers are little-endian. A name is a byte of length and that many
// bytes. The file is:
//
//	8 bytes   "uselite" and the version, 1
//	32 bytes  SHA-256 of the weights that it was made from
//	uint32    number of pieces, then for each: float32 score, name
//	uint32    number of tensors, then for each: name, uint8 kind, uint32 rows,
//	          uint32 columns, and its values:
//	          kind 1 (vector, one row):  columns float32
//	          kind 2 (matrix):           rows float32 scales, rows x columns int8
//
// A weight is its int8 times the scale of its row.
package packfile

import "io"

const (
	magic      = "uselite\x01"
	sourceSize = 32

	kindVector = 1
	kindMatrix = 2

	// The bounds of what Open accepts, far above what the model has.
	maxPieces  = 1 << 17
	maxTensors = 1 << 10
	maxSide    = 1 << 16
)

// Piece is an entry of the vocabulary; its id is its index.
type Piece struct {
	Text  string
	Score float32 // logarithm of its probability; 0 when the source has none
}

// Tensor is a named table of weights as Write takes it. A vector has one row.
type Tensor struct {
	Name       string
	Rows, Cols int
	Values     []float32 // row by row
	Vector     bool      // kept in float32
}

// Matrix is a table of weights in an open file.
type Matrix struct {
	Rows, Cols int
	Scales     []float32 // one for each row
	weights    io.ReaderAt
	offset     int64
}

// ReadRows reads the weights of as many whole rows as fit into buf, from row
// first on, and returns how many rows these are.
func (m *Matrix) ReadRows(buf []byte, first int) (int, error) {
	n := min(len(buf)/m.Cols, m.Rows-first)
	_, err := m.weights.ReadAt(buf[:n*m.Cols], m.offset+int64(first)*int64(m.Cols))
	return n, err
}
