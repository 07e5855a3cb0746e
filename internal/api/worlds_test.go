package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorldFromCreationToChange(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	worlds := "/api/agents/" + agent + "/worlds"
	made := r.send("POST", worlds, map[string]any{
		"name": "My Discord Server", "sourceType": "discord", "sourceId": "g1", "messageServerId": other, "metadata": map[string]any{"a": 1, "b": 2},
	}).data(201)
	id := text(made, "id")
	if made["name"] != "My Discord Server" || made["agentId"] != agent || made["messageServerId"] != other || made["serverId"] != other || made["sourceType"] != "discord" ||
		made["sourceId"] != "g1" || made["success"] != true || made["worldId"] != id || len(text(made, "createdAt")) != len("2024-01-15T10:30:00.000Z") {
		t.Errorf("created: %v", made)
	}
	inner, _ := made["world"].(map[string]any)
	if inner["id"] != id || !cmp.Equal(inner["metadata"], map[string]any{"a": 1.0, "b": 2.0, "sourceType": "discord", "sourceId": "g1"}) {
		t.Errorf("created under world: %v", inner)
	}
	if got := r.send("GET", worlds+"/"+id, nil).data(200); !cmp.Equal(got, made) {
		t.Errorf("get: %s", cmp.Diff(made, got))
	}
	changed := r.send("PATCH", worlds+"/"+id, map[string]any{"name": "Guild", "metadata": map[string]any{"a": nil, "c": map[string]any{"d": 3}}}).data(200)
	if changed["name"] != "Guild" || !cmp.Equal(at(changed, "world", "metadata"), any(map[string]any{"b": 2.0, "c": map[string]any{"d": 3.0}, "sourceType": "discord", "sourceId": "g1"})) {
		t.Errorf("changed: %v", changed)
	}
	for _, step := range []struct{ settings, want map[string]any }{
		{map[string]any{"tone": "dry", "loud": true}, map[string]any{"tone": "dry", "loud": true}},
		{map[string]any{"loud": nil, "size": 3}, map[string]any{"tone": "dry", "size": 3.0}},
	} {
		got := r.send("PATCH", worlds+"/"+id, map[string]any{"settings": step.settings}).data(200)
		if got["worldId"] != id || !cmp.Equal(got["settings"], any(step.want)) || got["name"] != "Guild" {
			t.Errorf("settings: %v", got)
		}
	}
	mute := r.agent("Ada")
	r.send("POST", "/api/agents/"+mute+"/worlds", map[string]any{"name": "Ada's"}).data(201)
	r.send("POST", "/api/agents/"+mute+"/stop", nil).data(200)
	if got := list(r.send("GET", worlds, nil).data(200), "worlds"); len(got) != 1 || got[0]["id"] != id {
		t.Errorf("list: %v", got)
	}
	if got := list(r.send("GET", "/api/agents/"+mute+"/worlds", nil).data(200), "worlds"); len(got) != 1 || got[0]["name"] != "Ada's" {
		t.Errorf("list of a stopped agent: %v", got)
	}
	if got := list(r.send("GET", "/api/agents/worlds", nil).data(200), "worlds"); len(got) != 2 {
		t.Errorf("all worlds: %v", got)
	}
	r.send("GET", "/api/agents/"+mute+"/worlds/"+id, nil).fails(404, "NOT_FOUND")
}

func TestAgentsJoinWorlds(t *testing.T) {
	r := newRig(t)
	agent, ada := r.agent("Eliza"), r.agent("Ada")
	join := func(agent, world string) map[string]any {
		t.Helper()
		return r.send("POST", "/api/agents/"+agent+"/worlds", map[string]any{"worldId": world}).data(201)
	}
	made := r.send("POST", "/api/agents/"+agent+"/worlds", map[string]any{"name": "Shared", "metadata": map[string]any{"a": 1}}).data(201)
	id := text(made, "id")
	if again := join(agent, id); again["success"] != true || !cmp.Equal(again, made) {
		t.Errorf("its own: %v", again)
	}
	joined := join(ada, id)
	if joined["name"] != "Shared" || joined["agentId"] != ada || joined["id"] == id || !cmp.Equal(at(joined, "metadata"), any(map[string]any{"a": 1.0})) {
		t.Errorf("joined: %v", joined)
	}
	for _, name := range []string{id, text(joined, "id")} { // known by both names
		if got := r.send("GET", "/api/agents/"+ada+"/worlds/"+name, nil).data(200); got["id"] != joined["id"] {
			t.Errorf("by %s: %v", name, got)
		}
	}
	if again := join(ada, id); again["id"] != joined["id"] {
		t.Errorf("joined again: %v", again)
	}
	server := text(r.send("POST", "/api/messaging/message-servers", map[string]any{"name": "guild"}).data(201), "server", "id")
	if got := join(ada, server); got["name"] != "guild" || got["messageServerId"] != server {
		t.Errorf("a message server: %v", got)
	}
	if got := r.send("GET", "/api/messaging/message-servers/"+server+"/agents", nil).data(200); !cmp.Equal(got["agents"], any([]any{ada})) {
		t.Errorf("agents of the server: %v", got)
	}
	r.send("POST", "/api/agents/"+ada+"/worlds", map[string]any{"worldId": nobody}).fails(404, "NOT_FOUND")
}

func TestWorldsRefuseWhatTheyCannotKeep(t *testing.T) {
	r := newRig(t)
	worlds := "/api/agents/" + r.agent("Eliza") + "/worlds"
	for _, body := range []map[string]any{{}, {"name": ""}, {"name": nil}, {"metadata": map[string]any{}}} {
		if got := r.send("POST", worlds, body).fails(400, "BAD_REQUEST"); got != "World name is required" {
			t.Errorf("%v: %q", body, got)
		}
	}
	for _, body := range []any{map[string]any{"name": 7}, map[string]any{"name": "x", "metadata": 5}, map[string]any{"worldId": "x"}, map[string]any{"name": "x", "serverId": "x"}, "[]", "null", "{"} {
		r.send("POST", worlds, body).fails(400, "INVALID_REQUEST")
	}
	id := text(r.send("POST", worlds, map[string]any{"name": "x"}).data(201), "id")
	for _, body := range []map[string]any{{"name": 7}, {"metadata": "x"}, {"settings": []int{1}}} {
		r.send("PATCH", worlds+"/"+id, body).fails(400, "INVALID_REQUEST")
	}
}
