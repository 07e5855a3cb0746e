package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoomFromCreationToDeletion(t *testing.T) {
	for _, root := range agentRoots {
		r := newRig(t)
		agent := r.agent("Eliza")
		rooms := root + agent + "/rooms"
		made := r.send("POST", rooms, map[string]any{"name": "General Chat", "entityId": person, "metadata": map[string]any{"a": 1}, "type": nil}).data(201)
		id := text(made, "id")
		if made["name"] != "General Chat" || made["type"] != "DM" || made["source"] != "client" || made["agentId"] != agent || made["channelId"] != id ||
			made["worldName"] != "World for General Chat" || made["state"] != "FOLLOWED" || made["messageServerId"] != made["serverId"] || made["createdAt"].(float64) < 1.7e12 ||
			!cmp.Equal(made["metadata"], map[string]any{"a": 1.0, "entityId": person}) {
			t.Errorf("created: %v", made)
		}
		if got := list(made, "entities"); len(got) != 2 || got[0]["id"] != agent || got[0]["name"] != "Eliza" || got[1]["id"] != person {
			t.Errorf("who is in it: %v", got)
		}
		if got := r.send("GET", rooms+"/"+id, nil).data(200); !cmp.Equal(got, made) {
			t.Errorf("get: %s", cmp.Diff(made, got))
		}
		second := r.send("POST", rooms, map[string]any{
			"name": "Annex", "type": "GROUP", "source": "test", "worldId": made["worldId"], "roomId": nobody, "messageServerId": other,
		}).data(201)
		if second["id"] != nobody || second["worldId"] != made["worldId"] || second["type"] != "GROUP" || second["source"] != "test" || second["serverId"] != other {
			t.Errorf("second: %v", second)
		}
		r.send("POST", rooms, map[string]any{"name": "Again", "roomId": nobody}).fails(409, "CONFLICT")
		all := list(r.send("GET", rooms, nil).data(200), "rooms")
		delete(made, "entities")
		if len(all) != 2 || !cmp.Equal(all[0], made) || all[1]["id"] != nobody {
			t.Errorf("list: %v", all)
		}
		third := r.send("POST", rooms, map[string]any{"name": "Elsewhere"}).data(201)
		if got := list(r.send("GET", rooms+"?worldId="+text(third, "worldId"), nil).data(200), "rooms"); len(got) != 1 || got[0]["name"] != "Elsewhere" {
			t.Errorf("rooms of a world: %v", got)
		}
		changed := r.send("PATCH", rooms+"/"+id, map[string]any{"name": "Hall", "type": "voice", "metadata": map[string]any{"a": nil, "b": 2}}).data(200)
		if changed["name"] != "Hall" || changed["type"] != "VOICE_GROUP" || !cmp.Equal(changed["metadata"], map[string]any{"b": 2.0, "entityId": person}) || changed["worldId"] != made["worldId"] {
			t.Errorf("changed: %v", changed)
		}
		if got := r.send("PATCH", rooms+"/"+id, map[string]any{}).data(200); !cmp.Equal(got, changed) {
			t.Errorf("an empty change: %s", cmp.Diff(changed, got))
		}
		r.memory(agent, id, "gone with the room")
		r.send("DELETE", rooms+"/"+id, nil).has(204)
		r.send("DELETE", rooms+"/"+id, nil).fails(404, "NOT_FOUND")
		if got := r.send("GET", root+agent+"/memories", nil).data(200); got["total"] != 0.0 {
			t.Errorf("memories of a room that is gone: %v", got)
		}
	}
}

func TestRoomOfAChannel(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel, quiet := r.channel("GROUP", person, agent), r.channel("DM", person, agent)
	r.say(channel, "Eliza, hello", "transport", "http", "author_display_name", "Alice").has(201)
	rooms := "/api/agents/" + agent + "/rooms"
	all := list(r.send("GET", rooms, nil).data(200), "rooms")
	if len(all) != 1 || all[0]["channelId"] != channel || all[0]["type"] != "GROUP" || all[0]["serverId"] != zeroServer {
		t.Fatalf("rooms: %v", all)
	}
	byChannel, byRoom := r.send("GET", rooms+"/"+channel, nil).data(200), r.send("GET", rooms+"/"+text(all[0], "id"), nil).data(200)
	if !cmp.Equal(byChannel, byRoom) || text(byRoom, "worldName") == "" {
		t.Errorf("by channel %v, by room %v", byChannel, byRoom)
	}
	names := map[string]any{}
	for _, e := range list(byRoom, "entities") {
		names[text(e, "id")] = e["name"]
	}
	if want := map[string]any{agent: "Eliza", person: "Alice"}; !cmp.Equal(names, want) {
		t.Errorf("who is in it: %v", names)
	}
	if made := r.send("POST", rooms, map[string]any{"name": "quiet", "roomId": quiet}).data(201); made["channelId"] != quiet || made["id"] == quiet {
		t.Errorf("a room for a channel: %v", made)
	}
	r.send("DELETE", rooms+"/"+channel, nil).has(204)
	if got := text(r.say(channel, "Eliza, still there?", "transport", "http").has(201), "agentResponse", "text"); got == "" {
		t.Error("the agent has left the channel with its room")
	}
}

func TestRoomsRefuseWhatTheyCannotKeep(t *testing.T) {
	r := newRig(t)
	rooms := "/api/agents/" + r.agent("Eliza") + "/rooms"
	for field, bodies := range map[string][]map[string]any{
		"name": {{}, {"name": ""}, {"name": 5}, {"name": nil}, {"name": strings.Repeat("x", 501)}}, "type": {{"name": "x", "type": "SUBMARINE"}, {"name": "x", "type": 5}},
		"worldId": {{"name": "x", "worldId": "not-a-uuid"}}, "roomId": {{"name": "x", "roomId": 5}}, "metadata": {{"name": "x", "metadata": "x"}},
		"source": {{"name": "x", "source": 1}}, "messageServerId": {{"name": "x", "messageServerId": "x"}},
	} {
		for _, body := range bodies {
			if got := r.send("POST", rooms, body).fails(400, "INVALID_REQUEST"); !strings.Contains(got, field) {
				t.Errorf("%v: %q does not name %s", body, got, field)
			}
		}
	}
	r.send("POST", rooms, map[string]any{"name": "x", "worldId": nobody}).fails(404, "NOT_FOUND")
	r.send("POST", rooms, nil).fails(400, "INVALID_REQUEST")
	r.send("GET", rooms+"?worldId=x", nil).fails(400, "INVALID_ID")
	id := text(r.send("POST", rooms, map[string]any{"name": "x"}).data(201), "id")
	r.send("PATCH", rooms+"/"+id, map[string]any{"type": "SUBMARINE"}).fails(400, "INVALID_REQUEST")
	r.send("PATCH", rooms+"/"+id, map[string]any{"name": 5}).fails(400, "INVALID_REQUEST")
}
