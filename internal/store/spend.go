package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Charge is what is to be taken from a budget in a window of time.
type Charge struct {
	BudgetID eliza.ID
	Target   eliza.ID // none: the budget of the whole server
	Window   eliza.Millis
	Amount   int64
	// Limit counts for a budget that has no row: a character's. The row's own
	// is looked up in the transaction.
	Limit int64
	Over  bool // it is taken also beyond the limit
}

// Settlement ends a charge: so much of the window was reserved for it, and so
// much it came to.
type Settlement struct {
	BudgetID eliza.ID
	Target   eliza.ID
	Window   eliza.Millis
	Reserved int64
	Used     int64
	Unpriced int64 // calls whose price nobody knows, which are not in Used
}

// Spend is what was taken from a budget in a window of time.
type Spend struct {
	BudgetID eliza.ID
	Target   eliza.ID
	Window   eliza.Millis
	Used     int64
	Reserved int64 // for calls under way, and for those that a crash cut off
	Unpriced int64 // calls whose price nobody knows, which are not in Used
}

const (
	beginWindow = `INSERT INTO budget_spend (budget_id, target, window_start, used, reserved) VALUES (?, ?, ?, 0, 0) ON CONFLICT DO NOTHING`
	reserve     = `UPDATE budget_spend SET reserved = reserved + ? WHERE budget_id = ? AND target = ? AND window_start = ?`
	withinLimit = ` AND used + reserved + ? <= coalesce((SELECT cap FROM budgets WHERE id = ?), ?)`
	settle      = `UPDATE budget_spend SET reserved = CASE WHEN reserved > ? THEN reserved - ? ELSE 0 END, used = used + ?, unpriced = unpriced + ?
		WHERE budget_id = ? AND target = ? AND window_start = ? RETURNING used, reserved, unpriced`
)

// Reserve takes all charges, or none. When one does not fit into what is left
// of its budget, it returns which, and what was taken from that one; -1 when
// all were taken. Charges must be in the same order in every call, else two
// nodes might wait for each other.
func (s *Store) Reserve(ctx context.Context, charges []Charge) (short int, spend Spend, err error) {
	err = s.write(ctx, "reserve of budgets", func(ctx context.Context, t *tx) error {
		short, spend = -1, Spend{}
		for i, c := range charges {
			took, err := c.take(ctx, t)
			if err != nil {
				return err
			}
			if took {
				continue
			}
			short, spend = i, Spend{BudgetID: c.BudgetID, Target: c.Target, Window: c.Window}
			if err := giveBack(ctx, t, charges[:i]); err != nil {
				return err
			}
			_, err = one(ctx, t, `SELECT used, reserved FROM budget_spend WHERE budget_id = ? AND target = ? AND window_start = ?`,
				c.key(), &spend.Used, &spend.Reserved)
			return err
		}
		return nil
	})
	return short, spend, err
}

func (c *Charge) key() []any { return spendKey(c.BudgetID, c.Target, c.Window) }

func spendKey(budget, target eliza.ID, window eliza.Millis) []any {
	return []any{budget.String(), targetText(target), int64(window)}
}

// targetText is a target as it is stored.
func targetText(target eliza.ID) string {
	if target == eliza.NoID {
		return ""
	}
	return target.String()
}

// take reserves one charge if it fits. The row is as a rule there already.
func (c *Charge) take(ctx context.Context, t *tx) (bool, error) {
	query, args := reserve, append([]any{c.Amount}, c.key()...)
	if !c.Over {
		query, args = reserve+withinLimit, append(args, c.Amount, c.BudgetID.String(), c.Limit)
	}
	n, err := t.exec(ctx, query, args...)
	if err != nil || n > 0 {
		return n > 0, err
	}
	begun, err := t.exec(ctx, beginWindow, c.key()...)
	if err != nil || begun == 0 {
		return false, err
	}
	n, err = t.exec(ctx, query, args...)
	return n > 0, err
}

func giveBack(ctx context.Context, t *tx, charges []Charge) error {
	for _, c := range charges {
		if _, err := t.exec(ctx, reserve, append([]any{-c.Amount}, c.key()...)...); err != nil {
			return err
		}
	}
	return nil
}

// Settle ends charges and returns what is taken from each of the budgets now.
// One whose budget was deleted meanwhile is left out.
func (s *Store) Settle(ctx context.Context, list []Settlement) ([]Spend, error) {
	var spent []Spend
	err := s.write(ctx, "settle with budgets", func(ctx context.Context, t *tx) error {
		spent = spent[:0]
		for _, e := range list {
			now := Spend{BudgetID: e.BudgetID, Target: e.Target, Window: e.Window}
			there, err := one(ctx, t, settle, append([]any{e.Reserved, e.Reserved, e.Used, e.Unpriced}, spendKey(e.BudgetID, e.Target, e.Window)...), &now.Used, &now.Reserved, &now.Unpriced)
			if err != nil {
				return err
			}
			if there {
				spent = append(spent, now)
			}
		}
		return nil
	})
	return spent, err
}

// SpendQuery chooses what was taken from a budget, the newest window first.
type SpendQuery struct {
	BudgetID eliza.ID
	From     eliza.Millis // windows that began at or after
	Limit    int
}

// Spent returns what was taken from a budget, the newest window first and
// within it what was taken most.
func (s *Store) Spent(ctx context.Context, q SpendQuery) ([]Spend, error) {
	rows, err := s.often.query(ctx, `SELECT target, window_start, used, reserved, unpriced FROM budget_spend WHERE budget_id = ? AND window_start >= ?
		ORDER BY window_start DESC, used + reserved DESC, target LIMIT ?`, q.BudgetID.String(), int64(q.From), int64(q.Limit))
	if err != nil {
		return nil, failed("read what was spent", err)
	}
	defer rows.Close()
	var list []Spend
	for rows.Next() {
		spend, target := Spend{BudgetID: q.BudgetID}, ""
		if err := rows.Scan(&target, &spend.Window, &spend.Used, &spend.Reserved, &spend.Unpriced); err != nil {
			return nil, failed("read what was spent", err)
		}
		if target != "" {
			if spend.Target, err = eliza.ParseID(target); err != nil {
				return nil, failed("read what was spent", err)
			}
		}
		list = append(list, spend)
	}
	return list, failed("read what was spent", rows.Err())
}

// ForgetSpent deletes what was spent in windows that began before a moment.
func (s *Store) ForgetSpent(ctx context.Context, before eliza.Millis) error {
	// Looking first spares an idle server the write.
	some, err := s.read.NewSelect().Table("budget_spend").ColumnExpr("1").Where("window_start < ?", before).Exists(ctx)
	if err != nil || !some {
		return failed("look for what was spent long ago", err)
	}
	return s.write(ctx, "forget what was spent", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM budget_spend WHERE window_start < ?`, int64(before))
		return err
	})
}

// SpentOf fills in what was taken from a budget for a target in a window.
func (s *Store) SpentOf(ctx context.Context, spend *Spend) error {
	_, err := one(ctx, s.often, `SELECT used, reserved, unpriced FROM budget_spend WHERE budget_id = ? AND target = ? AND window_start = ?`,
		spendKey(spend.BudgetID, spend.Target, spend.Window), &spend.Used, &spend.Reserved, &spend.Unpriced)
	return failed("read what was spent", err)
}
