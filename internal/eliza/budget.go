package eliza

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// BudgetScope is whose spending a budget counts.
type BudgetScope string

// The scopes. A budget of a scope without a target counts each agent, room,
// user or key by itself.
const (
	ScopeServer BudgetScope = "server" // all that the server spends
	ScopeAgent  BudgetScope = "agent"
	ScopeRoom   BudgetScope = "room" // a channel
	ScopeUser   BudgetScope = "user" // who wrote the message that is answered
	ScopeKey    BudgetScope = "key"  // the access key that the message came with
)

// BudgetScopes are all scopes.
var BudgetScopes = []BudgetScope{ScopeServer, ScopeAgent, ScopeRoom, ScopeUser, ScopeKey}

// Measure is what a budget counts.
type Measure string

// The measures.
const (
	Tokens     Measure = "tokens"      // of model calls, what goes in and what comes out
	Money      Measure = "money"       // millionths of the unit of the price table
	ModelCalls Measure = "model_calls" // tries included
	ToolCalls  Measure = "tool_calls"  // actions that a model asked for
	AgentTurns Measure = "agent_turns" // turns about what another agent said
)

// Measures are all measures.
var Measures = []Measure{Tokens, Money, ModelCalls, ToolCalls, AgentTurns}

// Period is after which time a budget begins anew, in UTC.
type Period string

// The periods.
const (
	Hour  Period = "hour"
	Day   Period = "day"
	Month Period = "month"
)

// Periods are all periods.
var Periods = []Period{Hour, Day, Month}

// Window returns the present window of a period: when it began, and when the
// next one begins.
func (p Period) Window(at time.Time) (begins, ends Millis) {
	at = at.UTC()
	var from, to time.Time
	switch p {
	case Hour:
		from = at.Truncate(time.Hour)
		to = from.Add(time.Hour)
	case Month:
		from = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(0, 1, 0)
	default:
		from = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
		to = from.AddDate(0, 0, 1)
	}
	return Millis(from.UnixMilli()), Millis(to.UnixMilli())
}

// BudgetPolicy is what becomes of what a budget has nothing left for.
type BudgetPolicy string

// The policies.
const (
	PolicyWarn   BudgetPolicy = "warn"   // it goes on, and is said
	PolicyPause  BudgetPolicy = "pause"  // it waits until the budget begins anew or is raised
	PolicyRefuse BudgetPolicy = "refuse" // it fails
)

// BudgetPolicies are all policies.
var BudgetPolicies = []BudgetPolicy{PolicyRefuse, PolicyPause, PolicyWarn}

// BudgetSource is who set a budget.
type BudgetSource string

// The sources. Only what came over the API can be changed over it.
const (
	BudgetOfAPI       BudgetSource = "api"
	BudgetOfSettings  BudgetSource = "settings"
	BudgetOfCharacter BudgetSource = "character"
)

// DefaultWarnAt is at which percent of its limit a budget warns.
const DefaultWarnAt = 80

// MaxBudgetLimit bounds a limit, so that sums stay far from the end of int64.
const MaxBudgetLimit = 1_000_000_000_000_000

// Budget bounds what may be spent in a period.
type Budget struct {
	ID        ID           `bun:"id,pk"`
	Name      string       `bun:"name"`
	Scope     BudgetScope  `bun:"scope"`
	Target    ID           `bun:"target,nullzero"` // the one that it is for; none: each by itself
	Measure   Measure      `bun:"measure"`
	Limit     int64        `bun:"cap"` // money in millionths
	Period    Period       `bun:"period"`
	Policy    BudgetPolicy `bun:"policy"`
	WarnAt    int          `bun:"warn_at"` // percent of the limit
	Source    BudgetSource `bun:"source"`
	CreatedAt Millis       `bun:"created_at"`
	UpdatedAt Millis       `bun:"updated_at"`
}

// Complete fills in what may be left out: name, policy, warning.
func (b *Budget) Complete() {
	if b.Policy == "" {
		b.Policy = PolicyRefuse
	}
	if b.WarnAt == 0 {
		b.WarnAt = DefaultWarnAt
	}
	if b.Name = strings.TrimSpace(b.Name); b.Name == "" {
		b.Name = strings.ReplaceAll(string(b.Measure), "_", " ") + " per " + string(b.Period)
	}
}

// Validate checks a budget. Error code: INVALID_REQUEST.
func (b *Budget) Validate() error {
	switch {
	case len(b.Name) > 200:
		return Errorf(CodeInvalidRequest, "name: longer than 200 bytes")
	case !slices.Contains(BudgetScopes, b.Scope):
		return Errorf(CodeInvalidRequest, "scope: server, agent, room, user or key is required")
	case b.Scope == ScopeServer && b.Target != NoID:
		return Errorf(CodeInvalidRequest, "target: a budget of the whole server has none")
	case !slices.Contains(Measures, b.Measure):
		return Errorf(CodeInvalidRequest, "measure: tokens, money, model_calls, tool_calls or agent_turns is required")
	case !slices.Contains(Periods, b.Period):
		return Errorf(CodeInvalidRequest, "period: hour, day or month is required")
	case !slices.Contains(BudgetPolicies, b.Policy):
		return Errorf(CodeInvalidRequest, "policy: refuse, pause or warn is required")
	case b.Limit < 0 || b.Limit > MaxBudgetLimit:
		return Errorf(CodeInvalidRequest, "limit: a number from 0 to %s is required", ShowAmount(b.Measure, MaxBudgetLimit))
	case b.WarnAt < 1 || b.WarnAt > 100:
		return Errorf(CodeInvalidRequest, "warnAt: a number from 1 to 100 is required")
	}
	return nil
}

// BudgetSetting is the character setting that holds budgets of the agent's
// own: an object, or a list of them.
const BudgetSetting = "budget"

// maxOwnBudgets bounds the budgets of one character.
const maxOwnBudgets = 16

// ownBudget is a budget as a character writes it.
type ownBudget struct {
	Name    string       `json:"name"`
	Measure Measure      `json:"measure"`
	Limit   *json.Number `json:"limit"`
	Period  Period       `json:"period"`
	Policy  BudgetPolicy `json:"policy"`
	WarnAt  int          `json:"warnAt"`
}

// Budgets returns the budgets that the character sets for its own agent, each
// with an id of its own; nil when it sets none. Error code: INVALID_REQUEST.
func (c *Character) Budgets(agent ID) ([]Budget, error) {
	setting := c.Settings[BudgetSetting]
	if setting == nil {
		return nil, nil
	}
	if _, several := setting.([]any); !several {
		setting = []any{setting}
	}
	raw, err := json.Marshal(setting)
	if err != nil {
		return nil, invalidCharacter("settings.budget: not JSON", err)
	}
	var list []ownBudget
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, invalidCharacter("settings.budget: "+jsonProblem(err), err)
	}
	if len(list) > maxOwnBudgets {
		return nil, invalidCharacter("settings.budget: too many", nil)
	}
	budgets := make([]Budget, len(list))
	ids := make(map[ID]bool, len(list))
	for i, own := range list {
		b := Budget{Name: own.Name, Scope: ScopeAgent, Target: agent, Measure: own.Measure, Period: own.Period, Policy: own.Policy, WarnAt: own.WarnAt, Source: BudgetOfCharacter}
		if own.Limit == nil {
			return nil, invalidCharacter("settings.budget: limit: a number is required", nil)
		}
		if b.Limit, err = ParseAmount(own.Measure, own.Limit.String()); err != nil {
			return nil, invalidCharacter("settings.budget: limit: "+ErrorMessage(err), err)
		}
		b.Complete()
		if err := b.Validate(); err != nil {
			return nil, invalidCharacter("settings.budget: "+ErrorMessage(err), err)
		}
		b.ID = ownBudgetID(&b, own.Name, ids)
		ids[b.ID] = true
		budgets[i] = b
	}
	return budgets, nil
}

// ownBudgetID is the id of a character's budget, under which what was spent of
// it is kept. It follows from what the budget is, so that it stays while the
// character does: measure and period for the first of its kind, for further
// ones also the name, or the policy where there is none, and a number where
// those are the same, too.
func ownBudgetID(b *Budget, name string, taken map[ID]bool) ID {
	kind := "budget of " + b.Target.String() + ": " + string(b.Measure) + " per " + string(b.Period)
	id := NameID(kind)
	if !taken[id] {
		return id
	}
	kind += ", " + cmp.Or(strings.TrimSpace(name), string(b.Policy))
	id = NameID(kind)
	for n := 2; taken[id]; n++ {
		id = NameID(kind + ", " + strconv.Itoa(n))
	}
	return id
}
