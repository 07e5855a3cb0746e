package uselite

import (
	"fmt"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

const (
	blockRows = 4    // rows of a matrix that are multiplied at a time
	widest    = 1536 // columns of the widest matrix
)

// block is what a product works with: rows of a matrix on their way from the
// pack file, and their sums.
type block struct {
	weights [blockRows * widest]byte
	sums    [2 * blockRows]float32
}

// dots multiplies two tokens with blockRows rows of int8 weights: sums holds
// those of x, then those of y. The length of x and y is a multiple of 8, and w
// holds the rows without gaps. It is the fastest that this processor can do.
var dots = plainDots

// product sets the tokens of out to weights x token + bias. The tokens of in
// and out follow each other without gaps.
func (b *block) product(out, in []float32, weights *packfile.Matrix, bias []float32) error {
	cols, rows := weights.Cols, weights.Rows
	tokens := len(in) / cols
	w, sums := b.weights[:blockRows*cols], &b.sums
	for r := 0; r < rows; r += blockRows {
		if n, err := weights.ReadRows(w, r); err != nil || n != blockRows {
			return fmt.Errorf("read %d rows of weights at %d: %w", blockRows, r, err)
		}
		for t := 0; t < tokens; t += 2 {
			u := min(t+1, tokens-1) // the last of an odd number meets itself
			dots(sums, in[t*cols:][:cols], in[u*cols:][:cols], w)
			for i := range blockRows {
				scale, bias := weights.Scales[r+i], bias[r+i]
				out[t*rows+r+i] = sums[i]*scale + bias
				out[u*rows+r+i] = sums[blockRows+i]*scale + bias
			}
		}
	}
	return nil
}

// plainDots runs on every processor.
func plainDots(sums *[2 * blockRows]float32, x, y []float32, w []byte) {
	n := len(x)
	y = y[:n]
	for r := 0; r < blockRows; r += 2 {
		w0, w1 := w[r*n:][:n], w[(r+1)*n:][:n]
		var x0, x1, y0, y1 float32
		for i, v := range x {
			u, a, b := y[i], float32(int8(w0[i])), float32(int8(w1[i]))
			x0 += v * a
			x1 += v * b
			y0 += u * a
			y1 += u * b
		}
		sums[r], sums[r+1], sums[blockRows+r], sums[blockRows+r+1] = x0, x1, y0, y1
	}
}
