package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/elizad/elizad/test/check"
	"github.com/elizad/elizad/test/stubmodel"
)

// event is one server-sent event.
type event struct {
	name, id string
	data     map[string]any
}

func readEvent(t testing.TB, block string) (e event) {
	t.Helper()
	for _, line := range strings.Split(block, "\n") {
		field, value, _ := strings.Cut(line, ": ")
		switch field {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				t.Fatalf("%q is no event: %v", block, err)
			}
		}
	}
	if e.name == "" || e.data == nil {
		t.Fatalf("%q is no event", block)
	}
	return e
}

// events reads an answer as server-sent events.
func (a reply) events() []event {
	a.t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/event-stream" {
		a.t.Fatalf("%s: %d %s: %s", a.what, a.status, a.header.Get("Content-Type"), a.body)
	}
	var all []event
	for _, block := range strings.Split(strings.TrimSuffix(string(a.body), "\n\n"), "\n\n") {
		if strings.HasPrefix(block, ":") {
			continue
		}
		all = append(all, readEvent(a.t, block))
	}
	if len(all) == 0 {
		a.t.Fatalf("%s: no events", a.what)
	}
	return all
}

func TestStreamComesInPiecesAndEndsWithDone(t *testing.T) {
	r := newRig(t)
	channel := r.channel("DM", person, r.agent("Eliza"))
	const long = "The tide turns at seven, and the boats go out when it does, one after another."
	r.stub.Script(stubmodel.Reply{Text: long})
	events := r.say(channel, "when?", "transport", "sse").events()
	if events[0].name != "user_message" || events[0].data["content"] != "when?" {
		t.Errorf("first: %v", events[0])
	}
	done := events[len(events)-1]
	if done.name != "done" || done.data["text"] != long {
		t.Errorf("last: %v", done)
	}
	var written strings.Builder
	for i, e := range events[1 : len(events)-1] {
		if e.name != "chunk" || e.data["index"] != float64(i) || e.data["messageId"] != done.data["messageId"] {
			t.Errorf("chunk %d: %v", i, e)
		}
		written.WriteString(text(e.data, "chunk"))
	}
	if written.String() != long || len(events) < 5 {
		t.Errorf("%d events, written %q", len(events), written.String())
	}
}

func TestClientThatLeavesDoesNotStopTheTurn(t *testing.T) {
	for _, transport := range []string{"sse", "http"} {
		r := newRig(t)
		channel := r.channel("DM", person, r.agent("Eliza"))
		release := make(chan struct{})
		r.stub.Answer = func(stubmodel.Call) stubmodel.Reply {
			<-release
			return stubmodel.Reply{Text: "Still here."}
		}
		ctx, leave := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "POST", r.url+"/api/messaging/channels/"+channel+"/messages",
			strings.NewReader(`{"author_id":"`+person+`","content":"hello","transport":"`+transport+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		left := make(chan struct{})
		go func() {
			defer close(left)
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				return
			}
			defer resp.Body.Close()
			for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			}
		}()
		check.Until(r.t, "the model is asked", func() bool { return r.stub.Count() == 1 })
		leave()
		<-left
		close(release)
		check.Until(r.t, "the reply is stored", func() bool { return len(r.messages(channel, "")) == 2 })
		if got := r.messages(channel, "")[0]["content"]; got != "Still here." {
			t.Errorf("%s: stored %v", transport, got)
		}
	}
}

// Proxies and browsers give up on a stream whose beginning is held back.
func TestStreamBeginsBeforeTheModelAnswers(t *testing.T) {
	r := newRig(t)
	channel := r.channel("DM", person, r.agent("Eliza"))
	release := make(chan struct{})
	r.stub.Answer = func(stubmodel.Call) stubmodel.Reply { <-release; return stubmodel.Reply{} }
	resp := open(t, r.url+"/api/messaging/channels/"+channel+"/messages", `{"author_id":"`+person+`","content":"hello","transport":"sse"}`)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != "event: user_message" {
		t.Errorf("first line %q", lines.Text())
	}
	close(release)
	last := ""
	for lines.Scan() {
		if name, is := strings.CutPrefix(lines.Text(), "event: "); is {
			last = name
		}
	}
	if last != "done" {
		t.Errorf("the stream ended with %q", last)
	}
}

// open posts and returns the answer unread.
func open(t *testing.T, url, body string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	req := httptest.NewRequestWithContext(ctx, "POST", url, strings.NewReader(body))
	req.RequestURI = ""
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}
