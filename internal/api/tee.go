package api

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// teeRoutes are there to say that they are not: ElizaOS 1.x has the prefix and
// nothing behind it.
func (a *API) teeRoutes() {
	for _, method := range []string{"GET", "POST"} {
		id := map[string]string{"GET": "get-tee", "POST": "post-tee"}[method]
		add(a, operation{id: id, method: method, paths: []string{"/api/tee/{path}"}, tag: "TEE", errors: []int{404},
			summary: "Not available", about: "The server does not run in a trusted execution environment. Every path below /api/tee answers 404."}, noTEE)
	}
}

type teePath struct {
	Path string `path:"path"`
}

func noTEE(context.Context, *teePath) (*none, error) {
	return nil, fail(eliza.Errorf(eliza.CodeNotFound, "The server does not run in a trusted execution environment"))
}
