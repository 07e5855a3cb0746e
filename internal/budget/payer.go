package budget

import (
	"context"
	"slices"
	"sync"

	"github.com/elizad/elizad/internal/eliza"
)

// Payer is for whom something is done. What it does not name, no budget of
// that scope counts.
type Payer struct {
	Agent     eliza.ID
	Character *eliza.Character // of the agent, whose own budgets count too
	Room      eliza.ID
	User      eliza.ID
	Key       eliza.ID

	mu       sync.Mutex
	warnings []string
}

type payerKey struct{}

// With returns a context whose calls of models this payer pays.
func With(ctx context.Context, p *Payer) context.Context {
	return context.WithValue(ctx, payerKey{}, p)
}

// payer is who pays in a context, nil when that was not said.
func payer(ctx context.Context) *Payer {
	p, _ := ctx.Value(payerKey{}).(*Payer)
	return p
}

// Warnings returns the sentences in which budgets warned of what this payer
// took.
func (p *Payer) Warnings() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.warnings)
}

func (p *Payer) warn(sentence string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.warnings, sentence) {
		p.warnings = append(p.warnings, sentence)
	}
}

// target is whose account a scope's budget is for this payer.
func (p *Payer) target(scope eliza.BudgetScope) (id eliza.ID, applies bool) {
	switch scope {
	case eliza.ScopeServer:
		return eliza.NoID, true
	case eliza.ScopeAgent:
		id = p.Agent
	case eliza.ScopeRoom:
		id = p.Room
	case eliza.ScopeUser:
		id = p.User
	case eliza.ScopeKey:
		id = p.Key
	}
	return id, id != eliza.NoID
}

// hasOwn reports whether the payer's agent has budgets of its own.
func (p *Payer) hasOwn() bool {
	return p != nil && p.Character != nil && p.Character.Settings[eliza.BudgetSetting] != nil
}
