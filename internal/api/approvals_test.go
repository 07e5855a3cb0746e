package api_test

import (
	"strings"
	"testing"

	"github.com/elizad/elizad/test/stubmodel"
)

// TestAPersonDecidesOverTheAPIAndSockets has an agent ask for a role, which
// nobody in the world may give, and decides in both ways.
func TestAPersonDecidesOverTheAPIAndSockets(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Robin")
	channel := r.channel("GROUP", person, other, agent)
	_, admin := r.keyFor("admin", "")
	r.key = admin
	_, writer := r.keyFor("write", "")
	mine, plain := r.listenAs(admin, channel), r.listenAs(writer, channel)
	told := r.hook(channel, "approvalRequested", "approvalDecided")
	ask := func(role string) (message string, asked map[string]any) {
		r.stub.Script(stubmodel.Reply{Empty: true, ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "UPDATE_ROLE", Arguments: `{"entity":"` + person + `","role":"` + role + `"}`}}}, stubmodel.Reply{Text: "So be it."})
		message = text(r.say(channel, "Robin, make me "+role).has(201)["userMessage"].(map[string]any), "id")
		asked = mine.hears("approvalRequested")
		if asked["messageId"] != message || asked["action"] != "UPDATE_ROLE" || asked["state"] != "pending" || asked["arguments"].(map[string]any)["role"] != role {
			t.Fatalf("asked as %v", asked)
		}
		return message, asked
	}
	message, asked := ask("OWNER")
	waiting := list(r.send("GET", "/api/messaging/messages/"+message+"/deliveries", nil).data(200), "deliveries")[0]
	if waiting["state"] != "pending" || waiting["reason"] != "awaiting_approval" || waiting["detail"] == "" {
		t.Errorf("the delivery is %v", waiting)
	}
	listed := r.send("GET", "/api/agents/"+agent+"/approvals?state=pending", nil).data(200)
	if all := list(listed, "approvals"); len(all) != 1 || listed["total"] != 1.0 || all[0]["id"] != asked["id"] {
		t.Errorf("listed: %v", listed)
	}
	path := "/api/approvals/" + asked["id"].(string)
	if got := r.send("POST", path, map[string]any{"decision": "approve"}, "X-API-KEY: "+writer); got.status != 403 {
		t.Errorf("a key that may not decide is answered %d", got.status)
	}
	plain.post(`42["approval_decision",{"approvalId":"` + asked["id"].(string) + `","decision":"approve"}]`)
	if refused := plain.hears("messageError"); !strings.Contains(refused["error"].(string), "admin") {
		t.Errorf("a socket that may not decide hears %v", refused)
	}
	if got := text(r.send("GET", path, nil).data(200), "state"); got != "pending" {
		t.Errorf("it is %s", got)
	}
	decided := r.send("POST", path, map[string]any{"decision": "approve", "by": "Olga"}).data(200)
	if decided["state"] != "approved" || decided["decidedBy"] != "Olga" {
		t.Errorf("decided: %v", decided)
	}
	if heard := mine.hears("approvalDecided"); heard["id"] != asked["id"] || heard["state"] != "approved" {
		t.Errorf("heard: %v", heard)
	}
	for _, want := range []string{"approvalRequested", "approvalDecided"} {
		if got := told(); got.Type != want || got.Data["id"] != asked["id"] {
			t.Errorf("a webhook is told %v, not %s", got, want)
		}
	}
	if d := r.delivery(message); d["state"] != "replied" {
		t.Errorf("the delivery is %v", d)
	}
	r.send("POST", path, map[string]any{"decision": "deny"}).fails(409, "CONFLICT")
	if worlds := string(r.send("GET", "/api/agents/"+agent+"/worlds", nil).body); !strings.Contains(worlds, `"`+person+`":"OWNER"`) {
		t.Errorf("the role was not given: %s", worlds)
	}

	message, asked = ask("NONE") // others have spoken here, so that the owner is asked too
	for _, bad := range []string{`{}`, `{"approvalId":"abc","decision":"approve"}`, `{"approvalId":"` + asked["id"].(string) + `","decision":"perhaps"}`, `[]`} {
		mine.post(`42["approval_decision",` + bad + `]`)
		mine.hears("messageError")
	}
	mine.post(`42["approval_decision",{"approvalId":"` + asked["id"].(string) + `","decision":"deny","by":"Olga"}]`)
	if heard := mine.hears("approvalDecided"); heard["state"] != "denied" || heard["decidedBy"] != "Olga" {
		t.Errorf("heard: %v", heard)
	}
	if d := r.delivery(message); d["state"] != "replied" {
		t.Errorf("the delivery is %v", d)
	}
}
