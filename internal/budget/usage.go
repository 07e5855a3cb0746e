package budget

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// sumTime bounds the adding up of an agent's turns.
const sumTime = 10 * time.Second

// Spending is what was taken from a budget in one window.
type Spending struct {
	Budget   eliza.Budget
	Target   eliza.ID // none: the server's
	StartsAt eliza.Millis
	ResetsAt eliza.Millis
	Used     int64
	Reserved int64
	Unpriced int64 // calls whose price nobody knows, which are not in Used
}

// Known reports whether Used says what was spent: a budget of money that saw
// only calls without a price knows nothing.
func (s *Spending) Known() bool { return s.Unpriced == 0 || s.Used > 0 }

func spending(b eliza.Budget, s store.Spend) Spending {
	_, ends := b.Period.Window(s.Window.Time())
	return Spending{Budget: b, Target: s.Target, StartsAt: s.Window, ResetsAt: ends, Used: s.Used, Reserved: s.Reserved, Unpriced: s.Unpriced}
}

// Usage tells what was taken from a budget, the newest window first. The
// present window of a budget that has one account is there also when nothing
// was. Error code: NOT_FOUND.
func (s *Service) Usage(ctx context.Context, id eliza.ID, limit int) (eliza.Budget, []Spending, error) {
	b, err := s.Store.Budget(ctx, id)
	if err != nil {
		return b, nil, err
	}
	rows, err := s.Store.Spent(ctx, store.SpendQuery{BudgetID: id, Limit: limit})
	if err != nil {
		return b, nil, err
	}
	begins, _ := b.Period.Window(s.Now())
	if single := b.Scope == eliza.ScopeServer || b.Target != eliza.NoID; single && (len(rows) == 0 || rows[0].Window < begins) {
		rows = slices.Insert(rows, 0, store.Spend{BudgetID: id, Target: b.Target, Window: begins})
		rows = rows[:min(len(rows), limit)]
	}
	list := make([]Spending, len(rows))
	for i, row := range rows {
		list[i] = spending(b, row)
	}
	return b, list, nil
}

// OfAgent tells what the budgets of an agent have left: those that name it or
// count each agent, and its character's own.
func (s *Service) OfAgent(ctx context.Context, a *eliza.Agent) ([]Spending, error) {
	all, err := s.Store.Budgets(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the budgets: %w", err)
	}
	all = slices.DeleteFunc(all, func(b eliza.Budget) bool {
		return b.Scope != eliza.ScopeAgent || b.Target != eliza.NoID && b.Target != a.ID
	})
	own, err := a.Character.Budgets(a.ID)
	if err != nil {
		s.Log.Warn("an agent's own budget cannot be read", "agentId", a.ID, "error", err)
	}
	list := []Spending{}
	for _, b := range slices.Concat(all, own) {
		row := store.Spend{BudgetID: b.ID, Target: a.ID}
		row.Window, _ = b.Period.Window(s.Now())
		if err := s.Store.SpentOf(ctx, &row); err != nil {
			return nil, err
		}
		list = append(list, spending(b, row))
	}
	return list, nil
}

// Sum is what an agent's turns took in one window.
type Sum struct {
	StartsAt, ResetsAt eliza.Millis
	store.TurnSum
}

// AgentUsage adds up the turns of an agent in the present hour, day and month.
// Error codes: TIMEOUT, DB_ERROR.
func (s *Service) AgentUsage(ctx context.Context, agent eliza.ID) (map[eliza.Period]Sum, error) {
	ctx, cancel := context.WithTimeout(ctx, sumTime)
	defer cancel()
	sums := map[eliza.Period]Sum{}
	for _, p := range eliza.Periods {
		var sum Sum
		var err error
		sum.StartsAt, sum.ResetsAt = p.Window(s.Now())
		if sum.TurnSum, err = s.Store.SumTurns(ctx, agent, sum.StartsAt); err != nil {
			return nil, err
		}
		sums[p] = sum
	}
	return sums, nil
}
