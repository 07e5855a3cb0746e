package api_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logs are the rows of an agent's log that a query chooses.
func (r *rig) logs(agent, query string) []map[string]any {
	r.t.Helper()
	all := r.send("GET", "/api/agents/"+agent+"/logs"+query, nil).has(200)
	if _, is := all["data"].([]any); !is {
		r.t.Fatalf("logs%s: %v", query, all)
	}
	return list(all, "data")
}

func TestAgentLogs(t *testing.T) {
	r := newRig(t)
	agent, ada := r.agent("Eliza"), r.agent("Ada")
	first, second := r.channel("DM", person, agent), r.channel("DM", other, agent)
	for _, channel := range []string{first, second, second} {
		r.say(channel, "hello", "transport", "http").has(201)
	}
	all := r.logs(agent, "")
	if len(all) < 3 || len(r.logs(ada, "")) != 0 {
		t.Fatalf("logs: %v", all)
	}
	if !slices.IsSortedFunc(all, func(a, b map[string]any) int { return int(b["timestamp"].(float64) - a["timestamp"].(float64)) }) {
		t.Error("not newest first")
	}
	newest := all[0]
	if newest["agentId"] != agent || text(newest, "type") == "" || text(newest, "level") == "" || text(newest, "body", "runId") == "" || len(text(newest, "createdAt")) != len("2024-01-15T10:30:00.000Z") {
		t.Errorf("row: %v", newest)
	}
	kind := text(newest, "type")
	of := func(choose func(map[string]any) bool) int {
		return len(slices.DeleteFunc(slices.Clone(all), func(l map[string]any) bool { return !choose(l) }))
	}
	ofSecond := of(func(l map[string]any) bool { return l["roomId"] == newest["roomId"] })
	from := int64(newest["timestamp"].(float64))
	for query, want := range map[string]int{
		"?limit=1": 1, "?count=2": 2, "?limit=1&offset=1": 1, "?offset=1000": 0, "?level=all": len(all), "?level=fatal": 0,
		"?level=" + text(newest, "level"):           of(func(l map[string]any) bool { return l["level"] == newest["level"] }),
		"?type=" + kind:                             of(func(l map[string]any) bool { return l["type"] == kind }),
		"?excludeTypes=" + kind:                     of(func(l map[string]any) bool { return l["type"] != kind }),
		"?excludeTypes=nosuch&excludeTypes=" + kind: of(func(l map[string]any) bool { return l["type"] != kind }),
		"?roomId=" + second:                         ofSecond,
		"?roomId=" + text(newest, "roomId"):         ofSecond,
		"?roomId=" + nobody:                         0,
		fmt.Sprintf("?since=%d", from+1):            0,
		fmt.Sprintf("?from=%d", from+1):             0,
		"?until=1000":                               0,
		"?to=2001-01-01T00:00:00Z":                  0,
		fmt.Sprintf("?since=1000&until=%d", from+1): len(all),
		"?search=" + text(newest, "body", "runId"):  of(func(l map[string]any) bool { return text(l, "body", "runId") == text(newest, "body", "runId") }),
		"?search=nothing-of-this-kind":              0,
	} {
		if got := r.logs(agent, query); len(got) != want {
			t.Errorf("logs%s: %d rows, want %d", query, len(got), want)
		}
	}
	one := "/api/agents/" + agent + "/logs/" + text(newest, "id")
	if got := r.send("GET", one, nil).data(200); !cmp.Equal(got, newest) {
		t.Errorf("get: %s", cmp.Diff(newest, got))
	}
	r.send("GET", "/api/agents/"+ada+"/logs/"+text(newest, "id"), nil).fails(404, "NOT_FOUND")
	r.send("POST", "/api/agents/"+agent+"/stop", nil).data(200)
	r.send("DELETE", one, nil).has(204)
	r.send("DELETE", one, nil).fails(404, "NOT_FOUND")
	r.send("GET", one, nil).fails(404, "NOT_FOUND")
	if got := r.logs(agent, ""); len(got) != len(all)-1 {
		t.Errorf("%d rows are left of %d", len(got), len(all))
	}
	for _, query := range []string{"limit=0", "limit=-1", "limit=abc", "limit=1001", "count=-1", "count=abc", "offset=-1", "level=loud", "since=x", "until=-1"} {
		r.send("GET", "/api/agents/"+agent+"/logs?"+query, nil).fails(400, "INVALID_REQUEST")
	}
	if got := r.send("GET", "/api/agents/"+agent+"/logs?roomId=x", nil).fails(400, "INVALID_ID"); got != "Invalid room ID format" {
		t.Errorf("message %q", got)
	}
}
