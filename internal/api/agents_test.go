package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const elizaID = "b850bc30-45f8-0041-a00a-83df46d8555d"

// TestAnAgentOfTheWebClientsForm makes the agent that ElizaOS's web client sends
// when nothing but its name and system prompt were filled in.
func TestAnAgentOfTheWebClientsForm(t *testing.T) {
	r := newRig(t)
	empty := []any{}
	made := r.send("POST", "/api/agents", map[string]any{"agent": map[string]any{
		"name": "Ada", "username": "", "system": "You are Ada.", "bio": empty, "topics": empty, "adjectives": empty, "plugins": []any{"@elizaos/plugin-bootstrap"},
		"settings": map[string]any{"secrets": map[string]any{}}, "messageExamples": empty, "postExamples": empty,
		"style": map[string]any{"all": empty, "chat": empty, "post": empty},
	}}).data(201)
	id := text(made, "id")
	if got := r.send("GET", "/api/agents/"+id, nil).data(200); !cmp.Equal(got["bio"], empty) || got["system"] != "You are Ada." {
		t.Errorf("%v", got)
	}
	if got := list(r.send("GET", "/api/agents", nil).data(200), "agents"); len(got) != 1 || got[0]["bio"] != "" {
		t.Errorf("listed as %v", got)
	}
	r.send("POST", "/api/agents/"+id+"/start", nil).data(200)
	if got := r.say(r.channel("DM", person, id), "hello", "transport", "http").has(201); text(got, "agentResponse", "text") != "You said: hello" {
		t.Errorf("%v", got)
	}
	r.send("PATCH", "/api/agents/"+id, map[string]any{"bio": empty, "name": "Ada L."}).data(200)
}

func TestAgentFromCreationToDeletion(t *testing.T) {
	r := newRig(t)
	made := r.send("POST", "/api/agents", map[string]any{
		"name": "Eliza", "bio": []string{"A listener", "by the sea"}, "lore": []string{"Freshly created"}, "modelProvider": "openai",
		"settings": map[string]any{"secrets": map[string]any{}, "voice": map[string]any{"model": "en-US-Neural2-F"}},
	}).data(201)
	if text(made, "id") != elizaID || text(made, "character", "name") != "Eliza" || text(made, "character", "settings", "voice", "model") != "en-US-Neural2-F" {
		t.Errorf("created: %v", made)
	}
	want := map[string]any{"id": elizaID, "name": "Eliza", "characterName": "Eliza", "bio": "A listener", "status": "inactive"}
	if got := list(r.send("GET", "/api/agents", nil).data(200), "agents"); len(got) != 1 || !cmp.Equal(got[0], want) {
		t.Errorf("list: %v", got)
	}
	got := r.send("GET", "/api/agents/"+elizaID, nil).data(200)
	if text(got, "id") != elizaID || text(got, "status") != "inactive" || !cmp.Equal(got["bio"], []any{"A listener", "by the sea"}) ||
		!cmp.Equal(got["lore"], []any{"Freshly created"}) || text(got, "modelProvider") != "openai" {
		t.Errorf("details: %v", got)
	}
	if got := r.send("GET", "/api/agents/"+strings.ToUpper(elizaID), nil).data(200); text(got, "id") != elizaID {
		t.Errorf("an id in capitals: %v", got)
	}
	if gone := r.send("DELETE", "/api/agents/"+elizaID+"?deleteAllData=true", nil); gone.status != 204 || len(gone.body) != 0 {
		t.Errorf("delete: %d %s", gone.status, gone.body)
	}
	r.send("DELETE", "/api/agents/"+elizaID, nil).fails(404, "NOT_FOUND")
	r.send("GET", "/api/agents/"+elizaID, nil).fails(404, "NOT_FOUND")
}

func TestCreateAgentTakesTheCharacterWhereClientsPutIt(t *testing.T) {
	r := newRig(t)
	for key, name := range map[string]string{"characterJson": "Ada", "agent": "Grace"} {
		made := r.send("POST", "/api/agents", map[string]any{key: map[string]any{"name": name, "bio": "x", "newField": []int{1}}}).data(201)
		if text(made, "character", "name") != name || !cmp.Equal(at(made, "character", "newField"), []any{1.0}) {
			t.Errorf("%s: %v", key, made)
		}
	}
	same := map[string]any{"name": "Ada", "bio": "x", "newField": []int{1}}
	ada := text(r.send("POST", "/api/agents", same).data(201), "id")
	r.send("POST", "/api/agents", map[string]any{"name": "Ada", "bio": "another"}).fails(409, "CONFLICT")
	if kept := r.send("GET", "/api/agents/"+ada, nil).data(200); !cmp.Equal(kept["bio"], []any{"x"}) {
		t.Errorf("an agent that exists was changed: %v", kept)
	}
	r.send("PATCH", "/api/agents/"+ada, map[string]any{"name": "Countess"}).data(200)
	next := r.send("POST", "/api/agents", map[string]any{"name": "Ada", "bio": "another"}).data(201)
	if text(next, "id") == ada || text(next, "character", "name") != "Ada" || !cmp.Equal(at(next, "character", "bio"), []any{"another"}) {
		t.Errorf("under a name that is free again: %v", next)
	}
	if kept := r.send("GET", "/api/agents/"+ada, nil).data(200); text(kept, "name") != "Countess" {
		t.Errorf("the renamed agent: %v", kept)
	}
	r.send("POST", "/api/agents", map[string]any{"id": ada, "name": "Ada", "bio": "a third"}).fails(409, "CONFLICT")
	for _, body := range []any{
		map[string]any{}, map[string]any{"name": ""}, map[string]any{"name": "NoBio"}, map[string]any{"characterJson": nil}, map[string]any{"agent": 5},
		map[string]any{"characterPath": "eliza.json"}, map[string]any{"name": "x", "bio": 5}, map[string]any{"name": strings.Repeat("x", 300), "bio": "x"},
	} {
		r.send("POST", "/api/agents", body).fails(400, "CREATE_ERROR")
	}
}

func TestAgentErrorsAreThoseOfTheDocuments(t *testing.T) {
	r := newRig(t)
	for _, route := range []struct{ method, path string }{
		{"GET", ""}, {"PATCH", ""}, {"DELETE", ""}, {"POST", "/start"}, {"POST", "/stop"}, {"GET", "/runs"},
	} {
		var body any
		if route.method == "PATCH" {
			body = map[string]any{"bio": "x"}
		}
		for _, bad := range []string{"not-an-id", "b850bc3045f80041a00a83df46d8555d", "%7Bb850bc30-45f8-0041-a00a-83df46d8555d%7D"} {
			if got := r.send(route.method, "/api/agents/"+bad+route.path, body).fails(400, "INVALID_ID"); got != "Invalid agent ID format" {
				t.Errorf("message %q", got)
			}
		}
		if got := r.send(route.method, "/api/agents/"+nobody+route.path, body).fails(404, "NOT_FOUND"); got != "Agent not found" {
			t.Errorf("%s %s: message %q", route.method, route.path, got)
		}
	}
}

func TestPatchMergesDeeply(t *testing.T) {
	r := newRig(t)
	id := text(r.send("POST", "/api/agents", map[string]any{
		"name": "Eliza", "bio": []string{"old"}, "system": "You listen.", "topics": []string{"a", "b"},
		"settings": map[string]any{"voice": map[string]any{"model": "F", "rate": 1}, "keep": true, "gone": "x"},
	}).data(201), "id")
	got := r.send("PATCH", "/api/agents/"+id, map[string]any{
		"id": nobody, "status": "active", "bio": []string{"new"}, "system": nil, "topics": []string{"c"},
		"settings": map[string]any{"voice": map[string]any{"model": "M"}, "gone": nil, "fresh": map[string]any{"a": 1}},
	}).data(200)
	want := map[string]any{"voice": map[string]any{"model": "M", "rate": 1.0}, "keep": true, "fresh": map[string]any{"a": 1.0}}
	if diff := cmp.Diff(want, got["settings"]); diff != "" {
		t.Error(diff)
	}
	if _, there := got["system"]; there || !cmp.Equal(got["bio"], []any{"new"}) || !cmp.Equal(got["topics"], []any{"c"}) {
		t.Errorf("patched: %v", got)
	}
	if got["id"] != id || got["status"] != "inactive" {
		t.Errorf("a patch changed what it must not: %v", got)
	}
	if renamed := r.send("PATCH", "/api/agents/"+id, map[string]any{"name": "Bess"}).data(200); renamed["name"] != "Bess" || renamed["id"] != id {
		t.Errorf("renamed: %v", renamed)
	}
	r.send("PATCH", "/api/agents/"+id, map[string]any{"name": nil}).fails(400, "INVALID_REQUEST")
	r.send("PATCH", "/api/agents/"+id, map[string]any{"bio": map[string]any{}}).fails(400, "INVALID_REQUEST")
	if kept := r.send("GET", "/api/agents/"+id, nil).data(200); kept["name"] != "Bess" {
		t.Errorf("a refused patch left: %v", kept)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	r := newRig(t)
	const canary = "sk-canary-0123456789"
	var shown []reply
	see := func(a reply) reply { shown = append(shown, a); return a }
	id := text(see(r.send("POST", "/api/agents", map[string]any{
		"name": "Eliza", "bio": "x", "secrets": map[string]any{"TOP": canary}, "settings": map[string]any{
			"secrets": map[string]any{"OPENAI_API_KEY": canary}, "ELEVENLABS_API_KEY": canary, "voice": map[string]any{"model": "slt", "apiKey": canary},
		},
	})).data(201), "id")
	agent := see(r.send("GET", "/api/agents/"+id, nil)).data(200)
	if text(agent, "secrets", "TOP") == "" || text(agent, "settings", "secrets", "OPENAI_API_KEY") == "" {
		t.Errorf("one cannot see that a secret is set: %v", agent)
	}
	if got := text(agent, "settings", "voice", "model"); got != "slt" {
		t.Errorf("a setting that is no secret is shown as %q", got)
	}
	agent["system"] = "Changed."
	agent["settings"].(map[string]any)["secrets"].(map[string]any)["NEW"] = canary + "2"
	see(r.send("PATCH", "/api/agents/"+id, agent)).data(200) // the masked values come back as they were shown
	see(r.send("POST", "/api/agents/"+id+"/start", nil)).data(200)
	see(r.send("GET", "/api/agents", nil)).data(200)
	for _, a := range shown {
		if strings.Contains(string(a.body), "canary") {
			t.Errorf("%s shows a secret: %s", a.what, a.body)
		}
	}
	r.say(r.channel("DM", person, id), "hello", "transport", "http").has(201)
	if key := r.stub.Last().Key; key != canary {
		t.Errorf("the model was called with the key %q", key)
	}
	r.send("PATCH", "/api/agents/"+id, map[string]any{"settings": map[string]any{"secrets": map[string]any{"OPENAI_API_KEY": "sk-another"}}}).data(200)
	r.say(r.channel("DM", person, id), "hello", "transport", "http").has(201)
	if key := r.stub.Last().Key; key != "sk-another" {
		t.Errorf("after the change the model was called with the key %q", key)
	}
}

func TestLifecycle(t *testing.T) {
	r := newRig(t)
	id := text(r.send("POST", "/api/agents", map[string]any{"name": "Eliza", "bio": "x"}).data(201), "id")
	for range 2 {
		if got := r.send("POST", "/api/agents/"+id+"/start", nil).data(200); got["id"] != id || got["name"] != "Eliza" || got["status"] != "active" {
			t.Errorf("start: %v", got)
		}
	}
	servers := r.send("GET", "/api/messaging/agents/"+id+"/message-servers", nil).data(200)
	if all, _ := servers["messageServers"].([]any); !slices.Contains(all, any(zeroServer)) {
		t.Errorf("a started agent is on %v", servers)
	}
	if got := r.send("POST", "/api/agents/"+id+"/stop", nil).data(200); got["status"] != "inactive" || text(got, "message") == "" {
		t.Errorf("stop: %v", got)
	}
	r.send("POST", "/api/agents/"+id+"/stop", nil).fails(404, "NOT_FOUND")
	ignored := r.delivery(text(r.say(r.channel("DM", person, id), "anybody?").has(201), "userMessage", "id"))
	if ignored["state"] != "ignored" || ignored["reason"] != "agent_stopped" || text(ignored, "detail") == "" {
		t.Errorf("to a stopped agent: %v", ignored)
	}
}
