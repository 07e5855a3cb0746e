package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

const sessions = "/api/messaging/sessions"

// session begins a session with an agent and returns its id.
func (r *rig) session(agent string, timeout map[string]any) string {
	r.t.Helper()
	body := map[string]any{"agentId": agent, "userId": person, "metadata": map[string]any{"platform": "web", "username": "Ada"}}
	if timeout != nil {
		body["timeoutConfig"] = timeout
	}
	return text(r.send("POST", sessions, body).has(201), "sessionId")
}

// later lets time pass for sessions and jobs.
func (r *rig) later(d time.Duration) {
	r.t.Helper()
	r.ahead.Add(int64(d))
	if err := r.rooms.Sessions.Tick(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func keys(m map[string]any) map[string]string {
	kinds := map[string]string{}
	for key, value := range m {
		switch value.(type) {
		case string:
			kinds[key] = "text"
		case float64:
			kinds[key] = "number"
		case bool:
			kinds[key] = "bool"
		case map[string]any:
			kinds[key] = "object"
		}
	}
	return kinds
}

func TestSessionIsDescribedAsDocumented(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	begun := r.send("POST", sessions, map[string]any{"agentId": agent, "userId": person, "metadata": map[string]any{"platform": "web"}}).has(201)
	fields := map[string]string{
		"sessionId": "text", "channelId": "text", "agentId": "text", "userId": "text", "createdAt": "text", "expiresAt": "text", "metadata": "object", "timeoutConfig": "object",
	}
	if diff := cmp.Diff(fields, keys(begun)); diff != "" {
		t.Error(diff)
	}
	config := map[string]any{"timeoutMinutes": 30.0, "autoRenew": true, "maxDurationMinutes": 720.0, "warningThresholdMinutes": 5.0}
	if diff := cmp.Diff(config, begun["timeoutConfig"]); diff != "" {
		t.Error(diff)
	}
	one := sessions + "/" + text(begun, "sessionId")
	for name, info := range map[string]map[string]any{
		"get": r.send("GET", one, nil).has(200), "renew": r.send("POST", one+"/renew", nil).has(200), "heartbeat": r.send("POST", one+"/heartbeat", nil).has(200),
		"timeout": r.send("PATCH", one+"/timeout", map[string]any{"warningThresholdMinutes": 6}).has(200),
		"list":    list(r.send("GET", sessions, nil).has(200), "sessions")[0],
	} {
		got := keys(info)
		for _, more := range []string{"renewalCount", "timeRemaining"} {
			if got[more] != "number" {
				t.Errorf("%s: %s is a %q", name, more, got[more])
			}
			delete(got, more)
		}
		if got["lastActivity"] != "text" || got["isNearExpiration"] != "bool" {
			t.Errorf("%s: %v", name, got)
		}
		delete(got, "lastActivity")
		delete(got, "isNearExpiration")
		if diff := cmp.Diff(fields, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	channel := r.send("GET", "/api/messaging/channels/"+text(begun, "channelId")+"/details", nil).data(200)
	if channel["type"] != "DM" || channel["name"] != "session-"+text(begun, "sessionId") {
		t.Errorf("channel %v", channel)
	}
	all := r.send("GET", sessions, nil).has(200)
	if diff := cmp.Diff(map[string]any{"totalSessions": 1.0, "activeSessions": 1.0, "expiredSessions": 0.0}, all["stats"]); diff != "" || all["total"] != 1.0 {
		t.Errorf("%v %s", all["total"], diff)
	}
	health := r.send("GET", sessions+"/health", nil).has(200)
	if health["status"] != "healthy" || health["activeSessions"] != 1.0 || health["expiringSoon"] != 0.0 || text(health, "timestamp") == "" || health["uptime"].(float64) <= 0 {
		t.Errorf("%v", health)
	}
}

func TestSessionTalksOverEveryTransport(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	id := r.session(agent, nil)
	for _, name := range []string{"", "websocket", "http", "sync", "sse", "stream"} {
		body := map[string]any{"content": "hello", "metadata": map[string]any{"x": 1}, "attachments": []any{map[string]any{"url": "u"}}}
		if name != "" {
			body["transport"] = name
		}
		got := r.send("POST", sessions+"/"+id+"/messages", body)
		var said map[string]any
		switch name {
		case "sse", "stream":
			events := got.events()
			said = events[0].data
			if last := events[len(events)-1]; last.name != "done" || last.data["text"] != "You said: hello" {
				t.Errorf("%s: %v", name, last)
			}
		default:
			all := got.has(201)
			said, _ = all["userMessage"].(map[string]any)
			status := map[string]string{"expiresAt": "text", "renewalCount": "number", "wasRenewed": "bool", "isNearExpiration": "bool"}
			if diff := cmp.Diff(status, keys(all["sessionStatus"].(map[string]any))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			answer, waited := all["agentResponse"]
			if waits := name == "http" || name == "sync"; waited != waits || waits && text(answer.(map[string]any), "text") != "You said: hello" {
				t.Errorf("%s: agentResponse %v", name, answer)
			}
			data, _ := all["data"].(map[string]any)
			for key, value := range data { // what the official client sees is what is outside
				if diff := cmp.Diff(all[key], value); diff != "" {
					t.Errorf("%s: %s: %s", name, key, diff)
				}
			}
			if data["id"] != said["id"] || data["content"] != "hello" || data["authorId"] != person || text(data, "createdAt") == "" {
				t.Errorf("%s: %v", name, data)
			}
		}
		want := map[string]any{
			"id": said["id"], "created_at": said["created_at"], "channel_id": id, "message_server_id": zeroServer, "author_id": person, "author_display_name": "Ada",
			"content": "hello", "source_type": "user", "raw_message": map[string]any{"content": "hello", "attachments": []any{map[string]any{"url": "u"}}},
			"metadata": map[string]any{
				"platform": "web", "username": "Ada", "x": 1.0, "sessionId": id, "agentId": agent, "userId": person, "attachments": []any{map[string]any{"url": "u"}},
				"timeoutConfig": map[string]any{"timeoutMinutes": 30.0, "autoRenew": true, "maxDurationMinutes": 720.0, "warningThresholdMinutes": 5.0},
			},
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if d := r.delivery(text(said, "id")); d["state"] != "replied" {
			t.Errorf("%s: %v", name, d)
		}
	}
	if count := r.send("GET", sessions+"/"+id, nil).has(200)["renewalCount"]; count != 6.0 {
		t.Errorf("renewed %v times", count)
	}
	once := map[string]any{"content": "once", "mode": "http"}
	first := r.send("POST", sessions+"/"+id+"/messages", once, "Idempotency-Key: k").has(201)
	again := r.send("POST", sessions+"/"+id+"/messages", once, "Idempotency-Key: k").has(201)
	if diff := cmp.Diff(first["agentResponse"], again["agentResponse"]); first["id"] != again["id"] || diff != "" {
		t.Errorf("sent again: %s", diff)
	}
	r.stub.Script(stubmodel.Reply{Status: 400})
	r.send("POST", sessions+"/"+id+"/messages", map[string]any{"content": "x", "transport": "http"}).fails(500, "MODEL_ERROR")
}

func TestHistoryOfASessionIsPaged(t *testing.T) {
	r := newRig(t)
	id := r.session(r.agent("Eliza"), nil)
	for _, words := range []string{"one", "two", "three"} {
		r.send("POST", sessions+"/"+id+"/messages", map[string]any{"content": words, "transport": "http"}).has(201)
		at := time.Now().UnixMilli()
		check.Until(r.t, "a millisecond is over", func() bool { return time.Now().UnixMilli() > at })
	}
	page := func(query string) map[string]any {
		return r.send("GET", sessions+"/"+id+"/messages"+query, nil).has(200)
	}
	all := page("")
	if said := list(all, "messages"); len(said) != 6 || all["hasMore"] != false || said[0]["content"] != "You said: three" || said[0]["isAgent"] != true ||
		said[5]["content"] != "one" || said[5]["isAgent"] != false || text(said[5], "metadata", "platform") != "web" || at(said[0], "metadata", "actions") == nil {
		t.Errorf("%v", all)
	}
	first := page("?limit=2")
	if first["hasMore"] != true || len(list(first, "messages")) != 2 {
		t.Errorf("%v", first)
	}
	older := page("?limit=100&before=" + list(first, "messages")[1]["createdAt"].(string))
	if got := list(older, "messages"); len(got) == 0 || len(got) > 4 || older["hasMore"] != false || got[len(got)-1]["content"] != "one" {
		t.Errorf("%v", older)
	}
	for query, want := range map[string]int{"?limit=-1": 1, "?limit=0": 1, "?limit=9999": 6, "?after=32503680000000": 0, "?before=1": 0} {
		got := page(query)
		if _, cursors := got["cursors"]; len(list(got, "messages")) != want || cursors != (want > 0) {
			t.Errorf("%s: %v", query, got)
		}
	}
	for _, bad := range []string{"?before=abc", "?after=abc", "?limit=abc", "?before=-5"} {
		r.send("GET", sessions+"/"+id+"/messages"+bad, nil).fails(400, "VALIDATION_ERROR")
	}
}

func TestSessionsThatAreNotThere(t *testing.T) {
	r := newRig(t)
	routes := map[string][]any{
		"": {"GET"}, "/": nil, "/renew": {"POST"}, "/heartbeat": {"POST"}, "/timeout": {"PATCH", map[string]any{}}, "/messages": {"POST", map[string]any{"content": "x"}},
		"/messages?limit=1": {"GET"},
	}
	each := func(id string, check func(reply)) {
		for suffix, how := range routes {
			switch len(how) {
			case 1:
				check(r.send(how[0].(string), sessions+"/"+id+suffix, nil))
			case 2:
				check(r.send(how[0].(string), sessions+"/"+id+suffix, how[1]))
			}
		}
	}
	for _, id := range []string{"nosuch", nobody, "%00", strings.Repeat("x", 300)} {
		each(id, func(got reply) {
			if words := got.fails(404, "SESSION_NOT_FOUND"); id == nobody && words != "Session with ID '"+nobody+"' not found" {
				t.Error(words)
			}
		})
		r.send("DELETE", sessions+"/"+id, nil).fails(404, "SESSION_NOT_FOUND")
	}
	agent := r.agent("Eliza")
	for suffix, how := range routes {
		if len(how) == 0 {
			continue
		}
		id := r.session(agent, map[string]any{"timeoutMinutes": 5})
		r.ahead.Add(int64(5 * time.Minute))
		var body any
		if len(how) == 2 {
			body = how[1]
		}
		r.send(how[0].(string), sessions+"/"+id+suffix, body).fails(410, "SESSION_EXPIRED")
		r.send(how[0].(string), sessions+"/"+id+suffix, body).fails(410, "SESSION_EXPIRED")
		r.send("DELETE", sessions+"/"+id, nil).fails(410, "SESSION_EXPIRED")
	}
	id := r.session(agent, nil)
	all := r.send("DELETE", sessions+"/"+id, nil).has(200)
	want := map[string]any{"success": true, "message": "Session " + id + " deleted successfully"}
	if diff := cmp.Diff(want, all["data"]); diff != "" || all["success"] != true || all["message"] != want["message"] {
		t.Errorf("%v %s", all, diff)
	}
	r.send("DELETE", sessions+"/"+id, nil).fails(404, "SESSION_NOT_FOUND")
}

func TestSessionRequestsThatAreRefused(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	stopped := text(r.send("POST", "/api/agents", map[string]any{"name": "Stopped", "bio": "x"}).data(201), "id")
	begin := func(change map[string]any) map[string]any {
		body := map[string]any{"agentId": agent, "userId": person}
		for key, value := range change {
			if body[key] = value; value == nil {
				delete(body, key)
			}
		}
		return body
	}
	one := sessions + "/" + r.session(agent, nil)
	long := map[string]any{"x": strings.Repeat("x", 10240)}
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"no agent":             {"POST", sessions, begin(map[string]any{"agentId": nil}), 400, "VALIDATION_ERROR"},
		"no user":              {"POST", sessions, begin(map[string]any{"userId": nil}), 400, "VALIDATION_ERROR"},
		"a bad agent":          {"POST", sessions, begin(map[string]any{"agentId": "x"}), 400, "VALIDATION_ERROR"},
		"an unknown agent":     {"POST", sessions, begin(map[string]any{"agentId": nobody}), 404, "AGENT_NOT_FOUND"},
		"a stopped agent":      {"POST", sessions, begin(map[string]any{"agentId": stopped}), 404, "AGENT_NOT_FOUND"},
		"an agent with itself": {"POST", sessions, begin(map[string]any{"userId": agent}), 400, "VALIDATION_ERROR"},
		"metadata of a text":   {"POST", sessions, begin(map[string]any{"metadata": "x"}), 400, "VALIDATION_ERROR"},
		"much metadata":        {"POST", sessions, begin(map[string]any{"metadata": long}), 400, "VALIDATION_ERROR"},
		"a bad timeout":        {"POST", sessions, begin(map[string]any{"timeoutConfig": map[string]any{"timeoutMinutes": "x"}}), 400, "VALIDATION_ERROR"},
		"a bad renewal":        {"POST", sessions, begin(map[string]any{"timeoutConfig": map[string]any{"autoRenew": "x"}}), 400, "VALIDATION_ERROR"},
		"no body":              {"POST", sessions, nil, 400, "VALIDATION_ERROR"},
		"not JSON":             {"POST", sessions, "{", 400, "VALIDATION_ERROR"},
		"too large":            {"POST", sessions, hostileBodies()["too large"], 413, "PAYLOAD_TOO_LARGE"},
		"no content":           {"POST", one + "/messages", map[string]any{}, 400, "VALIDATION_ERROR"},
		"blank content":        {"POST", one + "/messages", map[string]any{"content": " "}, 400, "VALIDATION_ERROR"},
		"blank content, http":  {"POST", one + "/messages", map[string]any{"content": " ", "transport": "http"}, 400, "VALIDATION_ERROR"},
		"blank content, sse":   {"POST", one + "/messages", map[string]any{"content": " ", "transport": "sse"}, 400, "VALIDATION_ERROR"},
		"long content":         {"POST", one + "/messages", map[string]any{"content": strings.Repeat("x", 4001)}, 400, "VALIDATION_ERROR"},
		"much of a message":    {"POST", one + "/messages", map[string]any{"content": "x", "metadata": long}, 400, "VALIDATION_ERROR"},
		"a pigeon":             {"POST", one + "/messages", map[string]any{"content": "x", "transport": "pigeon"}, 400, "VALIDATION_ERROR"},
		"timeout too small":    {"PATCH", one + "/timeout", map[string]any{"timeoutMinutes": 4}, 400, "VALIDATION_ERROR"},
		"timeout too great":    {"PATCH", one + "/timeout", map[string]any{"timeoutMinutes": 99999}, 400, "VALIDATION_ERROR"},
		"timeout of a text":    {"PATCH", one + "/timeout", map[string]any{"timeoutMinutes": "x"}, 400, "VALIDATION_ERROR"},
	} {
		got := r.send(c.method, c.path, c.body)
		if code, _ := got.envelope(); got.status != c.status || code != c.code {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	r.send("POST", one+"/messages", map[string]any{"content": strings.Repeat("ü", 4000), "transport": "http"}).has(201)
	clamped := r.send("POST", sessions, begin(map[string]any{"timeoutConfig": map[string]any{"timeoutMinutes": 1e9, "maxDurationMinutes": 0, "warningThresholdMinutes": nil}})).has(201)
	if got := at(clamped, "timeoutConfig", "timeoutMinutes"); got != 1440.0 {
		t.Errorf("%v", clamped)
	}
	longest := sessions + "/" + text(clamped, "sessionId")
	r.send("POST", longest+"/renew", nil).fails(422, "SESSION_RENEWAL_FAILED")
}

func TestKeyProtectsSessionsAndJobs(t *testing.T) {
	r := newRig(t, withKey)
	r.key = ""
	for _, path := range []string{sessions, sessions + "/health", sessions + "/" + nobody, jobs, jobs + "/health", jobs + "/" + nobody} {
		r.send("GET", path, nil).fails(401, "UNAUTHORIZED")
	}
}

// FuzzSessionBodies sends any bytes to the routes of a session.
func FuzzSessionBodies(f *testing.F) {
	for _, body := range hostileBodies() {
		if len(body) < 4000 {
			f.Add(body)
		}
	}
	r := newRig(f)
	agent := r.agent("Eliza")
	f.Add([]byte(`{"agentId":"` + agent + `","userId":"` + person + `","metadata":{"a":1},"timeoutConfig":{"timeoutMinutes":1e308,"autoRenew":false,"maxDurationMinutes":-1,"warningThresholdMinutes":0.5}}`))
	f.Add([]byte(`{"timeoutMinutes":30.9,"autoRenew":null,"maxDurationMinutes":1e20,"warningThresholdMinutes":1e20}`))
	f.Add([]byte(`{"content":"x","attachments":[null,{"a":[]}],"metadata":{"sessionId":5,"user_display_name":[]},"mode":"websocket"}`))
	f.Add([]byte(`{"userId":"` + person + `","content":"x","timeoutMs":1000,"metadata":{"jobId":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		each := *r
		each.t = t
		one := sessions + "/" + each.session(agent, nil)
		for _, to := range []struct{ method, path string }{
			{"POST", sessions}, {"PATCH", one + "/timeout"}, {"POST", one + "/messages"}, {"POST", one + "/renew"}, {"POST", one + "/heartbeat"}, {"POST", jobs},
		} {
			got := each.send(to.method, to.path, body)
			switch {
			case got.status >= 500:
				t.Fatalf("%s %s: %d %s", to.method, to.path, got.status, got.body)
			case got.status >= 400:
				got.envelope()
			}
		}
	})
}
