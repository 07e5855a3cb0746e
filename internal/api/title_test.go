package api_test

import (
	"testing"

	"github.com/elizad/elizad/test/stubmodel"
)

func TestTitleOfAConversation(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	channel := r.channel("DM", person, agent)
	body := map[string]any{"agentId": agent}
	path := func(root, name string) string { return root + "/" + channel + "/" + name }
	for i := range 2 {
		for _, root := range channelRoots {
			for _, name := range []string{"generate-title", "title"} {
				got := r.send("POST", path(root, name), body).data(200)
				title, there := got["title"]
				if i == 0 && (title != nil || !there || text(got, "reason") == "") || i == 1 && title != "Ships in the harbour" || got["channelId"] != channel {
					t.Errorf("%s: %v", path(root, name), got)
				}
			}
		}
		r.say(channel, "hello", "transport", "http").has(201)
		r.say(channel, "which ships are in the harbour?", "transport", "http").has(201)
		r.stub.Standing(&stubmodel.Reply{Text: "\"**Ships in the harbour.**\"\n\nAnything else?"})
	}
	r.stub.Standing(&stubmodel.Reply{Text: " \n "})
	if got := r.send("POST", path(channelRoots[0], "title"), body).data(200); got["title"] != nil || got["reason"] == nil {
		t.Errorf("of an empty answer: %v", got)
	}
	r.stub.Standing(&stubmodel.Reply{Status: 400})
	r.send("POST", path(channelRoots[0], "title"), body).fails(500, "MODEL_ERROR")
	r.send("POST", path(channelRoots[0], "title"), map[string]any{}).fails(400, "INVALID_REQUEST")
	r.send("POST", path(channelRoots[0], "title"), map[string]any{"agentId": nobody}).fails(404, "NOT_FOUND")
	r.send("POST", path(channelRoots[0], "title")+"?limit=0", body).fails(400, "INVALID_REQUEST")
	r.send("POST", channelRoots[0]+"/"+nobody+"/title", body).fails(404, "NOT_FOUND")
	r.send("POST", channelRoots[0]+"/x/title", body).fails(400, "INVALID_CHANNEL_ID")
	r.send("POST", "/api/agents/"+agent+"/stop", nil).data(200)
	r.send("POST", path(channelRoots[0], "title"), body).fails(404, "NOT_FOUND")
}
