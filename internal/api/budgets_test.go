package api_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

// budget makes a budget and returns its id.
func (r *rig) budget(body map[string]any) string {
	r.t.Helper()
	return text(r.send("POST", "/api/budgets", body).data(201), "id")
}

// used is what was taken from a budget in its newest window.
func (r *rig) used(budget string) (used, reserved string) {
	r.t.Helper()
	var got struct {
		Data struct {
			Usage []struct{ Used, Reserved json.Number }
		}
	}
	answer := r.send("GET", "/api/budgets/"+budget+"/usage", nil)
	answer.has(200)
	if err := json.Unmarshal(answer.body, &got); err != nil || len(got.Data.Usage) == 0 {
		r.t.Fatalf("%s: %v", answer.body, err)
	}
	return got.Data.Usage[0].Used.String(), got.Data.Usage[0].Reserved.String()
}

func TestABudgetIsMadeChangedAndEnded(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Thrifty")
	made := r.send("POST", "/api/budgets", map[string]any{"scope": "agent", "targetId": agent, "measure": "money", "limit": json.Number("0.25"), "period": "month"})
	id := text(made.data(201), "id")
	if shown := string(made.body); !strings.Contains(shown, `"limit":0.25`) || !strings.Contains(shown, `"policy":"refuse"`) || !strings.Contains(shown, `"warnAt":80`) {
		t.Errorf("made %s", shown)
	}
	if changed := r.send("PATCH", "/api/budgets/"+id, map[string]any{"limit": json.Number("1.5"), "policy": "pause"}); !strings.Contains(string(changed.body), `"limit":1.5`) {
		t.Errorf("changed %s", changed.body)
	}
	if all := list(r.send("GET", "/api/budgets", nil).data(200), "budgets"); len(all) != 1 || all[0]["policy"] != "pause" {
		t.Errorf("budgets %v", all)
	}
	for _, bad := range []map[string]any{
		{"scope": "galaxy", "measure": "tokens", "limit": 1, "period": "day"},
		{"scope": "server", "measure": "smiles", "limit": 1, "period": "day"},
		{"scope": "server", "measure": "tokens", "limit": 1.5, "period": "day"},
		{"scope": "server", "measure": "tokens", "limit": -1, "period": "day"},
		{"scope": "server", "measure": "tokens", "limit": "1", "period": "day"},
		{"scope": "server", "measure": "tokens", "limit": json.Number("1e30"), "period": "day"},
		{"scope": "server", "measure": "money", "limit": json.Number("0.0000001"), "period": "day"},
		{"scope": "server", "measure": "tokens", "limit": 1, "period": "week"},
		{"scope": "server", "measure": "tokens", "limit": 1, "period": "day", "targetId": agent},
		{"scope": "server", "measure": "tokens", "limit": 1, "period": "day", "policy": "hope"},
		{"scope": "server", "measure": "tokens", "limit": 1, "period": "day", "warnAt": 101},
	} {
		r.send("POST", "/api/budgets", bad).fails(400, "INVALID_REQUEST")
	}
	r.send("POST", "/api/budgets", map[string]any{"scope": "agent", "targetId": nobody, "measure": "tokens", "limit": 1, "period": "day"}).fails(404, "NOT_FOUND")
	r.send("GET", "/api/budgets/"+nobody, nil).fails(404, "NOT_FOUND")
	r.send("DELETE", "/api/budgets/"+id, nil).has(204)
	r.send("GET", "/api/budgets/"+id+"/usage", nil).fails(404, "NOT_FOUND")
}

func TestASpentBudgetRefusesAndSaysWhichAndUntilWhen(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Refuser")
	channel := r.channel("DM", person, agent)
	id := r.budget(map[string]any{"name": "two calls", "scope": "user", "measure": "model_calls", "limit": 2, "period": "day"})
	for range 2 {
		r.say(channel, "hello", "transport", "http").has(201)
	}
	refused := r.say(channel, "hello", "transport", "http")
	said := refused.fails(429, "RATE_LIMIT_EXCEEDED")
	if !strings.Contains(said, `"two calls" of the user allows 2 model calls a day: 2 are used`) || !strings.Contains(said, "T00:00:00.000Z") {
		t.Errorf("it says %q", said)
	}
	if wait, err := strconv.Atoi(refused.header.Get("Retry-After")); err != nil || wait < 1 || wait > 86400 {
		t.Errorf("Retry-After is %q", refused.header.Get("Retry-After"))
	}
	d := r.delivery(text(r.say(channel, "and now?").has(201), "userMessage", "id"))
	if d["state"] != "failed" || d["reason"] != "budget_exceeded" || d["detail"] != said {
		t.Errorf("delivery %v", d)
	}
	if used, reserved := r.used(id); used != "2" || reserved != "0" {
		t.Errorf("%s used, %s reserved", used, reserved)
	}
	// Another person has another account.
	d = r.delivery(text(r.say(r.channel("DM", other, agent), "hello", "author_id", other).has(201), "userMessage", "id"))
	if d["state"] != "replied" || r.stub.Count() != 3 {
		t.Errorf("delivery %v after %d calls", d, r.stub.Count())
	}
}

func TestAMessageWaitsForABudgetAndGoesOnWhenItIsRaised(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Waiter")
	channel := r.channel("DM", person, agent)
	id := r.budget(map[string]any{"scope": "room", "targetId": channel, "measure": "model_calls", "limit": 1, "period": "month", "policy": "pause"})
	r.say(channel, "one", "transport", "http").has(201)
	waits := r.say(channel, "two", "transport", "http").has(201)
	d := list(waits, "deliveries")
	if waits["agentResponse"] != nil || len(d) != 1 || d[0]["state"] != "pending" || d[0]["reason"] != "budget_paused" || d[0]["detail"] == "" {
		t.Fatalf("the waiting message is answered with %v", waits)
	}
	events := r.say(channel, "three", "transport", "sse").events()
	if last := events[len(events)-1]; last.name != "error" || last.data["reason"] != "budget_paused" {
		t.Errorf("the stream ends with %v", last)
	}
	calls := r.stub.Count()
	r.send("PATCH", "/api/budgets/"+id, map[string]any{"limit": 5}).data(200)
	if err := r.rooms.Agents.Reclaim(t.Context()); err != nil { // as the server does every two seconds
		t.Fatal(err)
	}
	if d := r.delivery(text(waits, "userMessage", "id")); d["state"] != "replied" || d["reason"] == "budget_paused" {
		t.Errorf("afterwards %v", d)
	}
	check.Until(r.t, "both are answered", func() bool { return r.stub.Count() == calls+2 })
}

func TestABudgetWarnsAndLetsItGoOn(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Warner")
	channel := r.channel("DM", person, agent)
	r.budget(map[string]any{"scope": "server", "measure": "model_calls", "limit": 2, "period": "hour", "policy": "warn", "warnAt": 100})
	for i := range 4 {
		d := r.delivery(text(r.say(channel, "hello").has(201), "userMessage", "id"))
		want := any(nil)
		if i >= 1 {
			want = "budget_warning"
		}
		if d["state"] != "replied" || d["reason"] != want {
			t.Errorf("delivery %d: %v", i, d)
		}
	}
}

func TestTokensAndMoneyAreCountedAsTheModelCountsThem(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Counter")
	tokens := r.budget(map[string]any{"scope": "agent", "targetId": agent, "measure": "tokens", "limit": 100000, "period": "day"})
	money := r.budget(map[string]any{"scope": "server", "measure": "money", "limit": json.Number("1"), "period": "month"})
	r.say(r.channel("DM", person, agent), "hello", "transport", "http").has(201)
	usage := r.send("GET", "/api/agents/"+agent+"/usage", nil)
	var got struct {
		Data struct {
			Day struct {
				Turns, ModelCalls, InputTokens, OutputTokens int
				Cost                                         json.Number
			}
			Budgets []struct {
				ID    string
				Usage struct{ Used json.Number }
			}
		}
	}
	usage.has(200)
	if err := json.Unmarshal(usage.body, &got); err != nil {
		t.Fatal(err)
	}
	day := got.Data.Day
	sum, cost := strconv.Itoa(day.InputTokens+day.OutputTokens), eliza.ShowAmount(eliza.Money, int64(day.InputTokens+2*day.OutputTokens))
	if day.Turns != 1 || day.ModelCalls != 1 || day.InputTokens == 0 || day.Cost.String() != cost {
		t.Errorf("usage %s", usage.body)
	}
	if used, reserved := r.used(tokens); used != sum || reserved != "0" {
		t.Errorf("%s tokens used and %s reserved, want %s", used, reserved, sum)
	}
	if used, reserved := r.used(money); used != cost || reserved != "0" {
		t.Errorf("%s used and %s reserved, want %s", used, reserved, cost)
	}
	if own := got.Data.Budgets; len(own) != 1 || own[0].ID != tokens || own[0].Usage.Used.String() != sum {
		t.Errorf("budgets of the agent: %+v", own)
	}
}

func TestACostThatNobodyKnowsIsNoNumber(t *testing.T) {
	r := newRig(t)
	made := r.send("POST", "/api/agents", map[string]any{"name": "Dear", "bio": "x", "settings": map[string]any{"model": "without-a-price"}})
	agent := text(made.data(201), "id")
	r.send("POST", "/api/agents/"+agent+"/start", nil).data(200)
	channel := r.channel("DM", person, agent)
	refusing := r.budget(map[string]any{"scope": "agent", "targetId": agent, "measure": "money", "limit": 1, "period": "month", "policy": "refuse"})
	if said := r.say(channel, "hello", "transport", "http").fails(429, "RATE_LIMIT_EXCEEDED"); !strings.Contains(said, "no price for openai/without-a-price") {
		t.Errorf("a budget that must be kept says %q", said)
	}
	r.send("PATCH", "/api/budgets/"+refusing, map[string]any{"policy": "warn"}).data(200)
	r.say(channel, "hello", "transport", "http").has(201)
	spent := list(r.send("GET", "/api/budgets/"+refusing+"/usage", nil).data(200), "usage")[0]
	if used, there := spent["used"]; !there || used != nil || spent["remaining"] != nil || spent["unpricedCalls"] != 1.0 {
		t.Errorf("the budget tells %v", spent)
	}
	day := r.send("GET", "/api/agents/"+agent+"/usage", nil).data(200)["day"].(map[string]any)
	if cost, there := day["cost"]; !there || cost != nil || day["unpricedCalls"] != 1.0 || day["modelCalls"] != 1.0 {
		t.Errorf("the day tells %v", day)
	}
	runs := list(r.send("GET", "/api/agents/"+agent+"/runs", nil).data(200), "runs")
	for i, want := range []any{nil, 0.0} { // the answer, and what was refused before it
		usage := runs[i]["usage"].(map[string]any)
		if cost, there := usage["costMicros"]; !there || cost != want {
			t.Errorf("run %d tells %v", i, usage)
		}
	}
}

func TestACharactersOwnBudgetCountsBesides(t *testing.T) {
	r := newRig(t)
	made := r.send("POST", "/api/agents", map[string]any{"name": "Modest", "bio": "x", "settings": map[string]any{
		"budget": map[string]any{"measure": "model_calls", "limit": 1, "period": "day"},
	}})
	agent := text(made.data(201), "id")
	r.send("POST", "/api/agents/"+agent+"/start", nil).data(200)
	channel := r.channel("DM", person, agent)
	r.say(channel, "one", "transport", "http").has(201)
	if said := r.say(channel, "two", "transport", "http").fails(429, "RATE_LIMIT_EXCEEDED"); !strings.Contains(said, "of the agent") {
		t.Errorf("it says %q", said)
	}
	budgets := list(r.send("GET", "/api/agents/"+agent+"/usage", nil).data(200), "budgets")
	if len(budgets) != 1 || budgets[0]["source"] != "character" {
		t.Errorf("budgets %v", budgets)
	}
	r.send("PATCH", "/api/agents/"+agent, map[string]any{"settings": map[string]any{"budget": map[string]any{"measure": "smiles"}}}).fails(400, "INVALID_REQUEST")
}

func TestAToolCallIsCountedAndATurnStopsWithoutOne(t *testing.T) {
	r := newRig(t)
	r.stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
		return stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "REMEMBER", Arguments: fmt.Sprintf(`{"text":"tea %d"}`, c.Number)}}}
	}
	agent := r.agent("Handy")
	id := r.budget(map[string]any{"scope": "agent", "measure": "tool_calls", "limit": 2, "period": "day"})
	d := r.delivery(text(r.say(r.channel("DM", person, agent), "I like tea").has(201), "userMessage", "id"))
	if d["state"] != "failed" || d["reason"] != "budget_exceeded" {
		t.Errorf("delivery %v", d)
	}
	if used, _ := r.used(id); used != "2" {
		t.Errorf("%s used", used)
	}
}

func TestTurnsBetweenAgentsAreCounted(t *testing.T) {
	r := newRig(t)
	r.stub.Answer = func(stubmodel.Call) stubmodel.Reply { return stubmodel.Reply{Text: "Tick and Tock, go on."} }
	a, b := r.agent("Tick"), r.agent("Tock")
	r.budget(map[string]any{"scope": "room", "measure": "agent_turns", "limit": 2, "period": "hour"})
	channel := r.channel("GROUP", person, a, b)
	r.say(channel, "Tick, begin").has(201)
	check.Until(r.t, "the budget ends it", func() bool {
		kept := r.messages(channel, "")
		deliveries := list(r.send("GET", "/api/messaging/messages/"+text(kept[0], "id")+"/deliveries", nil).data(200), "deliveries")
		return len(kept) == 4 && deliveries[0]["state"] == "failed" && deliveries[0]["reason"] == "budget_exceeded"
	})
}

func TestAKeysBudgetCountsWhatCameWithIt(t *testing.T) {
	r := newRig(t)
	_, r.key = r.keyFor("admin", "")
	agent := r.agent("Keyed")
	channel := r.channel("DM", person, agent)
	id, writer := r.keyFor("write", "")
	r.budget(map[string]any{"scope": "key", "targetId": id, "measure": "model_calls", "limit": 1, "period": "day"})
	post := map[string]any{"author_id": person, "content": "hello", "message_server_id": zeroServer, "transport": "http"}
	path := "/api/messaging/channels/" + channel + "/messages"
	r.send("POST", path, post, "X-API-KEY: "+writer).has(201)
	r.send("POST", path, post, "X-API-KEY: "+writer).fails(429, "RATE_LIMIT_EXCEEDED")
	r.send("POST", path, post).has(201)
	r.send("POST", "/api/budgets", map[string]any{"scope": "server", "measure": "tokens", "limit": 1, "period": "day"}, "X-API-KEY: "+writer).fails(403, "FORBIDDEN")
}
