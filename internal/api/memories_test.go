package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// both roots under which memories and rooms have been.
var agentRoots = []string{"/api/agents/", "/api/memory/"}

// room makes a room of an agent and returns its id.
func (r *rig) room(agent, name string) string {
	r.t.Helper()
	return text(r.send("POST", "/api/agents/"+agent+"/rooms", map[string]any{"name": name}).data(201), "id")
}

// memory gives an agent a memory; more fields may be given by name and value.
func (r *rig) memory(agent, room, content string, more ...any) map[string]any {
	r.t.Helper()
	body := map[string]any{"type": "message", "content": map[string]any{"text": content}, "roomId": room}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return r.send("POST", "/api/agents/"+agent+"/memories", body).data(201)
}

// texts are what memories say, in their order.
func texts(memories []map[string]any) string {
	var all []string
	for _, m := range memories {
		all = append(all, text(m, "content", "text"))
	}
	return strings.Join(all, " ")
}

func TestMemoryFromCreationToDeletion(t *testing.T) {
	for _, root := range agentRoots {
		r := newRig(t)
		agent := r.agent("Eliza")
		room, memories := r.room(agent, "Den"), root+agent+"/memories"
		made := r.send("POST", memories, map[string]any{
			"type": "fact", "roomId": room, "entityId": person, "metadata": map[string]any{"a": 1},
			"content": map[string]any{"text": "The tide is <low>", "actions": []string{"REPLY"}, "mood": map[string]any{"calm": true}, "responseId": "x"},
		}).data(201)
		id := text(made, "id")
		if made["type"] != "fact" || made["tableName"] != "facts" || made["roomId"] != room || made["entityId"] != person || made["agentId"] != agent ||
			made["unique"] != true || made["createdAt"].(float64) < 1.7e12 || text(made, "worldId") == "" || !cmp.Equal(made["metadata"], map[string]any{"a": 1.0}) {
			t.Errorf("created: %v", made)
		}
		want := map[string]any{"text": "The tide is <low>", "actions": []any{"REPLY"}, "mood": map[string]any{"calm": true}, "responseId": "x"}
		if !cmp.Equal(made["content"], want) {
			t.Errorf("content: %s", cmp.Diff(want, made["content"]))
		}
		if got := r.send("GET", memories+"/"+id, nil).data(200); !cmp.Equal(got, made) {
			t.Errorf("get: %s", cmp.Diff(made, got))
		}
		changed := r.send("PATCH", memories+"/"+id, map[string]any{"id": nobody, "content": map[string]any{"text": "High"}, "unique": false, "createdAt": 5, "type": "documents"}).data(200)
		if changed["id"] != id || changed["message"] != "Memory updated successfully" || !cmp.Equal(changed["content"], map[string]any{"text": "High"}) ||
			changed["unique"] != false || changed["createdAt"] != 5.0 || changed["type"] != "document" || changed["entityId"] != person || !cmp.Equal(changed["metadata"], map[string]any{"a": 1.0}) {
			t.Errorf("changed: %v", changed)
		}
		other := r.room(agent, "Attic")
		moved := r.send("PATCH", memories+"/"+id, map[string]any{"roomId": other, "metadata": map[string]any{}}).data(200)
		if moved["roomId"] != other || !cmp.Equal(moved["metadata"], map[string]any{}) || moved["worldId"] == made["worldId"] || text(moved, "content", "text") != "High" {
			t.Errorf("moved: %v", moved)
		}
		r.send("PATCH", memories+"/"+id, map[string]any{"roomId": nobody}).fails(404, "NOT_FOUND")
		if got := r.send("DELETE", memories+"/"+id, nil).data(200); got["message"] != "Memory deleted successfully" {
			t.Errorf("deleted: %v", got)
		}
		r.send("DELETE", memories+"/"+id, nil).fails(404, "NOT_FOUND")
		r.send("GET", memories+"/"+id, nil).fails(404, "NOT_FOUND")
		r.send("PATCH", memories+"/"+id, map[string]any{"unique": true}).fails(404, "NOT_FOUND")
		for i := range 3 {
			r.memory(agent, room, fmt.Sprint(i))
		}
		r.send("POST", "/api/agents/"+agent+"/stop", nil).data(200) // a stopped agent's memories are there as well
		if got := r.send("DELETE", memories, nil).data(200); got["deleted"] != 3.0 || got["deletedCount"] != 3.0 || got["message"] != "All agent memories cleared successfully" {
			t.Errorf("cleared: %v", got)
		}
		if got := r.send("GET", memories, nil).data(200); got["total"] != 0.0 || !cmp.Equal(got["memories"], []any{}) {
			t.Errorf("after clearing: %v", got)
		}
	}
}

func TestMemoriesAreChosen(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	den, channel := r.room(agent, "Den"), r.channel("GROUP", person, agent)
	for i, more := range [][]any{
		{den, "type", "message"}, {den, "type", "messages", "unique", false}, {channel, "type", "fact"}, {channel, "tableName", "facts", "type", nil},
		{channel, "type", nil, "entityId", person}, {den, "type", "diary"},
	} {
		r.memory(agent, more[0].(string), fmt.Sprint(i), append(more[1:], "createdAt", 1000+i)...)
	}
	seen := r.send("GET", "/api/agents/"+agent+"/rooms/"+channel, nil).data(200) // made by the memory
	if seen["channelId"] != channel || seen["id"] == channel {
		t.Errorf("the room of the channel: %v", seen)
	}
	room := text(seen, "id")
	for _, root := range agentRoots {
		for query, want := range map[string]string{
			"":                                "5 4 3 2 1 0 of 6",
			"?limit=2":                        "5 4 of 6",
			"?limit=2&offset=1":               "4 3 of 6",
			"?offset=10":                      " of 6",
			"?type=message":                   "4 1 0 of 3",
			"?type=messages&limit=1":          "4 of 3",
			"?tableName=messages":             "4 1 0 of 3",
			"?type=fact":                      "3 2 of 2",
			"?tableName=facts":                "3 2 of 2",
			"?type=diary":                     "5 of 1",
			"?type=nosuch":                    " of 0",
			"?room=" + den:                    "5 1 0 of 3",
			"?room=" + den + "&limit=1":       "5 of 3",
			"?roomId=" + room:                 "4 3 2 of 3",
			"?channelId=" + channel:           "4 3 2 of 3",
			"?room=" + channel + "&type=fact": "3 2 of 2",
			"?room=" + nobody:                 " of 0",
			"?entityId=" + person:             "4 of 1",
			"?includeEmbedding=true&limit=1&type=diary": "5 of 1",
		} {
			got := r.send("GET", root+agent+"/memories"+query, nil).data(200)
			if is := fmt.Sprintf("%s of %v", texts(list(got, "memories")), got["total"]); is != want {
				t.Errorf("%s: %s, want %s", query, is, want)
			}
		}
		for query, want := range map[string]string{
			den + "/memories":                                   "1 0",
			den + "/memories?limit=1":                           "1",
			den + "/memories?count=1":                           "1",
			den + "/memories?unique=true":                       "0",
			den + "/memories?tableName=diary":                   "5",
			den + "/memories?before=1001":                       "0",
			den + "/memories?start=1001":                        "1",
			den + "/memories?start=1000&end=1000":               "0",
			den + "/memories?end=1001&before=1001":              "0",
			den + "/memories?before=1970-01-01T00:00:01.001Z":   "0",
			channel + "/memories":                               "4",
			channel + "/memories?type=fact":                     "3 2",
			room + "/memories?type=fact&includeEmbedding=false": "3 2",
			r.channel("GROUP", person) + "/memories":            "", // one that the agent never saw
		} {
			if got := texts(list(r.send("GET", root+agent+"/rooms/"+query, nil).data(200), "memories")); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		r.send("GET", root+agent+"/rooms/"+nobody+"/memories", nil).fails(404, "NOT_FOUND")
	}
}

func TestMemoriesOfARoomAreCleared(t *testing.T) {
	for i, path := range []string{"/api/memory/%s/memories/all/%s", "/api/agents/%s/memories/all/%s", "/api/agents/%s/rooms/%s/memories", "/api/memory/%s/rooms/%s/memories"} {
		r := newRig(t)
		agent := r.agent("Eliza")
		den, channel := r.room(agent, "Den"), r.channel("GROUP", person, agent)
		r.memory(agent, den, "keep")
		r.memory(agent, channel, "drop")
		room := channel
		if i%2 == 0 {
			room = text(r.send("GET", "/api/agents/"+agent+"/rooms/"+channel, nil).data(200), "id")
		}
		for range 2 { // an empty room is no absent room
			r.send("DELETE", fmt.Sprintf(path, agent, room), nil).has(204)
		}
		if got := texts(list(r.send("GET", "/api/agents/"+agent+"/memories", nil).data(200), "memories")); got != "keep" {
			t.Errorf("%s leaves %s", path, got)
		}
		r.send("DELETE", fmt.Sprintf(path, agent, nobody), nil).fails(404, "NOT_FOUND")
		r.say(zeroServer, "hello").has(201) // a channel whose id is all zeros is one like any other
		r.send("PATCH", "/api/messaging/channels/"+zeroServer, map[string]any{"participantCentralUserIds": []string{person, agent}}).data(200)
		r.memory(agent, zeroServer, "drop")
		if got := texts(list(r.send("GET", "/api/agents/"+agent+"/rooms/"+zeroServer+"/memories", nil).data(200), "memories")); got != "drop" {
			t.Errorf("the zero channel's memories: %s", got)
		}
		r.send("DELETE", fmt.Sprintf(path, agent, zeroServer), nil).has(204)
		if got := texts(list(r.send("GET", "/api/agents/"+agent+"/memories", nil).data(200), "memories")); got != "keep" {
			t.Errorf("%s of the zero channel leaves %s", path, got)
		}
		r.send("DELETE", fmt.Sprintf(path, nobody, den), nil).fails(404, "NOT_FOUND")
	}
}

func TestWhatIsSaidIsListedAndWhatIsGivenIsRecalled(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	r.say(channel, "The lighthouse is red", "transport", "http").has(201)
	got := list(r.send("GET", "/api/agents/"+agent+"/memories?channelId="+channel, nil).data(200), "memories")
	if len(got) != 2 || got[1]["type"] != "message" || text(got[1], "content", "text") != "The lighthouse is red" || got[1]["unique"] != true || got[0]["entityId"] != agent {
		t.Fatalf("memories: %v", got)
	}
	r.memory(agent, channel, "The windmill in Delft is green", "type", "fact", "entityId", person)
	r.say(channel, "Which colour is the windmill?", "transport", "http").has(201)
	if !strings.Contains(string(r.stub.Last().Body), "The windmill in Delft is green") {
		t.Error("the model was not told of the memory")
	}
}

func TestMemoriesRefuseWhatTheyCannotKeep(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	den := r.room(agent, "Den")
	id := text(r.memory(agent, den, "x"), "id")
	says := map[string]any{"text": "x"}
	for _, root := range agentRoots {
		memories := root + agent + "/memories"
		for field, bodies := range map[string][]map[string]any{
			"content":   {{"roomId": den}, {"roomId": den, "content": "x"}, {"roomId": den, "content": []int{1}}, {"roomId": den, "content": nil}},
			"text":      {{"roomId": den, "content": map[string]any{}}, {"roomId": den, "content": map[string]any{"text": 5}}, {"roomId": den, "content": map[string]any{"text": nil}}},
			"actions":   {{"roomId": den, "content": map[string]any{"text": "x", "actions": "REPLY"}}},
			"inReplyTo": {{"roomId": den, "content": map[string]any{"text": "x", "inReplyTo": "x"}}},
			"roomId":    {{"content": says}, {"content": says, "roomId": "x"}, {"content": says, "roomId": 5}},
			"type":      {{"content": says, "roomId": den, "type": 5}, {"content": says, "roomId": den, "type": strings.Repeat("x", 65)}},
			"entityId":  {{"content": says, "roomId": den, "entityId": "me"}},
			"metadata":  {{"content": says, "roomId": den, "metadata": []int{1}}},
			"unique":    {{"content": says, "roomId": den, "unique": "yes"}},
			"createdAt": {{"content": says, "roomId": den, "createdAt": -1}, {"content": says, "roomId": den, "createdAt": "now"}, {"content": says, "roomId": den, "createdAt": 1e300}},
		} {
			for _, body := range bodies {
				if got := r.send("POST", memories, body).fails(400, "INVALID_REQUEST"); !strings.Contains(got, field) {
					t.Errorf("%v: %q does not name %s", body, got, field)
				}
			}
		}
		r.send("POST", memories, map[string]any{"content": says, "roomId": nobody}).fails(404, "NOT_FOUND")
		for _, body := range []map[string]any{{"content": 5}, {"content": map[string]any{"text": 5}}, {"roomId": "x"}, {"createdAt": "x"}, {"metadata": 5}} {
			r.send("PATCH", memories+"/"+id, body).fails(400, "INVALID_REQUEST")
		}
		for _, query := range []string{"limit=0", "limit=-1", "limit=abc", "limit=1001", "limit=99999999999999999999", "offset=-1", "offset=x", "includeEmbedding=maybe", "type=" + strings.Repeat("x", 65)} {
			if got := r.send("GET", memories+"?"+query, nil).fails(400, "INVALID_REQUEST"); !strings.Contains(got, query[:strings.IndexByte(query, '=')]) {
				t.Errorf("%s: %q does not name it", query, got)
			}
		}
		for _, query := range []string{"limit=abc", "count=-5", "before=abc", "start=-1", "end=x", "unique=perhaps"} {
			r.send("GET", root+agent+"/rooms/"+den+"/memories?"+query, nil).fails(400, "INVALID_REQUEST")
		}
		r.send("GET", memories+"?room=x", nil).fails(400, "INVALID_ID")
		r.send("GET", memories+"?roomId=x", nil).fails(400, "INVALID_ID")
		r.send("GET", memories+"?channelId=x", nil).fails(400, "INVALID_CHANNEL_ID")
	}
}

func TestPathsOfAgentsAreChecked(t *testing.T) {
	r := newRig(t)
	agent, body := r.agent("Eliza"), map[string]any{"name": "x", "roomId": nobody, "content": map[string]any{"text": "x"}}
	routes := []string{
		"GET /memories", "POST /memories", "DELETE /memories", "GET /memories/{}", "PATCH /memories/{}", "DELETE /memories/{}", "DELETE /memories/all/{}",
		"GET /rooms/{}/memories", "DELETE /rooms/{}/memories", "GET /rooms", "POST /rooms", "GET /rooms/{}", "PATCH /rooms/{}", "DELETE /rooms/{}",
	}
	check := func(root, route string) {
		t.Helper()
		method, path, _ := strings.Cut(route, " ")
		var sent any
		if method == "POST" || method == "PATCH" {
			sent = body
		}
		if got := r.send(method, root+nobody+strings.ReplaceAll(path, "{}", nobody), sent).fails(404, "NOT_FOUND"); got != "Agent not found" {
			t.Errorf("%s %s: %q", root, route, got)
		}
		if got := r.send(method, root+"not-an-id"+strings.ReplaceAll(path, "{}", nobody), sent).fails(400, "INVALID_ID"); got != "Invalid agent ID format" {
			t.Errorf("%s %s: %q", root, route, got)
		}
		if strings.Contains(path, "{}") {
			r.send(method, root+agent+strings.ReplaceAll(path, "{}", nobody), sent).fails(404, "NOT_FOUND")
			r.send(method, root+agent+strings.ReplaceAll(path, "{}", "not-an-id"), sent).fails(400, "INVALID_ID")
		}
	}
	for _, route := range routes {
		for _, root := range agentRoots {
			check(root, route)
		}
	}
	for _, route := range []string{"GET /worlds", "POST /worlds", "GET /worlds/{}", "PATCH /worlds/{}", "GET /logs", "GET /logs/{}", "DELETE /logs/{}"} {
		check("/api/agents/", route)
	}
}

func TestMemoriesAreSearched(t *testing.T) {
	r := newRig(t)
	agent, other := r.agent("Eliza"), r.agent("Ada")
	den, channel := r.room(agent, "Den"), r.channel("GROUP", person, agent)
	r.memory(agent, den, "the lighthouse keeper", "type", "message", "createdAt", 1000)
	r.memory(agent, den, "nobody answered", "type", "message", "createdAt", 2000)
	r.memory(agent, channel, "a fact of lighthouses", "type", "fact", "entityId", person, "createdAt", 3000)
	for body, want := range map[string]string{
		`{"query":"lighthouse keeper"}`:                             "the lighthouse keeper|a fact of lighthouses|nobody answered",
		`{"query":"lighthouse keeper","limit":1}`:                   "the lighthouse keeper",
		`{"query":"LIGHTHOUSES","types":["fact"]}`:                  "a fact of lighthouses",
		`{"query":"lighthouse","roomId":"` + channel + `"}`:         "a fact of lighthouses",
		`{"query":"lighthouse","roomId":"` + nobody + `"}`:          "",
		`{"query":"lighthouse","entityId":"` + person + `"}`:        "a fact of lighthouses",
		`{"query":"lighthouse","before":1500,"types":["messages"]}`: "the lighthouse keeper",
		`{"query":"volcano"}`:                                       "",
	} {
		got := r.send("POST", "/api/agents/"+agent+"/memories/search", json.RawMessage(body)).data(200)
		found := list(got, "memories")
		var texts []string
		for i, m := range found {
			texts = append(texts, m["content"].(map[string]any)["text"].(string))
			if i > 0 && m["score"].(float64) > found[i-1]["score"].(float64) {
				t.Errorf("%s: %v is not in order", body, found)
			}
		}
		if is := strings.Join(texts, "|"); is != want || got["by"] != "text" {
			t.Errorf("%s finds %q, want %q", body, is, want)
		}
	}
	if found := list(r.send("POST", "/api/agents/"+other+"/memories/search", json.RawMessage(`{"query":"lighthouse"}`)).data(200), "memories"); len(found) != 0 {
		t.Errorf("another agent finds %v", found)
	}
	r.send("POST", "/api/agents/"+nobody+"/memories/search", json.RawMessage(`{"query":"x"}`)).fails(404, "NOT_FOUND")
	for _, body := range []string{`{}`, `{"query":""}`, `{"query":7}`, `{"query":"x","limit":0}`, `{"query":"x","limit":101}`, `{"query":"x","roomId":"den"}`, `{"query":"x","types":"fact"}`} {
		r.send("POST", "/api/agents/"+agent+"/memories/search", json.RawMessage(body)).fails(400, "INVALID_REQUEST")
	}
}
