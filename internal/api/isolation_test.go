package api_test

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/api"
)

func isolated(o *api.Options) { o.Isolated = true }

func TestSocketsOfEntitiesThatAreKeptApart(t *testing.T) {
	r := newRig(t, isolated)
	agent := r.agent("Eliza")
	own, foreign := r.channel("GROUP", person, agent), r.channel("GROUP", other)
	r.open("{}").hearsRefusal("Valid entityId required")
	l := r.listen(own)
	const denied = "Access denied: You don't have permission to join this channel"
	for event, payload := range map[string]string{
		"1": `{"channelId":"` + foreign + `"}`, "join_channel": `{"channelId":"` + foreign + `","entityId":"` + person + `"}`, "join": `{"roomId":"lobby"}`,
		"audioStart":          `{"agentId":"` + agent + `","channelId":"` + foreign + `","senderId":"` + person + `","mimeType":"audio/wav"}`,
		"2":                   `{"channelId":"` + foreign + `","messageServerId":"` + zeroServer + `","senderId":"` + person + `","message":"x"}`,
		"request-world-state": `{"roomId":"` + foreign + `"}`,
	} {
		if got := text(l.asks(event, payload), "error"); got != denied {
			t.Errorf("%s is answered %q", event, got)
		}
	}
	say := func(channel, sender string) map[string]any {
		return l.asks("2", `{"channelId":"`+channel+`","messageServerId":"`+zeroServer+`","senderId":"`+sender+`","message":"hello"}`)
	}
	if got := text(say(own, other), "error"); !strings.Contains(got, "another entity") {
		t.Errorf("it speaks for another: %q", got)
	}
	if got := say(own, person); text(got, "messageId") == "" {
		t.Errorf("it may not speak where it takes part: %v", got)
	}
	if got := say("77777777-7777-4777-8777-777777777777", person); text(got, "messageId") == "" {
		t.Errorf("it may not make a channel: %v", got)
	}
	if got := say("77777777-7777-4777-8777-777777777777", person); text(got, "messageId") == "" {
		t.Errorf("it may not speak in what it made: %v", got)
	}
	if got := text(l.asks("2", `{"channelId":"`+foreign+`","messageServerId":"`+zeroServer+`","senderId":"`+person+`","message":"x"}`), "error"); got != denied {
		t.Errorf("it speaks elsewhere: %q", got)
	}
	if messages := list(r.send("GET", "/api/messaging/channels/"+foreign+"/messages", nil).data(200), "messages"); len(messages) != 0 {
		t.Errorf("stored: %v", messages)
	}
}

func TestRequestsOfEntitiesThatAreKeptApart(t *testing.T) {
	r := newRig(t, isolated)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	own, foreign := r.channel("GROUP", person), r.channel("GROUP", other)
	said := text(r.say(foreign, "hello").data(201), "id")
	_, r.key = r.keyFor("write", "")
	me := "X-Entity-Id: " + person
	messages := func(channel string) string { return "/api/messaging/channels/" + channel + "/messages" }
	r.send("GET", messages(own), nil).fails(403, "FORBIDDEN")
	r.send("GET", messages(own), nil, "X-Entity-Id: me").fails(400, "INVALID_ID")
	r.send("GET", messages(own), nil, me).data(200)
	for _, path := range []string{messages(foreign), "/api/messaging/messages/" + said, "/api/messaging/messages/" + said + "/deliveries", "/api/messaging/channels/" + foreign} {
		r.send("GET", path, nil, me).fails(403, "FORBIDDEN")
		r.send("GET", path, nil, "X-Entity-Id: "+other).data(200)
	}
	r.send("GET", "/api/messaging/messages/"+nobody, nil, me).fails(404, "NOT_FOUND")
	r.send("GET", "/api/messaging/messages/x", nil, me).fails(400, "INVALID_ID")
	post := func(author any) reply {
		return r.send("POST", messages(own), map[string]any{"author_id": author, "content": "x", "message_server_id": zeroServer}, me)
	}
	post(other).fails(403, "FORBIDDEN")
	post(person).data(201)
	if got := post(nil).data(201); text(got, "authorId") != person {
		t.Errorf("nobody said who it is: %v", got)
	}
	r.send("GET", "/health", nil)
	r.key = admin
	r.send("GET", messages(foreign), nil).data(200)
	r.send("GET", messages(own), nil, "X-Entity-Id: "+other).fails(403, "FORBIDDEN")
}

// TestListsOfEntitiesThatAreKeptApart narrows what reaches over channels.
func TestListsOfEntitiesThatAreKeptApart(t *testing.T) {
	r := newRig(t, isolated)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	agent := r.agent("Eliza")
	own, foreign := r.channel("GROUP", person), r.channel("GROUP", other)
	r.say(own, "the harbour opens").data(201)
	r.send("POST", "/api/messaging/channels/"+foreign+"/messages", map[string]any{"author_id": other, "content": "the harbour closes", "message_server_id": zeroServer}).data(201)
	theirs := text(r.send("POST", sessions, map[string]any{"agentId": agent, "userId": other}).has(201), "sessionId")
	r.send("POST", jobs, map[string]any{"agentId": agent, "userId": other, "content": "a job"}).has(201)

	_, r.key = r.keyFor("write", "")
	me := "X-Entity-Id: " + person
	for _, body := range []map[string]any{{"query": "harbour"}, {"query": "harbour", "channelId": foreign}, {"query": "harbour", "authorId": other}} {
		for _, m := range list(r.send("POST", "/api/messaging/messages/search", body, me).data(200), "messages") {
			if m["content"] != "the harbour opens" || body["channelId"] != nil || body["authorId"] != nil {
				t.Errorf("%v finds %v", body, m["content"])
			}
		}
	}
	if got := list(r.send("POST", "/api/messaging/messages/search", map[string]any{"query": "harbour"}, me).data(200), "messages"); len(got) != 1 {
		t.Errorf("its own words are not found: %v", got)
	}
	r.send("POST", sessions, map[string]any{"agentId": agent, "userId": other}, me).fails(403, "FORBIDDEN")
	r.send("POST", jobs, map[string]any{"agentId": agent, "userId": other, "content": "x"}, me).fails(403, "FORBIDDEN")
	mine := text(r.send("POST", sessions, map[string]any{"agentId": agent, "userId": person}, me).has(201), "sessionId")
	r.send("POST", jobs, map[string]any{"agentId": agent, "userId": person, "content": "my job"}, me).has(201)
	all := r.send("GET", sessions, nil, me).has(200)
	if got := list(all, "sessions"); len(got) != 1 || got[0]["sessionId"] != mine || all["total"] != 1.0 || at(all, "stats", "totalSessions") != 1.0 {
		t.Errorf("sessions %v", all)
	}
	asked := r.send("GET", jobs, nil, me).has(200)
	if got := list(asked, "jobs"); len(got) != 1 || got[0]["prompt"] != "my job" || asked["total"] != 1.0 {
		t.Errorf("jobs %v", asked)
	}
	r.send("GET", sessions+"/"+theirs, nil, me).fails(403, "FORBIDDEN")
	channels := string(r.send("GET", "/api/messaging/message-servers/"+zeroServer+"/channels", nil, me).body)
	for id, listed := range map[string]bool{own: true, mine: true, foreign: false, theirs: false} {
		if strings.Contains(channels, id) != listed {
			t.Errorf("channel %s is listed: %v", id, !listed)
		}
	}
	r.key = admin
	if got := r.send("GET", sessions, nil).has(200); got["total"] != 2.0 {
		t.Errorf("an admin sees %v", got)
	}
}

// TestWhatIsSharedTakesAnAdminsKey keeps what agents know of everybody, and
// speaking for others, from entities that are kept apart.
func TestWhatIsSharedTakesAnAdminsKey(t *testing.T) {
	r := newRig(t, isolated)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	agent := r.agent("Eliza")
	foreign := r.channel("GROUP", other)
	message := map[string]any{"channel_id": foreign, "message_server_id": zeroServer, "author_id": other, "content": "x", "source_type": "x", "raw_message": map[string]any{}}
	_, writer := r.keyFor("write", "")
	me := "X-Entity-Id: " + person
	of := "/api/agents/" + agent
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", of + "/memories", nil}, {"POST", of + "/memories/search", map[string]any{"query": "x"}}, {"GET", of + "/rooms", nil}, {"GET", of + "/runs", nil},
		{"GET", of + "/logs", nil}, {"GET", of + "/facts", nil}, {"GET", of + "/entities", nil}, {"GET", of + "/summaries", nil}, {"GET", of + "/tasks", nil},
		{"GET", of + "/worlds", nil}, {"GET", of + "/approvals", nil}, {"GET", "/api/webhooks", nil},
		{"GET", "/api/server/logs", nil}, {"DELETE", "/api/memory/groups/" + zeroServer + "/memories", nil},
		{"POST", "/api/webhooks", map[string]any{"url": "https://example.com", "channelId": foreign}},
		{"POST", "/api/messaging/submit", message}, {"POST", "/api/messaging/ingest-external", message}, {"POST", "/api/messaging/action", message},
		{"POST", "/api/messaging/complete", map[string]any{"channel_id": foreign}},
	} {
		r.key = writer
		r.send(c.method, c.path, c.body, me).fails(403, "FORBIDDEN")
		r.key = admin
		if got := r.send(c.method, c.path, c.body); got.status == 403 {
			t.Errorf("%s %s: an admin is answered %d %s", c.method, c.path, got.status, got.body)
		}
	}
	own := r.channel("GROUP", person)
	r.key = writer
	if got := text(r.listenAs(writer, own).asks("subscribe_logs", "null"), "error"); !strings.Contains(got, "admin is needed") {
		t.Errorf("it may follow the log over a socket: %q", got)
	}
	for _, path := range []string{"/api/agents", of, "/api/ping", "/api/messaging/message-servers", of + "/panels"} {
		if got := r.send("GET", path, nil, me); got.status != 200 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}
