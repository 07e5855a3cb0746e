package budget

import (
	"context"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
)

const (
	// usualAnswer is how many tokens an answer may have whose request does not
	// say, while budgets count tokens or money.
	usualAnswer = 2048
	// leastAnswer is how few it may have: for less it is not worth asking.
	leastAnswer = 128
)

// Begin reserves what a try of a model may take, for the payer of the context
// or else the agent that the request is for. It implements model.Meter.
func (s *Service) Begin(ctx context.Context, by model.Choice, req *model.Request) (func(model.Taken), error) {
	p := payer(ctx)
	if p == nil {
		p = &Payer{Agent: req.Scene.AgentID, Character: req.Scene.Character}
	}
	// Vectors that the server makes by itself cost nothing.
	if s.idle(p) || req.Purpose == model.ForVectors && by.Provider == model.EmbeddedName {
		return nil, nil
	}
	call := call{prices: s.Prices, by: by, input: req.MostTokens(), output: req.MaxTokens}
	free := req.MaxTokens == 0 && req.Purpose != model.ForVectors
	if free {
		call.output = usualAnswer
	}
	most, priced := call.takes(call.input, call.output)
	charges := s.charges(p, most)
	if len(charges) == 0 {
		return nil, nil
	}
	for i := range charges {
		if charges[i].budget.Measure == eliza.Money && !priced && !charges[i].Over {
			return nil, charges[i].unpriced(by)
		}
	}
	var less lower
	if free {
		less = func(short *charge, left int64) bool { return call.shorten(charges, short, left) }
	}
	if err := s.reserve(ctx, charges, less); err != nil {
		return nil, err
	}
	if free && counts(charges, eliza.Tokens, eliza.Money) {
		req.MaxTokens = call.output
	}
	return func(t model.Taken) {
		if t.Unknown {
			t.InputTokens, t.OutputTokens = call.input, call.output
		}
		call.answered = t.Model
		took, priced := call.takes(t.InputTokens, t.OutputTokens)
		var unpriced int64
		if !priced && t.InputTokens+t.OutputTokens > 0 {
			unpriced = 1
		}
		s.settle(ctx, p, charges, took, unpriced)
	}, nil
}

func counts(charges []charge, measures ...eliza.Measure) bool {
	for i := range charges {
		for _, m := range measures {
			if charges[i].budget.Measure == m {
				return true
			}
		}
	}
	return false
}

// call is a try of a model with the most that it may take.
type call struct {
	prices        model.Prices
	by            model.Choice
	answered      string // the model's name in its answer; empty before
	input, output int
}

// takes is what tokens come to in every measure; without a known price the
// money is 0.
func (c *call) takes(input, output int) (take amounts, priced bool) {
	cost, priced := c.prices.Cost(c.by, c.answered, input, output)
	return amounts{eliza.Tokens: int64(input) + int64(output), eliza.Money: cost, eliza.ModelCalls: 1}, priced
}

// shorten lets the answer be so short that the call fits into what is left of
// a budget.
func (c *call) shorten(charges []charge, short *charge, left int64) bool {
	output := c.output
	switch short.budget.Measure {
	case eliza.Tokens:
		output = int(min(left-int64(c.input), int64(output)))
	case eliza.Money:
		// Halving finds it within a few steps, whatever the prices are.
		for output >= leastAnswer {
			if cost, _ := c.prices.Cost(c.by, c.answered, c.input, output); cost <= left {
				break
			}
			output /= 2
		}
	}
	if output < leastAnswer || output == c.output {
		return false
	}
	c.output = output
	most, _ := c.takes(c.input, c.output)
	for i := range charges {
		charges[i].Amount = most[charges[i].budget.Measure]
	}
	return true
}

// Price fills in what an answer's calls cost, or that nobody knows it.
func (s *Service) Price(by model.Choice, answer *model.Answer) {
	u := &answer.Usage
	cost, known := s.Prices.Cost(by, answer.Model, u.InputTokens, u.OutputTokens)
	if u.Cost = cost; !known {
		u.Unpriced = u.Calls
	}
}
