package uselite

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestEveryWayToMultiplyAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{8, 64, 256, 512, 1536} {
		x, y, w := make([]float32, n), make([]float32, n), make([]byte, blockRows*n)
		for i := range n {
			x[i], y[i] = float32(random.NormFloat64()), float32(random.NormFloat64())
		}
		for i := range w {
			w[i] = byte(random.UintN(256))
		}
		var plain, fast [2 * blockRows]float32
		plainDots(&plain, x, y, w)
		dots(&fast, x, y, w)
		for i := range plain {
			exact := 0.0
			for j, v := range [][]float32{x, y}[i/blockRows] {
				exact += float64(v) * float64(int8(w[i%blockRows*n+j]))
			}
			for name, got := range map[string]float32{"plain": plain[i], "fastest": fast[i]} {
				if math.Abs(float64(got)-exact) > 1e-5*127*float64(n) {
					t.Errorf("%d columns, sum %d, %s: %g, want %g", n, i, name, got, exact)
				}
			}
		}
	}
}
