package api_test

import (
	"testing"
)

func TestMessageServerFromCreationToDeletion(t *testing.T) {
	for _, root := range []string{"/api/messaging/message-servers", "/api/messaging/servers", "/api/messaging/central-servers"} {
		r := newRig(t)
		made := r.send("POST", "/api/messaging/message-servers", map[string]any{"name": "guild", "sourceType": "discord", "sourceId": "7"}).data(201)
		one := root + "/" + text(made, "id")
		if made["name"] != "guild" || text(made, "server", "id") != text(made, "id") {
			t.Errorf("made: %v", made)
		}
		if got := r.send("GET", one, nil).data(200); got["name"] != "guild" || got["sourceId"] != "7" {
			t.Errorf("got: %v", got)
		}
		changed := r.send("PATCH", one, map[string]any{"name": "club", "metadata": map[string]any{"a": 1}}).data(200)
		if changed["name"] != "club" || changed["sourceType"] != "discord" || at(changed, "metadata", "a") != 1.0 {
			t.Errorf("changed: %v", changed)
		}
		channel := text(r.send("POST", "/api/messaging/channels", map[string]any{"name": "c", "message_server_id": made["id"], "participantCentralUserIds": []string{person}}).data(201), "id")
		r.say(channel, "hello").has(201)
		socket := r.listen(channel)
		r.send("DELETE", one, nil).has(204)
		if e := socket.hears("channelDeleted"); e["channelId"] != channel {
			t.Errorf("heard %v", e)
		}
		r.send("GET", "/api/messaging/channels/"+channel, nil).fails(404, "NOT_FOUND")
		r.send("GET", one, nil).fails(404, "NOT_FOUND")
		r.send("DELETE", one, nil).fails(404, "NOT_FOUND")
		r.send("PATCH", one, map[string]any{"name": "x"}).fails(404, "NOT_FOUND")
		r.send("DELETE", root+"/"+zeroServer, nil).fails(409, "CONFLICT")
		r.send("GET", root+"/x", nil).fails(400, "INVALID_ID")
		r.send("PATCH", root+"/"+zeroServer, map[string]any{"name": 5}).fails(400, "INVALID_REQUEST")
	}
}

func TestChannelsOfAPlatformAreSynced(t *testing.T) {
	r := newRig(t)
	server := text(r.send("POST", "/api/messaging/servers", map[string]any{"name": "guild", "sourceType": "discord"}).data(201), "id")
	path := "/api/messaging/message-servers/" + server
	sync := func(name string) map[string]any {
		t.Helper()
		return r.send("POST", path+"/sync-channels", map[string]any{"channels": []any{
			map[string]any{"name": name, "type": "GROUP", "sourceId": "1"}, map[string]any{"name": "voice", "type": "voice", "sourceId": "2"}, map[string]any{"name": "plain"},
		}}).data(200)
	}
	if got := sync("general"); got["synced"] != 3.0 || got["created"] != 3.0 || got["updated"] != 0.0 {
		t.Errorf("first: %v", got)
	}
	if got := sync("main"); got["synced"] != 3.0 || got["created"] != 0.0 || got["updated"] != 1.0 {
		t.Errorf("second: %v", got)
	}
	channels := list(r.send("GET", path+"/channels", nil).data(200), "channels")
	if len(channels) != 3 || channels[0]["sourceType"] != "discord" {
		t.Errorf("channels: %v", channels)
	}
	for _, bad := range []any{map[string]any{}, map[string]any{"channels": "x"}, map[string]any{"channels": []any{map[string]any{"name": ""}}}, map[string]any{"channels": []any{map[string]any{"name": "x", "type": "NOSUCH"}}}} {
		r.send("POST", path+"/sync-channels", bad).fails(400, "INVALID_REQUEST")
	}
	r.send("POST", "/api/messaging/message-servers/"+nobody+"/sync-channels", map[string]any{"channels": []any{}}).fails(404, "NOT_FOUND")
}

func TestGroupChannelOfOlderClients(t *testing.T) {
	r := newRig(t)
	made := r.send("POST", "/api/messaging/group-channels", map[string]any{"name": "crew", "participants": []string{person, other}, "description": "all hands"}).data(201)
	if text(made, "channel", "name") != "crew" || made["id"] != at(made, "channel", "id") || text(made, "channel", "topic") != "all hands" {
		t.Errorf("made: %v", made)
	}
	got := r.send("GET", "/api/messaging/channels/"+text(made, "id"), nil).data(200)
	if members, _ := at(got, "metadata", "participantCentralUserIds").([]any); len(members) != 2 {
		t.Errorf("got: %v", got)
	}
	for _, bad := range []map[string]any{{"name": "x"}, {"participants": []string{person}}, {"name": "", "participants": []string{}}, {"name": "x", "participants": []string{"me"}}} {
		r.send("POST", "/api/messaging/group-channels", bad).fails(400, "INVALID_REQUEST")
	}
}
