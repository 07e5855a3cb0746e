package api_test

import (
	"testing"
)

func TestFactsOverTheAPI(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	root, den := "/api/agents/"+agent, r.room(agent, "Den")
	id := text(r.memory(agent, den, "I live in Porto", "type", "fact", "entityId", person, "metadata", map[string]any{"subject": "home", "senderName": "Ada", "confidence": 0.5}), "id")
	r.memory(agent, den, "I like tea", "type", "fact", "entityId", other)
	r.memory(agent, den, "hello", "entityId", person)
	facts := r.send("GET", root+"/facts?entityId="+person+"&roomId="+den, nil).data(200)
	if got := list(facts, "facts"); len(got) != 1 || got[0]["text"] != "I live in Porto" || got[0]["subject"] != "home" || got[0]["confidence"] != 0.5 ||
		got[0]["current"] != true || got[0]["trust"] != "said" || got[0]["author"] != "Ada" || facts["total"] != 1.0 {
		t.Errorf("facts: %v", facts)
	}
	changed := r.send("PATCH", root+"/facts/"+id, map[string]any{"text": "I live in Lisbon", "confidence": 1}).data(200)
	if changed["text"] != "I live in Lisbon" || changed["subject"] != "home" || changed["confidence"] != 1.0 || changed["entityId"] != person {
		t.Errorf("changed: %v", changed)
	}
	find := map[string]any{"query": "Lisbon", "roomId": den, "entityId": person, "types": []string{"fact"}, "after": 1}
	found := list(r.send("POST", root+"/memories/search", find).data(200), "memories")
	if len(found) != 1 || found[0]["why"] == "" || found[0]["score"].(float64) <= 0 {
		t.Errorf("found: %v", found)
	}
	ended := r.send("PATCH", root+"/facts/"+id, map[string]any{"current": false}).data(200)
	if ended["current"] != false || ended["validUntil"].(float64) < 1.7e12 {
		t.Errorf("ended: %v", ended)
	}
	if found := list(r.send("POST", root+"/memories/search", find).data(200), "memories"); len(found) != 0 {
		t.Errorf("found when it does not hold: %v", found)
	}
	if got := list(r.send("GET", root+"/facts?current=true", nil).data(200), "facts"); len(got) != 1 || got[0]["text"] != "I like tea" {
		t.Errorf("that hold: %v", got)
	}
	r.send("PATCH", root+"/facts/"+id, map[string]any{"current": true}).data(200)
	if found := list(r.send("POST", root+"/memories/search", find).data(200), "memories"); len(found) != 1 {
		t.Errorf("found when it holds again: %v", found)
	}
	why := r.send("GET", root+"/memories/"+id+"/why", nil).data(200)
	if text(why, "author", "id") != person || text(why, "author", "name") != "Ada" || why["trust"] != "said" || why["roomName"] != "Den" || text(why, "memory", "id") != id {
		t.Errorf("why: %v", why)
	}
	message := text(r.memory(agent, den, "no fact"), "id")
	r.send("GET", root+"/facts/"+message, nil).fails(404, "NOT_FOUND")
	r.send("DELETE", root+"/facts/"+message, nil).fails(404, "NOT_FOUND")
	r.send("PATCH", root+"/facts/"+message, map[string]any{"text": "x"}).fails(404, "NOT_FOUND")
	r.send("PATCH", root+"/facts/"+id, map[string]any{"text": "   "}).fails(400, "INVALID_REQUEST")
	r.send("DELETE", root+"/facts/"+id, nil).has(204)
	r.send("GET", root+"/facts/"+id, nil).fails(404, "NOT_FOUND")
	r.send("GET", root+"/memories/"+id+"/why", nil).fails(404, "NOT_FOUND")
}

func TestVectorsAreToldOf(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	models := list(r.send("GET", "/api/agents/"+agent+"/memories/status", nil).data(200), "models")
	if len(models) != 1 || models[0]["state"] != "off" {
		t.Errorf("status: %v", models)
	}
	if got := text(r.send("GET", "/api/models", nil).data(200), "vectors", "state"); got != "off" {
		t.Errorf("models: %v", got)
	}
}
