package budget

import (
	"context"
	"fmt"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// settleTime bounds the storing of what a call took, whose own time may be
// over.
const settleTime = 10 * time.Second

// lower makes charges that a budget is too small for fit into what is left of
// it, when they can be made smaller; see reserve.
type lower func(short *charge, left int64) (fits bool)

// reserve takes all charges. Where a budget has too little left only because
// of calls under way it waits for those. Where it has too little in any case
// less may ask for less. An error is an *Exceeded, or of the database.
func (s *Service) reserve(ctx context.Context, charges []charge, less lower) error {
	leave, at := func() {}, account{}
	defer func() { leave() }()
	for {
		s.flights.begin(charges)
		short, spend, err := s.Store.Reserve(ctx, stored(charges))
		s.flights.reserved(charges, err == nil && short < 0)
		if err == nil && short < 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reserve of budgets: %w", err)
		}
		c := &charges[short]
		// The database knows the limit; here it may be a moment old.
		if spend.Used+c.Amount > c.budget.Limit {
			if less == nil || !less(c, c.budget.Limit-spend.Used) {
				return c.exceeded(spend)
			}
			continue
		}
		if next := c.account(); next != at {
			leave()
			leave = func() {}
			entered, err := s.flights.enter(ctx, next)
			if err != nil {
				return fmt.Errorf("wait for what a budget has left: %w", err)
			}
			leave, at = entered, next
			continue
		}
		again, err := s.flights.wait(ctx, at)
		if err != nil {
			return fmt.Errorf("wait for what a budget has left: %w", err)
		}
		if !again {
			return c.exceeded(spend)
		}
	}
}

func stored(charges []charge) []store.Charge {
	list := make([]store.Charge, len(charges))
	for i := range charges {
		list[i] = charges[i].Charge
	}
	return list
}

// settle replaces what was reserved by what was taken, and warns. unpriced is
// how many calls whose price nobody knows budgets of money are told of.
func (s *Service) settle(ctx context.Context, p *Payer, charges []charge, took amounts, unpriced int64) {
	defer s.flights.end(charges)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	list := make([]store.Settlement, len(charges))
	for i, c := range charges {
		list[i] = store.Settlement{BudgetID: c.BudgetID, Target: c.Target, Window: c.Window, Reserved: c.Amount, Used: took[c.budget.Measure]}
		if c.budget.Measure == eliza.Money {
			list[i].Unpriced = unpriced
		}
	}
	spent, err := s.Store.Settle(ctx, list)
	if err != nil {
		// What was reserved stays counted: that is the safe side.
		s.Log.Error("what a call took could not be stored; all that was reserved for it stays counted", "agentId", p.Agent, "error", err)
		return
	}
	for _, now := range spent {
		for i := range charges {
			if c := &charges[i]; c.BudgetID == now.BudgetID && c.Target == now.Target {
				s.watch(p, c, now.Used)
			}
		}
	}
}

// Take takes n of a measure for the payer of a context. undo, which is never
// nil, gives it back. The error is nil, an *Exceeded or of the database.
func (s *Service) Take(ctx context.Context, m eliza.Measure, n int64) (undo func(), err error) {
	p := payer(ctx)
	if p == nil || s.idle(p) {
		return func() {}, nil
	}
	charges := s.charges(p, amounts{m: n})
	if len(charges) == 0 {
		return func() {}, nil
	}
	if err := s.reserve(ctx, charges, nil); err != nil {
		return func() {}, err
	}
	s.settle(ctx, p, charges, amounts{m: n}, 0)
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
		defer cancel()
		list := make([]store.Settlement, len(charges))
		for i, c := range charges {
			list[i] = store.Settlement{BudgetID: c.BudgetID, Target: c.Target, Window: c.Window, Used: -n}
		}
		if _, err := s.Store.Settle(ctx, list); err != nil {
			s.Log.Warn("what was not done after all stays counted", "agentId", p.Agent, "error", err)
		}
	}, nil
}
