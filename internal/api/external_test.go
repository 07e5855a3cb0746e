package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExternalMessageIsAnsweredOnce(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	body := map[string]any{
		"platform": "telegram", "messageId": "m1", "channelId": "chat 7", "userId": "u9", "userName": "Ada", "content": "hello",
		"attachments": []any{map[string]any{"url": "http://x/y.png"}}, "metadata": map[string]any{"k": "v"},
	}
	first := r.send("POST", "/api/messaging/external-messages", body).data(200)
	if first["response"] != "You said: hello" || first["agentId"] != agent {
		t.Errorf("answered: %v", first)
	}
	if again := r.send("POST", "/api/messaging/external-messages", body).data(200); !cmp.Equal(again, first) || r.stub.Count() != 1 {
		t.Errorf("again: %v, after %d calls", again, r.stub.Count())
	}
	kept := r.messages(text(first, "channelId"), "")
	if len(kept) != 2 || kept[1]["sourceType"] != "telegram" || kept[1]["sourceId"] != "m1" || at(kept[1], "metadata", "platform") != "telegram" || at(kept[1], "metadata", "k") != "v" {
		t.Errorf("kept: %v", kept)
	}
	channel := r.send("GET", "/api/messaging/channels/"+text(first, "channelId"), nil).data(200)
	if channel["sourceType"] != "telegram" || channel["sourceId"] != "chat 7" {
		t.Errorf("channel: %v", channel)
	}
	for field, bad := range map[string]any{"platform": "", "messageId": 5, "channelId": nil, "userId": "", "content": "", "attachments": "x", "metadata": map[string]any{"agentId": "x"}} {
		worse := map[string]any{}
		for k, v := range body {
			worse[k] = v
		}
		worse[field] = bad
		r.send("POST", "/api/messaging/external-messages", worse).fails(400, "INVALID_REQUEST")
	}
	body["metadata"] = map[string]any{"agentId": nobody}
	r.send("POST", "/api/messaging/external-messages", body).fails(404, "NOT_FOUND")
}

func TestExternalMessageWithoutAgentsIsKept(t *testing.T) {
	r := newRig(t)
	body := map[string]any{"platform": "x", "messageId": "1", "channelId": nobody, "userId": person, "content": "hello"}
	if got := r.send("POST", "/api/messaging/external-messages", body).data(200); got["response"] != "" || got["channelId"] != nobody {
		t.Errorf("answered: %v", got)
	}
}

func TestIngestOfAPlatformsMessages(t *testing.T) {
	r := newRig(t)
	r.agent("Eliza")
	message := func(id string) map[string]any {
		return map[string]any{"id": id, "authorId": "ada", "content": "Eliza, " + id, "timestamp": 1700000000000, "metadata": map[string]any{"authorDisplayName": "Ada"}}
	}
	body := map[string]any{"platform": "discord", "channelId": "general", "messages": []any{message("a"), message("b")}}
	for range 2 {
		if got := r.send("POST", "/api/messaging/ingest-external", body).data(202); got["processed"] != 2.0 {
			t.Errorf("ingested: %v", got)
		}
	}
	found := list(r.send("POST", "/api/messaging/messages/search", map[string]any{"query": "Eliza"}).data(200), "messages")
	n := 0
	for _, m := range found {
		if m["sourceType"] == "discord" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("kept: %v", found)
	}
	for _, bad := range []map[string]any{
		{"platform": "x", "messages": []any{message("a")}}, {"platform": "x", "channelId": "c"}, {"channelId": "c", "messages": []any{message("a")}},
		{"platform": "x", "channelId": "c", "messages": []any{map[string]any{"id": "1"}}}, {"platform": "x", "channelId": "c", "messages": "y"}, {},
	} {
		r.send("POST", "/api/messaging/ingest-external", bad).fails(400, "INVALID_REQUEST")
	}
}

func TestIngestForAnAgent(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	body := map[string]any{"agentId": agent, "roomId": other, "userId": person, "text": "hello", "sourceId": "7", "sourceType": "discord"}
	id := text(r.send("POST", "/api/messaging/ingest-external", body).data(202), "messageId")
	if d := r.delivery(id); d["state"] != "replied" || d["agentId"] != agent || d["channelId"] != other {
		t.Errorf("delivery: %v", d)
	}
	delete(body, "userId")
	r.send("POST", "/api/messaging/ingest-external", body).fails(400, "INVALID_REQUEST")
	body["userId"], body["agentId"] = person, nobody
	r.send("POST", "/api/messaging/ingest-external", body).fails(404, "NOT_FOUND")
}

func TestSubmitAsTheOfficialClientDoes(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	asked := text(r.say(channel, "hello", "transport", "http").has(201), "data", "id")
	made := r.send("POST", "/api/messaging/submit", map[string]any{"agentId": agent, "channelId": channel, "content": "I add", "inReplyToMessageId": asked}).data(201)
	if made["authorId"] != agent || made["sourceType"] != "agent_response" || made["inReplyToRootMessageId"] != asked {
		t.Errorf("made: %v", made)
	}
	r.send("POST", "/api/messaging/submit", map[string]any{"agentId": agent, "content": "x"}).fails(400, "INVALID_REQUEST")
	r.send("POST", "/api/messaging/submit", map[string]any{"agentId": agent, "channelId": channel, "content": "x", "inReplyToMessageId": "x"}).fails(400, "INVALID_REQUEST")
}

func TestComplete(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("GROUP", person)
	socket := r.listen(channel)
	message := text(r.say(channel, "hello").has(201), "data", "id")
	const path = "/api/messaging/complete"
	r.send("POST", path, map[string]any{"channel_id": channel, "server_id": zeroServer}).data(200)
	if e := socket.hears("messageComplete"); e["channelId"] != channel || e["messageServerId"] != zeroServer || e["messageId"] != nil || e["error"] != nil {
		t.Errorf("heard %v", e)
	}
	r.send("POST", path, map[string]any{"messageId": message, "status": "failed", "error": "no power"}).data(200)
	if e := socket.hears("messageComplete"); e["channelId"] != channel || e["messageId"] != message || e["error"] != "no power" {
		t.Errorf("heard %v", e)
	}
	prompt := map[string]any{"agentId": agent, "roomId": other, "userId": person, "prompt": "what is new?"}
	if got := r.send("POST", path, prompt).data(200); got["response"] != "You said: what is new?" {
		t.Errorf("completed: %v", got)
	}
	if kept := r.messages(other, ""); len(kept) != 2 {
		t.Errorf("kept: %v", kept)
	}
	r.send("POST", path, map[string]any{}).fails(400, "INVALID_REQUEST")
	r.send("POST", path, map[string]any{"messageId": message, "status": "maybe"}).fails(400, "INVALID_REQUEST")
	r.send("POST", path, map[string]any{"messageId": nobody, "status": "completed"}).fails(404, "NOT_FOUND")
	r.send("POST", path, map[string]any{"agentId": agent, "prompt": "x"}).fails(400, "INVALID_REQUEST")
	r.send("POST", path, map[string]any{"agentId": agent, "roomId": other, "userId": person}).fails(400, "INVALID_REQUEST")
	prompt["agentId"] = nobody
	r.send("POST", path, prompt).fails(404, "NOT_FOUND")
}
