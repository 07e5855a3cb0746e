package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/elizad/elizad/test/stubmodel"
)

// feed is one connection that follows a channel.
type feed struct {
	rig   *rig
	lines *bufio.Scanner
	leave func()
}

// follow follows a channel; more are headers, "Name: value".
func (r *rig) follow(channel string, more ...string) *feed {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	req, err := http.NewRequestWithContext(ctx, "GET", r.url+"/api/messaging/channels/"+channel+"/events", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.key != "" {
		req.Header.Set("X-API-KEY", r.key)
	}
	for _, h := range more {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		r.t.Fatalf("%d %s", resp.StatusCode, resp.Header)
	}
	f := &feed{rig: r, lines: bufio.NewScanner(resp.Body), leave: func() { cancel(); resp.Body.Close() }}
	r.t.Cleanup(f.leave)
	return f
}

// next is the next event; its name is empty at the end of the stream.
func (f *feed) next() event {
	f.rig.t.Helper()
	var block []string
	for f.lines.Scan() {
		line := f.lines.Text()
		switch {
		case line == "" && len(block) > 0:
			return readEvent(f.rig.t, strings.Join(block, "\n"))
		case line != "" && !strings.HasPrefix(line, ":") && !strings.HasPrefix(line, "retry:"):
			block = append(block, line)
		}
	}
	return event{}
}

// hears waits for an event of that name, and passes over others.
func (f *feed) hears(name string) event {
	f.rig.t.Helper()
	for {
		switch e := f.next(); e.name {
		case name:
			return e
		case "":
			f.rig.t.Fatalf("%s was not heard", name)
		}
	}
}

func TestAFeedTellsWhatSocketsAreTold(t *testing.T) {
	r := newRig(t)
	channel := r.channel("DM", person, r.agent("Eliza"))
	f := r.follow(channel)
	ready := f.next()
	if ready.name != "ready" || ready.id == "" || ready.data["channelId"] != channel {
		t.Errorf("it begins with %v", ready)
	}
	l := r.listen(channel)
	r.say(channel, "hello").data(201)
	for _, name := range []string{"messageBroadcast", "messageStreamChunk", "messageBroadcast", "messageDelivery", "messageComplete"} {
		want, got := l.hears(name), f.hears(name)
		if got.id == "" || len(got.data) != len(want) {
			t.Errorf("%s: %v, sockets hear %v", name, got, want)
		}
		for field, value := range want {
			if field != "actions" && got.data[field] != value {
				t.Errorf("%s: %s is %v, sockets hear %v", name, field, got.data[field], value)
			}
		}
	}
	said := r.messages(channel, "")
	r.send("PATCH", "/api/messaging/messages/"+text(said[0], "id"), map[string]any{"content": "other"}).data(200)
	if e := f.hears("messageBroadcast"); e.data["text"] != "other" {
		t.Errorf("an edit is told as %v", e)
	}
	r.send("DELETE", "/api/messaging/channels/"+channel+"/messages/"+text(said[0], "id"), nil).has(204)
	f.hears("messageDeleted")
	r.send("DELETE", "/api/messaging/channels/"+channel+"/messages", nil).has(204)
	f.hears("channelCleared")
	r.send("PATCH", "/api/messaging/central-channels/"+channel, map[string]any{"name": "new"}).data(200)
	last := f.hears("channelUpdated")
	r.send("DELETE", "/api/messaging/central-channels/"+channel, nil).has(204)
	f.hears("channelDeleted")
	if e := f.next(); e.name != "" {
		t.Errorf("after the channel's end came %v", e)
	}
	// Who was cut before the end is still told of it.
	if e := r.follow(channel, "Last-Event-ID: "+last.id).next(); e.name != "channelDeleted" {
		t.Errorf("then came %v", e)
	}
}

func TestAFeedOfASessionTellsHowLongItLasts(t *testing.T) {
	r := newRig(t)
	begun := text(r.send("POST", "/api/messaging/sessions", map[string]any{"agentId": r.agent("Eliza"), "userId": person}).has(201), "sessionId")
	f := r.follow(begun)
	r.send("POST", "/api/messaging/sessions/"+begun+"/renew", nil).has(200)
	if e := f.hears("sessionRenewed"); e.data["sessionId"] != begun {
		t.Errorf("%v", e)
	}
}

func TestAFeedGoesOnBehindTheLastEvent(t *testing.T) {
	r := newRig(t)
	channel := r.channel("GROUP", person)
	f := r.follow(channel)
	ready := f.next()
	f.leave()
	for _, s := range []string{"one", "two", "three"} {
		r.say(channel, s).data(201)
	}
	again := r.follow(channel, "Last-Event-ID: "+ready.id)
	one, two := again.next(), again.next()
	if one.data["text"] != "one" || two.data["text"] != "two" {
		t.Fatalf("%v %v", one, two)
	}
	again.leave()
	third := r.follow(channel, "Last-Event-ID: "+two.id)
	if e := third.next(); e.data["text"] != "three" {
		t.Errorf("%v", e)
	}
	r.say(channel, "four").data(201)
	if e := third.next(); e.data["text"] != "four" {
		t.Errorf("%v", e)
	}
	if e := r.send("GET", "/api/messaging/channels/"+channel+"/events?lastEventId=x", nil); e.status != 400 {
		t.Errorf("a wrong id in the query: %d %s", e.status, e.body)
	}
	r.send("GET", "/api/messaging/channels/"+channel+"/events", nil, "Last-Event-ID: a.b.c.d").fails(400, "INVALID_REQUEST")
	r.send("GET", "/api/messaging/central-channels/"+nobody+"/events", nil).fails(404, "NOT_FOUND")
	if head := r.send("HEAD", "/api/messaging/channels/"+channel+"/events", nil); head.status != 200 {
		t.Errorf("HEAD: %d", head.status)
	}
}

// A busy agent answers long after many more messages were said and seen.
func TestAFeedTellsOfAnswersToOldMessages(t *testing.T) {
	r := newRig(t)
	hold := make(chan struct{})
	r.stub.Answer = func(stubmodel.Call) stubmodel.Reply { <-hold; return stubmodel.Reply{Text: "Yes."} }
	channel := r.channel("DM", person, r.agent("Eliza"))
	first := text(r.say(channel, "the first").has(201), "userMessage", "id")
	const more = 300
	for range more {
		r.say(channel, "one more").has(201)
	}
	close(hold)
	r.delivery(first)
	f := r.follow(channel, fmt.Sprintf("Last-Event-ID: ANOTHERLIFE1.9.%d.%d", more+1, time.Now().UnixMilli()))
	for e := f.next(); e.name != "messageDelivery" || e.data["messageId"] != first; e = f.next() {
		if e.name == "ready" || e.name == "" {
			t.Fatal("that the first one was answered is not told")
		}
	}
}

// Of another life of the server only the database is left.
func TestAFeedSaysWhatItNoLongerHas(t *testing.T) {
	r := newRig(t)
	r.stub.Script(stubmodel.Reply{Text: "Yes."}, stubmodel.Reply{Text: "No."})
	channel := r.channel("DM", person, r.agent("Eliza"))
	seen := text(r.say(channel, "before", "transport", "http").has(201), "userMessage", "id")
	asked := text(r.say(channel, "after", "transport", "http").has(201), "userMessage", "id")
	f := r.follow(channel, "Last-Event-ID: ANOTHERLIFE1.7.2.0")
	if gap := f.next(); gap.name != "gap" || gap.data["complete"] != true {
		t.Fatalf("it begins with %v", gap)
	}
	var heard []string
	var before event
	for e := f.next(); e.name != "ready"; e = f.next() {
		what := e.name + " " + text(e.data, "text") + text(e.data, "state")
		heard = append(heard, what)
		if what == "messageBroadcast after" {
			before = e
		}
	}
	want := "messageDelivery replied,messageComplete ,messageBroadcast after,messageBroadcast No.,messageDelivery replied,messageComplete "
	if got := strings.Join(heard, ","); got != want {
		t.Errorf("heard %s", got)
	}
	// Cut in the middle of it, the rest follows and no message comes twice.
	again := r.follow(channel, "Last-Event-ID: "+before.id)
	var texts []string
	for e := again.next(); e.name != "ready"; e = again.next() {
		if e.name == "messageBroadcast" {
			texts = append(texts, text(e.data, "text"))
		}
	}
	if strings.Join(texts, ",") != "No." {
		t.Errorf("%s and %s, then %v", seen, asked, texts)
	}
	// More than it may know: the database was put back.
	if gap := r.follow(channel, "Last-Event-ID: ANOTHERLIFE1.7.99.0").next(); gap.name != "gap" || gap.data["complete"] != false {
		t.Errorf("%v", gap)
	}
}

func TestAFeedEndsWithItsKey(t *testing.T) {
	r := newRig(t)
	_, r.key = r.keyFor("admin", "")
	own, foreign := r.household("Own"), r.household("Foreign")
	id, key := r.keyFor("read", own["agentId"])
	admin := r.key
	r.key = key
	r.send("GET", "/api/messaging/channels/"+foreign["channelId"]+"/events", nil).fails(403, "FORBIDDEN")
	f := r.follow(own["channelId"])
	f.next()
	r.key = admin
	r.send("DELETE", "/api/keys/"+id, nil).has(204)
	r.say(own["channelId"], "a secret").data(201)
	if e := f.next(); e.name != "cut" || e.data["reason"] != "forbidden" {
		t.Errorf("it heard %v", e)
	}
	if e := f.next(); e.name != "" {
		t.Errorf("and then %v", e)
	}
}

func TestAPostSentAgainGoesOnWithItsStream(t *testing.T) {
	r := newRig(t)
	channel := r.channel("DM", person, r.agent("Eliza"))
	r.stub.Script(stubmodel.Reply{Text: "The tide turns at seven, and the boats go out."})
	post := func(headers ...string) []event {
		return r.send("POST", "/api/messaging/channels/"+channel+"/messages", map[string]any{"author_id": person, "content": "when?", "transport": "sse"},
			append([]string{"Idempotency-Key: one"}, headers...)...).events()
	}
	whole := post()
	if len(whole) < 4 {
		t.Fatalf("%v", whole)
	}
	names := func(events []event) (all []string) {
		for _, e := range events {
			all = append(all, e.name)
		}
		return all
	}
	for i, e := range whole[:len(whole)-1] {
		rest := post("Last-Event-ID: " + e.id)
		if got, want := strings.Join(names(rest), " "), strings.Join(names(whole[i+1:]), " "); got != want {
			t.Errorf("behind event %d: %s, want %s", i, got, want)
		}
	}
	if got, want := strings.Join(names(post()), " "), strings.Join(names(whole), " "); got != want {
		t.Errorf("without an id: %s, want %s", got, want)
	}
	again := post("Last-Event-ID: ANOTHERLIFE1.7.2.0")
	if again[0].name != "gap" || again[1].name != "user_message" || again[len(again)-1].data["text"] != whole[len(whole)-1].data["text"] {
		t.Errorf("of another life: %v", again)
	}
	if r.stub.Count() != 1 || len(r.messages(channel, "")) != 2 {
		t.Errorf("the model was asked %d times, %d messages are stored", r.stub.Count(), len(r.messages(channel, "")))
	}
	r.send("POST", "/api/messaging/channels/"+channel+"/messages", map[string]any{"author_id": person, "content": "x", "transport": "sse"}, "Last-Event-ID: x").fails(400, "INVALID_REQUEST")
	// The ids are those of the channel's feed.
	if e := r.follow(channel, "Last-Event-ID: "+whole[1].id).next(); e.name != "messageStreamChunk" {
		t.Errorf("the feed goes on with %v", e)
	}
}
