package crash

import (
	"context"
	"sync"
)

// gate tells clients where the server is, and has them wait while there is
// none.
type gate struct {
	mu      sync.Mutex
	address string        // "" while there is no server
	opened  chan struct{} // closed when there is one
}

func newGate() *gate { return &gate{opened: make(chan struct{})} }

func (g *gate) open(address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.address = address
	close(g.opened)
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.address != "" {
		g.address, g.opened = "", make(chan struct{})
	}
}

func (g *gate) wait(ctx context.Context) (string, error) {
	for {
		g.mu.Lock()
		address, opened := g.address, g.opened
		g.mu.Unlock()
		if address != "" {
			return address, nil
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}
