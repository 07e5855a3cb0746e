package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/test/stubmodel"
)

func TestEveryTransportAnswersAndKeepsTheAnswer(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	for _, root := range channelRoots {
		for _, field := range []string{"transport", "mode"} {
			for _, name := range []string{"", "websocket", "http", "sync", "sse", "stream"} {
				channel := r.channel("DM", person, agent)
				body := map[string]any{"author_id": person, "content": "hello", "raw_message": map[string]any{"x": 1}, "metadata": map[string]any{"user_display_name": "Ada"}}
				if name != "" {
					body[field] = name
				}
				got := r.send("POST", root+"/"+channel+"/messages", body)
				var said map[string]any
				switch name {
				case "sse", "stream":
					events := got.events()
					said = events[0].data
				default:
					all := got.has(201)
					said, _ = all["userMessage"].(map[string]any)
					if answer := text(all, "agentResponse", "text"); (name == "http" || name == "sync") != (answer == "You said: hello") {
						t.Errorf("%s: answer %q", name, answer)
					}
				}
				want := map[string]any{
					"channel_id": channel, "message_server_id": zeroServer, "author_id": person, "content": "hello", "source_type": "eliza_gui",
					"raw_message": map[string]any{"x": 1.0}, "metadata": map[string]any{"user_display_name": "Ada"}, "author_display_name": "Ada",
					"id": said["id"], "created_at": said["created_at"],
				}
				if diff := cmp.Diff(want, said); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				delivery := r.delivery(text(said, "id"))
				if delivery["state"] != "replied" || delivery["agentId"] != agent || delivery["messageId"] != said["id"] || delivery["channelId"] != channel {
					t.Errorf("%s: delivery %v", name, delivery)
				}
				kept := r.messages(channel, "")
				if len(kept) != 2 || kept[0]["id"] != delivery["replyId"] || kept[0]["content"] != "You said: hello" || kept[1]["id"] != said["id"] {
					t.Errorf("%s: kept %v", name, kept)
				}
			}
		}
	}
	got := r.say(r.channel("DM", person, agent), "x", "transport", "pigeon")
	got.fails(400, "INVALID_REQUEST")
}

// messages lists what a channel holds, newest first.
func (r *rig) messages(channel, query string) []map[string]any {
	r.t.Helper()
	return list(r.send("GET", "/api/messaging/channels/"+channel+"/messages"+query, nil).data(200), "messages")
}

func TestAnswerHasTheFieldsThatClientsRead(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	all := r.say(channel, "hello", "transport", "http").has(201)
	answer, _ := all["agentResponse"].(map[string]any)
	if !cmp.Equal(answer["actions"], []any{"REPLY"}) || answer["simple"] != true || answer["agentId"] != agent || answer["responseId"] != answer["messageId"] ||
		!cmp.Equal(answer["providers"], []any{}) || text(answer, "inReplyTo") == "" {
		t.Errorf("answer: %v", answer)
	}
	kept := r.messages(channel, "")
	if kept[0]["authorId"] != agent || kept[0]["sourceType"] != "agent_response" || kept[0]["inReplyToRootMessageId"] != kept[1]["id"] ||
		!cmp.Equal(at(kept[0], "metadata", "actions"), []any{"REPLY"}) {
		t.Errorf("kept: %v", kept[0])
	}
	if one := r.send("GET", "/api/messaging/messages/"+text(kept[0], "id"), nil).data(200); one["content"] != kept[0]["content"] {
		t.Errorf("one message: %v", one)
	}
	runs := r.send("GET", "/api/agents/"+agent+"/runs", nil).data(200)
	if runs["total"] != 1.0 || len(list(runs, "runs")) != 1 || list(runs, "runs")[0]["status"] != "completed" {
		t.Fatalf("runs: %v", runs)
	}
	run := r.send("GET", "/api/agents/"+agent+"/runs/"+text(list(runs, "runs")[0], "runId"), nil).data(200)
	if at(run, "summary", "counts", "modelCalls") != 1.0 || len(list(run, "events")) == 0 {
		t.Errorf("run: %v", run)
	}
	r.send("GET", "/api/agents/"+agent+"/runs/"+nobody, nil).fails(404, "NOT_FOUND")
	r.send("GET", "/api/agents/"+agent+"/runs/x", nil).fails(400, "INVALID_ID")
}

func TestMessageSentAgainIsStoredOnce(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	path := "/api/messaging/channels/" + channel + "/messages"
	send := func(body map[string]any, headers ...string) string {
		t.Helper()
		body["author_id"], body["content"], body["transport"] = person, "once", "http"
		all := r.send("POST", path, body, headers...).has(201)
		if text(all, "agentResponse", "text") != "You said: once" {
			t.Errorf("answer: %v", all)
		}
		return text(all, "userMessage", "id")
	}
	ways := map[string]func() string{
		"Idempotency-Key": func() string { return send(map[string]any{}, "Idempotency-Key: k1") },
		"source_id":       func() string { return send(map[string]any{"source_id": "s1"}) },
		"messageId":       func() string { return send(map[string]any{"messageId": other}) },
	}
	for name, way := range ways {
		if first, again := way(), way(); first != again {
			t.Errorf("%s: stored as %s and as %s", name, first, again)
		}
	}
	if kept := r.messages(channel, ""); len(kept) != 2*len(ways) || r.stub.Count() != int64(len(ways)) {
		t.Errorf("%d messages are kept, the model was called %d times", len(kept), r.stub.Count())
	}
	elsewhere := r.channel("DM", person, agent)
	r.say(elsewhere, "x", "messageId", other).fails(409, "CONFLICT")
}

func TestChannelThatDoesNotExistIsMade(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	dm := "33333333-3333-4333-8333-333333333333"
	all := r.say(dm, "hello", "transport", "http", "metadata", map[string]any{"isDm": true, "targetUserId": agent}).has(201)
	if text(all, "agentResponse", "text") != "You said: hello" {
		t.Errorf("answer: %v", all)
	}
	made := r.send("GET", "/api/messaging/channels/"+dm+"/details", nil).data(200)
	if made["type"] != "DM" || made["name"] != "DM 33333333" || made["sourceType"] != "auto_created" {
		t.Errorf("made: %v", made)
	}
	group := "44444444-4444-4444-8444-444444444444"
	r.say(group, "hello").has(201)
	if made := r.send("GET", "/api/messaging/channels/"+group, nil).data(200); made["type"] != "GROUP" || made["name"] != "Chat 44444444" {
		t.Errorf("made: %v", made)
	}
	r.say("55555555-5555-4555-8555-555555555555", "hello", "message_server_id", nobody).fails(404, "NOT_FOUND")
}

func TestChannelOfPeopleKeepsWhatTheySay(t *testing.T) {
	r := newRig(t)
	channel := r.channel("GROUP", person, other)
	all := r.say(channel, "just us", "transport", "http").has(201)
	if answer, there := all["agentResponse"]; !there || answer != nil || len(all["deliveries"].([]any)) != 0 {
		t.Errorf("answer: %v", all)
	}
	events := r.say(channel, "just us", "transport", "sse").events()
	if last := events[len(events)-1]; len(events) != 2 || last.name != "done" {
		t.Errorf("events: %v", events)
	}
	if kept := r.messages(channel, ""); len(kept) != 2 {
		t.Errorf("kept: %v", kept)
	}
}

func TestListOfMessages(t *testing.T) {
	r := newRig(t)
	channel := r.channel("GROUP", person)
	for i := range 5 {
		r.say(channel, fmt.Sprint(i)).has(201)
	}
	all := r.messages(channel, "")
	contents := func(list []map[string]any) (texts []string) {
		for _, m := range list {
			texts = append(texts, text(m, "content"))
		}
		return texts
	}
	if got := contents(all); !cmp.Equal(got, []string{"4", "3", "2", "1", "0"}) {
		t.Errorf("order: %v", got)
	}
	if got := contents(r.messages(channel, "?limit=2")); !cmp.Equal(got, []string{"4", "3"}) {
		t.Errorf("limit 2: %v", got)
	}
	if got := r.messages(channel, "?limit=0"); len(got) != 0 {
		t.Errorf("limit 0: %v", got)
	}
	moment, _ := all[2]["created_at"].(float64)
	for _, m := range r.messages(channel, fmt.Sprintf("?before=%.0f", moment)) {
		if m["created_at"].(float64) >= moment {
			t.Errorf("before %.0f: %v", moment, m)
		}
	}
	if got := r.messages(channel, fmt.Sprintf("?before=%.0f", moment+1000000)); len(got) != 5 {
		t.Errorf("before a later moment: %v", got)
	}
	for moment, want := range map[string]int{
		"2100-01-01T00:00:00.000Z": 5, "2100-01-01T02:00:00%2B02:00": 5, "1990-01-01T00:00:00Z": 0,
		"Fri Jan 01 2100 00:00:00 GMT%2B0100 (Mitteleurop%C3%A4ische Normalzeit)": 5, "Mon Jan 01 1990 00:00:00 GMT-0500": 0,
	} {
		moment = strings.ReplaceAll(moment, " ", "%20")
		if before, after := r.messages(channel, "?before="+moment), r.messages(channel, "?after="+moment); len(before) != want || len(after) != 5-want {
			t.Errorf("%d before and %d after %s", len(before), len(after), moment)
		}
	}
	if got := r.messages(nobody, ""); len(got) != 0 {
		t.Errorf("an unknown channel holds %v", got)
	}
	for _, query := range []string{"?limit=abc", "?limit=-1", "?limit=99999999999", "?before=-1", "?before=1e99", "?before=yesterday", "?after=1960-01-01T00:00:00Z"} {
		r.send("GET", "/api/messaging/channels/"+channel+"/messages"+query, nil).fails(400, "INVALID_REQUEST")
	}
}

func TestDeletedMessagesAreGone(t *testing.T) {
	r := newRig(t)
	channel, elsewhere := r.channel("GROUP", person), r.channel("GROUP", person)
	path := "/api/messaging/channels/" + channel + "/messages"
	id := text(r.say(channel, "one").has(201), "userMessage", "id")
	r.say(channel, "two").has(201)
	r.send("DELETE", "/api/messaging/channels/"+elsewhere+"/messages/"+id, nil).fails(404, "NOT_FOUND")
	r.send("DELETE", path+"/x", nil).fails(400, "INVALID_ID")
	if got := r.send("DELETE", path+"/"+id, nil); got.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	for _, gone := range []string{"/api/messaging/messages/" + id, "/api/messaging/messages/" + id + "/deliveries"} {
		r.send("GET", gone, nil).fails(404, "NOT_FOUND")
	}
	if got := r.send("DELETE", path, nil); got.status != http.StatusNoContent || len(r.messages(channel, "")) != 0 {
		t.Errorf("clear: %d %s", got.status, got.body)
	}
}

func TestSubmitShowsAndAsksNobody(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	body := map[string]any{
		"channel_id": channel, "server_id": zeroServer, "author_id": agent, "content": "spoken elsewhere", "source_type": "agent_response",
		"raw_message": map[string]any{"text": "spoken elsewhere"}, "metadata": map[string]any{"agentName": "Eliza"},
	}
	got := r.send("POST", "/api/messaging/submit", body).data(201)
	if got["channelId"] != channel || got["authorId"] != agent || got["content"] != "spoken elsewhere" || !cmp.Equal(got["rawMessage"], body["raw_message"]) {
		t.Errorf("submitted: %v", got)
	}
	body["author_id"] = person
	quiet := r.send("POST", "/api/messaging/submit", body).data(201)
	if all := list(r.send("GET", "/api/messaging/messages/"+text(quiet, "id")+"/deliveries", nil).data(200), "deliveries"); len(all) != 0 {
		t.Errorf("an agent was asked: %v", all)
	}
	for key, bad := range map[string]any{"channel_id": nil, "author_id": "x", "content": "", "source_type": nil, "in_reply_to_message_id": "x"} {
		broken := map[string]any{}
		for k, v := range body {
			broken[k] = v
		}
		broken[key] = bad
		r.send("POST", "/api/messaging/submit", broken).fails(400, "INVALID_REQUEST")
	}
	body["channel_id"] = nobody
	r.send("POST", "/api/messaging/submit", body).fails(404, "NOT_FOUND")
}

func TestIngestTakesInFromAnotherPlatform(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	body := map[string]any{
		"channel_id": channel, "message_server_id": zeroServer, "author_id": person, "content": "from afar", "author_display_name": "Ada",
		"source_type": "discord", "source_id": "d-1", "raw_message": "as it came",
	}
	id := ""
	for range 2 {
		got := r.send("POST", "/api/messaging/ingest-external", body).has(202)
		if got["success"] != true || got["message"] != "Message ingested and published to bus" {
			t.Errorf("ingested: %v", got)
		}
		id = text(got, "data", "messageId")
	}
	if got := r.delivery(id); got["state"] != "replied" {
		t.Errorf("delivery: %v", got)
	}
	if kept := r.messages(channel, ""); len(kept) != 2 || kept[1]["sourceId"] != "d-1" || kept[1]["rawMessage"] != "as it came" {
		t.Errorf("kept: %v", kept)
	}
	body["channel_id"], body["source_id"] = nobody, "d-2"
	r.send("POST", "/api/messaging/ingest-external", body).fails(404, "NOT_FOUND")
}

func TestModelThatFailsIsToldAsSuch(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	r.stub.Script(stubmodel.Reply{Status: 500, Times: 3})
	channel := r.channel("DM", person, agent)
	r.say(channel, "one", "transport", "http").fails(500, "MODEL_ERROR")
	events := r.say(channel, "two", "transport", "sse").events()
	if last := events[len(events)-1]; last.name != "error" || text(last.data, "error") == "" || last.data["reason"] != "model_error" {
		t.Errorf("events: %v", events)
	}
	failed := r.delivery(text(r.say(channel, "three").has(201), "userMessage", "id"))
	if failed["state"] != "failed" || failed["reason"] != "model_error" || text(failed, "detail") == "" {
		t.Errorf("delivery: %v", failed)
	}
	if got := text(r.say(channel, "four", "transport", "http").has(201), "agentResponse", "text"); got != "You said: four" {
		t.Errorf("afterwards: %q", got)
	}
}

func TestSilenceIsExplained(t *testing.T) {
	r := newRig(t)
	channel := r.channel("DM", person, r.agent("Eliza"))
	ignore := stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "c1", Name: "IGNORE", Arguments: "{}"}}}
	r.stub.Script(ignore, ignore)
	all := r.say(channel, "bye", "transport", "http").has(201)
	if text(all, "agentResponse", "text") != "" || !cmp.Equal(at(all, "agentResponse", "actions"), []any{"IGNORE"}) || at(all, "agentResponse", "reason") != "agent_chose" {
		t.Errorf("answer: %v", all)
	}
	events := r.say(channel, "bye", "transport", "sse").events()
	if last := events[len(events)-1]; last.name != "done" || !cmp.Equal(last.data["actions"], []any{"IGNORE"}) {
		t.Errorf("events: %v", events)
	}
	if kept := r.messages(channel, ""); len(kept) != 2 {
		t.Errorf("kept: %v", kept)
	}
}
