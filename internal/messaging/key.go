package messaging

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

type keyOfContext struct{}

// WithKey returns a context whose posts came with a scoped key.
func WithKey(ctx context.Context, key eliza.ID) context.Context {
	return context.WithValue(ctx, keyOfContext{}, key)
}

// keyOf is the scoped key of a context; NoID when there is none.
func keyOf(ctx context.Context) eliza.ID {
	id, _ := ctx.Value(keyOfContext{}).(eliza.ID)
	return id
}
