// Package budget keeps what agents spend within limits: tokens, money, model
// calls, tool calls and turns between agents, for each agent, room, user, key
// or for the whole server, by the hour, day or month.
//
// What a call may take at most is reserved in the database before it is made,
// in every budget that it counts for or in none; what it took replaces the
// reservation afterwards. So a limit is not passed, however many calls are made
// at once and by however many nodes. A reservation whose process dies stays
// counted until its window ends: whether the call was made, nobody knows.
//
// A server without budgets pays one atomic read for each call.
package budget

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

const (
	// maxBudgets bounds the budgets of a server: each call looks at all.
	maxBudgets = 500
	// keptFor is how long what was spent can be looked at.
	keptFor = 62 * 24 * time.Hour
)

// Options are what the room is made of.
type Options struct {
	Store  *store.Store
	Bus    *bus.Bus
	Prices model.Prices
	Log    *slog.Logger
	Now    func() time.Time // nil for the system's clock
}

// Service is the room of budgets. It is safe for concurrent use.
type Service struct {
	Options
	known   atomic.Pointer[[]eliza.Budget]
	changes atomic.Int64 // grows with every change of budgets
	reading sync.Mutex
	flights flights
	warned  warned
}

// New makes the room. Read must follow.
func New(o Options) *Service {
	s := &Service{Options: o, flights: newFlights(), warned: newWarned()}
	if s.Now == nil {
		s.Now = time.Now
	}
	s.known.Store(&[]eliza.Budget{})
	return s
}

// Read learns the budgets that are stored. It is due after another node may
// have changed them.
func (s *Service) Read(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	list, err := s.Store.Budgets(ctx)
	if err != nil {
		return fmt.Errorf("read the budgets: %w", err)
	}
	if !slices.Equal(list, *s.known.Load()) {
		s.known.Store(&list)
		s.changes.Add(1)
	}
	return nil
}

// Changes grows whenever budgets change.
func (s *Service) Changes() int64 { return s.changes.Load() }

// Sweep forgets what was spent long ago.
func (s *Service) Sweep(ctx context.Context) error {
	return s.Store.ForgetSpent(ctx, eliza.Millis(s.Now().Add(-keptFor).UnixMilli()))
}

// Set makes these the budgets of the settings, for the whole server, in place
// of those of an earlier start.
func (s *Service) Set(ctx context.Context, list []eliza.Budget) error {
	stored, err := s.Store.Budgets(ctx)
	if err != nil {
		return fmt.Errorf("read the budgets: %w", err)
	}
	now := eliza.Millis(s.Now().UnixMilli())
	for _, b := range list {
		b.Scope, b.Source = eliza.ScopeServer, eliza.BudgetOfSettings
		b.Complete()
		b.ID = eliza.NameID("budget of the settings: " + string(b.Measure) + " per " + string(b.Period))
		b.CreatedAt, b.UpdatedAt = now, now
		if err := b.Validate(); err != nil {
			return err
		}
		i := slices.IndexFunc(stored, func(old eliza.Budget) bool { return old.ID == b.ID })
		if i < 0 {
			err = s.Store.CreateBudget(ctx, b)
		} else {
			old := stored[i]
			stored = slices.Delete(stored, i, i+1)
			if b.CreatedAt, b.UpdatedAt = old.CreatedAt, old.UpdatedAt; b == old {
				continue
			}
			_, err = s.Store.UpdateBudget(ctx, b.ID, func(row *eliza.Budget) error {
				b.UpdatedAt = now
				*row = b
				return nil
			})
		}
		if err != nil && eliza.ErrorCode(err) != eliza.CodeConflict { // another node is faster
			return fmt.Errorf("keep a budget of the settings: %w", err)
		}
	}
	for _, old := range stored {
		if old.Source != eliza.BudgetOfSettings {
			continue
		}
		if err := s.Store.DeleteBudget(ctx, old.ID); err != nil && eliza.ErrorCode(err) != eliza.CodeNotFound {
			return fmt.Errorf("drop a budget of earlier settings: %w", err)
		}
	}
	return s.Read(ctx)
}

// List returns all budgets but those of characters, the oldest first.
func (s *Service) List(ctx context.Context) ([]eliza.Budget, error) {
	list, err := s.Store.Budgets(ctx)
	if err != nil {
		return nil, fmt.Errorf("list budgets: %w", err)
	}
	return list, nil
}

// Budget returns one of List. Error code: NOT_FOUND.
func (s *Service) Budget(ctx context.Context, id eliza.ID) (eliza.Budget, error) {
	return s.Store.Budget(ctx, id)
}

// Create makes a budget. Error codes: INVALID_REQUEST, CONFLICT when there are
// too many.
func (s *Service) Create(ctx context.Context, b eliza.Budget) (eliza.Budget, error) {
	b.ID, b.Source = eliza.NewID(), eliza.BudgetOfAPI
	b.CreatedAt = eliza.Millis(s.Now().UnixMilli())
	b.UpdatedAt = b.CreatedAt
	b.Complete()
	if err := s.check(&b); err != nil {
		return eliza.Budget{}, err
	}
	if len(*s.known.Load()) >= maxBudgets {
		return eliza.Budget{}, eliza.Errorf(eliza.CodeConflict, "There are %d budgets already; delete some first", maxBudgets)
	}
	if err := s.Store.CreateBudget(ctx, b); err != nil {
		return eliza.Budget{}, fmt.Errorf("make a budget: %w", err)
	}
	return b, s.Read(context.WithoutCancel(ctx))
}

// check refuses what cannot be kept.
func (s *Service) check(b *eliza.Budget) error {
	if err := b.Validate(); err != nil {
		return err
	}
	if b.Measure == eliza.Money && len(s.Prices) == 0 {
		return eliza.Errorf(eliza.CodeInvalidRequest, "measure: money needs a price table; set ELIZA_MODEL_PRICES")
	}
	return nil
}

// Update changes a budget that came over the API; what was spent of it stays.
// Error codes: NOT_FOUND, CONFLICT when the settings hold it, those of change.
func (s *Service) Update(ctx context.Context, id eliza.ID, change func(*eliza.Budget) error) (eliza.Budget, error) {
	b, err := s.Store.UpdateBudget(ctx, id, func(b *eliza.Budget) error {
		if err := ofAPI(b); err != nil {
			return err
		}
		if err := change(b); err != nil {
			return err
		}
		b.UpdatedAt = eliza.Millis(s.Now().UnixMilli())
		b.Complete()
		return s.check(b)
	})
	if err != nil {
		return eliza.Budget{}, fmt.Errorf("change a budget: %w", err)
	}
	return b, s.Read(context.WithoutCancel(ctx))
}

// Delete ends a budget that came over the API. Error codes: NOT_FOUND,
// CONFLICT when the settings hold it.
func (s *Service) Delete(ctx context.Context, id eliza.ID) error {
	b, err := s.Store.Budget(ctx, id)
	if err == nil {
		err = ofAPI(&b)
	}
	if err == nil {
		err = s.Store.DeleteBudget(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("delete a budget: %w", err)
	}
	return s.Read(context.WithoutCancel(ctx))
}

func ofAPI(b *eliza.Budget) error {
	if b.Source != eliza.BudgetOfAPI {
		return eliza.Errorf(eliza.CodeConflict, "This budget comes from the server's settings; change it there")
	}
	return nil
}
