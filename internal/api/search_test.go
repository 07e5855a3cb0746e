package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	r := newRig(t)
	here, there := r.channel("GROUP", person), r.channel("GROUP", person)
	for i, channel := range []string{here, there, here} {
		r.say(channel, fmt.Sprint("The café number ", i)).has(201)
	}
	r.say(here, "something else", "author_id", other).has(201)
	find := func(body map[string]any) (string, map[string]any) {
		t.Helper()
		found := r.send("POST", "/api/messaging/messages/search", body).data(200)
		var said []string
		for _, m := range list(found, "messages") {
			said = append(said, text(m, "content"))
		}
		if found["count"] != float64(len(said)) {
			t.Errorf("count: %v", found)
		}
		return strings.Join(said, ", "), found
	}
	for want, body := range map[string]map[string]any{
		"The café number 2, The café number 1, The café number 0": {"query": "cafe"},
		"The café number 2, The café number 0":                    {"query": "CAFÉ", "channelId": here},
		"something else":                                          {"authorId": other},
		"The café number 2":                                       {"query": "cafe", "limit": 1},
		"The café number 1":                                       {"query": "cafe", "limit": 1, "offset": 1},
		"The café number 0":                                       {"query": "cafe", "limit": 1, "page": 3},
		"":                                                        {"query": "cafe", "to": "2001-01-01T00:00:00Z"},
	} {
		if got, _ := find(body); got != want {
			t.Errorf("%v: %s, want %s", body, got, want)
		}
	}
	if got, found := find(map[string]any{"query": "cafe", "from": 1000, "limit": 2}); len(got) == 0 || found["hasMore"] != true {
		t.Errorf("from a moment: %v", found)
	}
	if got, found := find(map[string]any{"query": "cafe", "channelId": nobody}); got != "" || found["hasMore"] != false {
		t.Errorf("in no channel: %v", found)
	}
	for _, body := range []map[string]any{
		{"limit": 1001}, {"limit": -1}, {"offset": -1}, {"channelId": "x"}, {"authorId": 5}, {"from": "yesterday"}, {"to": []any{}}, {"query": strings.Repeat("x", 1001)}, {"query": 5}, {"from": -5},
	} {
		r.send("POST", "/api/messaging/messages/search", body).fails(400, "INVALID_REQUEST")
	}
}
