package uselite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/elizad/elizad/internal/model"
)

// ModelName names the vectors of this version.
const ModelName = "use-lite-512"

// MissingReason says in one clause why Available is false.
const MissingReason = "this build has no embedded sentence model (run `make models` and build again)"

const assetName = "assets/uselite.bin"

//go:embed all:assets
var assets embed.FS

// Available reports whether this binary carries the weights.
func Available() bool {
	f, err := assets.Open(assetName)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// Load returns the encoder of this binary, always the same one. The first call
// reads the vocabulary and takes some milliseconds. Its error is MissingReason
// where Available is false.
var Load = sync.OnceValues(load)

func load() (*Encoder, error) {
	f, err := assets.Open(assetName)
	if err != nil {
		return nil, errors.New(MissingReason)
	}
	// The file is never closed: the encoder reads the weights from it, which
	// for an embedded file means from the binary's own pages.
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", assetName, err)
	}
	return newEncoder(f.(io.ReaderAt), info.Size())
}

// Embedder returns the encoder of this binary as a model that is loaded when
// it is first used.
func Embedder() model.Embedder { return lazy{} }

type lazy struct{}

func (lazy) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	e, err := Load()
	if err != nil {
		return nil, err
	}
	return e.Embed(ctx, texts)
}

func (lazy) Model() string { return ModelName }
