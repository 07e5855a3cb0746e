package wire

import (
	"context"
	"strings"
	"sync/atomic"
)

// FirstModel remembers the model that was picked from a server's list.
type FirstModel struct{ name atomic.Pointer[string] }

// Get returns the picked model, and picks it the first time.
func (f *FirstModel) Get(ctx context.Context, pick func(context.Context) (string, error)) (string, error) {
	if name := f.name.Load(); name != nil {
		return *name, nil
	}
	name, err := pick(ctx)
	if err != nil {
		return "", err
	}
	f.name.Store(&name)
	return name, nil
}

// EmbedderName guesses from a model's name whether it makes vectors and no
// text.
func EmbedderName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"embed", "minilm", "bge-", "gte-", "e5-", "rerank"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
