package api_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/test/stubmodel"
)

func decoded(t *testing.T, m map[string]any, key string) sound.Clip {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text(m, key))
	if err != nil {
		t.Fatal(err)
	}
	clip, err := sound.ReadWAV(b)
	if err != nil {
		t.Fatal(err)
	}
	return clip
}

func TestConversation(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	for _, path := range []string{"/api/agents/" + agent + "/speech/conversation", "/api/audio/" + agent + "/speech/conversation", "/api/audio/" + agent + "/speech"} {
		body, kind := form(t, "audio", stubmodel.Speech("Good morning. How are you?"), "userId", person, "format", "wav", "metadata", `{"mood":"good"}`)
		got := r.send("POST", path, body, kind).data(200)
		if text(got, "transcription") != "Good morning. How are you?" || text(got, "text") != "You said: Good morning. How are you?" || text(got, "engine") != "openai" || text(got, "format") != "wav" {
			t.Fatalf("%s: %v", path, got)
		}
		// 50 ms for each letter of both sentences.
		if d := decoded(t, got, "audio").Duration().Seconds(); d != got["duration"] || d != 35*0.05 {
			t.Errorf("%s: %v seconds, said to be %v", path, d, got["duration"])
		}
		message := r.send("GET", "/api/messaging/messages/"+text(got, "messageId"), nil).data(200)
		if text(message, "content") != "Good morning. How are you?" || text(message, "authorId") != person || text(message, "metadata", "mood") != "good" || text(message, "channelId") != text(got, "channelId") {
			t.Errorf("%s: the message is %v", path, message)
		}
		if answer := r.send("GET", "/api/messaging/messages/"+text(got, "replyId"), nil).data(200); text(answer, "content") != text(got, "text") {
			t.Errorf("%s: the answer is %v", path, answer)
		}
	}
	channel := "33333333-3333-4333-8333-333333333333"
	body, kind := form(t, "file", stubmodel.Speech("Hello."), "userId", person, "roomId", channel, "format", "wav")
	got := r.send("POST", "/api/audio/"+agent+"/process-audio", body, kind).data(200)
	if text(got, "text") != "Hello." || text(got, "response") != "You said: Hello." || decoded(t, got, "audioResponse").Duration() == 0 {
		t.Errorf("process-audio: %v", got)
	}
	if all := list(r.send("GET", "/api/messaging/channels/"+channel+"/messages", nil).data(200), "messages"); len(all) != 2 {
		t.Errorf("the channel has %v", all)
	}
}

func TestConversationInWriting(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	for name, body := range map[string]map[string]any{
		"text":     {"text": "Hello.", "entityId": person, "format": "wav", "worldId": nil, "userName": "Ann"},
		"messages": {"format": "wav", "messages": []map[string]any{{"text": "Before.", "speaker": "a", "timestamp": 1}, {"text": "Hello.", "speaker": "b"}}},
	} {
		a := r.send("POST", "/api/audio/"+agent+"/speech/conversation", body)
		clip, err := sound.ReadWAV(a.body)
		if a.status != 200 || a.header.Get("Content-Type") != "audio/wav" || err != nil || clip.Duration().Milliseconds() != 50*16 {
			t.Errorf("%s: %d %s, %s: %v", name, a.status, a.header.Get("Content-Type"), clip.Duration(), err)
		}
	}
	r.send("POST", "/api/agents/"+agent+"/stop", nil).data(200)
	if message := r.send("POST", "/api/audio/"+agent+"/speech/conversation", map[string]any{"text": "Hello."}).fails(409, "CONFLICT"); !strings.Contains(message, "silent") {
		t.Errorf("a stopped agent: %s", message)
	}
	body, kind := form(t, "file", stubmodel.Speech("Hello."))
	if got := r.send("POST", "/api/audio/"+agent+"/speech", body, kind).data(200); text(got, "audio") != "" || text(got, "reason") != "agent_stopped" {
		t.Errorf("a stopped agent: %v", got)
	}
}

func TestConversationRefusesWithACode(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	audio := "/api/audio/" + agent
	for name, c := range map[string]struct {
		path   string
		fields []string
		status int
		code   string
	}{
		"an id of a user":    {audio + "/speech", []string{"userId", "x"}, 400, "INVALID_ID"},
		"an id of a channel": {audio + "/speech", []string{"channelId", "x"}, 400, "INVALID_ID"},
		"no agent":           {"/api/audio/" + nobody + "/speech", nil, 404, "NOT_FOUND"},
		"no server":          {audio + "/speech", []string{"messageServerId", nobody}, 404, "NOT_FOUND"},
		"a long language":    {audio + "/process-audio", []string{"language", strings.Repeat("x", 100)}, 400, "INVALID_REQUEST"},
	} {
		body, kind := form(t, "file", stubmodel.Speech("Hello."), c.fields...)
		a := r.send("POST", c.path, body, kind)
		if code, _ := a.envelope(); a.status != c.status || code != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for name, body := range map[string]string{"nothing": `{}`, "blanks": `{"text":"  "}`, "no list": `{"messages":"x"}`, "an empty list": `{"messages":[]}`, "no object": `[]`} {
		if a := r.send("POST", audio+"/speech/conversation", body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	r.stub.Script(stubmodel.Reply{}, stubmodel.Reply{Status: 400})
	body, kind := form(t, "file", stubmodel.Speech("Hello."))
	r.send("POST", audio+"/speech", body, kind).fails(500, "MODEL_ERROR")
}

func TestConversationAsEvents(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	const path = "/speech/conversation"
	r.stub.Script(stubmodel.Reply{}, stubmodel.Reply{Text: "One is here. Two as well. 🎉"})
	body, kind := form(t, "audio", stubmodel.Speech("Count."), "userId", person, "format", "wav")
	names, data := events(t, r.send("POST", "/api/agents/"+agent+path, body, kind, "Accept: text/event-stream"))
	if strings.Join(names, " ") != "heard audio audio audio done" {
		t.Fatalf("events %v", names)
	}
	if text(data[0], "text") != "Count." || text(data[4], "text") != "One is here. Two as well. 🎉" || text(data[3], "audio") != "" {
		t.Errorf("events %v", data)
	}
	for i, sentence := range []string{"One is here. ", "Two as well. "} {
		if text(data[i+1], "text") != sentence || float64(decoded(t, data[i+1], "audio").Duration().Milliseconds()) != data[i+1]["durationMs"] {
			t.Errorf("event %d: %v", i+1, data[i+1])
		}
	}
	if data[2]["startMs"] != data[1]["durationMs"] || data[2]["index"] != 1.0 {
		t.Errorf("the second sentence: %v", data[2])
	}
	r.stub.Script(stubmodel.Reply{}, stubmodel.Reply{Status: 400})
	body, kind = form(t, "audio", stubmodel.Speech("Count."), "transport", "sse")
	names, data = events(t, r.send("POST", "/api/audio/"+agent+path, body, kind))
	if strings.Join(names, " ") != "heard error" || text(data[1], "code") != "MODEL_ERROR" {
		t.Errorf("a broken model: %v %v", names, data)
	}
}

// events reads a stream of server-sent events.
func events(t *testing.T, a reply) (names []string, data []map[string]any) {
	t.Helper()
	if a.status != 200 || a.header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	lines := bufio.NewScanner(bytes.NewReader(a.body))
	lines.Buffer(nil, 10<<20)
	for lines.Scan() {
		if name, is := strings.CutPrefix(lines.Text(), "event: "); is {
			names = append(names, name)
		}
		if text, is := strings.CutPrefix(lines.Text(), "data: "); is {
			var object map[string]any
			if err := json.Unmarshal([]byte(text), &object); err != nil {
				t.Fatal(err)
			}
			data = append(data, object)
		}
	}
	return names, data
}
