package feed

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/elizad/elizad/test/check"
)

// receiver takes what a webhook is told, slowly, so that something always waits.
type receiver struct {
	mu     sync.Mutex
	secret string
	bodies map[string]string // by webhook-id
	order  []told            // first arrivals
	again  int               // what came once more
	bad    []string
}

type told struct {
	Type string `json:"type"`
	Data struct {
		ID        string `json:"id"`
		MessageID string `json:"messageId"`
		State     string `json:"state"`
	} `json:"data"`
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil { // the server was killed while it sent
		return
	}
	select {
	case <-time.After(3 * time.Millisecond):
	case <-req.Context().Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	verifier, err := standardwebhooks.NewWebhook(r.secret)
	if err == nil {
		err = verifier.Verify(body, req.Header)
	}
	if err != nil {
		r.bad = append(r.bad, err.Error())
		return
	}
	id := req.Header.Get("webhook-id")
	if before, known := r.bodies[id]; known {
		r.again++
		if before != string(body) {
			r.bad = append(r.bad, "another body came with the same id")
		}
		return
	}
	var t told
	if err := json.Unmarshal(body, &t); err != nil {
		r.bad = append(r.bad, err.Error())
	}
	r.bodies[id] = string(body)
	r.order = append(r.order, t)
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.order)
}

// Whenever the server is killed, a webhook is told of every message that is
// stored and of every answer's end, once by their ids, in the order in which
// they happened.
func TestKilledAgainAndAgainItsWebhookIsToldEverything(t *testing.T) {
	stub := httptest.NewServer(writes(time.Millisecond / 4))
	defer stub.Close()
	hears := &receiver{bodies: map[string]string{}}
	target := httptest.NewServer(hears)
	defer target.Close()
	dir := t.TempDir()
	const inside = "ELIZA_OUTBOUND_ALLOW=127.0.0.0/8"
	s := start(t, dir, stub.URL, inside)
	channel := newChannel(t, s)
	hook := s.Ask(201, "POST", "/api/webhooks", map[string]any{"url": target.URL, "channelId": channel})["data"].(map[string]any)
	hears.secret = hook["secret"].(string)
	waiting := 0
	const lives = 6
	for life := range lives {
		untilItDies(s, channel, life, 300*time.Millisecond)
		before := hears.count()
		s = start(t, dir, stub.URL, inside)
		list := s.Ask(200, "GET", "/api/webhooks/"+hook["id"].(string)+"/deliveries?state=pending&limit=100", nil)["data"].(map[string]any)["deliveries"].([]any)
		if len(list) > 0 && hears.count() >= before {
			waiting++
		}
	}
	final := s.Ask(201, "POST", "/api/messaging/channels/"+channel+"/messages", said("the last one"))["userMessage"].(map[string]any)["id"].(string)
	check.Until(t, "the last answer's end is told", func() bool {
		hears.mu.Lock()
		defer hears.mu.Unlock()
		last := len(hears.order) - 1
		return last >= 0 && hears.order[last].Type == "messageComplete" && hears.order[last].Data.MessageID == final
	})
	var heard, stored []string
	ends := map[string]int{}
	for _, e := range hears.order {
		switch e.Type {
		case "messageBroadcast":
			heard = append(heard, e.Data.ID)
		case "messageDelivery":
			ends[e.Data.MessageID]++
		}
	}
	for _, m := range messages(t, s, channel) {
		stored = append(stored, m["id"].(string))
		if m["authorId"] == person && ends[m["id"].(string)] != 1 {
			t.Errorf("the end of %s was told %d times", m["id"], ends[m["id"].(string)])
		}
	}
	if fmt.Sprint(heard) != fmt.Sprint(stored) {
		t.Errorf("%d messages were told, %d are stored:\n%v\n%v", len(heard), len(stored), heard, stored)
	}
	if len(hears.bad) > 0 {
		t.Errorf("%q", hears.bad)
	}
	if waiting == 0 {
		t.Error("nothing waited whenever it was killed")
	}
	t.Logf("%d events of %d messages in %d lives, %d came once more, in %d lives something waited", len(hears.order), len(stored), lives+1, hears.again, waiting)
}
