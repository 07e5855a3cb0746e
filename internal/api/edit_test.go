package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMessageIsEditedAndShownAnew(t *testing.T) {
	r := newRig(t)
	channel := r.channel("GROUP", person)
	socket := r.listen(channel)
	id := text(r.say(channel, "before").has(201), "userMessage", "id")
	path := "/api/messaging/messages/" + id
	edited := r.send("PATCH", path, map[string]any{"content": "after", "metadata": map[string]any{"a": 1}, "raw_message": map[string]any{"b": 2}}).data(200)
	if edited["content"] != "after" || edited["id"] != id || !cmp.Equal(edited["metadata"], map[string]any{"a": 1.0}) || !cmp.Equal(edited["rawMessage"], map[string]any{"b": 2.0}) {
		t.Errorf("edited: %v", edited)
	}
	if kept := r.send("GET", path, nil).data(200); kept["content"] != "after" || kept["createdAt"] != edited["createdAt"] {
		t.Errorf("kept: %v", kept)
	}
	if first := socket.hears("messageBroadcast"); first["text"] != "before" || first["updatedAt"] != nil {
		t.Errorf("first shown as %v", first)
	}
	if again := socket.hears("messageBroadcast"); again["id"] != id || again["text"] != "after" || again["updatedAt"] == nil || again["senderName"] != "User" {
		t.Errorf("shown anew as %v", again)
	}
	for name, c := range map[string]struct {
		path, code string
		body       any
		status     int
	}{
		"nothing":       {path, "INVALID_REQUEST", map[string]any{}, 400},
		"blank":         {path, "INVALID_REQUEST", map[string]any{"content": "  "}, 400},
		"empty":         {path, "INVALID_REQUEST", map[string]any{"content": ""}, 400},
		"no text":       {path, "INVALID_REQUEST", map[string]any{"content": 5}, 400},
		"unknown":       {"/api/messaging/messages/" + nobody, "NOT_FOUND", map[string]any{"content": "x"}, 404},
		"not an id":     {"/api/messaging/messages/x", "INVALID_ID", map[string]any{"content": "x"}, 400},
		"no metadata":   {path, "INVALID_REQUEST", map[string]any{"metadata": "x"}, 400},
		"no body":       {path, "INVALID_REQUEST", nil, 400},
		"broken object": {path, "INVALID_REQUEST", `{"content":`, 400},
	} {
		if got := r.send("PATCH", c.path, c.body, "Content-Type: application/json"); got.status != c.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		} else {
			got.fails(c.status, c.code)
		}
	}
}

func TestMessagesOfOneAuthorAreDeleted(t *testing.T) {
	r := newRig(t)
	for _, root := range channelRoots {
		channel := r.channel("GROUP", person, other)
		socket := r.listen(channel)
		mine := text(r.say(channel, "mine").has(201), "data", "id")
		r.say(channel, "theirs", "author_id", other).has(201)
		path := root + "/" + channel + "/messages/all"
		gone := r.send("DELETE", path+"?userId="+person, nil).has(200)
		if gone["success"] != true || gone["deleted"] != 1.0 || gone["deletedCount"] != 1.0 || at(gone, "data", "deleted") != 1.0 {
			t.Errorf("deleted: %v", gone)
		}
		if e := socket.hears("messageDeleted"); e["messageId"] != mine || e["channelId"] != channel {
			t.Errorf("heard %v", e)
		}
		if left := r.messages(channel, ""); len(left) != 1 || left[0]["content"] != "theirs" {
			t.Errorf("left: %v", left)
		}
		if again := r.send("DELETE", path+"?userId="+person, nil).data(200); again["deleted"] != 0.0 {
			t.Errorf("deleted again: %v", again)
		}
		r.send("DELETE", path, nil).fails(400, "MISSING_PARAM")
		r.send("DELETE", path+"?userId=me", nil).fails(400, "INVALID_REQUEST")
		r.send("DELETE", root+"/"+nobody+"/messages/all?userId="+person, nil).fails(404, "NOT_FOUND")
	}
}

func TestActionIsShownAndChanged(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	socket := r.listen(channel)
	raw := map[string]any{"text": "Executing action: SEND", "thought": "I do it", "actions": []any{"SEND"}, "actionStatus": "executing"}
	made := r.send("POST", "/api/messaging/action", map[string]any{
		"channel_id": channel, "message_server_id": zeroServer, "author_id": agent, "content": "Executing action: SEND", "source_type": "agent_action", "raw_message": raw,
		"metadata": map[string]any{"agentName": "Eliza"},
	}).data(201)
	id := text(made, "id")
	shown := socket.hears("messageBroadcast")
	if shown["id"] != id || shown["senderName"] != "Eliza" || shown["source"] != "agent_action" || shown["thought"] != "I do it" || shown["updatedAt"] == nil ||
		!cmp.Equal(shown["rawMessage"], raw) || !cmp.Equal(shown["actions"], []any{"SEND"}) || shown["messageServerId"] != zeroServer {
		t.Errorf("shown as %v", shown)
	}
	raw["actionStatus"] = "completed"
	changed := r.send("PATCH", "/api/messaging/action/"+id, map[string]any{"raw_message": raw, "metadata": map[string]any{"agentName": "Liza"}, "server_message_id": "s-1"}).data(200)
	if changed["id"] != id || at(changed, "rawMessage", "actionStatus") != "completed" || changed["content"] != "Executing action: SEND" || changed["sourceId"] != "s-1" {
		t.Errorf("changed: %v", changed)
	}
	if shown := socket.hears("messageBroadcast"); shown["id"] != id || shown["senderName"] != "Liza" || at(shown, "rawMessage", "actionStatus") != "completed" || shown["thought"] != "I do it" {
		t.Errorf("shown anew as %v", shown)
	}
	if deliveries := list(r.send("GET", "/api/messaging/messages/"+id+"/deliveries", nil).data(200), "deliveries"); len(deliveries) != 0 || r.stub.Count() != 0 {
		t.Errorf("an action was delivered: %v", deliveries)
	}
	r.send("PATCH", "/api/messaging/action/"+nobody, map[string]any{"content": "x"}).fails(404, "NOT_FOUND")
	r.send("PATCH", "/api/messaging/action/x", map[string]any{"content": "x"}).fails(400, "INVALID_ID")
	r.send("PATCH", "/api/messaging/action/"+id, map[string]any{"author_id": "x"}).fails(400, "INVALID_REQUEST")
	r.send("POST", "/api/messaging/action", map[string]any{}).fails(400, "INVALID_REQUEST")
	r.send("POST", "/api/messaging/action", map[string]any{"channel_id": nobody, "author_id": agent, "content": "x"}).fails(404, "NOT_FOUND")
}

func TestPostWithoutAuthorIsThePersons(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	path := func(channel string) string { return "/api/messaging/channels/" + channel + "/messages" }
	said := r.send("POST", path(r.channel("DM", person, agent)), map[string]any{"content": "hello", "transport": "http"}).has(201)
	if at(said, "data", "authorId") != person || text(said, "agentResponse", "text") != "You said: hello" || at(said, "data", "content") != "hello" {
		t.Errorf("said: %v", said)
	}
	first := r.send("POST", path(r.channel("GROUP", person, other)), map[string]any{"content": "hello"}).data(201)
	second := r.send("POST", path("33333333-3333-4333-8333-333333333333"), map[string]any{"content": "hello"}).data(201)
	if first["authorId"] == person || first["authorId"] == other || first["authorId"] != second["authorId"] {
		t.Errorf("anonymous are %v and %v", first["authorId"], second["authorId"])
	}
}
