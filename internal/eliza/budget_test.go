package eliza

import "testing"

func TestACharactersBudgetsHaveIDsOfTheirOwn(t *testing.T) {
	agent := NameID("keeper")
	ids := func(budgets ...any) []ID {
		t.Helper()
		c := Character{Settings: map[string]any{BudgetSetting: budgets}}
		list, err := c.Budgets(agent)
		if err != nil {
			t.Fatal(err)
		}
		var all []ID
		for _, b := range list {
			all = append(all, b.ID)
		}
		return all
	}
	calls := func(pairs ...any) map[string]any {
		b := map[string]any{"measure": "model_calls", "limit": 2, "period": "day"}
		for i := 0; i < len(pairs); i += 2 {
			b[pairs[i].(string)] = pairs[i+1]
		}
		return b
	}
	same := calls("name", "soft")
	all := ids(calls("name", "soft", "policy", "warn"), calls("name", "hard"), calls("name", "hard"), calls(), calls("policy", "pause"), calls(), calls("period", "hour"), calls("measure", "tokens"), same, same, same)
	seen := map[ID]bool{}
	for i, id := range all {
		if seen[id] {
			t.Errorf("budget %d has the id of another", i)
		}
		seen[id] = true
	}
	// What was spent is kept under the id, so it stays when others are added
	// behind, and is what it was before there could be several of a kind.
	alone := ids(calls())
	if alone[0] != NameID("budget of "+agent.String()+": model_calls per day") {
		t.Errorf("the id of a single budget has changed: %s", alone[0])
	}
	for _, list := range [][]ID{ids(calls("limit", 9)), ids(calls("name", "renamed")), ids(calls(), calls("name", "hard")), ids(calls("period", "hour"), calls())[1:]} {
		if list[0] != alone[0] {
			t.Errorf("the id follows from something that may change: %s, %s", list[0], alone[0])
		}
	}
	one, other := ids(calls(), calls("name", "hard", "limit", 6)), ids(calls(), calls("name", "third"), calls("name", "hard", "limit", 7))
	if one[1] != other[2] {
		t.Errorf("the id of a named budget follows from its place: %s, %s", one[1], other[2])
	}
}
