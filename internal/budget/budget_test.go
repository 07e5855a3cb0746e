package budget_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// limit is what the budget of these tests allows.
const limit = 100_000

type rig struct {
	*budget.Service
	options budget.Options
	ctx     context.Context
	id      eliza.ID
}

func newRig(t *testing.T) rig {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	s, err := store.Open(ctx, store.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	news := bus.New()
	t.Cleanup(func() {
		news.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	r := rig{options: budget.Options{Store: s, Bus: news, Log: slog.New(slog.DiscardHandler)}, ctx: ctx}
	r.Service = budget.New(r.options)
	b, err := r.Create(ctx, eliza.Budget{Scope: eliza.ScopeServer, Measure: eliza.Tokens, Limit: limit, Period: eliza.Month})
	if err != nil {
		t.Fatal(err)
	}
	r.id = b.ID
	return r
}

// call makes a call that takes a tenth of what it may; left behind, it is
// never settled. It reports whether it was made.
func (r rig) call(t *testing.T, leave bool) (took int64) {
	t.Helper()
	req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: "hello"}}}
	end, err := r.Begin(r.ctx, model.Choice{Provider: "stub", Model: "stub"}, &req)
	var over *budget.Exceeded
	if errors.As(err, &over) {
		return 0
	}
	if err != nil || req.MaxTokens == 0 {
		t.Errorf("%v, %d tokens at most", err, req.MaxTokens)
		return 0
	}
	if !leave {
		end(model.Taken{InputTokens: 3, OutputTokens: req.MaxTokens / 10})
	}
	return int64(3 + req.MaxTokens/10)
}

func (r rig) spent(t *testing.T) budget.Spending {
	t.Helper()
	_, spent, err := r.Usage(r.ctx, r.id, 1)
	if err != nil || len(spent) != 1 {
		t.Fatal(spent, err)
	}
	return spent[0]
}

func TestAThousandCallsAtOnceWaitForEachOtherAndPassNoLimit(t *testing.T) {
	r := newRig(t)
	var took, made atomic.Int64
	var group sync.WaitGroup
	for range 1000 {
		group.Go(func() {
			if n := r.call(t, false); n > 0 {
				took.Add(n)
				made.Add(1)
			}
		})
	}
	group.Wait()
	now := r.spent(t)
	if now.Used != took.Load() || now.Used > limit || now.Reserved != 0 {
		t.Errorf("%d used and %d reserved, %d were taken", now.Used, now.Reserved, took.Load())
	}
	// A call may take 2,048 tokens and takes a tenth of them: whoever only
	// waited for others is not turned away.
	if now.Used < limit*9/10 {
		t.Errorf("%d calls took %d of %d", made.Load(), now.Used, limit)
	}
}

func TestWhatWasLeftBehindStaysCountedAndKeepsNobodyWaiting(t *testing.T) {
	r := newRig(t)
	for range limit / 2500 {
		r.call(t, true)
	}
	before := r.spent(t)
	// Another process knows nothing of what that one reserved.
	r.Service = budget.New(r.options)
	if err := r.Read(r.ctx); err != nil {
		t.Fatal(err)
	}
	_, err := r.Update(r.ctx, r.id, func(b *eliza.Budget) error { b.Limit = before.Reserved + 100; return nil })
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() {
			if n := r.call(t, false); n > 0 {
				t.Errorf("a call took %d", n)
			}
		})
	}
	group.Wait()
	if now := r.spent(t); now.Used != 0 || now.Reserved != before.Reserved || now.Reserved == 0 {
		t.Errorf("%+v, before %+v", now, before)
	}
}

func TestACallCountsOnceInEachOfACharactersBudgets(t *testing.T) {
	r := newRig(t)
	character := eliza.Character{Name: "Keeper", Settings: map[string]any{eliza.BudgetSetting: []any{
		map[string]any{"name": "soft", "measure": "model_calls", "limit": 2, "period": "day", "policy": "warn"},
		map[string]any{"name": "hard", "measure": "model_calls", "limit": 6, "period": "day", "policy": "refuse"},
	}}}
	keeper := eliza.Agent{ID: eliza.NewID(), Character: character}
	ctx := budget.With(r.ctx, &budget.Payer{Agent: keeper.ID, Character: &keeper.Character})
	for n := 1; n <= 7; n++ {
		req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: "hello"}}}
		end, err := r.Begin(ctx, model.Choice{Provider: "stub", Model: "stub"}, &req)
		var over *budget.Exceeded
		if errors.As(err, &over) != (n == 7) || n == 7 && over.Budget.Name != "hard" {
			t.Fatalf("call %d: %v", n, err)
		}
		if n < 7 {
			end(model.Taken{InputTokens: 1, OutputTokens: 1})
		}
	}
	own, err := r.OfAgent(r.ctx, &keeper)
	if err != nil || len(own) != 2 || own[0].Used != 6 || own[1].Used != 6 {
		t.Errorf("%+v, %v", own, err)
	}
}

func TestMoneyOfAModelWithoutAPriceIsUnknown(t *testing.T) {
	r := newRig(t)
	prices := model.Prices{{Pattern: "priced", Input: eliza.Million, Output: eliza.Million}}
	r.options.Prices, r.Service = prices, nil
	r.Service = budget.New(r.options)
	b, err := r.Create(r.ctx, eliza.Budget{Scope: eliza.ScopeServer, Measure: eliza.Money, Limit: 5 * eliza.Million, Period: eliza.Month, Policy: eliza.PolicyWarn})
	if err != nil {
		t.Fatal(err)
	}
	spent := func() budget.Spending {
		t.Helper()
		_, list, err := r.Usage(r.ctx, b.ID, 1)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	call := func(by model.Choice, answered string) {
		t.Helper()
		req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: "hello"}}}
		end, err := r.Begin(budget.With(r.ctx, &budget.Payer{Agent: eliza.NewID()}), by, &req)
		if err != nil {
			t.Fatal(err)
		}
		end(model.Taken{Model: answered, InputTokens: 10, OutputTokens: 10})
	}
	call(model.Choice{Provider: "stub", Model: "unpriced"}, "")
	if now := spent(); now.Known() || now.Used != 0 || now.Unpriced != 1 || now.Reserved != 0 {
		t.Errorf("after a call without a price: %+v", now)
	}
	call(model.Choice{Provider: "stub"}, "priced")
	if now := spent(); !now.Known() || now.Used != 20 || now.Unpriced != 1 {
		t.Errorf("after a call whose answer names a priced model: %+v", now)
	}
	if _, err := r.Update(r.ctx, b.ID, func(b *eliza.Budget) error { b.Policy = eliza.PolicyRefuse; return nil }); err != nil {
		t.Fatal(err)
	}
	req := model.Request{Turns: []model.Turn{{Role: model.RoleUser, Text: "hello"}}}
	_, err = r.Begin(budget.With(r.ctx, &budget.Payer{Agent: eliza.NewID()}), model.Choice{Provider: "stub"}, &req)
	if err == nil || !strings.Contains(err.Error(), "no price for the default model of stub") {
		t.Errorf("a model without a price and name is refused with %v", err)
	}
}
