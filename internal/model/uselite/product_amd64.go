package uselite

import "golang.org/x/sys/cpu"

func init() {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		dots = func(sums *[2 * blockRows]float32, x, y []float32, w []byte) {
			_, _ = y[len(x)-1], w[blockRows*len(x)-1]
			avx2Dots(sums, &x[0], &y[0], &w[0], len(x))
		}
	}
}

// avx2Dots is dots for tokens of n numbers, a multiple of 8, with AVX2 and
// FMA: about ten times as fast as plainDots.
//
//go:noescape
func avx2Dots(sums *[2 * blockRows]float32, x, y *float32, w *byte, n int)
