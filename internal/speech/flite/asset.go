package flite

import (
	"embed"
	"errors"
)

// MissingReason says in one clause why Available is false.
const MissingReason = "this build has no embedded voice (run `make models` and build again)"

const assetName = "assets/flite.wasm"

//go:embed all:assets
var assets embed.FS

// Available reports whether this binary carries the voice.
func Available() bool {
	f, err := assets.Open(assetName)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// asset returns the file, a copy that is given back with what was loaded.
func asset() ([]byte, error) {
	b, err := assets.ReadFile(assetName)
	if err != nil {
		return nil, errors.New(MissingReason)
	}
	return b, nil
}
