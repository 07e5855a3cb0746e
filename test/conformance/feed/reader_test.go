package feed

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// event is one server-sent event that came whole.
type event struct{ name, id, data string }

func (e event) field(name string) string {
	var all map[string]any
	if json.Unmarshal([]byte(e.data), &all) != nil {
		return ""
	}
	text, _ := all[name].(string)
	return text
}

// read asks for a stream and hands on its events until the connection or hear
// ends it. Its error is that of a connection that gave no answer.
func read(ctx context.Context, t *testing.T, req *http.Request, last string, hear func(event) (more bool)) error {
	req = req.WithContext(ctx)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s %s: %s", req.Method, req.URL, resp.Status)
		return nil
	}
	var e event
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if value == "" && e.name != "" { // the empty line: the event is whole
				if !hear(e) {
					return nil
				}
			}
			e = event{}
		}
	}
	return nil
}

// follower follows a channel whatever happens to its connection, as a browser
// would.
type follower struct {
	t      *testing.T
	events []event
	last   string
	cuts   int // while an answer was being written
	lives  int // connections
	ready  chan struct{}
	done   chan struct{}
}

// follow follows until ends says so of an event, or the test ends.
func follow(t *testing.T, url func() string, ends func(event) bool) *follower {
	t.Helper()
	f := &follower{t: t, ready: make(chan struct{}), done: make(chan struct{})}
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience)
	t.Cleanup(cancel)
	go func() {
		defer close(f.done)
		writing := map[string]bool{}
		for over := false; !over && ctx.Err() == nil; f.lives++ {
			req, err := http.NewRequest("GET", url(), nil)
			if err != nil {
				t.Error(err)
				return
			}
			err = read(ctx, t, req, f.last, func(e event) bool {
				if e.id != "" {
					f.last = e.id
				}
				if e.name == "ready" && len(f.events) == 0 {
					close(f.ready)
				}
				f.events = append(f.events, e)
				switch e.name {
				case "messageStreamChunk":
					writing[e.field("messageId")] = true
				case "messageBroadcast":
					delete(writing, e.field("id"))
				}
				over = ends(e)
				return !over
			})
			if err != nil { // the server is being started
				select {
				case <-time.After(5 * time.Millisecond):
				case <-ctx.Done():
				}
			}
			if !over && len(writing) > 0 {
				f.cuts++
			}
		}
	}()
	return f
}

// wait waits until it has heard everything.
func (f *follower) wait() {
	f.t.Helper()
	<-f.done
}

// heard are the events of a channel, without what the stream says of itself.
func (f *follower) heard() (list []event) {
	for _, e := range f.events {
		if e.name != "ready" && e.name != "gap" && e.name != "cut" {
			list = append(list, e)
		}
	}
	return list
}

// count counts events of a name.
func (f *follower) count(name string) (n int) {
	for _, e := range f.events {
		if e.name == name {
			n++
		}
	}
	return n
}
