package wire

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// What one call for vectors takes. OpenAI's models read 8192 tokens of a
// text, 300,000 of all texts together (its API reference, "Create embeddings").
const (
	MaxEmbedText  = 16 << 10  // bytes of one text; what is longer is cut
	maxBatchBytes = 256 << 10 // bytes of the texts of one call
	maxBatch      = 128       // texts of one call
)

// ErrVectorCount says that there are not as many vectors as texts.
var ErrVectorCount = errors.New("not one vector for each text")

var errVectorShape = fmt.Errorf("vectors without length or of different dimensions: %w", model.ErrUnusable)

// EmbedBatches cuts a list of texts into calls, and checks and normalizes
// their vectors. Empty texts, which providers refuse, are sent as one space.
func (p Peer) EmbedBatches(ctx context.Context, texts []string, call func(context.Context, []string) ([][]float32, error)) ([][]float32, error) {
	vectors := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		batch, size := make([]string, 0, min(len(texts), maxBatch)), 0
		for _, text := range texts {
			if len(text) > MaxEmbedText {
				text = strings.ToValidUTF8(text[:MaxEmbedText], "")
			}
			if text == "" {
				text = " "
			}
			if size += len(text); len(batch) == maxBatch || len(batch) > 0 && size > maxBatchBytes {
				break
			}
			batch = append(batch, text)
		}
		texts = texts[len(batch):]
		got, err := call(ctx, batch)
		if err != nil {
			return nil, err
		}
		if len(got) != len(batch) {
			return nil, p.Nonsense("the vectors", ErrVectorCount)
		}
		for _, v := range got {
			if !normalize(v) || len(vectors) > 0 && len(v) != len(vectors[0]) {
				return nil, p.Nonsense("the vectors", errVectorShape)
			}
			vectors = append(vectors, v)
		}
	}
	return vectors, nil
}

// normalize gives a vector unit length; false when it has none.
func normalize(v []float32) bool {
	var sum float64
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return false
	}
	scale := 1 / math.Sqrt(sum)
	for i, f := range v {
		v[i] = float32(float64(f) * scale)
	}
	return true
}
