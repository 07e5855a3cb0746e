package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

// keyFor makes a key; the first one must be an admin's.
func (r *rig) keyFor(access string, agent string) (id, text string) {
	r.t.Helper()
	body := map[string]any{"name": access, "access": access}
	if agent != "" {
		body["agentId"] = agent
	}
	made := r.send("POST", "/api/keys", body).data(201)
	return made["id"].(string), made["key"].(string)
}

// ask sends a request with a key and returns the status; of a stream it reads
// nothing more.
func (r *rig) ask(method, path, key string) int {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, strings.NewReader("{}"))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("X-API-KEY", key)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	res.Body.Close()
	return res.StatusCode
}

// household is two agents, each with a channel, a message, a session and a job
// of its own.
type household map[string]string // path parameter: id

func (r *rig) household(name string) household {
	r.t.Helper()
	h := household{"agentId": r.agent(name), "messageServerId": zeroServer, "path": "x", "keyId": nobody, "filename": "x.png", "panelId": "x", "documentId": nobody}
	h["channelId"] = r.channel("GROUP", person, h["agentId"])
	h["messageId"] = text(r.say(h["channelId"], "hello").data(201), "id")
	h["sessionId"] = text(r.send("POST", "/api/messaging/sessions", map[string]any{"agentId": h["agentId"], "userId": person}).has(201), "sessionId")
	h["taskId"] = text(r.send("POST", "/api/agents/"+h["agentId"]+"/tasks", map[string]any{"name": "reminder", "description": "x", "roomId": h["channelId"], "dueAt": "2099-01-01T00:00:00Z"}).data(201), "id")
	h["jobId"] = text(r.send("POST", "/api/messaging/jobs", map[string]any{"agentId": h["agentId"], "userId": person, "content": "hello"}).has(201), "jobId")
	return h
}

func (h household) fill(path string) string {
	for name, id := range h {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	for strings.Contains(path, "{") { // others name what is not there
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + nobody + after
	}
	return strings.TrimSuffix(path, "*")
}

// names reports whether a path names an agent or what belongs to one.
func names(path string) bool {
	for _, name := range []string{"{agentId}", "{channelId}", "{messageId}", "{sessionId}", "{jobId}"} {
		if strings.Contains(path, name) {
			return true
		}
	}
	return false
}

// TestWhoMayDoWhat asks every route of the router as everybody.
func TestWhoMayDoWhat(t *testing.T) {
	r := newRig(t)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	own, foreign, empty := r.household("Own"), r.household("Foreign"), household{"path": "x", "filename": "x.png", "panelId": "x"}
	_, reader := r.keyFor("read", "")
	_, writer := r.keyFor("write", "")
	_, ownReader := r.keyFor("read", own["agentId"])
	_, ownWriter := r.keyFor("write", own["agentId"])
	gone, revoked := r.keyFor("write", "")
	r.send("DELETE", "/api/keys/"+gone, nil).has(204)

	without := map[string]bool{"/health": true, "/healthz": true, "/socket.io": true, "/socket.io/*": true} // a socket shows its key later
	reads := map[string]bool{
		"/api/media/links": true, "/api/messaging/messages/search": true, "/api/agents/{agentId}/memories/search": true, "/api/messaging/central-channels/{channelId}/messages/search": true,
		"/api/messaging/channels/{channelId}/messages/search": true, "/api/agents/{agentId}/knowledge/search": true,
	}
	asked := 0
	for _, p := range r.face.Policies() {
		if p.Method == "EVENT" {
			continue
		}
		method := p.Method
		if method == "*" {
			method = "GET"
		}
		refuses := func(who, key, path string, want int) {
			t.Helper()
			asked++
			if got := r.ask(method, path, key); got != want {
				t.Errorf("%s %s: %s is answered %d, want %d", method, p.Path, who, got, want)
			}
		}
		admits := func(who, key, path string) {
			t.Helper()
			asked++
			if got := r.ask(method, path, key); got == 401 || got == 403 || got >= 500 && got != 501 && got != 503 {
				t.Errorf("%s %s: %s is answered %d", method, p.Path, who, got)
			}
		}
		if without[p.Path] {
			continue
		}
		if p.Needs != eliza.RightRead && p.Needs != eliza.RightWrite && p.Needs != eliza.RightAdmin {
			t.Errorf("%s %s answers without a key", method, p.Path)
			continue
		}
		refuses("nobody", "", empty.fill(p.Path), 401)
		refuses("a wrong key", "elizad_wrong", empty.fill(p.Path), 401)
		refuses("a revoked key", revoked, empty.fill(p.Path), 401)
		if method != "GET" && p.Needs == eliza.RightRead && !reads[p.Path] {
			t.Errorf("%s %s: a key that may only read may use it", method, p.Path)
		}
		if p.Needs == eliza.RightRead {
			admits("a reader", reader, empty.fill(p.Path))
		} else {
			refuses("a reader", reader, empty.fill(p.Path), 403)
			refuses("its agent's reader", ownReader, own.fill(p.Path), 403)
		}
		if p.Needs == eliza.RightAdmin {
			refuses("a writer", writer, empty.fill(p.Path), 403)
		} else {
			admits("a writer", writer, empty.fill(p.Path))
		}
		switch {
		case names(p.Path):
			refuses("another agent's writer", ownWriter, foreign.fill(p.Path), 403)
			if method == "GET" {
				admits("its agent's reader", ownReader, own.fill(p.Path))
			}
		case !p.Agents:
			refuses("an agent's writer", ownWriter, own.fill(p.Path), 403)
		}
	}
	if asked < 1000 {
		t.Errorf("only %d requests were made", asked)
	}
}

// TestAKeyOfOneAgentStaysWithIt names other agents where no path does.
func TestAKeyOfOneAgentStaysWithIt(t *testing.T) {
	r := newRig(t)
	_, r.key = r.keyFor("admin", "")
	own, foreign := r.household("Own"), r.household("Foreign")
	_, key := r.keyFor("write", own["agentId"])
	r.key = key
	if agents := list(r.send("GET", "/api/agents", nil).data(200), "agents"); len(agents) != 1 || text(agents[0], "id") != own["agentId"] {
		t.Errorf("it sees the agents %v", agents)
	}
	r.send("POST", "/api/messaging/jobs", map[string]any{"agentId": foreign["agentId"], "userId": person, "content": "x"}).fails(403, "FORBIDDEN")
	r.send("POST", "/api/messaging/sessions", map[string]any{"agentId": foreign["agentId"], "userId": person}).fails(403, "FORBIDDEN")
	r.send("POST", "/api/agents/"+own["agentId"]+"/speech/conversation", map[string]any{"audio": "UklGRg==", "channelId": foreign["channelId"]}).fails(403, "FORBIDDEN")
	l := r.listenAs(key, own["channelId"])
	l.post(`42["1",{"channelId":"` + foreign["channelId"] + `"}]`)
	if refused := text(l.hears("messageError"), "error"); !strings.Contains(refused, "one agent") {
		t.Errorf("it is let into another's channel: %q", refused)
	}
	l.post(`42["2",{"channelId":"` + foreign["channelId"] + `","messageServerId":"` + zeroServer + `","senderId":"` + person + `","message":"x"}]`)
	if refused := text(l.hears("messageError"), "error"); !strings.Contains(refused, "one agent") {
		t.Errorf("it may speak in another's channel: %q", refused)
	}
}

// TestWhoMayEmitWhat has every event of the sockets sent by keys that may not:
// one that only reads, and one of another agent.
func TestWhoMayEmitWhat(t *testing.T) {
	r := newRig(t)
	_, r.key = r.keyFor("admin", "")
	own, foreign := r.household("Own"), r.household("Foreign")
	_, reader := r.keyFor("read", "")
	_, ownWriter := r.keyFor("write", own["agentId"])
	payloads := map[string]string{
		"message": `{"type":1,"payload":{"channelId":"$channel"}}`, "1": `{"channelId":"$channel"}`, "join_channel": `{"channelId":"$channel"}`, "join": `{"roomId":"$channel"}`,
		"2":                 `{"channelId":"$channel","messageServerId":"` + zeroServer + `","senderId":"` + person + `","message":"x"}`,
		"send_message":      `{"channelId":"$channel","serverId":"` + zeroServer + `","entityId":"` + person + `","text":"x"}`,
		"approval_decision": `{"approvalId":"` + nobody + `","decision":"approve"}`,
		"audioStart":        `{"agentId":"$agent"}`, "request-world-state": `{"roomId":"$channel"}`, "set_log_filter": `{"agentId":"$agent"}`, "update_log_filters": `{"agentId":"$agent"}`,
		// These reach nothing that was not joined, or only what is one's own.
		"typing": `{"channelId":"$channel","isTyping":true}`, "userTyping": `{"channelId":"$channel","isTyping":true}`,
		"leave": `{"roomId":"$channel"}`, "leave_channel": `{"channelId":"$channel"}`, "subscribe_logs": `null`, "unsubscribe_logs": `null`,
	}
	harmless := []string{"leave", "leave_channel", "subscribe_logs", "unsubscribe_logs"}
	admin := r.key
	r.key = "" // a key in a header would count too
	r.open(`{"entityId":"` + person + `"}`).hearsRefusal("Invalid or missing API Key")
	r.key = admin
	reading, strange := r.listenAs(reader, own["channelId"]), r.listenAs(ownWriter, own["channelId"])
	strange.emit("subscribe_logs", "null")
	events := 0
	for _, p := range r.face.Policies() {
		if p.Method != "EVENT" {
			continue
		}
		events++
		payload := payloads[p.Path]
		if payload == "" {
			t.Errorf("nobody tries the event %s", p.Path)
			continue
		}
		answer := reading.asks(p.Path, strings.NewReplacer("$channel", own["channelId"], "$agent", own["agentId"]).Replace(payload))
		if refused := text(answer, "error"); strings.Contains(refused, "right to read") != (p.Needs != eliza.RightRead) {
			t.Errorf("%s: a reader is answered %v", p.Path, answer)
		}
		answer = strange.asks(p.Path, strings.NewReplacer("$channel", foreign["channelId"], "$agent", foreign["agentId"]).Replace(payload))
		refused := text(answer, "error")
		switch {
		case slices.Contains(harmless, p.Path):
			if refused != "" {
				t.Errorf("%s is refused: %v", p.Path, answer)
			}
		case p.Needs == eliza.RightAdmin:
			if !strings.Contains(refused, "admin is needed") {
				t.Errorf("%s: a writer is answered %v", p.Path, answer)
			}
		case !strings.Contains(refused, "one agent") && !strings.Contains(refused, "Join the channel"):
			t.Errorf("%s: another agent's key is answered %v", p.Path, answer)
		}
	}
	if events < 16 {
		t.Errorf("there are only %d events", events)
	}
	// A message that is wrapped is held to what is wrapped.
	sent := `{"type":2,"payload":` + strings.ReplaceAll(payloads["2"], "$channel", own["channelId"]) + `}`
	if refused := text(reading.asks("message", sent), "error"); !strings.Contains(refused, "right to read") {
		t.Errorf("a reader may write: %q", refused)
	}
	if refused := text(reading.asks("message", `{"text":"x","roomId":"`+own["channelId"]+`"}`), "error"); !strings.Contains(refused, "right to read") {
		t.Errorf("a reader may write: %q", refused)
	}
	r.say(foreign["channelId"], "secret of another").data(201)
	r.say(own["channelId"], "public").data(201)
	if heard := strange.hears("messageBroadcast"); text(heard, "text") != "public" {
		t.Errorf("it hears %v", heard)
	}
}

// A key that does not administer speaks for the entity of its socket alone.
func TestASocketSpeaksForItsEntity(t *testing.T) {
	r := newRig(t)
	_, r.key = r.keyFor("admin", "")
	h := r.household("Own")
	_, writer := r.keyFor("write", "")
	own, bridge := r.listenAs(writer, h["channelId"]), r.listenAs(r.key, h["channelId"])
	send := func(l *listener, sender string) string {
		return text(l.asks("2", `{"channelId":"`+h["channelId"]+`","messageServerId":"`+zeroServer+`","senderId":"`+sender+`","message":"x"}`), "error")
	}
	if refused := send(own, other); !strings.Contains(refused, "another entity") {
		t.Errorf("it speaks for another: %q", refused)
	}
	for event, payload := range map[string]string{
		"1": `{"channelId":"` + h["channelId"] + `","entityId":"` + other + `"}`, "typing": `{"channelId":"` + h["channelId"] + `","userId":"` + other + `","isTyping":true}`,
		"audioStart": `{"agentId":"` + h["agentId"] + `","senderId":"` + other + `"}`,
	} {
		if refused := text(own.asks(event, payload), "error"); !strings.Contains(refused, "another entity") {
			t.Errorf("%s is answered %q", event, refused)
		}
	}
	if refused := send(own, person) + send(bridge, other); refused != "" {
		t.Errorf("refused: %q", refused)
	}
}

func TestSocketsOfReadersHear(t *testing.T) {
	r := newRig(t)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	h := r.household("Own")
	id, reader := r.keyFor("read", "")
	l := r.listenAs(reader, h["channelId"])
	l.post(`42["2",{"channelId":"` + h["channelId"] + `","messageServerId":"` + zeroServer + `","senderId":"` + person + `","message":"x"}]`)
	if refused := text(l.hears("messageError"), "error"); !strings.Contains(refused, "right to read") {
		t.Errorf("a reader may write: %q", refused)
	}
	r.say(h["channelId"], "news").data(201)
	if heard := l.hears("messageBroadcast"); text(heard, "text") != "news" {
		t.Errorf("it heard %v", heard)
	}
	r.send("DELETE", "/api/keys/"+id, nil).has(204)
	deadline := time.Now().Add(patience)
	for r.send("POST", l.session, "3", "Content-Type: text/plain").status == 200 {
		if time.Now().After(deadline) {
			t.Fatal("its socket outlives the key")
		}
	}
}

// listenAs joins a channel with a key of its own.
func (r *rig) listenAs(key, channel string) *listener {
	r.t.Helper()
	l := r.open(`{"entityId":"` + person + `","apiKey":"` + key + `"}`)
	l.post(`42["1",{"channelId":"` + channel + `"}]`)
	l.hears("channel_joined")
	return l
}

func TestTheFirstKeyClosesTheServer(t *testing.T) {
	r := newRig(t)
	r.send("POST", "/api/keys", map[string]any{"name": "x", "access": "read"}).fails(409, "CONFLICT")
	id, admin := r.keyFor("admin", "")
	r.send("GET", "/api/agents", nil).fails(401, "UNAUTHORIZED")
	r.key = admin
	listed := r.send("GET", "/api/keys", nil)
	listed.data(200)
	if strings.Contains(string(listed.body), admin) || !strings.Contains(string(listed.body), id) {
		t.Errorf("listed: %s", listed.body)
	}
	past := time.Now().Add(time.Second).UnixMilli()
	r.send("POST", "/api/keys", map[string]any{"name": "x", "access": "read", "expiresAt": past - 100_000}).fails(400, "INVALID_REQUEST")
	r.send("POST", "/api/keys", map[string]any{"name": "x", "access": "admin", "agentId": r.agent("A")}).fails(400, "INVALID_REQUEST")
}
