package budget

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// amounts is what something takes, by measure.
type amounts map[eliza.Measure]int64

// charge is what one budget is charged.
type charge struct {
	store.Charge
	budget eliza.Budget
	ends   eliza.Millis // of the window
}

// charges finds the budgets that count what a payer takes. They are in one
// order for everybody.
func (s *Service) charges(p *Payer, take amounts) []charge {
	all := *s.known.Load()
	if p.hasOwn() {
		// A character is checked before it is stored; what is stored
		// otherwise sets no budget.
		own, err := p.Character.Budgets(p.Agent)
		if err != nil {
			s.Log.Warn("an agent's own budget cannot be read", "agentId", p.Agent, "error", err)
		}
		all = slices.Concat(all, own)
	}
	now := s.Now()
	var list []charge
	for _, b := range all {
		target, applies := p.target(b.Scope)
		amount, counted := take[b.Measure]
		if !applies || !counted || b.Target != eliza.NoID && b.Target != target {
			continue
		}
		c := charge{budget: b}
		c.Charge = store.Charge{BudgetID: b.ID, Target: target, Amount: amount, Limit: b.Limit, Over: b.Policy == eliza.PolicyWarn}
		c.Window, c.ends = b.Period.Window(now)
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b charge) int {
		return cmp.Or(bytes.Compare(a.BudgetID[:], b.BudgetID[:]), bytes.Compare(a.Target[:], b.Target[:]))
	})
	return list
}

// idle reports whether nothing that this payer does is counted.
func (s *Service) idle(p *Payer) bool { return len(*s.known.Load()) == 0 && !p.hasOwn() }
