package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// both names that the routes of channels have had.
var channelRoots = []string{"/api/messaging/channels", "/api/messaging/central-channels"}

func TestChannelFromCreationToDeletion(t *testing.T) {
	for _, root := range channelRoots {
		r := newRig(t)
		agent := r.agent("Eliza")
		made := r.send("POST", root, map[string]any{
			"name": "harbour", "message_server_id": zeroServer, "participantCentralUserIds": []string{person}, "metadata": map[string]any{"a": 1},
		}).data(201)
		id := text(made, "id")
		if made["name"] != "harbour" || made["type"] != "GROUP" || made["messageServerId"] != zeroServer || !cmp.Equal(made["metadata"], map[string]any{"a": 1.0}) {
			t.Errorf("created: %v", made)
		}
		made["metadata"] = map[string]any{"a": 1.0, "participantCentralUserIds": []any{person}} // where the official client looks for them
		for _, path := range []string{root + "/" + id + "/details", root + "/" + id} {
			if got := r.send("GET", path, nil).data(200); !cmp.Equal(got, made) {
				t.Errorf("%s: %s", path, cmp.Diff(made, got))
			}
		}
		change := map[string]any{"name": "port", "topic": "tides", "metadata": map[string]any{"b": true}, "participantCentralUserIds": []string{other}}
		if got := r.send("PATCH", root+"/"+id, change).data(200); got["name"] != "port" || got["topic"] != "tides" || !cmp.Equal(got["metadata"], map[string]any{"b": true, "participantCentralUserIds": []any{other}}) {
			t.Errorf("changed: %v", got)
		}
		participants := func(want ...any) {
			t.Helper()
			all := r.send("GET", root+"/"+id+"/participants", nil).has(200)
			if !cmp.Equal(all["data"], append([]any{}, want...)) {
				t.Errorf("participants: %v, want %v", all["data"], want)
			}
			members := r.send("GET", root+"/"+id+"/agents", nil).data(200)
			if members["channelId"] != id || !cmp.Equal(members["participants"], append([]any{}, want...)) {
				t.Errorf("members: %v", members)
			}
		}
		participants(other)
		for range 2 {
			got := r.send("POST", root+"/"+id+"/agents", map[string]any{"agentId": agent}).data(201)
			if got["channelId"] != id || got["agentId"] != agent || got["message"] != "Agent added to channel successfully" {
				t.Errorf("added: %v", got)
			}
		}
		participants(other, agent)
		r.send("DELETE", root+"/"+id+"/agents/"+agent, nil).data(200)
		r.send("DELETE", root+"/"+id+"/agents/"+agent, nil).fails(404, "NOT_FOUND")
		participants(other)
		r.send("POST", root+"/"+id+"/agents", map[string]any{"agentId": nobody}).fails(404, "NOT_FOUND")
		r.send("POST", root+"/"+id+"/agents", map[string]any{}).fails(400, "INVALID_REQUEST")
		if gone := r.send("DELETE", root+"/"+id, nil); gone.status != 204 || len(gone.body) != 0 {
			t.Errorf("delete: %d %s", gone.status, gone.body)
		}
		for _, route := range [][2]string{{"GET", ""}, {"GET", "/details"}, {"PATCH", ""}, {"DELETE", ""}, {"GET", "/participants"}, {"GET", "/agents"}, {"DELETE", "/messages"}} {
			var body any
			if route[0] == "PATCH" {
				body = change
			}
			r.send(route[0], root+"/"+id+route[1], body).fails(404, "NOT_FOUND")
			r.send(route[0], root+"/not-an-id"+route[1], body).fails(400, "INVALID_CHANNEL_ID")
		}
	}
}

func TestCreateChannelRefusesWhatItCannotKeep(t *testing.T) {
	r := newRig(t)
	for _, body := range []map[string]any{
		{}, {"name": ""}, {"name": 5}, {"name": "x", "participantCentralUserIds": []string{"x"}}, {"name": "x", "participantCentralUserIds": "x"},
		{"name": "x", "participantCentralUserIds": []any{nil}}, {"name": "x", "type": "SUBMARINE"}, {"name": "x", "message_server_id": "x"},
		{"name": "x", "metadata": []int{1}}, {"name": strings.Repeat("x", 600)},
	} {
		r.send("POST", "/api/messaging/channels", body).fails(400, "INVALID_REQUEST")
	}
	r.send("POST", "/api/messaging/channels", map[string]any{"name": "x", "message_server_id": nobody}).fails(404, "NOT_FOUND")
	if made := r.send("POST", "/api/messaging/channels", map[string]any{"name": "x", "type": nil, "participantCentralUserIds": nil}).data(201); made["type"] != "GROUP" {
		t.Errorf("null counts as absent, but made %v", made)
	}
}

func TestDirectChannelIsFoundOrMade(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	first := r.send("GET", "/api/messaging/dm-channel?currentUserId="+person+"&targetUserId="+agent, nil).data(200)
	again := r.send("GET", "/api/messaging/dm-channel?userId1="+agent+"&userId2="+person+"&dmServerId="+zeroServer, nil).data(200)
	if first["type"] != "DM" || first["id"] != again["id"] {
		t.Errorf("first %v, again %v", first, again)
	}
	if got := text(r.say(text(first, "id"), "hello", "transport", "http").has(201), "agentResponse", "text"); got != "You said: hello" {
		t.Errorf("the agent says %q", got)
	}
	if got := r.send("GET", "/api/messaging/dm-channel?currentUserId="+person+"&targetUserId="+person, nil).fails(400, "BAD_REQUEST"); got != "Cannot create DM channel with oneself" {
		t.Errorf("message %q", got)
	}
	r.send("GET", "/api/messaging/dm-channel?currentUserId="+person, nil).fails(400, "MISSING_PARAM")
	r.send("GET", "/api/messaging/dm-channel?currentUserId=x&targetUserId="+person, nil).fails(400, "INVALID_REQUEST")
}

func TestMessageServers(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	if got := r.send("GET", "/api/messaging/message-server/current", nil).data(200); got["messageServerId"] != zeroServer {
		t.Errorf("current: %v", got)
	}
	made, _ := r.send("POST", "/api/messaging/message-servers", map[string]any{"name": "guild", "sourceType": "discord", "sourceId": "g1"}).data(201)["server"].(map[string]any)
	id := text(made, "id")
	if made["name"] != "guild" || made["sourceType"] != "discord" || made["sourceId"] != "g1" || id == "" {
		t.Errorf("created: %v", made)
	}
	if all := list(r.send("GET", "/api/messaging/message-servers", nil).data(200), "messageServers"); len(all) != 2 {
		t.Errorf("servers: %v", all)
	}
	if all := list(r.send("GET", "/api/messaging/central-servers", nil).data(200), "servers"); len(all) != 2 {
		t.Errorf("servers under the old name: %v", all)
	}
	for _, root := range []string{"/api/messaging/message-servers/", "/api/messaging/servers/"} {
		agents := func(want ...any) {
			t.Helper()
			if got := r.send("GET", root+id+"/agents", nil).data(200); got["messageServerId"] != id || !cmp.Equal(got["agents"], append([]any{}, want...)) {
				t.Errorf("agents: %v, want %v", got, want)
			}
		}
		agents()
		r.send("POST", root+id+"/agents", map[string]any{"agentId": agent}).data(201)
		agents(agent)
		if got := r.send("GET", "/api/messaging/agents/"+agent+"/servers", nil).data(200); !cmp.Equal(got["servers"], got["messageServers"]) || len(got["servers"].([]any)) != 2 {
			t.Errorf("servers of the agent: %v", got)
		}
		r.send("DELETE", root+id+"/agents/"+agent, nil).data(200)
		agents()
		r.send("DELETE", root+id+"/agents/"+agent, nil).fails(404, "NOT_FOUND")
		r.send("POST", root+id+"/agents", map[string]any{"agentId": nobody}).fails(404, "NOT_FOUND")
		r.send("GET", root+nobody+"/agents", nil).fails(404, "NOT_FOUND")
		r.send("GET", root+"x/agents", nil).fails(400, "INVALID_ID")
	}
	channel := r.send("POST", "/api/messaging/channels", map[string]any{"name": "x", "serverId": id}).data(201)
	for _, root := range []string{"message-servers", "central-servers", "servers"} {
		if got := list(r.send("GET", "/api/messaging/"+root+"/"+id+"/channels", nil).data(200), "channels"); len(got) != 1 || got[0]["id"] != channel["id"] {
			t.Errorf("%s: channels %v", root, got)
		}
	}
	if got := list(r.send("GET", "/api/messaging/message-servers/"+nobody+"/channels", nil).data(200), "channels"); len(got) != 0 {
		t.Errorf("channels of an unknown server: %v", got)
	}
}
