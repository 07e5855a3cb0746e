package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

// writes answers each call with a text of its own, piece by piece.
func writes(delay time.Duration) *stubmodel.Server {
	model := stubmodel.New()
	model.Answer = func(c stubmodel.Call) stubmodel.Reply {
		return stubmodel.Reply{Text: "Answer " + fmt.Sprint(c.Number) + ": " + strings.Repeat("the tide turns and the boats go out, ", 3) + "every day.", PieceDelay: delay}
	}
	return model
}

// A client that is cut at random while 500 answers are streamed hears exactly
// what one hears that is never cut.
func TestCutAgainAndAgainItHearsEveryEventOnce(t *testing.T) {
	const answers, wanted = 500, 50
	stub := httptest.NewServer(writes(time.Millisecond / 2))
	defer stub.Close()
	s := start(t, t.TempDir(), stub.URL)
	channel := newChannel(t, s)
	cutter := newScissors(t, s.Address, 30_000)
	feed := "/api/messaging/channels/" + channel + "/events"
	end := func() func(event) bool {
		ended := 0
		return func(e event) bool {
			if e.name == "messageComplete" {
				ended++
			}
			return ended == answers
		}
	}
	whole := follow(t, func() string { return s.Address + feed }, end())
	cut := follow(t, func() string { return cutter.url + feed }, end())
	<-whole.ready
	<-cut.ready
	for i := range answers {
		s.Ask(201, "POST", "/api/messaging/channels/"+channel+"/messages", said(fmt.Sprint("question ", i)))
	}
	whole.wait()
	cut.wait()
	if cut.cuts < wanted {
		t.Errorf("it was cut only %d times while an answer was written", cut.cuts)
	}
	if whole.lives != 1 || cut.count("gap")+cut.count("cut") > 0 {
		t.Errorf("%d connections of the first; %d gaps, %d cuts by the server", whole.lives, cut.count("gap"), cut.count("cut"))
	}
	want, got := whole.heard(), cut.heard()
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			t.Fatalf("event %d is %v in the place of %v", i, got[i], want[i])
		}
	}
	if len(want) != len(got) || whole.count("messageBroadcast") != 2*answers || whole.count("messageStreamChunk") < 10*answers {
		t.Errorf("%d events in the place of %d; %d messages, %d pieces", len(got), len(want), whole.count("messageBroadcast"), whole.count("messageStreamChunk"))
	}
	checkPieces(t, got)
	t.Logf("%d events, %d connections, cut %d times while an answer was written", len(got), cut.lives, cut.cuts)
}

// checkPieces holds each answer to what was streamed of it.
func checkPieces(t *testing.T, events []event) {
	t.Helper()
	written := map[string]string{}
	for _, e := range events {
		switch e.name {
		case "messageStreamChunk":
			written[e.field("messageId")] += e.field("chunk")
		case "messageBroadcast":
			if text, streamed := written[e.field("id")]; streamed && text != e.field("text") {
				t.Errorf("%q was streamed of %q", text, e.field("text"))
			}
		}
	}
}

// Whenever the server is killed, a client that comes back with the id of its
// last event gets every message that is stored, once and in order, and every
// answer's end.
func TestKilledAgainAndAgainItMissesNothingThatIsStored(t *testing.T) {
	stub := httptest.NewServer(writes(time.Millisecond))
	defer stub.Close()
	dir := t.TempDir()
	s := start(t, dir, stub.URL)
	channel := newChannel(t, s)
	proxy := newScissors(t, s.Address, 0)
	const final = "22222222-2222-4222-8222-222222222222" // the last message
	f := follow(t, func() string { return proxy.url + "/api/messaging/channels/" + channel + "/events" }, func(e event) bool {
		return e.name == "messageComplete" && e.field("messageId") == final
	})
	<-f.ready
	const lives = 6
	for life := range lives {
		untilItDies(s, channel, life, 250*time.Millisecond)
		s = start(t, dir, stub.URL)
		proxy.to(s.Address)
	}
	question := said("the last one")
	question["messageId"] = final
	s.Ask(201, "POST", "/api/messaging/channels/"+channel+"/messages", question)
	check.Until(t, "everything is answered", func() bool {
		deliveries := s.Ask(200, "GET", "/api/messaging/messages/"+final+"/deliveries", nil)["data"].(map[string]any)["deliveries"].([]any)
		return len(deliveries) == 1 && deliveries[0].(map[string]any)["state"] == "replied"
	})
	f.wait()
	var heard, ended []string
	told := map[string]bool{}
	for _, e := range f.events {
		switch e.name {
		case "messageBroadcast":
			heard = append(heard, e.field("id"))
		case "messageDelivery":
			told[e.field("messageId")] = e.field("state") == "replied"
		}
	}
	var stored []string
	for _, m := range messages(t, s, channel) {
		stored = append(stored, m["id"].(string))
		if m["authorId"] == person {
			ended = append(ended, m["id"].(string))
		}
	}
	if fmt.Sprint(heard) != fmt.Sprint(stored) {
		t.Errorf("%d messages were heard of, %d are stored:\n%v\n%v", len(heard), len(stored), heard, stored)
	}
	for _, id := range ended {
		if !told[id] {
			t.Errorf("that %s was answered was not told", id)
		}
	}
	if f.count("gap") < lives || len(stored) < 2*lives {
		t.Errorf("%d gaps in %d lives, %d messages", f.count("gap"), lives, len(stored))
	}
	t.Logf("%d messages in %d lives, %d connections, %d gaps", len(stored), lives+1, f.lives, f.count("gap"))
}

// The stream that answers a post goes on when the post is sent again, until it
// has come to its end.
func TestAPostsStreamGoesOn(t *testing.T) {
	const posts = 60
	stub := httptest.NewServer(writes(time.Millisecond))
	defer stub.Close()
	s := start(t, t.TempDir(), stub.URL)
	channel := newChannel(t, s)
	cutter := newScissors(t, s.Address, 2_500)
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	cuts := 0
	for i := range posts {
		body := said(fmt.Sprint("question ", i))
		body["transport"] = "sse"
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		var written strings.Builder
		last, done := "", ""
		for tries := 0; done == "" && tries < 100; tries++ {
			req, err := http.NewRequest("POST", cutter.url+"/api/messaging/channels/"+channel+"/messages", strings.NewReader(string(encoded)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Idempotency-Key", fmt.Sprint("key ", i))
			_ = read(ctx, t, req, last, func(e event) bool { // cut before the answer's head came
				last = e.id
				names = append(names, e.name)
				switch e.name {
				case "chunk":
					var piece struct{ Index int }
					if err := json.Unmarshal([]byte(e.data), &piece); err != nil || piece.Index != len(names)-2 {
						t.Errorf("piece %d came at place %d: %v", piece.Index, len(names)-2, err)
					}
					written.WriteString(e.field("chunk"))
				case "done":
					done = e.field("text")
				}
				return e.name != "done"
			})
			if done == "" && last != "" {
				cuts++
			}
		}
		if done == "" || written.String() != done || names[0] != "user_message" || strings.Count(fmt.Sprint(names), "user_message") != 1 {
			t.Fatalf("post %d: %v, written %q, done %q", i, names, written.String(), done)
		}
	}
	if stored := messages(t, s, channel); len(stored) != 2*posts {
		t.Errorf("%d messages are stored", len(stored))
	}
	if cuts < posts/2 {
		t.Errorf("cut only %d times", cuts)
	}
	t.Logf("%d posts, cut %d times within their streams", posts, cuts)
}
