package server

import (
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/offline"
	"github.com/elizad/elizad/internal/model/uselite"
)

// embedded is what this binary brings by itself. The sentence model is left
// out when its file was not there at build time, and read when it is first
// used.
func embedded() model.Embedded {
	e := model.Embedded{Text: offline.New(), TextModel: offline.ModelName}
	if uselite.Available() {
		e.Embedder = uselite.Embedder()
	} else {
		e.Missing = uselite.MissingReason
	}
	return e
}
