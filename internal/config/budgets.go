package config

import (
	"strconv"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

// Budgets are the limits of what the whole server spends. Others are made over
// the API.
type Budgets struct {
	TokensPerDay  Count        `name:"budget-tokens-per-day" env:"ELIZA_BUDGET_TOKENS_PER_DAY" group:"Budgets" allowed:"a whole number from 1" help:"How many tokens the model calls of the whole server may take in a day (UTC). No limit without it; budgets for agents, rooms, users and keys are made at /api/budgets." placeholder:"NUMBER"`
	MoneyPerMonth Amount       `name:"budget-money-per-month" env:"ELIZA_BUDGET_MONEY_PER_MONTH" group:"Budgets" allowed:"a number such as 25 or 12.50, and ELIZA_MODEL_PRICES with it" help:"How much the model calls of the whole server may cost in a month (UTC), in the unit of ELIZA_MODEL_PRICES. No limit without it." placeholder:"AMOUNT"`
	Policy        string       `name:"budget-policy" env:"ELIZA_BUDGET_POLICY" default:"refuse" enum:"refuse,pause,warn" group:"Budgets" help:"What becomes of messages when these two are spent: refuse fails them with the reason budget_exceeded; pause lets them wait until the budget begins anew; warn answers them all the same and says so."`
	Prices        model.Prices `name:"model-prices" env:"ELIZA_MODEL_PRICES" group:"Budgets" allowed:"model=input/output such as gpt-4.1-mini=0.40/1.60, several separated by commas, or @ and the name of a file with one on each line" help:"What a million tokens of input and of output cost, by model. A name may hold * for any letters and begin with the provider, as in openai/gpt-*; the exact one counts, else the longest that fits, * not counted. A model without a price is not called while a budget counts money." placeholder:"PRICES"`
}

func (b *Budgets) check() error {
	if b.MoneyPerMonth > 0 && len(b.Prices) == 0 {
		return &SettingError{Name: "ELIZA_BUDGET_MONEY_PER_MONTH", Allowed: "it needs a price table; set ELIZA_MODEL_PRICES"}
	}
	return nil
}

// List returns the budgets that are set.
func (b *Budgets) List() []eliza.Budget {
	var list []eliza.Budget
	if b.TokensPerDay > 0 {
		list = append(list, eliza.Budget{Measure: eliza.Tokens, Limit: int64(b.TokensPerDay), Period: eliza.Day, Policy: eliza.BudgetPolicy(b.Policy)})
	}
	if b.MoneyPerMonth > 0 {
		list = append(list, eliza.Budget{Measure: eliza.Money, Limit: int64(b.MoneyPerMonth), Period: eliza.Month, Policy: eliza.BudgetPolicy(b.Policy)})
	}
	return list
}

// Count is a number from 1; 0 when it is not set.
type Count int64

// UnmarshalText reads a whole number.
func (c *Count) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 1 || n > eliza.MaxBudgetLimit {
		return errNotAllowed
	}
	*c = Count(n)
	return nil
}

// Amount is money in millionths; 0 when it is not set.
type Amount int64

// UnmarshalText reads a number with up to six decimal places.
func (a *Amount) UnmarshalText(b []byte) error {
	n, err := eliza.ParseAmount(eliza.Money, string(b))
	if err != nil || n < 1 || n > eliza.MaxBudgetLimit {
		return errNotAllowed
	}
	*a = Amount(n)
	return nil
}
