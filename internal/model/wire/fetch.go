package wire

import (
	"context"
	"net/http"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/outbound"
)

// How often an address is asked for what a server says is there: storage in
// front of which a cache stands often knows of it a moment later.
const (
	fetchTries = 3
	fetchPause = 500 * time.Millisecond
)

// Fetch reads at most so many bytes at an address that a server named in an
// answer, by a client that is guarded against addresses inside. The error is
// never temporary: what was asked of the server was done, and may be paid for.
func (p Peer) Fetch(ctx context.Context, client *http.Client, address string, most int64) ([]byte, error) {
	for n := 1; ; n++ {
		found, err := outbound.Get(ctx, client, address, most)
		if err == nil {
			return found.Body, nil
		}
		if code := eliza.ErrorCode(err); n == fetchTries || code != eliza.CodeNotFound && code != eliza.CodeTimeout {
			return nil, &model.CallError{Provider: p.Provider, Message: "what it made lies at an address that cannot be read: " + eliza.ErrorMessage(err), Err: err}
		}
		timer := time.NewTimer(fetchPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, p.Broken(ctx, ctx.Err())
		}
	}
}
