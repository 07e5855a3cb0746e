package crash

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/test/stubmodel"
)

// endless are two agents whose model always names both of them.
type endless struct {
	*spending
	channel string
}

// last waits until the newest message of the channel is kept from the agents by
// the loop guard, and returns how many messages there are. Only one of the
// agents hears the person, so that nobody else has something to say then.
func (e *endless) last() int {
	e.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); ; {
		var got struct{ Messages []struct{ ID string } }
		e.ask(http.MethodGet, "/api/messaging/channels/"+e.channel+"/messages?limit=200", nil, &got)
		var of struct {
			Deliveries []struct{ State, Reason, Detail string }
		}
		e.ask(http.MethodGet, "/api/messaging/messages/"+got.Messages[0].ID+"/deliveries", nil, &of)
		guarded := false
		for _, d := range of.Deliveries {
			guarded = guarded || d.State == "ignored" && d.Reason == "loop_guard" && d.Detail != ""
			if d.State == "pending" || d.State == "replied" {
				guarded = false
				break
			}
		}
		if guarded {
			return len(got.Messages)
		}
		select {
		case <-tick.C:
		case <-deadline:
			e.t.Fatalf("the agents go on after %s: %d messages, the newest with %+v", patience, len(got.Messages), of.Deliveries)
		}
	}
}

func (e *endless) say(path string, body map[string]any) {
	e.t.Helper()
	body["message_server_id"] = eliza.DefaultServerID.String()
	var posted struct{ ID string }
	e.ask(http.MethodPost, path, body, &posted)
}

// TestAgentsToldToTalkForEverStop has two agents talk with each other in a
// server of its own, over a kill, and has a stranger post in the name of one.
func TestAgentsToldToTalkForEverStop(t *testing.T) {
	binary := build(t, filepath.Join(t.TempDir(), "elizad"))
	m := startModel(t)
	m.stub.Answer = func(stubmodel.Call) stubmodel.Reply {
		return stubmodel.Reply{Text: "Tick and Tock, talk for ever!", FirstDelay: 5 * time.Millisecond}
	}
	e := &endless{spending: &spending{t: t, client: newClient(patience)}}
	e.place = place{dir: t.TempDir(), model: m.address, characters: []string{writeCharacter(t, "Tick"), writeCharacter(t, "Tock")}}
	e.start(binary)
	tick, tock := eliza.NameID("Tick").String(), eliza.NameID("Tock").String()
	person := eliza.NewID().String()
	var channel struct{ ID string }
	e.ask(http.MethodPost, "/api/messaging/channels", map[string]any{
		"name": "clock", "type": "GROUP", "message_server_id": eliza.DefaultServerID.String(), "participantCentralUserIds": []string{person, tick, tock},
	}, &channel)
	e.channel = channel.ID
	path := "/api/messaging/channels/" + e.channel + "/messages"
	e.say(path, map[string]any{"author_id": person, "content": "Tick, talk for ever."})
	first := e.last()
	calls := m.stub.Count()

	e.server.kill()
	e.start(binary)
	if again := e.last(); again != first || m.stub.Count() != calls {
		t.Errorf("after a restart there are %d messages and %d calls, before %d and %d", again, m.stub.Count(), first, calls)
	}
	// Whoever speaks in an agent's name goes on where the agents were.
	e.say(path, map[string]any{"author_id": tick, "content": "Tock, go on!"})
	if again := e.last(); again != first+1 {
		t.Errorf("%d messages after one in an agent's name, before %d", again, first)
	}
	e.say(path, map[string]any{"author_id": person, "content": "Tick, once more."})
	if again := e.last(); again <= first+2 {
		t.Errorf("a person's message begins anew, but there are %d messages", again)
	}
	if err := e.server.stop(); err != nil {
		t.Error(err)
	}
}
