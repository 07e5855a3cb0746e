package uselite

import (
	"fmt"
	"math"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

// The shape of the published network.
const (
	embeddingWidth = 256
	width          = 512 // of everything after the first layer's attention
	wide           = 1536
	heads          = 4
	vocabulary     = 8002
	epsilon        = 1e-6
)

// layer is one pre-norm transformer layer: attention, then a feed-forward
// network, each added to what came in.
type layer struct {
	width                       int // of what comes in
	norm1Scale, norm1Bias       []float32
	norm2Scale, norm2Bias       []float32
	qkv, attended, wide, narrow *packfile.Matrix
	qkvBias, attendedBias       []float32
	wideBias, narrowBias        []float32
	residual                    *packfile.Matrix // widens what came in; nil where it has the width already
	residualBias                []float32
}

// network turns token ids into a vector of 512.
type network struct {
	embedding *packfile.Matrix
	timing    []float32
	layers    [2]layer
	tanh      *packfile.Matrix
	tanhBias  []float32
}

// newNetwork takes the network's weights from an open pack file.
func newNetwork(f *packfile.File) (*network, error) {
	p := &picker{file: f}
	n := &network{
		embedding: p.matrix("embedding", vocabulary, embeddingWidth),
		timing:    p.vector("timing", embeddingWidth/2),
		tanh:      p.matrix("tanh.weight", width, width),
		tanhBias:  p.vector("tanh.bias", width),
	}
	for i, w := range []int{embeddingWidth, width} {
		name := fmt.Sprintf("layer%d.", i)
		n.layers[i] = layer{
			width:      w,
			norm1Scale: p.vector(name+"norm1.scale", w), norm1Bias: p.vector(name+"norm1.bias", w),
			norm2Scale: p.vector(name+"norm2.scale", width), norm2Bias: p.vector(name+"norm2.bias", width),
			qkv: p.matrix(name+"qkv.weight", 3*w, w), qkvBias: p.vector(name+"qkv.bias", 3*w),
			attended: p.matrix(name+"attended.weight", width, w), attendedBias: p.vector(name+"attended.bias", width),
			wide: p.matrix(name+"wide.weight", wide, width), wideBias: p.vector(name+"wide.bias", wide),
			narrow: p.matrix(name+"narrow.weight", width, wide), narrowBias: p.vector(name+"narrow.bias", width),
		}
	}
	n.layers[0].residual = p.matrix("layer0.residual.weight", width, embeddingWidth)
	n.layers[0].residualBias = p.vector("layer0.residual.bias", width)
	return n, p.err
}

// picker takes tensors from a file and keeps the first error.
type picker struct {
	file *packfile.File
	err  error
}

func (p *picker) vector(name string, length int) []float32 {
	v, err := p.file.Vector(name, length)
	if p.err == nil {
		p.err = err
	}
	return v
}

func (p *picker) matrix(name string, rows, cols int) *packfile.Matrix {
	m, err := p.file.Matrix(name, rows, cols)
	if p.err == nil {
		p.err = err
	}
	return m
}

// scratch is the memory that one run of the network needs, for maxTokens. It
// is used again for the next text.
type scratch struct {
	block
	state, normed, attended, added [maxTokens * width]float32
	wide                           [maxTokens * wide]float32
	attention                      [maxTokens]float32 // weights of one token
}

// run writes the vector of a text's tokens, of unit length, to out.
func (n *network) run(s *scratch, ids []int32, out []float32) error {
	tokens := len(ids)
	state := s.state[:tokens*embeddingWidth]
	if err := n.embed(s, ids, state); err != nil {
		return err
	}
	for i := range n.layers {
		var err error
		if state, err = n.layers[i].run(s, state, tokens); err != nil {
			return err
		}
	}
	mean := s.normed[:width]
	clear(mean)
	for t := range tokens {
		for i, v := range state[t*width : (t+1)*width] {
			mean[i] += v / float32(tokens)
		}
	}
	if err := s.product(out, mean, n.tanh, n.tanhBias); err != nil {
		return err
	}
	for i, v := range out {
		out[i] = float32(math.Tanh(float64(v)))
	}
	normalize(out)
	return nil
}

// embed looks the tokens up, twice as large as they are kept, and adds their
// positions as sines and cosines.
func (n *network) embed(s *scratch, ids []int32, state []float32) error {
	half := embeddingWidth / 2
	for t, id := range ids {
		row := s.block.weights[:embeddingWidth]
		if _, err := n.embedding.ReadRows(row, int(id)); err != nil {
			return fmt.Errorf("read the embedding of token %d: %w", id, err)
		}
		scale := 2 * n.embedding.Scales[id]
		x := state[t*embeddingWidth : (t+1)*embeddingWidth]
		for i, b := range row {
			x[i] = float32(int8(b)) * scale
		}
		for i, timing := range n.timing {
			sin, cos := math.Sincos(float64(float32(t) * timing))
			x[i] += float32(sin)
			x[half+i] += float32(cos)
		}
	}
	return nil
}

// run returns the new state, which may lie where the old one was.
func (l *layer) run(s *scratch, state []float32, tokens int) ([]float32, error) {
	normed := s.normed[:tokens*l.width]
	layerNorm(normed, state, l.norm1Scale, l.norm1Bias)
	qkv := s.wide[:tokens*3*l.width]
	if err := s.product(qkv, normed, l.qkv, l.qkvBias); err != nil {
		return nil, err
	}
	attended := s.attended[:tokens*l.width]
	attend(attended, qkv, s.attention[:tokens], l.width)
	added := s.added[:tokens*width]
	if err := s.product(added, attended, l.attended, l.attendedBias); err != nil {
		return nil, err
	}
	if l.residual != nil {
		widened := s.normed[:tokens*width]
		if err := s.product(widened, state, l.residual, l.residualBias); err != nil {
			return nil, err
		}
		state = s.state[:tokens*width]
		copy(state, widened)
	}
	add(state, added)

	normed = s.normed[:tokens*width]
	layerNorm(normed, state, l.norm2Scale, l.norm2Bias)
	hidden := s.wide[:tokens*wide]
	if err := s.product(hidden, normed, l.wide, l.wideBias); err != nil {
		return nil, err
	}
	for i, v := range hidden {
		hidden[i] = max(v, 0)
	}
	if err := s.product(added, hidden, l.narrow, l.narrowBias); err != nil {
		return nil, err
	}
	add(state, added)
	return state, nil
}

// attend lets each token take up the values of the others, weighted by how
// well its query fits their keys. A token of qkv is its query, key and value.
func attend(out, qkv, weights []float32, width int) {
	tokens, head := len(weights), width/heads
	scale := float32(1 / math.Sqrt(float64(head)))
	for h := 0; h < width; h += head {
		for t := range tokens {
			query := qkv[t*3*width+h:][:head]
			highest := float32(math.Inf(-1))
			for u := range tokens {
				weights[u] = scale * dot(query, qkv[u*3*width+width+h:][:head])
				highest = max(highest, weights[u])
			}
			var sum float32
			for u, w := range weights {
				weights[u] = float32(math.Exp(float64(w - highest)))
				sum += weights[u]
			}
			to := out[t*width+h:][:head]
			clear(to)
			for u, w := range weights {
				w /= sum
				for i, v := range qkv[u*3*width+2*width+h:][:head] {
					to[i] += w * v
				}
			}
		}
	}
}

// layerNorm gives each token of in mean 0 and variance 1, then scale and bias.
func layerNorm(out, in, scale, bias []float32) {
	for n := len(scale); len(in) > 0; in, out = in[n:], out[n:] {
		var sum, squares float64
		for _, v := range in[:n] {
			sum += float64(v)
		}
		mean := sum / float64(n)
		for _, v := range in[:n] {
			d := float64(v) - mean
			squares += d * d
		}
		by := 1 / math.Sqrt(squares/float64(n)+epsilon)
		for i, v := range in[:n] {
			out[i] = float32((float64(v)-mean)*by)*scale[i] + bias[i]
		}
	}
}

func add(to, from []float32) {
	for i, v := range from {
		to[i] += v
	}
}

func dot(a, b []float32) (sum float32) {
	b = b[:len(a)]
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// normalize gives a vector unit length; a zero vector stays.
func normalize(v []float32) {
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	if squares == 0 {
		return
	}
	by := float32(1 / math.Sqrt(squares))
	for i := range v {
		v[i] *= by
	}
}
