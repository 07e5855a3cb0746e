package store

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
)

// Budgets returns all budgets, the oldest first.
func (s *Store) Budgets(ctx context.Context) ([]eliza.Budget, error) {
	var list []eliza.Budget
	err := s.read.NewSelect().Model(&list).Order("created_at", "id").Scan(ctx)
	return list, failed("read budgets", err)
}

// Budget returns one budget. Error code: NOT_FOUND.
func (s *Store) Budget(ctx context.Context, id eliza.ID) (eliza.Budget, error) {
	budget := eliza.Budget{ID: id}
	err := get(ctx, s, "Budget", &budget)
	return budget, err
}

// CreateBudget stores a budget. Error code: CONFLICT when its id is taken.
func (s *Store) CreateBudget(ctx context.Context, budget eliza.Budget) error {
	return s.write(ctx, "create budget", func(ctx context.Context, t *tx) error {
		return create(ctx, t, "Budget", &budget)
	})
}

// UpdateBudget changes a budget as UpdateAgent does an agent. Error code:
// NOT_FOUND.
func (s *Store) UpdateBudget(ctx context.Context, id eliza.ID, by func(*eliza.Budget) error) (eliza.Budget, error) {
	return change(ctx, s, "Budget", eliza.Budget{ID: id}, by, "id", "source", "created_at")
}

// DeleteBudget deletes a budget with what was spent of it. Error code:
// NOT_FOUND.
func (s *Store) DeleteBudget(ctx context.Context, id eliza.ID) error {
	return s.write(ctx, "delete budget", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM budgets WHERE id = ?`, id.String())
		if err != nil {
			return err
		}
		if n == 0 {
			return eliza.NotFound("Budget")
		}
		_, err = t.exec(ctx, `DELETE FROM budget_spend WHERE budget_id = ?`, id.String())
		return err
	})
}

// deleteBudgetsOf deletes the budgets of an agent that is deleted, and what it
// spent of others.
func deleteBudgetsOf(ctx context.Context, t *tx, agent eliza.ID) error {
	for _, query := range []string{
		`DELETE FROM budgets WHERE scope = 'agent' AND target = ?`, `DELETE FROM budget_spend WHERE target = ?`,
	} {
		if _, err := t.exec(ctx, query, agent.String()); err != nil {
			return err
		}
	}
	return nil
}
