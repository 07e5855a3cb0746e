package storetest

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/store"
)

// newBudget stores a budget with a limit.
func (p place) newBudget(t *testing.T, limit int64) eliza.Budget {
	t.Helper()
	b := eliza.Budget{
		ID: eliza.NewID(), Name: "a budget", Scope: eliza.ScopeAgent, Target: p.eliza.ID, Measure: eliza.Tokens, Limit: limit, Period: eliza.Day,
		Policy: eliza.PolicyPause, WarnAt: 80, Source: eliza.BudgetOfAPI, CreatedAt: eliza.Now(), UpdatedAt: eliza.Now(),
	}
	ok(t, p.CreateBudget(p.ctx, b))
	return b
}

// charge is a charge of a budget in the window that began at 1000.
func charge(b eliza.Budget, amount int64) store.Charge {
	return store.Charge{BudgetID: b.ID, Target: b.Target, Window: 1000, Amount: amount, Limit: b.Limit}
}

func settlement(c store.Charge, used int64) store.Settlement {
	return store.Settlement{BudgetID: c.BudgetID, Target: c.Target, Window: c.Window, Reserved: c.Amount, Used: used}
}

// spent is what was taken in a charge's window.
func (p place) spent(t *testing.T, c store.Charge) store.Spend {
	t.Helper()
	spend := store.Spend{BudgetID: c.BudgetID, Target: c.Target, Window: c.Window}
	ok(t, p.SpentOf(p.ctx, &spend))
	return spend
}

func (p place) reserve(t *testing.T, charges ...store.Charge) (short int) {
	t.Helper()
	short, _, err := p.Reserve(p.ctx, charges)
	ok(t, err)
	return short
}

var budgetTests = map[string]func(*testing.T, place){
	"a budget comes back as it was stored, changes and goes": func(t *testing.T, p place) {
		b := p.newBudget(t, 100)
		got, err := p.Budget(p.ctx, b.ID)
		ok(t, err)
		equal(t, "budget", got, b)
		changed, err := p.UpdateBudget(p.ctx, b.ID, func(b *eliza.Budget) error { b.Limit = 200; return nil })
		ok(t, err)
		b.Limit = 200
		equal(t, "changed", changed, b)
		list, err := p.Budgets(p.ctx)
		ok(t, err)
		equal(t, "budgets", list, []eliza.Budget{b})
		p.reserve(t, charge(b, 10))
		ok(t, p.DeleteBudget(p.ctx, b.ID))
		wantCode(t, p.DeleteBudget(p.ctx, b.ID), eliza.CodeNotFound)
		equal(t, "spent", p.spent(t, charge(b, 1)).Reserved, int64(0))
	},
	"a reservation is taken up to the limit and no further": func(t *testing.T, p place) {
		b := p.newBudget(t, 100)
		equal(t, "60 of 100", p.reserve(t, charge(b, 60)), -1)
		equal(t, "60 more", p.reserve(t, charge(b, 60)), 0)
		equal(t, "40 more", p.reserve(t, charge(b, 40)), -1)
		equal(t, "1 more", p.reserve(t, charge(b, 1)), 0)
		equal(t, "more than all", p.reserve(t, store.Charge{BudgetID: b.ID, Window: 2000, Amount: 101}), 0)
		over := charge(b, 500)
		over.Over = true
		equal(t, "beyond it", p.reserve(t, over), -1)
		equal(t, "another window", p.reserve(t, store.Charge{BudgetID: b.ID, Target: b.Target, Window: 2000, Amount: 100}), -1)
	},
	"all charges are taken or none": func(t *testing.T, p place) {
		wide, narrow := p.newBudget(t, 100), p.newBudget(t, 10)
		short, _, err := p.Reserve(p.ctx, []store.Charge{charge(wide, 20), charge(narrow, 8)})
		ok(t, err)
		equal(t, "short", short, -1)
		short, spend, err := p.Reserve(p.ctx, []store.Charge{charge(wide, 20), charge(narrow, 8)})
		ok(t, err)
		equal(t, "short", short, 1)
		equal(t, "spend", spend, store.Spend{BudgetID: narrow.ID, Target: narrow.Target, Window: 1000, Reserved: 8})
		equal(t, "reserved of the other", p.spent(t, charge(wide, 0)).Reserved, int64(20))
	},
	"a settled charge leaves what it came to": func(t *testing.T, p place) {
		b := p.newBudget(t, 100)
		c := charge(b, 60)
		p.reserve(t, c)
		now, err := p.Settle(p.ctx, []store.Settlement{settlement(c, 25)})
		ok(t, err)
		equal(t, "now", now, []store.Spend{{BudgetID: b.ID, Target: b.Target, Window: 1000, Used: 25}})
		equal(t, "75 more", p.reserve(t, charge(b, 75)), -1)
		list, err := p.Spent(p.ctx, store.SpendQuery{BudgetID: b.ID, Limit: 10})
		ok(t, err)
		equal(t, "spent", list, []store.Spend{{BudgetID: b.ID, Target: b.Target, Window: 1000, Used: 25, Reserved: 75}})
		ok(t, p.ForgetSpent(p.ctx, 1000))
		equal(t, "kept", p.spent(t, c).Used, int64(25))
		ok(t, p.ForgetSpent(p.ctx, 1001))
		equal(t, "forgotten", p.spent(t, c).Used, int64(0))
	},
	"a limit that was changed counts at once, a character's own without a row": func(t *testing.T, p place) {
		b := p.newBudget(t, 100)
		_, err := p.UpdateBudget(p.ctx, b.ID, func(b *eliza.Budget) error { b.Limit = 10; return nil })
		ok(t, err)
		equal(t, "lowered", p.reserve(t, charge(b, 11)), 0)
		own := store.Charge{BudgetID: eliza.NewID(), Target: p.eliza.ID, Window: 1000, Amount: 11, Limit: 10}
		equal(t, "own", p.reserve(t, own), 0)
		own.Amount = 10
		equal(t, "own", p.reserve(t, own), -1)
	},
	"an agent takes its budgets along": func(t *testing.T, p place) {
		b := p.newBudget(t, 100)
		p.reserve(t, charge(b, 10))
		ok(t, p.DeleteAgent(p.ctx, p.eliza.ID))
		_, err := p.Budget(p.ctx, b.ID)
		wantCode(t, err, eliza.CodeNotFound)
		equal(t, "reserved", p.spent(t, charge(b, 0)).Reserved, int64(0))
	},
	"1,000 at once take no more than there is": func(t *testing.T, p place) {
		b := p.newBudget(t, 10_000)
		stores := []*store.Store{p.Store}
		if p.config.DataDir == "" {
			stores = append(stores, p.second(t, 0))
		}
		var taken, used atomic.Int64
		var group sync.WaitGroup
		for i := range 1000 {
			group.Go(func() {
				c := charge(b, int64(20+i%30))
				short, _, err := stores[i%len(stores)].Reserve(p.ctx, []store.Charge{c})
				if err != nil {
					t.Error(err)
				}
				if short >= 0 || err != nil {
					return
				}
				if i%3 == 0 { // a process that dies settles nothing
					taken.Add(c.Amount)
					return
				}
				if _, err := stores[i%len(stores)].Settle(p.ctx, []store.Settlement{settlement(c, c.Amount/2)}); err != nil {
					t.Error(err)
				}
				used.Add(c.Amount / 2)
			})
		}
		group.Wait()
		equal(t, "spent", p.spent(t, charge(b, 0)), store.Spend{BudgetID: b.ID, Target: b.Target, Window: 1000, Used: used.Load(), Reserved: taken.Load()})
		if used.Load()+taken.Load() > b.Limit {
			t.Errorf("%d and %d of %d", used.Load(), taken.Load(), b.Limit)
		}
	},
	"any order of reserving, settling, crashing and new windows keeps to the arithmetic": func(t *testing.T, p place) {
		for seed := range uint64(4) {
			t.Logf("seed %d", seed)
			newLedger(t, p, seed).play(250)
		}
	},
	"deliveries say why they wait": func(t *testing.T, p place) {
		p.accept(t, p.says("one"))
		held, err := p.HoldDeliveries(p.ctx, p.eliza.ID, p.channel.ID, eliza.ReasonBudgetPaused, "No more.")
		ok(t, err)
		if len(held) != 1 || held[0].State != eliza.Pending || held[0].Reason != eliza.ReasonBudgetPaused || held[0].Detail != "No more." {
			t.Errorf("held %+v", held)
		}
		held, err = p.HoldDeliveries(p.ctx, p.eliza.ID, p.channel.ID, eliza.ReasonBudgetPaused, "No more.")
		ok(t, err)
		equal(t, "held again", len(held), 0)
	},
	"turns are added up": func(t *testing.T, p place) {
		for i, usage := range []eliza.Usage{
			{InputTokens: 10, OutputTokens: 5, Calls: 2, Cost: 7},
			{InputTokens: 10, OutputTokens: 5, Calls: 2, Cost: 7},
			{InputTokens: 10, OutputTokens: 5, Calls: 2, Cost: 7, Unpriced: 1},
			{InputTokens: 10, OutputTokens: 5, Calls: 3, Unpriced: 3},
			{},
		} {
			a := p.accept(t, p.says("hello"))
			run := eliza.Run{
				ID: eliza.NewID(), AgentID: p.eliza.ID, RoomID: p.channel.ID, EntityID: p.alice, MessageID: a.Message.ID, Status: eliza.RunCompleted,
				StartedAt: eliza.Millis(1000 * i), EndedAt: eliza.Millis(1000*i + 1), Usage: usage,
			}
			d := a.Deliveries[0]
			for _, each := range a.Deliveries {
				if each.AgentID == p.eliza.ID {
					d = each
				}
			}
			d.State = eliza.Ignored
			_, err := p.FinishTurn(p.ctx, store.Turn{Delivery: d, Run: &run})
			ok(t, err)
			stored, err := p.Run(p.ctx, p.eliza.ID, run.ID)
			ok(t, err)
			equal(t, "usage", stored.Usage, usage)
		}
		sum, err := p.SumTurns(p.ctx, p.eliza.ID, 1000)
		ok(t, err)
		equal(t, "sum", sum, store.TurnSum{Turns: 4, ModelCalls: 7, InputTokens: 30, OutputTokens: 15, Cost: 14, Unpriced: 4})
		sum, err = p.SumTurns(p.ctx, p.eliza.ID, 3000)
		ok(t, err)
		equal(t, "known cost", sum.KnownCost() == nil, true)
		sum, err = p.SumTurns(p.ctx, p.ada.ID, 0)
		ok(t, err)
		equal(t, "none", sum, store.TurnSum{})
	},
}

// ledger is the simple model that the store is held to: a sum for each budget
// and window, and the charges under way.
type ledger struct {
	t       *testing.T
	p       place
	random  *rand.Rand
	budgets []eliza.Budget
	window  eliza.Millis
	used    map[store.Spend]int64 // by an account, its sums left 0
	held    map[store.Spend]int64
	under   [][]store.Charge
}

func newLedger(t *testing.T, p place, seed uint64) *ledger {
	l := &ledger{t: t, p: p, random: rand.New(rand.NewPCG(seed, 1)), window: 1000, used: map[store.Spend]int64{}, held: map[store.Spend]int64{}}
	for range 3 {
		l.budgets = append(l.budgets, p.newBudget(t, 50+l.random.Int64N(200)))
	}
	return l
}

func accountOf(c store.Charge) store.Spend {
	return store.Spend{BudgetID: c.BudgetID, Target: c.Target, Window: c.Window}
}

func (l *ledger) play(steps int) {
	for range steps {
		switch n := l.random.IntN(10); {
		case n < 5:
			l.reserve()
		case n < 8:
			l.settle()
		case n == 8: // a process dies: what it reserved is never settled
			if len(l.under) > 0 && l.random.IntN(4) == 0 {
				l.under = nil
			}
		default:
			if l.random.IntN(5) == 0 {
				l.window += 1000
			}
		}
	}
	for account := range l.held {
		got := account
		ok(l.t, l.p.SpentOf(l.p.ctx, &got))
		if got.Used != l.used[account] || got.Reserved != l.held[account] {
			l.t.Errorf("%d used and %d reserved, want %d and %d", got.Used, got.Reserved, l.used[account], l.held[account])
		}
	}
}

func (l *ledger) reserve() {
	var charges []store.Charge
	want := -1
	for _, b := range l.budgets {
		if l.random.IntN(3) == 0 {
			continue
		}
		c := charge(b, 1+l.random.Int64N(40))
		c.Window = l.window
		account := accountOf(c)
		if want < 0 && l.used[account]+l.held[account]+c.Amount > b.Limit {
			want = len(charges)
		}
		charges = append(charges, c)
	}
	short, spend, err := l.p.Reserve(l.p.ctx, charges)
	ok(l.t, err)
	if short != want {
		l.t.Fatalf("charge %d does not fit, want %d", short, want)
	}
	if short >= 0 {
		account := accountOf(charges[short])
		if spend.Used != l.used[account] || spend.Reserved != l.held[account] {
			l.t.Fatalf("said %+v, want %d used and %d reserved", spend, l.used[account], l.held[account])
		}
		return
	}
	for _, c := range charges {
		l.held[accountOf(c)] += c.Amount
	}
	l.under = append(l.under, charges)
}

func (l *ledger) settle() {
	if len(l.under) == 0 {
		return
	}
	i := l.random.IntN(len(l.under))
	charges := l.under[i]
	l.under = append(l.under[:i], l.under[i+1:]...)
	var list []store.Settlement
	for _, c := range charges {
		used := l.random.Int64N(c.Amount + 1)
		list = append(list, settlement(c, used))
		l.held[accountOf(c)] -= c.Amount
		l.used[accountOf(c)] += used
	}
	_, err := l.p.Settle(l.p.ctx, list)
	ok(l.t, err)
}
