package api_test

import (
	"strings"
	"testing"
)

// TestWhatIsDeletedIsForgotten deletes a message, an author's messages, all
// messages of a channel and a channel: the agent does not remember them either.
func TestWhatIsDeletedIsForgotten(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Eliza")
	keeps := func() string { return string(r.send("GET", "/api/agents/"+agent+"/memories", nil).body) }
	search := func() string {
		return string(r.send("POST", "/api/agents/"+agent+"/memories/search", map[string]any{"query": "the xyzzy of the harbour"}).body)
	}
	for name, remove := range map[string]func(channel, message string){
		"the message": func(channel, message string) {
			r.send("DELETE", "/api/messaging/channels/"+channel+"/messages/"+message, nil).has(204)
		},
		"its author's messages": func(channel, _ string) {
			r.send("DELETE", "/api/messaging/channels/"+channel+"/messages/all?userId="+person, nil).data(200)
		},
		"all messages": func(channel, _ string) {
			r.send("DELETE", "/api/messaging/channels/"+channel+"/messages", nil).has(204)
		},
		"the channel": func(channel, _ string) { r.send("DELETE", "/api/messaging/channels/"+channel, nil).has(204) },
	} {
		channel := r.channel("DM", person, agent)
		said := r.say(channel, "the xyzzy of the harbour is "+name, "transport", "http").has(201)
		if !strings.Contains(keeps(), "harbour is "+name) || !strings.Contains(search(), "harbour is "+name) {
			t.Errorf("%s: it was not remembered", name)
		}
		remove(channel, text(said, "userMessage", "id"))
		own := `"You said: the xyzzy of the harbour is ` + name // the agent's answer stands unless it went, too
		for place, body := range map[string]string{"the memories": keeps(), "a search": search()} {
			left := strings.ReplaceAll(body, own, "")
			if strings.Contains(left, "harbour is "+name) {
				t.Errorf("%s was deleted and is in %s", name, place)
			}
			if whole := strings.HasPrefix(name, "all") || name == "the channel"; whole && left != body {
				t.Errorf("%s: the agent's answer is in %s", name, place)
			}
		}
	}
}
