package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGroupOfRooms(t *testing.T) {
	r := newRig(t)
	agent, ada := r.agent("Eliza"), r.agent("Ada")
	world := text(r.send("POST", "/api/agents/"+agent+"/worlds", map[string]any{"name": "Shared"}).data(201), "id")
	group := "/api/memory/groups/" + zeroServer
	got := r.send("POST", group, map[string]any{"agentIds": []string{agent, ada}, "worldId": world, "source": "client", "name": "grp"}).has(201)
	rooms := list(got, "data")
	if got["success"] != true || len(rooms) != 2 || rooms[0]["name"] != "grp" || rooms[0]["source"] != "client" || rooms[0]["type"] != "API" || rooms[0]["worldId"] != world || rooms[1]["agentId"] != ada {
		t.Fatalf("group: %v", got)
	}
	for i, id := range []string{agent, ada} { // each agent knows the world by that id
		if got := r.send("GET", "/api/agents/"+id+"/worlds/"+world, nil).data(200); got["id"] != rooms[i]["worldId"] {
			t.Errorf("world of %s: %v", id, got)
		}
		r.memory(id, text(rooms[i], "id"), "said in the group")
	}
	r.memory(ada, r.room(ada, "Den"), "said alone")
	left := func(agent string, want string) {
		t.Helper()
		if got := texts(list(r.send("GET", "/api/agents/"+agent+"/memories", nil).data(200), "memories")); got != want {
			t.Errorf("%s remembers %q, want %q", agent, got, want)
		}
	}
	r.send("DELETE", "/api/memory/groups/"+world+"/memories", nil).has(204)
	left(agent, "")
	left(ada, "said alone")
	r.send("DELETE", "/api/memory/groups/"+world, nil).has(204)
	for i, id := range []string{agent, ada} {
		r.send("GET", "/api/agents/"+id+"/rooms/"+text(rooms[i], "id"), nil).fails(404, "NOT_FOUND")
		r.send("GET", "/api/agents/"+id+"/worlds/"+world, nil).fails(404, "NOT_FOUND")
	}
	left(ada, "said alone")
	r.send("DELETE", "/api/memory/groups/"+world, nil).fails(404, "NOT_FOUND")
	r.send("DELETE", "/api/memory/groups/"+world+"/memories", nil).fails(404, "NOT_FOUND")
}

func TestGroupWithAgentsThatAreNot(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	group := "/api/memory/groups/" + zeroServer
	got := r.send("POST", group, map[string]any{"agentIds": []string{nobody, agent}}).has(207)
	rooms, errs := list(got, "data"), list(got, "errors")
	if got["success"] != false || len(rooms) != 1 || rooms[0]["agentId"] != agent || !strings.HasPrefix(text(rooms[0], "name"), "Chat ") ||
		len(errs) != 1 || errs[0]["agentId"] != nobody || errs[0]["code"] != "NOT_FOUND" || errs[0]["message"] != "Agent not found" {
		t.Errorf("partly: %v", got)
	}
	r.send("POST", group, map[string]any{"agentIds": []string{nobody}}).fails(404, "NOT_FOUND")
	r.send("POST", "/api/memory/groups/"+nobody, map[string]any{"agentIds": []string{agent}}).fails(404, "NOT_FOUND")
	r.send("POST", "/api/memory/groups/not-a-uuid", map[string]any{"agentIds": []string{agent}}).fails(400, "INVALID_ID")
	for _, body := range []map[string]any{{}, {"agentIds": []string{}}, {"metadata": map[string]any{}}} {
		if got := r.send("POST", group, body).fails(400, "BAD_REQUEST"); got != "agentIds must be a non-empty array" {
			t.Errorf("%v: %q", body, got)
		}
	}
	for _, body := range []map[string]any{{"agentIds": "x"}, {"agentIds": []string{"not-a-uuid"}}, {"agentIds": []string{agent, agent}}, {"agentIds": []string{agent}, "worldId": "x"}, {"agentIds": []string{agent}, "name": 5}} {
		r.send("POST", group, body).fails(400, "INVALID_REQUEST")
	}
}

func TestWorldsOfAMessageServer(t *testing.T) {
	r := newRig(t)
	agent, ada := r.agent("Eliza"), r.agent("Ada")
	server := text(r.send("POST", "/api/messaging/message-servers", map[string]any{"name": "guild"}).data(201), "server", "id")
	for _, id := range []string{agent, ada} {
		r.send("POST", "/api/messaging/message-servers/"+server+"/agents", map[string]any{"agentId": id}).data(201)
	}
	group := "/api/memory/groups/" + server
	got := r.send("POST", group, map[string]any{"messageServerId": server, "name": "The guild", "description": "of sailors"}).data(201)
	if got["worldId"] != server || len(list(got, "worlds")) != 2 {
		t.Fatalf("worlds: %v", got)
	}
	seen := r.send("GET", "/api/agents/"+ada+"/worlds/"+server, nil).data(200)
	if seen["name"] != "The guild" || seen["agentId"] != ada || !cmp.Equal(seen["metadata"], any(map[string]any{"description": "of sailors"})) {
		t.Errorf("as Ada sees it: %v", seen)
	}
	r.send("DELETE", group+"/memories", nil).has(204)
	r.send("DELETE", group, nil).has(204)
	r.send("GET", "/api/agents/"+ada+"/worlds/"+server, nil).fails(404, "NOT_FOUND")
	r.send("POST", "/api/memory/groups/"+nobody, map[string]any{"messageServerId": nobody, "name": "x"}).fails(404, "NOT_FOUND")
}

func TestMembers(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("GROUP", person, agent, other)
	r.say(channel, "Eliza, hello", "transport", "http", "author_display_name", "Alice").has(201)
	for _, path := range []string{"/api/channels/", "/api/messaging/channels/", "/api/messaging/central-channels/"} {
		members := list(r.send("GET", path+channel+"/members", nil).data(200), "members")
		names := map[string]any{}
		for _, m := range members {
			names[text(m, "userId")] = m["name"]
			if m["id"] != m["userId"] || m["role"] != "member" || m["joinedAt"].(float64) < 1.7e12 || m["isAgent"] != (m["userId"] == agent) {
				t.Errorf("member: %v", m)
			}
		}
		if want := map[string]any{agent: "Eliza", person: "Alice", other: "User-22222222"}; !cmp.Equal(names, want) {
			t.Errorf("names: %v", names)
		}
		r.send("GET", path+nobody+"/members", nil).fails(404, "NOT_FOUND")
		r.send("GET", path+"not-an-id/members", nil).fails(400, "INVALID_CHANNEL_ID")
		if got := r.send("GET", path+r.channel("GROUP")+"/members", nil).data(200); !cmp.Equal(got["members"], any([]any{})) {
			t.Errorf("of an empty channel: %v", got)
		}
	}
	r.send("DELETE", "/api/messaging/channels/"+channel+"/messages", nil).has(204)
	for _, m := range list(r.send("GET", "/api/channels/"+channel+"/members", nil).data(200), "members") {
		if m["userId"] == person && m["name"] != "Alice" {
			t.Errorf("without messages the agent's knowledge counts, but: %v", m)
		}
	}
}
