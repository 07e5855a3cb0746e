package api

import (
	"context"

	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/eliza"
)

type budgetUsageQuery struct {
	BudgetPath
	Limit int `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

// spendView is what was taken from a budget in one window.
type spendView struct {
	TargetID  eliza.ID     `json:"targetId,omitzero" doc:"Whose account it is; absent for the server's"`
	StartsAt  eliza.Millis `json:"startsAt"`
	ResetsAt  eliza.Millis `json:"resetsAt"`
	Limit     Amount       `json:"limit"`
	Used      *Amount      `json:"used" nullable:"true" doc:"Null for money when no price of the calls is known"`
	Reserved  Amount       `json:"reserved" doc:"For calls under way, and for those that a crash cut off"`
	Remaining *Amount      `json:"remaining" nullable:"true" doc:"Null when used is"`
	Unpriced  int64        `json:"unpricedCalls,omitempty" doc:"Calls of models without a price, which are not in used"`
}

func viewSpend(s budget.Spending) spendView {
	show := func(n int64) Amount { return amountOf(s.Budget.Measure, n) }
	v := spendView{TargetID: s.Target, StartsAt: s.StartsAt, ResetsAt: s.ResetsAt, Limit: show(s.Budget.Limit), Reserved: show(s.Reserved), Unpriced: s.Unpriced}
	if s.Known() {
		used, remaining := show(s.Used), show(max(0, s.Budget.Limit-s.Used-s.Reserved))
		v.Used, v.Remaining = &used, &remaining
	}
	return v
}

type budgetUsage struct {
	Budget budgetView  `json:"budget"`
	Usage  []spendView `json:"usage"`
}

func (a *API) budgetUsage(ctx context.Context, in *budgetUsageQuery) (*answer[budgetUsage], error) {
	b, spent, err := a.Budgets.Usage(ctx, eliza.ID(in.BudgetID), in.Limit)
	if err != nil {
		return nil, fail(err)
	}
	return ok(budgetUsage{viewBudget(b), views(spent, viewSpend)}), nil
}

// periodUsage is what an agent's turns took in one window.
type periodUsage struct {
	StartsAt     eliza.Millis `json:"startsAt"`
	ResetsAt     eliza.Millis `json:"resetsAt"`
	Turns        int64        `json:"turns"`
	ModelCalls   int64        `json:"modelCalls"`
	InputTokens  int64        `json:"inputTokens"`
	OutputTokens int64        `json:"outputTokens"`
	Cost         *Amount      `json:"cost" nullable:"true" doc:"In the unit of the price table; null when no price of the calls is known"`
	Unpriced     int64        `json:"unpricedCalls,omitempty" doc:"How many of the calls have no known price and are not in the cost"`
}

type agentUsage struct {
	AgentID eliza.ID      `json:"agentId"`
	Hour    periodUsage   `json:"hour"`
	Day     periodUsage   `json:"day"`
	Month   periodUsage   `json:"month"`
	Budgets []agentBudget `json:"budgets" doc:"Those of this agent, its character's among them"`
}

type agentBudget struct {
	budgetView
	Usage spendView `json:"usage"`
}

func (a *API) agentUsage(ctx context.Context, in *AgentPath) (*answer[agentUsage], error) {
	agent, err := a.Agents.Agent(ctx, eliza.ID(in.AgentID))
	if err != nil {
		return nil, fail(err)
	}
	sums, err := a.Budgets.AgentUsage(ctx, agent.ID)
	if err != nil {
		return nil, fail(err)
	}
	own, err := a.Budgets.OfAgent(ctx, &agent)
	if err != nil {
		return nil, fail(err)
	}
	usage := agentUsage{AgentID: agent.ID, Budgets: views(own, func(s budget.Spending) agentBudget { return agentBudget{viewBudget(s.Budget), viewSpend(s)} })}
	for period, into := range map[eliza.Period]*periodUsage{eliza.Hour: &usage.Hour, eliza.Day: &usage.Day, eliza.Month: &usage.Month} {
		sum := sums[period]
		*into = periodUsage{sum.StartsAt, sum.ResetsAt, sum.Turns, sum.ModelCalls, sum.InputTokens, sum.OutputTokens, nil, sum.Unpriced}
		if cost := sum.KnownCost(); cost != nil {
			amount := amountOf(eliza.Money, *cost)
			into.Cost = &amount
		}
	}
	return ok(usage), nil
}
