package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hostileBodies are bodies that no route can make sense of, or only by luck.
func hostileBodies() map[string][]byte {
	deep := func(n int, open, end string) []byte {
		return []byte(strings.Repeat(open, n) + strings.Repeat(end, n))
	}
	inside := func(n int) []byte {
		lists := string(deep(n, "[", "]"))
		return []byte(`{"author_id":"` + person + `","content":"x","name":"x","bio":"x","metadata":{"a":` + lists + `},"raw_message":` + lists + `}`)
	}
	return map[string][]byte{
		"empty": {}, "blank": []byte("  \n"), "not JSON": []byte("hello"), "cut": []byte(`{"content":`), "two values": []byte(`{} {}`), "null": []byte("null"),
		"a list": []byte("[]"), "a text": []byte(`"x"`), "a number": []byte("1e999"), "wrong types": []byte(`{"content":{"a":1},"author_id":5,"name":[],"metadata":"x","agentId":{},"channel_id":1}`),
		"nulls":        []byte(`{"content":null,"author_id":null,"name":null,"metadata":null,"agentId":null,"channel_id":null}`),
		"bad UTF-8":    []byte("{\"author_id\":\"" + person + "\",\"content\":\"\xff\xfe\",\"name\":\"\xc3\",\"bio\":\"\x80\",\"metadata\":{\"\xff\":\"\xff\"},\"raw_message\":\"\xff\"}"),
		"zero bytes":   []byte(`{"author_id":"` + person + `","content":"a\u0000b","name":"\u0000","bio":"\u0000","metadata":{"\u0000":"\u0000"},"raw_message":{"\u0000":"\u0000"}}`),
		"surrogates":   []byte(`{"author_id":"` + person + `","content":"\ud800","name":"\udfff","bio":"x","metadata":{"a":"\ud800"},"raw_message":"\ud800"}`),
		"deep lists":   deep(15000, "[", "]"),
		"deep objects": deep(9000, `{"a":`, "}"),
		"deep inside":  inside(3000),
		"huge number":  []byte(`{"author_id":"` + person + `","content":"x","name":"x","bio":"x","metadata":{"n":1e400},"settings":{"n":123456789012345678901234567890}}`),
		"prototype":    []byte(`{"__proto__":{"x":1},"constructor":1,"content":"x","author_id":"` + person + `","name":"__proto__","bio":"x"}`),
		"SQL":          []byte(`{"content":"'); DROP TABLE messages;--","author_id":"` + person + `","name":"'; --","bio":"x","source_type":"' OR 1=1 --"}`),
		"too large":    []byte(`{"content":"` + strings.Repeat("x", maxPayload) + `","author_id":"` + person + `"}`),
	}
}

// TestAnIDHasOneForm holds ids to their form in paths, queries and bodies.
func TestAnIDHasOneForm(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	for _, form := range []string{"urn:uuid:" + agent, "%7B" + agent + "%7D", strings.ReplaceAll(agent, "-", ""), agent + "0"} {
		r.send("GET", "/api/agents/"+form, nil).fails(400, "INVALID_ID")
		r.send("GET", "/api/messaging/dm-channel?targetUserId="+form+"&currentUserId="+person, nil).fails(400, "INVALID_REQUEST")
		body := strings.NewReplacer("%7B", "{", "%7D", "}").Replace(form)
		r.send("POST", sessions, map[string]any{"agentId": body, "userId": person}).fails(400, "VALIDATION_ERROR")
	}
}

// TestHostileBodiesNeverBreakTheServer sends each of them to each route: the
// answer is a success or the envelope, never a 5xx.
func TestHostileBodiesNeverBreakTheServer(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	for path, methods := range r.paths() {
		for method, operation := range methods {
			method = strings.ToUpper(method)
			op, _ := operation.(map[string]any)
			if method == "GET" || path == "/api/stop" || text(op, "x-alias-of") != "" {
				continue
			}
			real := strings.NewReplacer("{agentId}", agent, "{channelId}", r.channel("GROUP", person), "{messageId}", nobody, "{messageServerId}", zeroServer).Replace(path)
			for name, body := range hostileBodies() {
				got := r.send(method, real, body)
				switch {
				case got.status >= 500:
					t.Errorf("%s %s, %s: %d %s", method, path, name, got.status, got.body)
				case got.status >= 400:
					got.envelope()
				}
				if method == "DELETE" { // whatever it deletes, it does not read the body
					break
				}
			}
		}
	}
	if all := list(r.send("GET", "/api/agents", nil).data(200), "agents"); len(all) == 0 {
		t.Error("no agent is left")
	}
}

func TestBadRequestsAreToldWhy(t *testing.T) {
	r := newRig(t)
	messages := "/api/messaging/channels/" + r.channel("GROUP", person) + "/messages"
	for name, c := range map[string]struct {
		method, path string
		body         any
		headers      string
		status       int
		code, says   string
	}{
		"unknown path":         {"GET", "/api/nowhere", nil, "", 404, "NOT_FOUND", "API endpoint not found"},
		"unknown path outside": {"GET", "/nowhere", nil, "", 404, "NOT_FOUND", ""},
		"wrong method":         {"PUT", "/api/agents", map[string]any{}, "", 405, "METHOD_NOT_ALLOWED", "PUT"},
		"malformed":            {"POST", messages, "{", "", 400, "INVALID_REQUEST", ""},
		"no body":              {"POST", messages, nil, "", 400, "INVALID_REQUEST", "body"},
		"too large":            {"POST", messages, hostileBodies()["too large"], "", 413, "PAYLOAD_TOO_LARGE", ""},
		"text":                 {"POST", messages, "content=x", "Content-Type: text/plain", 400, "INVALID_CONTENT_TYPE", ""},
		"a form":               {"POST", messages, "content=x", "Content-Type: application/x-www-form-urlencoded", 400, "INVALID_CONTENT_TYPE", ""},
		"no content type":      {"POST", messages, `{"content":"x","author_id":"` + person + `"}`, "Content-Type: ", 400, "INVALID_CONTENT_TYPE", ""},
		"no content":           {"POST", messages, map[string]any{"author_id": person}, "", 400, "INVALID_REQUEST", "content"},
		"blank content":        {"POST", messages, map[string]any{"author_id": person, "content": " \n"}, "", 400, "INVALID_REQUEST", "content"},
		"bad author":           {"POST", messages, map[string]any{"author_id": "me", "content": "x"}, "", 400, "INVALID_REQUEST", "author_id"},
		"a long key":           {"POST", messages, map[string]any{"author_id": person, "content": "x"}, "Idempotency-Key: " + strings.Repeat("k", 300), 400, "INVALID_REQUEST", ""},
		"bad channel":          {"POST", "/api/messaging/channels/..%2F..%2Fetc/messages", map[string]any{"author_id": person, "content": "x"}, "", 400, "INVALID_CHANNEL_ID", ""},
		"bad message":          {"GET", "/api/messaging/messages/x/deliveries", nil, "", 400, "INVALID_ID", "Invalid message ID format"},
	} {
		var headers []string
		if c.headers != "" {
			headers = append(headers, c.headers)
		}
		got := r.send(c.method, c.path, c.body, headers...)
		if code, message := got.envelope(); got.status != c.status || code != c.code || !strings.Contains(message, c.says) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestMethods(t *testing.T) {
	r := newRig(t)
	if allowed := r.send("PUT", "/api/agents", nil).header.Values("Allow"); !cmp.Equal(allowed, []string{"GET", "POST"}) {
		t.Errorf("a refused method is told that %q are allowed", allowed)
	}
	if got := r.send("HEAD", "/api/agents", nil); got.status != 200 || len(got.body) != 0 {
		t.Errorf("HEAD: %d %q", got.status, got.body)
	}
}

// FuzzPostMessage posts any bytes as a message: no 5xx, always the envelope.
func FuzzPostMessage(f *testing.F) {
	for _, body := range hostileBodies() {
		if len(body) < 4000 {
			f.Add(body)
		}
	}
	for _, transport := range []string{"http", "sse", "websocket", "sync", "stream", "pigeon", ""} {
		f.Add([]byte(`{"author_id":"` + person + `","content":"hello","message_server_id":"` + zeroServer + `","transport":"` + transport + `","metadata":{"isDm":true},"raw_message":{}}`))
	}
	f.Add([]byte(`{"author_id":"` + person + `","content":"x","mode":"sync","in_reply_to_message_id":"x","source_id":"s","source_type":"t","messageId":"` + other + `","author_display_name":"A"}`))
	f.Add([]byte(`{"author_id":"` + person + `","content":"x","server_id":"` + nobody + `"}`))
	r := newRig(f)
	channel := r.channel("DM", person, r.agent("Eliza"))
	f.Fuzz(func(t *testing.T, body []byte) {
		each := *r
		each.t = t
		got := each.send("POST", "/api/messaging/channels/"+channel+"/messages", body)
		switch {
		case got.status >= 500:
			t.Fatalf("%d %s", got.status, got.body)
		case got.status >= 400:
			got.envelope()
		case got.header.Get("Content-Type") == "text/event-stream":
			events := got.events()
			if last := events[len(events)-1].name; last != "done" && last != "error" {
				t.Fatalf("the stream ends with %s", last)
			}
		default:
			all := got.has(201)
			id := text(all, "userMessage", "id")
			if id == "" {
				t.Fatalf("accepted without an id: %s", got.body)
			}
			if len(list(all, "deliveries")) > 0 { // one after another, or they queue up
				each.delivery(id)
			}
		}
	})
}
