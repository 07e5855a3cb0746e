package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) budgetRoutes() {
	const tag, all, one = "Budgets", "/api/budgets", "/api/budgets/{budgetId}"
	add(a, operation{id: "list-budgets", method: "GET", paths: []string{all}, tag: tag, summary: "List the budgets",
		about: "Those that characters set for their own agents are shown with the agent's usage."}, a.listBudgets)
	add(a, operation{id: "create-budget", method: "POST", paths: []string{all}, tag: tag, status: 201, errors: []int{404, 409}, needs: eliza.RightAdmin,
		summary: "Make a budget: so much of a measure in an hour, a day or a month",
		about:   "A budget of a scope without a targetId counts each agent, room, user or key by itself. What a call may take is reserved before it is made, so a limit is never passed, unless the policy is warn."}, a.createBudget)
	add(a, operation{id: "get-budget", method: "GET", paths: []string{one}, tag: tag, errors: []int{404}, summary: "Get one budget"}, a.getBudget)
	add(a, operation{id: "update-budget", method: "PATCH", paths: []string{one}, tag: tag, errors: []int{404, 409}, needs: eliza.RightAdmin,
		summary: "Change a budget's name, limit, policy or warning", about: "What was spent of it stays. Messages that wait for it go on within seconds when it is raised."}, a.updateBudget)
	add(a, operation{id: "delete-budget", method: "DELETE", paths: []string{one}, tag: tag, status: 204, errors: []int{404, 409}, needs: eliza.RightAdmin,
		summary: "End a budget"}, a.deleteBudget)
	add(a, operation{id: "get-budget-usage", method: "GET", paths: []string{one + "/usage"}, tag: tag, errors: []int{404},
		summary: "Tell what was taken from a budget, the newest window first"}, a.budgetUsage)
	add(a, operation{id: "get-agent-usage", method: "GET", paths: []string{"/api/agents/{agentId}/usage"}, tag: tag, errors: []int{404, 408},
		summary: "Tell what an agent's turns took in this hour, day and month, and what its budgets have left"}, a.agentUsage)
}

// Amount is a number in its decimal form, as it came: money must not become a
// floating-point number on its way.
type Amount string

// UnmarshalJSON keeps a number's text.
func (n *Amount) UnmarshalJSON(b []byte) error {
	var number json.Number
	if len(b) == 0 || b[0] == '"' || json.Unmarshal(b, &number) != nil {
		return errors.New("a number is required")
	}
	*n = Amount(number)
	return nil
}

// MarshalJSON writes the number.
func (n Amount) MarshalJSON() ([]byte, error) { return json.Marshal(json.Number(n)) }

// Schema implements huma.SchemaProvider.
func (Amount) Schema(huma.Registry) *huma.Schema {
	least := 0.0
	s := &huma.Schema{Type: huma.TypeNumber, Minimum: &least, Description: "A whole number; of money, one with up to six decimal places", Examples: []any{100000}}
	s.PrecomputeMessages()
	return s
}

func amountOf(m eliza.Measure, n int64) Amount { return Amount(eliza.ShowAmount(m, n)) }

type budgetBody struct {
	Body struct {
		Name     string             `json:"name,omitempty" maxLength:"200" doc:"For people; what the budget says when absent"`
		Scope    eliza.BudgetScope  `json:"scope" enum:"server,agent,room,user,key"`
		TargetID ID                 `json:"targetId,omitempty" doc:"The agent, channel, user or key that it is for; each by itself when absent"`
		Measure  eliza.Measure      `json:"measure" enum:"tokens,money,model_calls,tool_calls,agent_turns"`
		Limit    Amount             `json:"limit"`
		Period   eliza.Period       `json:"period" enum:"hour,day,month" doc:"In UTC"`
		Policy   eliza.BudgetPolicy `json:"policy,omitempty" enum:"refuse,pause,warn" doc:"What becomes of a message that it has nothing left for: it fails, waits, or is answered all the same; refuse when absent"`
		WarnAt   int                `json:"warnAt,omitempty" minimum:"1" maximum:"100" doc:"Percent of the limit from which on it warns; 80 when absent"`
	}
}

type budgetView struct {
	ID        eliza.ID           `json:"id"`
	Name      string             `json:"name"`
	Scope     eliza.BudgetScope  `json:"scope" enum:"server,agent,room,user,key"`
	TargetID  eliza.ID           `json:"targetId,omitzero"`
	Measure   eliza.Measure      `json:"measure" enum:"tokens,money,model_calls,tool_calls,agent_turns"`
	Limit     Amount             `json:"limit"`
	Period    eliza.Period       `json:"period" enum:"hour,day,month"`
	Policy    eliza.BudgetPolicy `json:"policy" enum:"refuse,pause,warn"`
	WarnAt    int                `json:"warnAt"`
	Source    eliza.BudgetSource `json:"source" enum:"api,settings,character" doc:"Who set it; only what came over the API can be changed over it"`
	CreatedAt eliza.Millis       `json:"createdAt,omitempty"`
	UpdatedAt eliza.Millis       `json:"updatedAt,omitempty"`
}

func viewBudget(b eliza.Budget) budgetView {
	return budgetView{b.ID, b.Name, b.Scope, b.Target, b.Measure, amountOf(b.Measure, b.Limit), b.Period, b.Policy, b.WarnAt, b.Source, b.CreatedAt, b.UpdatedAt}
}

type budgetList struct {
	Budgets []budgetView `json:"budgets"`
}

func (a *API) listBudgets(ctx context.Context, _ *struct{}) (*answer[budgetList], error) {
	list, err := a.Budgets.List(ctx)
	if err != nil {
		return nil, fail(err)
	}
	return ok(budgetList{views(list, viewBudget)}), nil
}

// limitOf reads a limit. Error code: INVALID_REQUEST.
func limitOf(m eliza.Measure, n Amount) (int64, error) {
	limit, err := eliza.ParseAmount(m, string(n))
	if err != nil {
		return 0, eliza.Errorf(eliza.CodeInvalidRequest, "limit: %s", eliza.ErrorMessage(err))
	}
	return limit, nil
}

func (a *API) createBudget(ctx context.Context, in *budgetBody) (*answer[budgetView], error) {
	b := &in.Body
	limit, err := limitOf(b.Measure, b.Limit)
	if err != nil {
		return nil, fail(err)
	}
	if target := eliza.ID(b.TargetID); target != eliza.NoID && b.Scope == eliza.ScopeAgent {
		if _, err := a.Agents.Agent(ctx, target); err != nil {
			return nil, fail(err)
		}
	}
	budget, err := a.Budgets.Create(ctx, eliza.Budget{
		Name: b.Name, Scope: b.Scope, Target: eliza.ID(b.TargetID), Measure: b.Measure, Limit: limit, Period: b.Period, Policy: b.Policy, WarnAt: b.WarnAt,
	})
	if err != nil {
		return nil, fail(err)
	}
	a.log(ctx).Info("a budget was made", "name", budget.Name, "id", budget.ID)
	return created(viewBudget(budget)), nil
}

// BudgetPath names a budget in a path.
type BudgetPath struct {
	BudgetID ID `path:"budgetId"`
}

func (a *API) getBudget(ctx context.Context, in *BudgetPath) (*answer[budgetView], error) {
	budget, err := a.Budgets.Budget(ctx, eliza.ID(in.BudgetID))
	if err != nil {
		return nil, fail(err)
	}
	return ok(viewBudget(budget)), nil
}

type budgetPatch struct {
	BudgetPath
	Body struct {
		Name   *string             `json:"name,omitempty" maxLength:"200"`
		Limit  *Amount             `json:"limit,omitempty"`
		Policy *eliza.BudgetPolicy `json:"policy,omitempty" enum:"refuse,pause,warn"`
		WarnAt *int                `json:"warnAt,omitempty" minimum:"1" maximum:"100"`
	}
}

func (a *API) updateBudget(ctx context.Context, in *budgetPatch) (*answer[budgetView], error) {
	budget, err := a.Budgets.Update(ctx, eliza.ID(in.BudgetID), func(b *eliza.Budget) (err error) {
		if in.Body.Name != nil {
			b.Name = *in.Body.Name
		}
		if in.Body.Policy != nil {
			b.Policy = *in.Body.Policy
		}
		if in.Body.WarnAt != nil {
			b.WarnAt = *in.Body.WarnAt
		}
		if in.Body.Limit != nil {
			b.Limit, err = limitOf(b.Measure, *in.Body.Limit)
		}
		return err
	})
	if err != nil {
		return nil, fail(err)
	}
	a.log(ctx).Info("a budget was changed", "name", budget.Name, "id", budget.ID)
	return ok(viewBudget(budget)), nil
}

func (a *API) deleteBudget(ctx context.Context, in *BudgetPath) (*none, error) {
	if err := a.Budgets.Delete(ctx, eliza.ID(in.BudgetID)); err != nil {
		return nil, fail(err)
	}
	a.log(ctx).Info("a budget was deleted", "id", eliza.ID(in.BudgetID))
	return &none{Status: http.StatusNoContent}, nil
}

// budgetWarning is what clients are told of a budget that is nearly spent.
type budgetWarning struct {
	budgetView
	ChannelID eliza.ID     `json:"channelId,omitzero"`
	AgentID   eliza.ID     `json:"agentId,omitzero"`
	Used      Amount       `json:"used"`
	ResetsAt  eliza.Millis `json:"resetsAt"`
	Message   string       `json:"message"`
}

func viewWarning(e bus.BudgetWarning) budgetWarning {
	return budgetWarning{viewBudget(e.Budget), e.ChannelID, e.AgentID, amountOf(e.Budget.Measure, e.Used), e.ResetsAt, e.Text}
}
