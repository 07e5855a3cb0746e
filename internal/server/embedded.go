package server

import "github.com/elizad/elizad/internal/model"

// embedded is what this binary brings by itself.
func embedded() model.Embedded {
	return model.Embedded{Missing: "this build has no embedded models (run `make models` and build again)"}
}
