package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzEvents sends events with any payload over a real socket: each is
// acknowledged, whatever it holds, and the socket goes on.
func fuzzEvents(f *testing.F, events []string, seeds ...string) {
	r := newRig(f)
	ids := strings.NewReplacer("$channel", r.channel("GROUP", person), "$person", person, "$server", zeroServer, "$agent", nobody)
	for i := range events {
		for _, seed := range append(seeds, `null`, `"text"`, `5`, `[]`, `{}`, `{"channelId":{"a":[1]}}`, strings.Repeat("[", 500)+strings.Repeat("]", 500)) {
			f.Add(i, ids.Replace(seed))
		}
	}
	who := `{"entityId":"` + person + `"}`
	l, sent := r.open(who), 0
	f.Fuzz(func(t *testing.T, which int, payload string) {
		r.t = t
		if sent++; sent%500 == 0 { // before it counts as a flood
			l.post("1")
			l = r.open(who)
		}
		if len(payload) > 64<<10 || !utf8.ValidString(payload) {
			return
		}
		if !json.Valid([]byte(payload)) { // it would be no packet; as a text it is a payload
			quoted, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			payload = string(quoted)
		}
		event := events[((which%len(events))+len(events))%len(events)]
		l.post(`421["` + event + `",` + payload + `]`)
		answer := l.hears("ack")
		if _, refused := answer["error"]; !refused && len(answer) == 0 {
			t.Errorf("%s %s is answered with nothing", event, payload)
		}
		l.heard = nil
	})
}

func FuzzJoin(f *testing.F) {
	fuzzEvents(f, []string{"1", "join_channel", "join", "leave_channel", "leave"},
		`{"channelId":"$channel","entityId":"$person","agentId":"$agent","displayName":"Ada"}`, `{"roomId":"lobby","userId":"me"}`, `{"channelId":5}`)
}

func FuzzMessage(f *testing.F) {
	fuzzEvents(f, []string{"message"},
		`{"type":1,"payload":{"channelId":"$channel"}}`, `{"type":2,"payload":{"channelId":"$channel","messageServerId":"$server","senderId":"$person","message":"hello"}}`,
		`{"text":"hello","roomId":"$channel","userId":"$person","name":"Ada"}`, `{"type":6,"payload":{}}`, `{"type":"2","payload":null}`, `{"type":1e400,"payload":{}}`)
}

func FuzzSend(f *testing.F) {
	fuzzEvents(f, []string{"2", "send_message"},
		`{"channelId":"$channel","messageServerId":"$server","senderId":"$person","message":"hello","messageId":"m","metadata":{"isDm":true},"attachments":[{"url":"x"}]}`,
		`{"channelId":"$channel","serverId":"$server","entityId":"$person","entityName":"Ada","text":"hello","inReplyToMessageId":"$agent"}`)
}

func FuzzTyping(f *testing.F) {
	fuzzEvents(f, []string{"typing", "userTyping"}, `{"roomId":"$channel","userId":"$person","isTyping":true}`, `{"channelId":"$channel","entityId":"me","isTyping":1}`)
}

func FuzzLogFilters(f *testing.F) {
	fuzzEvents(f, []string{"set_log_filter", "update_log_filters", "subscribe_logs", "unsubscribe_logs"},
		`{"level":"warn","agentName":"Eliza"}`, `{"level":40,"agentId":"$agent","category":"agent"}`, `{"level":"loud"}`, `{"level":1e999}`)
}

func FuzzWorldState(f *testing.F) {
	fuzzEvents(f, []string{"request-world-state"}, `{"roomId":"$channel"}`, `{"channelId":"$agent"}`)
}
