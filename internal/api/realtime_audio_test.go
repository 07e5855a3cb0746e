package api_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

// speak sends a recording in two pieces, one of them binary.
func (l *listener) speak(recording []byte, start string) {
	l.rig.t.Helper()
	l.post(`42["audioStart",` + start + `]`)
	half := len(recording) / 2
	l.post(`42["audioChunk",{"audio":"` + base64.StdEncoding.EncodeToString(recording[:half]) + `"}]`)
	l.post(`451-["audioChunk",{"_placeholder":true,"num":0}]` + "\x1eb" + base64.StdEncoding.EncodeToString(recording[half:]))
	l.post(`42["audioEnd",{}]`)
}

// answer is the stored answer to a message of a channel, "" for none.
func (r *rig) answer(channel, message string) string {
	r.t.Helper()
	for _, m := range list(r.send("GET", "/api/messaging/channels/"+channel+"/messages", nil).data(200), "messages") {
		if text(m, "inReplyToRootMessageId") == message {
			return text(m, "content")
		}
	}
	return ""
}

const talkChannel = "33333333-3333-4333-8333-333333333333"

func TestLiveTalk(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	l := r.listen(talkChannel)
	l.speak(stubmodel.Speech("Good morning. How are you?"), `{"talkId":"t1","agentId":"`+agent+`","channelId":"`+talkChannel+`"}`)
	heard := l.hears("audioHeard")
	if text(heard, "text") != "Good morning. How are you?" || text(heard, "talkId") != "t1" || text(heard, "channelId") != talkChannel {
		t.Fatalf("heard %v", heard)
	}
	if start := l.hears("audioReplyStart"); text(start, "format") != "wav" || start["sampleRate"] != 16000.0 {
		t.Errorf("start %v", start)
	}
	for i, sentence := range []string{"You said: Good morning. ", "How are you?"} {
		chunk := l.hears("audioReplyChunk")
		if text(chunk, "text") != sentence || chunk["index"] != float64(i) || float64(decoded(t, chunk, "audio").Duration().Milliseconds()) != chunk["durationMs"] {
			t.Errorf("sentence %d: %v", i, chunk)
		}
	}
	end := l.hears("audioReplyEnd")
	if text(end, "text") != "You said: Good morning. How are you?" || end["interrupted"] != false || end["durationMs"] != 35*50.0 {
		t.Errorf("end %v", end)
	}
	if got := r.answer(talkChannel, text(heard, "messageId")); got != text(end, "text") {
		t.Errorf("stored is %q", got)
	}
	message := r.send("GET", "/api/messaging/messages/"+text(heard, "messageId"), nil).data(200)
	if text(message, "authorId") != person {
		t.Errorf("it was said by %v", message)
	}

	// Samples without a head, and an answer without one.
	l.post(`42["audioStart",{"talkId":"t2","agentId":"` + agent + `","sampleRate":8000,"format":"pcm"}]`)
	l.post(`42["audioChunk",{"audio":"` + base64.StdEncoding.EncodeToString(make([]byte, 16000)) + `"}]`)
	l.post(`42["audioEnd",{}]`)
	chunk := l.hears("audioReplyChunk")
	samples, err := base64.StdEncoding.DecodeString(text(chunk, "audio"))
	if err != nil || float64(sound.FromPCM(16000, samples).Duration().Milliseconds()) != chunk["durationMs"] || text(chunk, "text") != "You said: 16044 bytes" {
		t.Errorf("as samples: %v, %v", chunk, err)
	}
}

func TestWhoSpeaksOnStopsTheAgent(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	l := r.listen(talkChannel)
	start := func(id string, more string) string {
		return fmt.Sprintf(`{"talkId":%q,"agentId":%q,"channelId":%q%s}`, id, agent, talkChannel, more)
	}
	for name, c := range map[string]struct {
		reply stubmodel.Reply
		stop  string
		heard string
	}{
		"while it is written": {stubmodel.Reply{Text: "One is the first. Two comes after it. Three is", HangAfter: 6}, `["audioStop",{"heardMs":400}]`, "One is"},
		"while it is played":  {stubmodel.Reply{Text: "One is the first. Two comes after it."}, `["audioStop",{"talkId":"t","heardMs":1400}]`, "One is the first. Two comes"},
		"by speaking":         {stubmodel.Reply{Text: "One is the first. Two comes after it."}, `["audioStart",` + start("u", `,"heardMs":900`) + `]`, "One is the first."},
		"before it is heard":  {stubmodel.Reply{Text: "One is the first. Two comes after it. Three is", HangAfter: 6}, `["audioStop",{"heardMs":0}]`, ""},
	} {
		r.stub.Script(stubmodel.Reply{}, c.reply)
		l.speak(stubmodel.Speech("Count."), start("t", ""))
		message := text(l.hears("audioHeard"), "messageId")
		l.hears("audioReplyChunk")
		if c.reply.HangAfter == 0 {
			l.hears("audioReplyEnd")
		}
		l.post("42" + c.stop)
		if end := l.hears("audioReplyEnd"); end["interrupted"] != true || text(end, "text") != c.heard || text(end, "talkId") != "t" {
			t.Errorf("%s: %v", name, end)
		}
		if got := r.answer(talkChannel, message); got != c.heard {
			t.Errorf("%s: stored is %q, want %q", name, got, c.heard)
		}
		memories := list(r.send("GET", "/api/agents/"+agent+"/memories?limit=100", nil).data(200), "memories")
		for _, m := range memories {
			if content := text(m, "content", "text"); strings.Contains(content, "Two comes after") {
				t.Errorf("%s: the agent remembers %q", name, content)
			}
		}
		r.send("DELETE", "/api/agents/"+agent+"/memories", nil)
	}
}

// TestTheNextQuestionComesAfterTheCut has the model read, with the second
// question, of the first answer only what was heard.
func TestTheNextQuestionComesAfterTheCut(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	l := r.listen(talkChannel)
	start := `{"talkId":"%s","agentId":"` + agent + `","channelId":"` + talkChannel + `"%s}`
	r.stub.Script(stubmodel.Reply{}, stubmodel.Reply{Text: "One is the first. Two comes after it. Three is", HangAfter: 6})
	l.speak(stubmodel.Speech("Count."), fmt.Sprintf(start, "a", ""))
	l.hears("audioReplyChunk")
	l.speak(stubmodel.Speech("Stop now."), fmt.Sprintf(start, "b", `,"heardMs":400`))
	if end := l.hears("audioReplyEnd"); text(end, "talkId") != "a" || end["interrupted"] != true {
		t.Errorf("the first ends with %v", end)
	}
	if end := l.hears("audioReplyEnd"); text(end, "talkId") != "b" || text(end, "text") != "You said: Stop now." {
		t.Errorf("the second ends with %v", end)
	}
	sent := string(r.stub.Last().Body)
	if !strings.Contains(sent, "One is") || strings.Contains(sent, "the first") {
		t.Errorf("the model was sent %s", sent)
	}
}

func TestLiveTalksRefuseWithACode(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	l := r.listen(talkChannel)
	for _, c := range []struct{ event, code string }{
		{`["audioChunk",{"audio":"AAAA"}]`, "INVALID_REQUEST"},
		{`["audioEnd",{}]`, "INVALID_REQUEST"},
		{`["audioStop",{}]`, "NOT_FOUND"},
		{`["audioStop"]`, "NOT_FOUND"},
		{`["audioStart",5]`, "INVALID_REQUEST"},
		{`["audioStart"]`, "INVALID_REQUEST"},
		{`["audioStart",{"agentId":"x"}]`, "INVALID_ID"},
		{`["audioStart",{"agentId":"` + agent + `","sampleRate":1}]`, "INVALID_REQUEST"},
		{`["audioStart",{"agentId":"` + agent + `","format":"ogg"}]`, "INVALID_REQUEST"},
		{`["audioStart",{"agentId":"` + agent + `","talkId":7}]`, "INVALID_REQUEST"},
	} {
		l.post("42" + c.event)
		if got := l.hears("audioError"); text(got, "code") != c.code || text(got, "error") == "" {
			t.Errorf("%s: %v", c.event, got)
		}
	}
	l.post(`42["audioStart",{"agentId":"` + agent + `"}]`)
	for _, chunk := range []string{`5`, `{}`, `{"audio":"%"}`, `null`} {
		l.post(`42["audioChunk",` + chunk + `]`)
		if got := l.hears("audioError"); text(got, "code") != "INVALID_REQUEST" {
			t.Errorf("the piece %s: %v", chunk, got)
		}
	}
	l.post(`42["audioEnd",{}]`) // nothing was recorded
	if got := l.hears("audioError"); text(got, "code") != "INVALID_REQUEST" {
		t.Errorf("nothing recorded: %v", got)
	}
	l.speak(stubmodel.Speech("Hi."), `{"agentId":"`+nobody+`"}`)
	if got := l.hears("audioError"); text(got, "code") != "NOT_FOUND" {
		t.Errorf("no agent: %v", got)
	}
}

func TestAClientThatGoesAwayLosesNothing(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Talker")
	l := r.listen(talkChannel)
	r.stub.Script(stubmodel.Reply{}, stubmodel.Reply{Text: "One is the first. Two comes after it.", PieceDelay: 20e6})
	l.speak(stubmodel.Speech("Count."), `{"agentId":"`+agent+`","channelId":"`+talkChannel+`"}`)
	message := text(l.hears("audioHeard"), "messageId")
	l.post("41") // the client leaves
	check.Until(r.t, "the answer is stored", func() bool { return r.answer(talkChannel, message) == "One is the first. Two comes after it." })
}
