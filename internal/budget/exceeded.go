package budget

import (
	"fmt"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/store"
)

// Exceeded says that a budget has nothing left for what was to be done, so
// that it was not done.
type Exceeded struct {
	Budget eliza.Budget
	Resets eliza.Millis // when the budget begins anew
	reason string
}

func (e *Exceeded) Error() string { return e.reason }

// Unwrap gives the error the code that a client is told.
func (e *Exceeded) Unwrap() error {
	return &eliza.Error{Code: eliza.CodeRateLimit, Message: e.reason}
}

// exceeded words what is missing. wanted may be less than what is left when
// others hold the rest.
func (c *charge) exceeded(spend store.Spend) *Exceeded {
	b := &c.budget
	show := func(n int64) string { return eliza.ShowAmount(b.Measure, n) }
	var reserved string
	if spend.Reserved > 0 {
		reserved = ", " + show(spend.Reserved) + " are reserved"
	}
	return &Exceeded{Budget: *b, Resets: c.ends, reason: fmt.Sprintf("%s allows %s %s: %s are used%s, and this may take %s. It begins anew at %s.",
		described(b), show(b.Limit), unit(b), show(spend.Used), reserved, show(c.Amount), c.ends.ISO())}
}

// unpriced says that nobody knows what a model costs.
func (c *charge) unpriced(by model.Choice) *Exceeded {
	return &Exceeded{Budget: c.budget, Resets: c.ends, reason: fmt.Sprintf(
		"%s cannot be kept: the price table (ELIZA_MODEL_PRICES) has no price for %s.", described(&c.budget), by.Name())}
}

// warning words that a budget is nearly spent, or more than spent.
func (c *charge) warning(used int64) string {
	b := &c.budget
	return fmt.Sprintf("%s allows %s %s, and %s are used. It begins anew at %s.",
		described(b), eliza.ShowAmount(b.Measure, b.Limit), unit(b), eliza.ShowAmount(b.Measure, used), c.ends.ISO())
}

func described(b *eliza.Budget) string {
	whose := map[eliza.BudgetScope]string{
		eliza.ScopeServer: "the server", eliza.ScopeAgent: "the agent", eliza.ScopeRoom: "the room", eliza.ScopeUser: "the user", eliza.ScopeKey: "the key",
	}[b.Scope]
	return fmt.Sprintf("The budget %q of %s", b.Name, whose)
}

// unit is "tokens an hour".
func unit(b *eliza.Budget) string {
	per := " a " + string(b.Period)
	if b.Period == eliza.Hour {
		per = " an hour"
	}
	if b.Measure == eliza.Money {
		return strings.TrimSpace(per)
	}
	return strings.ReplaceAll(string(b.Measure), "_", " ") + per
}
