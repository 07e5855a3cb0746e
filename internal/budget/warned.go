package budget

import (
	"sync"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

// warned knows which accounts were warned of, so that each is told once a
// window, and once more when it is spent.
type warned struct {
	mu   sync.Mutex
	told map[account]bool // true: that it is spent
}

// maxTold bounds what is remembered; beyond it a warning may come again.
const maxTold = 10_000

func newWarned() warned { return warned{told: map[account]bool{}} }

// tell reports whether a warning is news.
func (w *warned) tell(a account, spent bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.told[a]
	if known && (before || !spent) {
		return false
	}
	if len(w.told) >= maxTold {
		clear(w.told)
	}
	w.told[a] = spent
	return true
}

// watch warns when so much is used that the budget says so: in the log, to the
// channel, and on the delivery by way of the payer.
func (s *Service) watch(p *Payer, c *charge, used int64) {
	limit := c.budget.Limit
	if used*100 < limit*int64(c.budget.WarnAt) {
		return
	}
	text := c.warning(used)
	p.warn(text)
	if !s.warned.tell(c.account(), used >= limit) {
		return
	}
	s.Log.Warn("a budget is nearly spent", "budget", c.budget.Name, "id", c.budget.ID, "scope", c.budget.Scope, "target", c.Target,
		"used", eliza.ShowAmount(c.budget.Measure, used), "limit", eliza.ShowAmount(c.budget.Measure, c.budget.Limit))
	s.Bus.Publish(bus.BudgetWarning{
		ChannelID: p.Room, AgentID: p.Agent, Budget: c.budget, Target: c.Target, Used: used, ResetsAt: c.ends, Text: text,
	})
}
